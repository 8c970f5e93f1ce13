/* SPDX-License-Identifier: Apache-2.0 */
#include "model/summary_json.h"

#include "summary.pb-c.h"

#include <criterion/criterion.h>
#include <jansson.h>

static json_t *as_json(struct bytes bytes)
{
    struct arena arena;
    struct buf buf;
    struct error e = {0};
    arena_init(&arena, 65536);
    buf_init(&buf, 65536);
    struct json_writer writer = json_writer_of(&buf);
    enum err err = summary_json_put(bytes, &arena, &writer, &e);
    json_t *json = err == ERR_OK ? json_loads((const char *)buf.data, 0, NULL) : NULL;
    arena_deinit(&arena);
    buf_deinit(&buf);
    return json;
}

Test(summary_json, zero_is_there_and_the_unknown_is_not)
{
    Emgate__V1__Summary s;
    emgate__v1__summary__init(&s);
    Emgate__V1__Quantity zero;
    emgate__v1__quantity__init(&zero);
    Emgate__V1__Quantity unknown;
    emgate__v1__quantity__init(&unknown);
    char unit[] = "MWh";
    uint8_t packed[256];
    zero.known_case = EMGATE__V1__QUANTITY__KNOWN_VALUE;
    zero.unit = unit;
    s.activity_level = &zero;
    s.electricity = &unknown;
    s.window_start_ns = INT64_C(1784131200000000000);
    size_t len = emgate__v1__summary__pack(&s, packed);

    json_t *json = as_json((struct bytes){.data = packed, .len = len});

    cr_assert_not_null(json);
    const json_t *activity = json_object_get(json, "activity_level");
    cr_assert(json_is_number(json_object_get(activity, "value")));
    cr_assert_str_eq(json_string_value(json_object_get(activity, "unit")), "MWh");
    cr_assert_null(json_object_get(json_object_get(json, "electricity"), "value"));
    cr_assert_null(json_object_get(json, "fuel_energy"));
    cr_assert_null(json_object_get(json, "process"));
    cr_assert(json_is_array(json_object_get(json, "streams")));
    cr_assert_eq(json_integer_value(json_object_get(json, "revision")), 0);
    cr_assert_str_eq(json_string_value(json_object_get(json, "window_start")),
                     "2026-07-15T16:00:00Z");
    cr_assert_eq(json_integer_value(json_object_get(json, "window_start_ns")),
                 INT64_C(1784131200000000000));
    json_decref(json);
}

Test(summary_json, lists_bytes_and_what_lies_within)
{
    Emgate__V1__Summary s;
    emgate__v1__summary__init(&s);
    Emgate__V1__Gas gas;
    emgate__v1__gas__init(&gas);
    Emgate__V1__Gas *gases[] = {&gas, &gas};
    Emgate__V1__Provenance provenance;
    emgate__v1__provenance__init(&provenance);
    char name[] = "N2O";
    uint8_t hash[] = {0xab, 0x01};
    uint8_t packed[256];
    gas.gas = name;
    gas.mass_t = 0.1;
    s.gases = gases;
    s.n_gases = 2;
    provenance.config_hash = (ProtobufCBinaryData){.data = hash, .len = sizeof hash};
    s.provenance = &provenance;
    size_t len = emgate__v1__summary__pack(&s, packed);

    json_t *json = as_json((struct bytes){.data = packed, .len = len});

    const json_t *list = json_object_get(json, "gases");
    cr_assert_eq(json_array_size(list), 2);
    const json_t *second = json_array_get(list, 1);
    cr_assert_str_eq(json_string_value(json_object_get(second, "gas")), "N2O");
    cr_assert_eq(json_real_value(json_object_get(second, "mass_t")), 0.1);
    const json_t *inner = json_object_get(json, "provenance");
    cr_assert_str_eq(json_string_value(json_object_get(inner, "config_hash")), "ab01");
    cr_assert_null(json_object_get(inner, "supersedes"));
    json_decref(json);
}

Test(summary_json, what_is_no_summary_is_rejected)
{
    cr_assert_null(as_json(BYTES("\xff\xff")));
}
