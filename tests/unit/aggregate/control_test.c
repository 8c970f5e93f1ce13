/* SPDX-License-Identifier: Apache-2.0 */
#include "process_bench.h"

static size_t count_of(const struct process_value *value, const char *code,
                       const char *words)
{
    size_t count = 0;
    for (size_t i = 0; i < value->alarm_count && i < PROCESS_ALARMS_MAX; i++) {
        bool hit = strcmp(value->alarms[i].code, code) == 0;
        cr_assert(!hit || strstr(value->alarms[i].text, words), "%s",
                  value->alarms[i].text);
        count += hit ? 1 : 0;
    }
    return count;
}

#define BALANCE(tolerance)                                                               \
    "    balances: [{id: works, carrier: material, in: [clinker], out: [coal],\n"        \
    "      tolerance: " tolerance "}]\n"

Test(control, a_balance_that_closes_is_silent_and_one_that_does_not_alarms)
{
    struct bench bench = bench_with(BALANCE("2 %"));
    bench.clinker = 100;
    bench.coal = 98.1;
    const struct process_value *value = compute(&bench, 1);
    cr_assert(value->balances[0].closes && value->alarm_count == 0);
    cr_assert_eq(value->balances[0].in.value, 100);

    bench.coal = 97.9;
    value = compute(&bench, 1);
    cr_assert(!value->balances[0].closes);
    cr_assert_eq(count_of(value, "balance_open", "2.1 % apart"), 1);
    cr_assert(value->complete, "the figures stand");
    clear(&bench);
}

Test(control, a_balance_without_data_says_which_point_lacks)
{
    struct bench bench = bench_with(BALANCE("1 %"));
    bench.coal = (double)NAN;
    const struct process_value *value = compute(&bench, 1);
    cr_assert_eq(count_of(value, "balance_unknown", "no data of point 'coal'"), 1);
    cr_assert(!value->balances[0].out.has);
    clear(&bench);
}

Test(control, a_split_by_mass_gives_each_its_part_and_the_parts_are_the_whole)
{
    struct bench bench = bench_with(
        "      - {id: a, method: process, split: {by: mass, own: [{point: coal}],\n"
        "          others: [{point: clinker}]}, inputs: {activity_data: {point: coal},\n"
        "          emission_factor: {value: 2 t CO2/t, source: s}}}\n"
        "      - {id: b, method: process, split: {by: mass, own: [{point: clinker}],\n"
        "          others: [{point: coal}]}, inputs: {activity_data: {point: coal},\n"
        "          emission_factor: {value: 2 t CO2/t, source: s}}}\n");
    bench.coal = 7.3;
    bench.clinker = 50.9;
    const struct process_value *value = compute(&bench, 1);
    double whole = 7.3 * 2;
    cr_assert_float_eq(value->streams[1].co2e, whole * 7.3 / 58.2, 1e-12);
    cr_assert_float_eq(value->streams[1].co2e + value->streams[2].co2e, whole,
                       1e-9 * whole);
    bench.clinker = (double)NAN;
    value = compute(&bench, 1);
    cr_assert(!value->streams[1].has_co2e && !value->attributed_direct.has);
    cr_assert_eq(count_of(value, "stream_unknown", "split by"), 2);
    clear(&bench);
}

Test(control, moles_are_mass_over_molar_mass)
{
    struct bench bench = bench_with(
        "      - {id: a, method: process, split: {by: mole, own: [{point: coal,\n"
        "          molar_mass: 28 g/mol}], others: [{point: clinker, molar_mass:\n"
        "          0.002 kg/mol}]}, inputs: {activity_data: {point: coal},\n"
        "          emission_factor: {value: 2 t CO2/t, source: s}}}\n");
    bench.coal = 28;
    bench.clinker = 6;
    const struct process_value *value = compute(&bench, 1);
    cr_assert_float_eq(value->streams[1].co2e, 56 * 1 / (1 + 3.0), 1e-12);
    clear(&bench);
}

Test(control, meters_of_processes_are_corrected_to_that_of_the_installation)
{
    struct bench bench = bench_with(
        "      - {id: a, method: process, inputs: {activity_data: {point: coal,\n"
        "          reconcile: {to: [clinker], of: [coal]}},\n"
        "          emission_factor: {value: 2 t CO2/t, source: s}}}\n");
    bench.coal = 40;
    bench.clinker = 50;
    const struct process_value *value = compute(&bench, 1);
    cr_assert_float_eq(value->streams[1].inputs[0].reconciled.value, 1.25, 1e-15);
    cr_assert_float_eq(value->streams[1].co2e, 100, 1e-12);
    bench.clinker = (double)NAN;
    value = compute(&bench, 1);
    cr_assert(!value->streams[1].has_co2e);
    cr_assert(strstr(value->streams[1].missing, "reconciled"));
    clear(&bench);
}

Test(control, calibrations_and_factors_are_told_before_and_after_they_lapse)
{
    struct bench bench = open_bench(rig_text);
    const struct plan_point *found = plan_find_point(bench.plan, BYTES("coal"));
    struct plan_point *coal = (struct plan_point *)(uintptr_t)found;
    if (!coal) {
        cr_assert_fail("no such point");
        return;
    }
    coal->calibration_due_ns = MINUTE_TO + PLAN_WARN_NS;
    cr_assert_eq(compute(&bench, 0)->alarm_count, 0);
    coal->calibration_due_ns = MINUTE_TO + PLAN_WARN_NS - 1;
    cr_assert_eq(count_of(compute(&bench, 0), "calibration_due", "'coal'"), 1);
    coal->calibration_due_ns = MINUTE_TO;
    cr_assert_eq(count_of(compute(&bench, 0), "calibration_due", "2026-07-15"), 1);
    coal->calibration_due_ns = MINUTE_TO - 1;
    cr_assert_eq(count_of(compute(&bench, 0), "calibration_lapsed", "2026-07-15"), 1);
    clear(&bench);

    bench =
        bench_with("      - {id: a, method: process, inputs: {activity_data: {point:\n"
                   "          coal}, emission_factor: {value: 2 t CO2/t, source: s,\n"
                   "          to: 2026-08-01}}}\n");
    cr_assert_eq(count_of(compute(&bench, 1), "factor_due", "until 2026-07-31"), 1);
    clear(&bench);
}

Test(control, a_sum_below_zero_is_an_alarm)
{
    struct bench bench = bench_with(
        "      - {id: a, method: process, term: heat_export, inputs: {activity_data:\n"
        "          {point: coal}, emission_factor: {value: 2 t CO2/t, source: s}}}\n");
    cr_assert_eq(count_of(compute(&bench, 1), "floored", "less than 0"), 1);
    clear(&bench);
}
