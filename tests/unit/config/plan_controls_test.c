/* SPDX-License-Identifier: Apache-2.0 */
#include "config/plan.h"

#include "plan_behind.h"

#define BALANCE(in, out)                                                                 \
    "    balances: [{id: b, carrier: heat, in: [" in "], out: [" out "]}]\n"

Test(plan_controls, the_sides_of_a_balance_are_brought_to_one_unit)
{
    struct plan *plan = expect_plan(BALANCE("clinker", "coal"));
    const struct plan_balance *balance = &plan->processes[0].balances[0];
    cr_assert_eq(balance->carrier, CARRIER_HEAT);
    cr_assert_str_eq(balance->unit, "t");
    cr_assert_eq(balance->in[0].scale, 1);
    cr_assert_float_eq(balance->out[0].scale, 3.6, 1e-12, "(kg/s).h is 3.6 t");
    cr_assert_float_eq(balance->tolerance, 0.01, 1e-15);
    cr_assert_eq(plan->processes[0].other_count, 2);
    plan_free(&plan);
    expect_words(BALANCE("clinker", "hot"), "point 'hot' (degC) does not add to t");
    expect_words(BALANCE("clinker", "cole"), "did you mean 'coal'?");
    expect_words("    balances: [{id: b, carrier: steam, in: [coal], out: [coal]}]\n",
                 "must be 'electricity'");
    expect_words("    balances: [{id: b, carrier: heat, in: [], out: [coal]}]\n",
                 "a list of 1 to 64 points is wanted");
}

#define SPLIT(split)                                                                     \
    "      - {id: s, method: process, " split ",\n"                                      \
    "          inputs: {activity_data: {point: clinker},\n"                              \
    "          emission_factor: {value: 1 t CO2/t, source: s}}}\n"

Test(plan_controls, a_split_is_by_mass_heat_or_mole)
{
    struct plan *plan = expect_plan(
        SPLIT("split: {by: mass, own: [{point: clinker}], others: [{point: coal}]}"));
    const struct plan_ratio *ratio = plan->processes[0].streams[1].split;
    cr_assert_eq(ratio->above_count, 1);
    cr_assert_eq(ratio->below_count, 2);
    plan_free(&plan);
    expect_words(SPLIT("share: 50 %, split: {by: mass, own: [{point: clinker}], others: "
                       "[{point: coal}]}"),
                 "'share' and 'split': one of them");
    expect_words(
        SPLIT("split: {by: heat, own: [{point: clinker}], others: [{point: coal}]}"),
        "does not add to TJ");
    expect_words(
        SPLIT("split: {by: mole, own: [{point: clinker}], others: [{point: coal}]}"),
        "'molar_mass' is wanted by mole");
    expect_words(SPLIT("split: {by: mole, own: [{point: clinker, molar_mass: 5 kg}], "
                       "others: [{point: coal, molar_mass: 1 g/mol}]}"),
                 "as in 17.03 g/mol");
}

#define HALF(id, share)                                                                  \
    "      - {id: " id ", method: process, share: " share ",\n"                          \
    "          inputs: {activity_data: {point: clinker},\n"                              \
    "          emission_factor: {value: 1 t CO2/t, source: s}}}\n"

Test(plan_controls, shares_of_one_point_are_no_more_than_the_whole)
{
    struct plan *plan = expect_plan(HALF("a", "60 %") HALF("b", "40 %"));
    plan_free(&plan);
    expect_words(HALF("a", "60 %") HALF("b", "50 %"),
                 "point 'clinker' is taken 1.1 times in all");
    plan = expect_plan(HALF("a", "60 %") HALF("b", "30 %")); /* the rest is not CBAM's */
    plan_free(&plan);
}

Test(plan_controls, a_calibration_has_its_days)
{
    struct buf text =
        plant_with("  - {id: hot,", "  - {id: x, device: d, metric: x, kind: "
                                    "amount, unit: t, calibrated: "
                                    "2026-03-01, calibration_due: "
                                    "2027-03-01}\n  - {id: hot,");
    struct problems problems;
    struct plan *plan = plan_of((const char *)text.data, NULL, NULL, &problems);
    cr_assert(plan, "%s", (const char *)problems.text.data);
    const struct plan_point *point = plan_find_point(plan, BYTES("x"));
    cr_assert_eq(point->calibration_due_ns - point->calibrated_ns,
                 INT64_C(365) * 86400 * 1000000000);
    cr_assert_eq(plan_find_point(plan, BYTES("hot"))->calibration_due_ns, INT64_MAX);
    plan_free(&plan);
    problems_deinit(&problems);
    buf_deinit(&text);
}

static void count_lapse(void *ctx, const struct plan_lapse *lapse)
{
    size_t *counts = ctx;
    counts[lapse->over ? 1 : 0]++;
}

Test(plan_controls, what_lapses_is_told_a_month_before_and_ever_after)
{
    struct plan *plan = expect_plan(
        "      - {id: s, method: process, inputs: {activity_data: {point: clinker},\n"
        "          emission_factor: {value: 1 t CO2/t, source: s, to: 2026-08-01}}}\n");
    const struct plan_factor *factor =
        &plan->processes[0].streams[1].inputs[1].factors[0];
    size_t counts[2] = {0};
    plan_each_lapse(plan, factor->to_ns - PLAN_WARN_NS, count_lapse, counts);
    cr_assert(counts[0] == 0 && counts[1] == 0);
    plan_each_lapse(plan, factor->to_ns - PLAN_WARN_NS + 1, count_lapse, counts);
    cr_assert(counts[0] == 1 && counts[1] == 0);
    plan_each_lapse(plan, factor->to_ns, count_lapse, counts);
    cr_assert(counts[0] == 1 && counts[1] == 1);
    plan_free(&plan);
}
