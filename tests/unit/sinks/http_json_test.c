/* SPDX-License-Identifier: Apache-2.0 */
#include "sinks/http_json.h"

#include "envelopes.h"
#include "registry.pb-c.h"

#include <criterion/criterion.h>
#include <jansson.h>

#define ARENA_SIZE ((size_t)1024 * 1024)

Test(http_json, a_post_names_what_it_carries)
{
    struct arena kept;
    struct arena scratch;
    struct buf out;
    struct envelope_facts facts = ENVELOPE_FACTS;
    struct sink_item items[2] = {{.process = "clinker"}, {.envelope = BYTES("rubbish")}};
    arena_init(&kept, ARENA_SIZE);
    arena_init(&scratch, ARENA_SIZE);
    buf_init(&out, ARENA_SIZE);
    items[0].envelope = envelope_make(&facts, &kept, items[0].key);
    http_json_put("cement-01", items, 2, &scratch, &out);
    json_t *body = json_loadb((const char *)out.data, out.len, 0, NULL);
    cr_assert_not_null(body);
    const json_t *list = json_object_get(body, "summaries");
    cr_assert_eq(json_array_size(list), 2);
    const json_t *first = json_array_get(list, 0);
    const json_t *summary = json_object_get(first, "summary");
    cr_expect_str_eq(json_string_value(json_object_get(summary, "process")), "clinker");
    cr_expect_eq(json_string_length(json_object_get(first, "key")), 64);
    cr_expect_str_eq(
        json_string_value(json_object_get(json_array_get(list, 1), "envelope")),
        "cnViYmlzaA==");
    cr_expect_null(json_object_get(json_array_get(list, 1), "summary"));
    json_decref(body);
    buf_deinit(&out);
    arena_deinit(&kept);
    arena_deinit(&scratch);
}

#define KEY "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

Test(http_json, receipts_are_read_or_the_answer_is_none)
{
    static const char *const none[] = {
        "[]",
        "{}",
        "{\"receipts\": [1]}",
        ("{\"receipts\": [{\"key\": \"" KEY "\", \"verdict\": \"fine\"}]}"),
        "{\"receipts\": [{\"key\": \"xy\", \"verdict\": \"stored\"}]}",
        ("{\"receipts\": [{\"key\": \"" KEY KEY "\", \"verdict\": \"stored\"}]}"),
        ("{\"receipts\": [{\"key\": \"" KEY "\", \"verdict\": \"stored\", "
         "\"signature\": \"!\"}]}"),
    };
    struct buf out;
    struct error e;
    buf_init(&out, ARENA_SIZE);
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        cr_expect_eq(http_json_read(bytes_of(none[i]), &out, &e), ERR_UNCERTAIN, "%s",
                     none[i]);
    }
    buf_clear(&out);
    cr_assert_eq(http_json_read(BYTES("{\"receipts\": [{\"key\": \"" KEY
                                      "\", \"verdict\": \"refused\", \"reason\": "
                                      "\"year: x\", \"signature\": \"AQI=\"}]}"),
                                &out, &e),
                 ERR_OK);
    Emgate__V1__SubmitResponse *r =
        emgate__v1__submit_response__unpack(NULL, out.len, out.data);
    cr_assert_eq(r->n_receipts, 1);
    cr_expect_eq(r->receipts[0]->verdict, EMGATE__V1__VERDICT__VERDICT_REFUSED);
    cr_expect_str_eq(r->receipts[0]->reason, "year: x");
    cr_expect_eq(r->receipts[0]->signature.len, 2);
    emgate__v1__submit_response__free_unpacked(r, NULL);
    buf_deinit(&out);
}
