/* SPDX-License-Identifier: Apache-2.0 */
#include "process_bench.h"

/* The rig whose mill has this activity level and these goods. */
static struct bench bench_of(const char *part, const char *goods)
{
    static const char mill[] = "    category: cement\n    activity: [{point: clinker}]\n";
    struct buf lines;
    buf_init(&lines, 1 << 16);
    buf_print(&lines, "    category: cement\n%s    activity: [{point: clinker%s}]\n",
              goods, part);
    struct buf text = text_with(rig_text, mill, (const char *)lines.data);
    buf_deinit(&lines);
    struct bench bench = open_bench((const char *)text.data);
    buf_deinit(&text);
    return bench;
}

static const char *first_alarm(const struct bench *bench)
{
    return bench->value.alarm_count ? bench->value.alarms[0].code : "";
}

Test(activity, counts_what_the_good_contains)
{
    struct bench bench = bench_of(", content: {value: 82 %, source: lab}", "");
    const struct process_value *value = compute(&bench, 1);
    const struct activity_value *part = &value->activities[0];
    cr_assert(value->complete && value->activity.has);
    cr_assert_float_eq(value->activity.value, 41, 1e-12);
    cr_assert_float_eq(value->see_indirect.value, 0.4 * 2 * 0.5 / 41, 1e-15);
    cr_assert_eq(part->quantity.value, 50);
    cr_assert_float_eq(part->content.quantity.value, 0.82, 1e-15);
    cr_assert_str_eq(part->content.origin, "constant");
    cr_assert_str_eq(part->content.source, "lab");
    clear(&bench);
}

Test(activity, takes_the_content_that_a_point_measures)
{
    struct bench bench = bench_of(", content: {point: running}", "");
    bench.running = 0.7;
    const struct process_value *value = compute(&bench, 1);
    cr_assert_float_eq(value->activity.value, 35, 1e-12);
    cr_assert_str_eq(value->activities[0].content.origin, "point:running");
    bench.running = (double)NAN;
    value = compute(&bench, 1);
    cr_assert(!value->activity.has && !value->complete && !value->see_indirect.has);
    cr_assert_str_eq(first_alarm(&bench), "activity_unknown");
    clear(&bench);
}

Test(activity, a_content_that_can_t_be_leaves_it_undetermined)
{
    struct bench bench = bench_of(", content: {point: running}", "");
    bench.running = 1.2;
    const struct process_value *value = compute(&bench, 1);
    cr_assert(!value->activity.has);
    cr_assert_str_eq(first_alarm(&bench), "activity_unknown");
    cr_assert(strstr(value->alarms[0].text, "must lie between 0 and 1"));
    clear(&bench);
}

Test(activity, of_a_window_that_no_value_is_valid_in_is_not_known)
{
    struct bench bench =
        bench_of(", content: {value: 82 %, source: lab, to: 2026-07-01}", "");
    const struct process_value *value = compute(&bench, 1);
    cr_assert(!value->activity.has);
    cr_assert_str_eq(first_alarm(&bench), "activity_unknown");
    cr_assert(strstr(value->alarms[0].text, "no factor 'content' is valid"));
    bench.clinker = 0; /* of nothing there is no sample */
    value = compute(&bench, 1);
    cr_assert(value->activity.has && value->activity.value == 0);
    clear(&bench);
}

Test(activity, a_value_that_ends_soon_is_an_alarm)
{
    struct bench bench =
        bench_of(", content: {value: 82 %, source: lab, to: 2026-08-01}", "");
    compute(&bench, 1);
    cr_assert_str_eq(first_alarm(&bench), "factor_due");
    clear(&bench);
}

Test(activity, parameters_of_a_good_are_those_of_the_window)
{
    struct bench bench = bench_of(
        "", "    goods: [{id: a, cn: '2523 29 00', parameters: {clinker_ratio: [{value: "
            "80 %, source: s}, {value: 85 %, source: s, from: 2026-07-01}]}}]\n");
    const struct process_value *value = compute(&bench, 1);
    cr_assert_str_eq(value->goods[0].good->id, "a");
    cr_assert_float_eq(value->goods[0].parameters[0].quantity.value, 0.85, 1e-15);
    clear(&bench);
    bench = bench_of("", "    goods: [{id: a, cn: '2523 29 00', parameters: "
                         "{clinker_ratio: {value: 80 %, source: s, to: 2026-07-01}}}]\n");
    value = compute(&bench, 1);
    cr_assert(!value->goods[0].parameters[0].quantity.has);
    cr_assert(value->activity.has && value->complete, "no figure rests on it");
    cr_assert_str_eq(first_alarm(&bench), "parameter_unknown");
    clear(&bench);
}

Test(activity, its_uncertainty_is_that_of_amount_and_content)
{
    struct bench bench = bench_of(", content: {point: running}", "");
    bench.running = 0.8;
    compute(&bench, 1);
    cr_assert(!bench.value.uncertainty_activity.has);
    struct plan_point *points = (struct plan_point *)(uintptr_t)bench.plan->points;
    for (size_t i = 0; i < bench.plan->point_count; i++) {
        points[i].uncertainty = strcmp(points[i].id, "running") == 0 ? 0.03 : 0.04;
    }
    compute(&bench, 1);
    cr_assert(bench.value.uncertainty_activity.has);
    cr_assert_float_eq(bench.value.uncertainty_activity.value, 40 * 0.05, 1e-12);
    clear(&bench);
}
