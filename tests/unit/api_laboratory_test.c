/* SPDX-License-Identifier: Apache-2.0 */
#include "api_private.h"

#include "fold_rig.h"

#define FUEL "kiln/fuel/emission_factor"
#define FACTOR_UNIT "t CO2/TJ"
#define RESULT(place, value, unit, from)                                                 \
    "{\"place\":\"" place "\",\"value\":" value ",\"unit\":\"" unit                      \
    "\",\"from\":\"" from "\"}"

/* What is wrong with the entry, or "". */
static const char *wrong_with(const char *text, const char *words,
                              struct entry *ret_entry, json_t **ret_root)
{
    static struct plan *plan;
    json_error_t e;
    plan = plan ? plan : rig_plan(rig_text);
    *ret_root = json_loads(text, 0, &e);
    cr_assert(*ret_root, "%s: %s", text, e.text);
    *ret_entry = (struct entry){.words = bytes_of(words)};
    const char *wrong = operator_read_result(plan, *ret_root, ret_entry);
    return wrong ? wrong : "";
}

static void expect_wrong(const char *text, const char *words, const char *field)
{
    struct entry entry;
    json_t *root = NULL;
    const char *wrong = wrong_with(text, words, &entry, &root);
    cr_expect(strncmp(wrong, field, strlen(field)) == 0, "%s: '%s'", text, wrong);
    json_decref(root);
}

Test(api_laboratory, what_is_wrong_names_its_field)
{
    expect_wrong(RESULT("kiln/x", "95", FACTOR_UNIT, ""), "r", "place:");
    expect_wrong(RESULT("kiln/fuel/fuel_quantity", "95", "t", ""), "r", "place:");
    expect_wrong(RESULT(FUEL, "\"95\"", FACTOR_UNIT, ""), "r", "value:");
    expect_wrong(RESULT(FUEL, "-95", FACTOR_UNIT, ""), "r", "value:");
    expect_wrong(RESULT(FUEL, "95", "GJ/t", ""), "r", "unit:");
    expect_wrong(RESULT(FUEL, "95", FACTOR_UNIT, "today"), "r", "from:");
    expect_wrong(RESULT(FUEL, "95", FACTOR_UNIT, "2026-01-01T00:00:00"), "r", "from:");
    expect_wrong(RESULT(FUEL, "95", FACTOR_UNIT, "2026-01-01T00:00:00Z"), "", "words:");
}

Test(api_laboratory, a_right_one_becomes_an_entry)
{
    struct entry entry;
    json_t *root = NULL;
    const char *wrong = wrong_with(
        RESULT(FUEL, "95", FACTOR_UNIT, "2026-07-15T10:00:00Z"), "r", &entry, &root);
    cr_assert_str_eq(wrong, "");
    cr_expect(bytes_are(entry.device, ENTRY_LABORATORY) && bytes_are(entry.metric, FUEL));
    cr_expect(bytes_are(entry.unit, FACTOR_UNIT));
    cr_expect_eq(entry.value, 95);
    cr_expect_eq(entry.event_ns, RIG_START_NS);
    json_decref(root);
}

Test(api_laboratory, places_tell_what_counts_there_and_results_come_newest_first)
{
    struct plan *plan = rig_plan(rig_text);
    struct laboratory laboratory;
    struct buf out;
    laboratory_init(&laboratory);
    buf_init(&out, 1 << 16);
    for (int i = 0; i < 2; i++) {
        struct laboratory_result result = {.place = i ? FUEL : "kiln/gone/ncv",
                                           .unit = FACTOR_UNIT,
                                           .source = "report",
                                           .record = 7 + (uint64_t)i,
                                           .value = 95,
                                           .from_ns = 0};
        (void)laboratory_add(&laboratory, plan, &result);
    }
    struct json_writer writer = json_writer_of(&out);
    api_put_laboratory(plan, &laboratory, &writer);
    json_t *root = json_loads((const char *)out.data, 0, NULL);
    cr_assert(root, "%s", (const char *)out.data);
    cr_expect_eq(json_integer_value(json_object_get(root, "amend_s")), 3600);
    cr_expect_eq(json_array_size(json_object_get(root, "places")), 4);
    cr_expect(strstr((const char *)out.data, "\"source\":\"s\""), "a factor of the plan");
    const json_t *newest = json_array_get(json_object_get(root, "results"), 0);
    cr_expect_eq(json_integer_value(json_object_get(newest, "record")), 8);
    cr_expect(json_is_true(json_object_get(newest, "known")));
    const json_t *gone = json_array_get(json_object_get(root, "results"), 1);
    cr_expect(json_is_false(json_object_get(gone, "known")));
    json_decref(root);
    buf_deinit(&out);
    laboratory_deinit(&laboratory);
    plan_free(&plan);
}
