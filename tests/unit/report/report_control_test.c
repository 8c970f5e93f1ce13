/* SPDX-License-Identifier: Apache-2.0 */
#include "goods_rig.h"

static json_t *stream_of(const char *id, const char *term, double co2e)
{
    return goods_rig_stream(id, term, co2e);
}

/* A window of a process with these streams, and what one point's uncertainty does. */
static void add(struct goods_rig *rig, size_t process, json_t *streams, double effect)
{
    json_t *point =
        json_pack("{s:s, s:s, s:f, s:{s:f}}", "point", "scale", "state", "valid",
                  "uncertainty", 0.01, "effect_direct", "value", effect);
    json_t *summary = json_pack(
        "{s:s, s:s, s:{s:b, s:i, s:[o], s:[{s:s}, {s:s}]}, s:{s:f, s:s}, s:{s:f}, s:o}",
        "process", rig->processes[process].id, "window_start", "1970-01-01T05:00:00Z",
        "quality", "complete", 1, "alarm_count", 2, "points", point, "balances", "state",
        "open", "state", "closed", "activity_level", "value", 10.0, "unit", "t",
        "uncertainty_direct", "value", fabs(effect), "streams", streams);
    cr_assert_not_null(summary);
    cr_assert(report_add(rig->report, summary));
    json_decref(summary);
}

static json_t *control_of(struct goods_rig *rig)
{
    struct buf out;
    json_error_t e;
    buf_init(&out, 1 << 20);
    struct json_writer writer = json_writer_of(&out);
    json_open(&writer, '{');
    report_put_control(&writer, rig->report);
    json_close(&writer, '}');
    json_t *json = json_loadb((const char *)out.data, out.len, 0, &e);
    cr_assert(json, "%s", e.text);
    buf_deinit(&out);
    return json;
}

static double figure(const json_t *control, const char *key)
{
    return json_number_value(json_object_get(json_object_get(control, key), "exact"));
}

Test(report_control, the_processes_are_the_installation_and_inner_flows_cancel)
{
    struct goods_rig rig;
    goods_rig_init(&rig, false);
    for (int i = 0; i < 7; i++) {
        add(&rig, 0,
            json_pack("[o, o]", stream_of("fuel", "direct", 100.1 + i),
                      stream_of("steam", "heat_export", 30.3)),
            1);
        add(&rig, 1,
            json_pack("[o, o, o]", stream_of("fuel", "direct", 20.7),
                      stream_of("steam", "heat_import", 30.3),
                      stream_of("gas", "waste_gas_export", 1.1)),
            1);
    }
    json_t *json = control_of(&rig);
    const json_t *control = json_object_get(json, "control");
    cr_assert_str_eq(json_string_value(json_object_get(control, "state")), "closed");
    cr_assert_float_eq(figure(control, "heat_across_the_fence"), 0, 1e-9);
    cr_assert_float_eq(figure(control, "waste_gas_across_the_fence"), -7.7, 1e-9);
    cr_assert_float_eq(figure(control, "sum_of_processes"), 7 * (100.1 + 20.7 - 1.1) + 21,
                       1e-9);
    cr_assert_eq(json_integer_value(json_object_get(control, "alarms_of_windows")), 28);
    cr_assert_eq(json_integer_value(json_object_get(control, "balances_not_closed")), 14);
    json_decref(json);
    goods_rig_deinit(&rig);
}

Test(report_control, a_floor_leaves_a_difference_with_its_reason)
{
    struct goods_rig rig;
    goods_rig_init(&rig, false);
    add(&rig, 0, json_pack("[o]", stream_of("steam", "heat_export", 5)), 1);
    add(&rig, 1, json_pack("[o]", stream_of("fuel", "direct", 20)), 1);
    json_t *json = control_of(&rig);
    const json_t *control = json_object_get(json, "control");
    cr_assert_str_eq(json_string_value(json_object_get(control, "state")), "floored");
    cr_assert_float_eq(figure(control, "difference"), 5, 1e-12);
    json_decref(json);
    goods_rig_deinit(&rig);
}

Test(report_control, one_instrument_errs_the_same_way_in_all_windows)
{
    struct goods_rig rig;
    goods_rig_init(&rig, false);
    for (int i = 0; i < 4; i++) {
        add(&rig, 0, json_pack("[o]", stream_of("fuel", "direct", 20)), 3);
    }
    struct report_uncertainty u = report_uncertainty(&rig.report->processes[0]);
    cr_assert_float_eq(u.direct, 12, 1e-12, "not sqrt(4) x 3");
    cr_assert(isnan(u.indirect) && isnan(u.activity));
    goods_rig_deinit(&rig);
}
