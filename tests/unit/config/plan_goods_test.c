/* SPDX-License-Identifier: Apache-2.0 */
#include "config/sector_parameters.h"

#define BEHIND_FACTORS                                                                   \
    "name: lab\nversion: \"1\"\nfactors:\n"                                              \
    "  - {id: cem.clinker, value: 82 %, source: s, from: 2026-01-01, to: 2026-04-01}\n"  \
    "  - {id: cem.clinker, value: 84 %, source: s, from: 2026-04-01}\n"

#include "plan_behind.h"

#define MAKES(category, more)                                                            \
    "  - id: mill\n    category: " category "\n    " more "\n    streams: []\n"
#define ACTIVITY(category, part) MAKES(category, "activity: [{point: clinker" part "}]")
#define GOODS(category, parameters)                                                      \
    MAKES(category, "goods: [{id: a, cn: '2523 29 00', parameters: {" parameters         \
                    "}}]\n    activity: [{point: clinker}]")

Test(plan_goods, cement_with_a_content_is_counted_in_clinker)
{
    struct plan *plan =
        expect_plan(ACTIVITY("cement", ", content: {value: 82 %, source: lab}"));
    const struct plan_process *mill = &plan->processes[1];
    cr_assert_str_eq(mill->functional_unit, "t clinker");
    cr_assert_eq(mill->activities[0].scale, 1);
    cr_assert_eq(mill->activities[0].to_tonnes, 1);
    cr_assert_float_eq(mill->activities[0].content->factors[0].value, 0.82, 1e-15);
    plan_free(&plan);

    plan = expect_plan(ACTIVITY("cement", ""));
    cr_assert_str_eq(plan->processes[1].functional_unit, "t");
    cr_assert_null(plan->processes[1].activities[0].content);
    plan_free(&plan);
}

Test(plan_goods, nitrogen_contained_becomes_the_functional_unit)
{
    struct plan *plan =
        expect_plan(ACTIVITY("urea", ", content: {value: 460 kg N/t, source: lab}"));
    const struct plan_activity *activity = &plan->processes[1].activities[0];
    cr_assert_str_eq(plan->processes[1].functional_unit, "kg N");
    cr_assert_float_eq(activity->scale * activity->content->factors[0].value, 460, 1e-9);
    plan_free(&plan);
    expect_words(ACTIVITY("urea", ", content: {value: 460 kg C/t, source: lab}"),
                 "does not become the functional unit 'kg N'");
}

Test(plan_goods, a_content_may_be_a_laboratory_s_values_by_date_or_a_point)
{
    struct plan *plan =
        expect_plan(ACTIVITY("cement", ", content: {factor: cem.clinker}"));
    const struct plan_input *content = plan->processes[1].activities[0].content;
    cr_assert_eq(content->factor_count, 2);
    cr_assert_float_eq(content->factors[1].value, 0.84, 1e-15);
    plan_free(&plan);

    plan = expect_plan(ACTIVITY("cement", ", content: {point: running}"));
    content = plan->processes[1].activities[0].content;
    cr_assert_str_eq(content->point->id, "running");
    cr_assert_eq(plan->processes[1].other_count, 1, "the process waits for it");
    plan_free(&plan);
}

Test(plan_goods, a_content_is_a_share_with_a_source)
{
    expect_words(ACTIVITY("cement", ", content: {value: 82, source: lab}"),
                 "must lie between 0 and 1; a percentage is written with the unit '%'");
    expect_words(ACTIVITY("cement", ", content: {value: 0, source: lab}"),
                 "it must be above 0");
    expect_words(ACTIVITY("cement", ", content: 82 %"), "a constant needs its source");
    expect_words(ACTIVITY("cement", ", content: {point: hot}"), "'content' wants '1'");
    expect_words(ACTIVITY("cement", ", content: {point: running, sign: -1}"),
                 "belong to an amount");
}

Test(plan_goods, each_good_has_its_code_and_parameters)
{
    struct plan *plan = expect_plan(
        GOODS("crude_steel",
              "manganese: {value: 1.2 %, source: lab}, reducing_agent: hydrogen, "
              "scrap_ratio: {value: 1.05 t/t, source: s}"));
    const struct plan_process *process = &plan->processes[1];
    const struct plan_good *good = &process->goods[0];
    cr_assert_str_eq(process->cn, "2523 29 00", "that of the first good");
    cr_assert_eq(process->activities[0].good, good, "the only one");
    cr_assert_str_eq(good->name, "a");
    cr_assert_eq(good->parameter_count, 3);
    const struct plan_input *first = &good->parameters[0];
    cr_assert_str_eq(sector_parameters[first->method_input].input.name, "manganese");
    cr_assert_float_eq(first->factors[0].value, 0.012, 1e-15);
    cr_assert_str_eq(good->parameters[1].factors[0].text, "hydrogen");
    cr_assert_float_eq(good->parameters[2].factors[0].value, 1.05, 1e-15);
    plan_free(&plan);
}

Test(plan_goods, parameters_are_those_of_the_category)
{
    expect_words(GOODS("cement", "manganese: {value: 1 %, source: s}"),
                 "goods of the category 'cement' have no parameter 'manganese'");
    expect_words(GOODS("cement", "clinker_rato: {value: 80 %, source: s}"),
                 "did you mean 'clinker_ratio'?");
    expect_words(GOODS("cement", "clinker_ratio: {value: 80, source: s}"),
                 "a percentage is written with the unit '%'");
    expect_words(GOODS("cement", "clinker_ratio: 80 %"), "needs its source");
    expect_words(GOODS("cement", "clinker_ratio: {point: running}"), "not a point");
    expect_words(GOODS("pig_iron", "reducing_agent: hydrogn"),
                 "did you mean 'hydrogen'?");
}

Test(plan_goods, an_activity_names_a_good_of_its_process)
{
#define TWO(part)                                                                        \
    MAKES("cement", "goods: [{id: a, cn: '2523 29 00'}, {id: b, cn: '2523 90 00'}]\n"    \
                    "    activity: [{point: clinker" part "}]")
    struct plan *plan = expect_plan(TWO(", good: b"));
    cr_assert_str_eq(plan->processes[1].activities[0].good->cn, "2523 90 00");
    plan_free(&plan);
    plan = expect_plan(TWO(""));
    cr_assert_null(plan->processes[1].activities[0].good, "which one is not said");
    plan_free(&plan);
    expect_words(TWO(", good: c"), "the process has no good 'c'");
    expect_words(MAKES("cement", "goods: []\n    activity: [{point: clinker}]"),
                 "goods: a list is wanted");
    expect_words(MAKES("cement", "goods: [{id: a, cn: '25'}]\n"
                                 "    activity: [{point: clinker}]"),
                 "is not a CN code of 4 to 8 digits");
    expect_words(MAKES("cement", "goods: [{id: a, cn: '2523'}, {id: a, cn: '2523'}]\n"
                                 "    activity: [{point: clinker}]"),
                 "the good 'a' is there twice");
}
