/* SPDX-License-Identifier: Apache-2.0 */
/* What the extract of the example plants says. */
#include "cli/plan_extract.h"

#include <criterion/criterion.h>
#include <jansson.h>

static void put_example(const char *name, struct buf *out)
{
    char path[512];
    struct bundle bundle;
    struct problems problems;
    problems_init(&problems);
    snprintf(path, sizeof path, TEST_DATA "/../config/examples/%s.yaml", name);
    bundle_read(path, &bundle, &problems);
    struct plan *plan = plan_new(&bundle, &problems);
    cr_assert_not_null(plan, "%s", (const char *)problems.text.data);
    struct json_writer writer = json_writer_of(out);
    plan_extract_put(plan, &writer);
    plan_free(&plan);
    bundle_deinit(&bundle);
    problems_deinit(&problems);
}

static const json_t *named(const json_t *list, const char *name)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *item = json_array_get(list, i);
        const json_t *id = json_object_get(item, "identifier");
        id = id ? id : json_object_get(item, "name");
        if (strcmp(json_string_value(id), name) == 0) {
            return item;
        }
    }
    cr_assert(false, "no %s", name);
    return NULL;
}

static const char *text(const json_t *object, const char *key)
{
    const char *value = json_string_value(json_object_get(object, key));
    return value ? value : "";
}

Test(plan_extract, tells_methods_factors_with_source_and_rules_for_gaps)
{
    struct buf out;
    json_error_t error;
    buf_init(&out, 1 << 20);
    put_example("cement", &out);
    json_t *root = json_loadb((const char *)out.data, out.len, 0, &error);
    cr_assert_not_null(root, "%s", error.text);

    const json_t *point = named(json_object_get(root, "measurement_points"), "kiln_coal");
    cr_assert_str_eq(text(point, "device"), "coal-weigher");
    cr_assert_str_eq(text(point, "substitution_rule"), "none");
    cr_assert_str_eq(text(point, "kind"), "rate");
    const json_t *kiln = named(json_object_get(root, "production_processes"), "clinker");
    const json_t *coal = named(json_object_get(kiln, "source_streams"), "coal");
    cr_assert_not_null(strstr(text(coal, "source"), "eq. 5"));
    const json_t *fuel = named(json_object_get(coal, "inputs"), "fuel_quantity");
    cr_assert_str_eq(text(fuel, "measured_by"), "kiln_coal");
    const json_t *ncv = named(json_object_get(coal, "inputs"), "ncv");
    const json_t *factor = json_array_get(json_object_get(ncv, "factors"), 0);
    cr_assert_float_eq(json_number_value(json_object_get(factor, "value")), 25.8, 1e-12);
    cr_assert_str_eq(text(factor, "unit"), "GJ/t");
    cr_assert_not_null(strstr(text(factor, "source"), "2025/2547"));
    json_decref(root);
    buf_deinit(&out);
}

Test(plan_extract, as_text_it_is_indented_lines)
{
    struct buf out;
    buf_init(&out, 1 << 16);

    plan_extract_put_text(
        bytes_of(
            "{\"a_b\": 1.5, \"list\": [{\"x\": \"y\"}, \"z\"], \"deep\": {\"k\": 2}}"),
        &out);

    buf_add_byte(&out, '\0');
    cr_assert_str_eq((const char *)out.data,
                     "a b: 1.5\nlist:\n  x: y\n\n  z\ndeep:\n  k: 2\n");
    buf_deinit(&out);
}

Test(plan_extract, the_whole_steel_works_fits)
{
    struct buf json;
    struct buf out;
    buf_init(&json, 1 << 22);
    buf_init(&out, 1 << 22);
    put_example("steel-integrated", &json);

    plan_extract_put_text(buf_bytes(&json), &out);

    cr_assert_not(json.overflow);
    cr_assert_gt(out.len, 1000);
    buf_deinit(&json);
    buf_deinit(&out);
}
