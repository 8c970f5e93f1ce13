/* SPDX-License-Identifier: Apache-2.0 */
#include "process_bench.h"

static void state(struct bench *bench, const char *id, double uncertainty)
{
    for (size_t i = 0; i < bench->plan->point_count; i++) {
        if (strcmp(bench->plan->points[i].id, id) == 0) {
            struct plan_point *point =
                (struct plan_point *)(uintptr_t)&bench->plan->points[i];
            point->uncertainty = uncertainty;
        }
    }
}

Test(uncertainty, that_of_a_meter_is_that_of_what_is_linear_in_it)
{
    struct bench bench = open_bench(rig_text);
    state(&bench, "coal", 0.015);
    state(&bench, "clinker", 0.02);
    const struct process_value *value = compute(&bench, 0);
    cr_assert_float_eq(value->uncertainty_direct.value,
                       0.015 * value->attributed_direct.value, 1e-12);
    cr_assert_float_eq(value->uncertainty_activity.value, 0.02 * 50, 1e-12);
    cr_assert(!value->uncertainty_indirect.has, "the meter of power states none");
    cr_assert_float_eq(value->attributed_direct.value, 10 * 25.8 / 1000 * 94.6, 1e-12,
                       "nothing else moved");
    clear(&bench);
}

Test(uncertainty, independent_meters_add_up_in_squares)
{
    struct bench bench = bench_with(
        "      - {id: a, method: process, inputs: {activity_data: {point: coal},\n"
        "          emission_factor: {value: 3 t CO2/t, source: s}}}\n"
        "      - {id: b, method: process, inputs: {activity_data: {point: clinker},\n"
        "          emission_factor: {value: 0.8 t CO2/t, source: s}}}\n");
    state(&bench, "coal", 0.1);
    state(&bench, "clinker", 0.1);
    const struct process_value *value = compute(&bench, 1);
    cr_assert_float_eq(value->uncertainty_direct.value, sqrt(3 * 3 + 4 * 4), 1e-12);
    clear(&bench);
}

Test(uncertainty, one_meter_in_two_streams_errs_once)
{
    struct bench bench = bench_with(
        "      - {id: a, method: process, inputs: {activity_data: {point: coal},\n"
        "          emission_factor: {value: 3 t CO2/t, source: s}}}\n"
        "      - {id: b, method: process, term: heat_export, inputs: {activity_data:\n"
        "          {point: coal}, emission_factor: {value: 1 t CO2/t, source: s}}}\n");
    state(&bench, "coal", 0.1);
    const struct process_value *value = compute(&bench, 1);
    cr_assert_float_eq(value->uncertainty_direct.value, 0.1 * 10 * (3 - 1), 1e-12);
    clear(&bench);
}

Test(uncertainty, a_split_carries_the_meters_that_it_is_made_of)
{
    struct bench bench = bench_with(
        "      - {id: a, method: process, split: {by: mass, own: [{point: coal}],\n"
        "          others: [{point: clinker}]}, inputs: {activity_data: {point: coal},\n"
        "          emission_factor: {value: 1 t CO2/t, source: s}}}\n");
    state(&bench, "coal", 0.01);
    const struct process_value *value = compute(&bench, 1);
    cr_assert(!value->uncertainty_direct.has, "clinker states none");
    state(&bench, "clinker", 0.02);
    value = compute(&bench, 1);
    double coal = 10.1 * 10.1 / (10.1 + 50) - 100 / 60.0;
    double clinker = 100 / 61.0 - 100 / 60.0;
    cr_assert_float_eq(value->uncertainty_direct.value,
                       sqrt(coal * coal + clinker * clinker), 1e-12);
    clear(&bench);
}

Test(uncertainty, what_is_unknown_has_none)
{
    struct bench bench = open_bench(rig_text);
    state(&bench, "coal", 0.015);
    bench.coal = (double)NAN;
    cr_assert(!compute(&bench, 0)->uncertainty_direct.has);
    clear(&bench);
}
