/* SPDX-License-Identifier: Apache-2.0 */
#include "goods_rig.h"

/* The report of the rig as JSON; the caller releases it. */
static json_t *report_of(struct goods_rig *rig)
{
    struct buf out;
    json_error_t e;
    buf_init(&out, 1 << 20);
    struct json_writer writer = json_writer_of(&out);
    report_put_json(rig->report, REPORT_SUMMARY, &writer);
    json_t *json = json_loadb((const char *)out.data, out.len, 0, &e);
    cr_assert(json, "%s", e.text);
    buf_deinit(&out);
    return json;
}

static double figure(const json_t *object, const char *key)
{
    const json_t *exact = json_object_get(json_object_get(object, key), "exact");
    return exact && !json_is_null(exact) ? json_number_value(exact) : (double)NAN;
}

Test(report_goods, a_good_names_its_precursors_with_their_values)
{
    struct goods_rig rig;
    goods_rig_init(&rig, false);
    goods_rig_add(
        &rig, 0,
        (struct goods_window){.direct = 300, .indirect = 10, .level = 100, .bought = 60});
    goods_rig_add(
        &rig, 1,
        (struct goods_window){.direct = 8, .indirect = 1, .level = 10, .own = 20});
    json_t *report = report_of(&rig);
    const json_t *processes = json_object_get(report, "production_processes");
    const json_t *first = json_array_get(processes, 0);
    const json_t *alloy = json_array_get(json_object_get(first, "precursors"), 0);
    const json_t *second = json_array_get(processes, 1);
    const json_t *own = json_array_get(json_object_get(second, "precursors"), 0);

    cr_assert_float_eq(figure(first, "specific_embedded_emissions_direct"), 3.6, 1e-12);
    cr_assert_float_eq(figure(first, "specific_attributed_emissions_direct"), 3, 1e-12);
    cr_assert_float_eq(figure(first, "share_of_default_values"), 30 / 360.0, 1e-12);
    cr_assert_str_eq(json_string_value(json_object_get(alloy, "verification_report")),
                     "V-1");
    cr_assert_float_eq(figure(alloy, "specific_embedded_emissions_direct"), 1, 1e-12);
    cr_assert_str_eq(json_string_value(json_object_get(own, "made_by_process")), "first");
    cr_assert_float_eq(figure(own, "specific_embedded_emissions_direct"), 3.6, 1e-12);
    cr_assert_float_eq(figure(second, "specific_embedded_emissions_direct"), 8, 1e-12);
    json_decref(report);
    goods_rig_deinit(&rig);
}

Test(report_goods, an_undetermined_good_says_what_lacks)
{
    struct goods_rig rig;
    goods_rig_init(&rig, false);
    goods_rig_add(&rig, 0,
                  (struct goods_window){.direct = (double)NAN, .level = 1, .bought = 1});
    json_t *report = report_of(&rig);
    const json_t *first =
        json_array_get(json_object_get(report, "production_processes"), 0);

    cr_assert(isnan(figure(first, "specific_embedded_emissions_direct")));
    cr_assert_str_eq(json_string_value(json_object_get(first, "not_determined")),
                     "attributed emissions of the process 'first'");
    json_decref(report);
    goods_rig_deinit(&rig);
}

static json_t *goods_of(const struct goods_rig *rig)
{
    struct buf out;
    json_error_t e;
    buf_init(&out, 1 << 20);
    struct json_writer writer = json_writer_of(&out);
    report_put_goods(rig->report, &writer);
    json_t *json = json_loadb((const char *)out.data, out.len, 0, &e);
    cr_assert(json, "%s", e.text);
    buf_deinit(&out);
    return json;
}

/* Every member that a good has among the goods is that of the report. */
Test(report_goods, the_goods_alone_are_those_of_the_report)
{
    struct goods_rig rig;
    goods_rig_init(&rig, true);
    goods_rig_add(&rig, 0,
                  (struct goods_window){300, 10, .level = 100, .bought = 60, .own = 1});
    goods_rig_add(&rig, 1, (struct goods_window){8, 1, .level = 10, .own = 20});
    json_t *report = report_of(&rig);
    json_t *alone = goods_of(&rig);
    const json_t *goods = json_object_get(alone, "goods");
    size_t compared = 0;
    cr_assert_eq(json_array_size(goods), 2);
    for (size_t i = 0; i < 2; i++) {
        const json_t *whole =
            json_array_get(json_object_get(report, "production_processes"), i);
        const char *key;
        json_t *value;
        json_object_foreach(json_array_get(goods, i), key, value)
        {
            const json_t *same = json_object_get(whole, key);
            cr_assert(!same || json_equal(same, value), "%s", key);
            compared += same != NULL;
        }
        cr_assert(json_object_get(json_array_get(goods, i), "precursors"));
    }
    cr_assert_geq(compared, 18);
    json_decref(report);
    json_decref(alone);
    goods_rig_deinit(&rig);
}
