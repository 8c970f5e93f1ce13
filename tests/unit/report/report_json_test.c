/* SPDX-License-Identifier: Apache-2.0 */
#include "report_rig.h"

static json_t *written(struct report_rig *rig, enum report_detail detail)
{
    struct buf out;
    buf_init(&out, 1 << 20);
    struct json_writer writer = json_writer_of(&out);
    report_put_json(rig->report, detail, &writer);
    json_error_t error;
    json_t *value = json_loadb((const char *)out.data, out.len, 0, &error);
    cr_assert_not_null(value, "%s: %s", error.text, (const char *)out.data);
    buf_deinit(&out);
    return value;
}

static const json_t *process_of(const json_t *report)
{
    return json_array_get(json_object_get(report, "production_processes"), 0);
}

static double exact(const json_t *object, const char *key)
{
    return json_number_value(json_object_get(json_object_get(object, key), "exact"));
}

Test(report_json, specific_emissions_stand_exact_and_rounded)
{
    struct report_rig rig;
    report_rig_init(&rig);
    cr_assert(report_rig_add(&rig, "kiln", 2, 1, 3));

    json_t *report = written(&rig, REPORT_FULL);

    const char *key = "specific_embedded_emissions_direct";
    const json_t *goods = process_of(report);
    cr_assert_float_eq(exact(goods, key), 2.0 / 3, 1e-15);
    cr_assert_float_eq(
        json_number_value(json_object_get(json_object_get(goods, key), "value")), 0.66667,
        1e-15);
    const json_t *stream = json_array_get(json_object_get(goods, "source_streams"), 0);
    cr_assert_float_eq(exact(stream, "activity_data"), 2.5, 1e-15);
    json_decref(report);
    report_free(&rig.report);
}

Test(report_json, what_is_undetermined_is_null_and_its_window_is_listed)
{
    struct report_rig rig;
    report_rig_init(&rig);
    cr_assert(report_rig_add(&rig, "kiln", -2e9, 1, 3));

    json_t *report = written(&rig, REPORT_FULL);

    const json_t *total = json_object_get(report, "total_direct_emissions");
    cr_assert(json_is_null(json_object_get(total, "value")));
    const json_t *quality = json_object_get(process_of(report), "data_quality");
    const json_t *gaps = json_object_get(quality, "data_gaps_and_estimates");
    cr_assert_eq(json_array_size(gaps), 1);
    json_decref(report);
    report_free(&rig.report);
}

Test(report_json, the_summary_report_leaves_streams_out)
{
    struct report_rig rig;
    report_rig_init(&rig);
    cr_assert(report_rig_add(&rig, "kiln", 2, 1, 3));

    json_t *report = written(&rig, REPORT_SUMMARY);

    cr_assert_null(json_object_get(process_of(report), "source_streams"));
    json_decref(report);
    report_free(&rig.report);
}
