/* SPDX-License-Identifier: Apache-2.0 */
#include "config/plan.h"

#define BEHIND_FACTORS                                                                   \
    "name: d\nversion: \"1\"\nfactors:\n"                                                \
    "  - {id: default.id.feni.direct, value: 3.48 t CO2e/t, source: s}\n"                \
    "  - {id: default.markup, value: 10 %, source: s, from: 2026-01-01}\n"

#include "methods/method.h"
#include "plan_behind.h"

#include <math.h>

static const struct plan_factor *first_factor(const struct plan_stream *stream,
                                              const char *name)
{
    for (size_t i = 0; i < stream->input_count; i++) {
        size_t index = stream->inputs[i].method_input;
        if (strcmp(stream->method->inputs[index].name, name) == 0) {
            return stream->inputs[i].factors;
        }
    }
    return NULL;
}

#define STREAM(precursor, inputs)                                                        \
    "      - {id: p, method: precursor, precursor: {" precursor                          \
    "},\n         inputs: {mass: {point: clinker}" inputs "}}\n"
#define SEE ", see_direct: {value: 2 t CO2e/t, source: s}"

Test(plan_precursors, a_supplier_s_values_need_a_verifier)
{
    struct plan *plan = expect_plan(STREAM(
        "category: ferro_nickel, cn: '7202 60 00', origin: ID, verification: V-7", SEE));
    const struct plan_stream *stream = &plan->processes[0].streams[1];
    cr_assert_eq(stream->term, TERM_PRECURSOR);
    cr_assert_str_eq(stream->precursor->verification, "V-7");
    cr_assert(!stream->precursor->indirect_counts && !stream->precursor->exempt);
    plan_free(&plan);
    expect_words(STREAM("category: ferro_nickel, origin: ID", SEE),
                 "a supplier's values need 'verification'");
}

Test(plan_precursors, default_values_bring_mark_up_and_share)
{
    struct plan *plan =
        expect_plan(STREAM("category: ferro_nickel, origin: ID, default: feni", ""));
    const struct plan_stream *stream = &plan->processes[0].streams[1];
    cr_assert_float_eq(first_factor(stream, "see_direct")->value, 3.48, 1e-15);
    cr_assert_str_eq(first_factor(stream, "see_direct")->origin,
                     "factor:default.id.feni.direct@d@1");
    cr_assert_float_eq(first_factor(stream, "markup")->value, 0.1, 1e-15);
    cr_assert_eq(first_factor(stream, "default_share")->value, 1);
    cr_assert_null(first_factor(stream, "see_indirect"));
    plan_free(&plan);
    expect_words(
        STREAM("category: ferro_nickel, origin: CN, default: feni", ""),
        "there is no factor 'default.cn.feni.direct': the program has no default "
        "values of CN. Put those of 2025/2621, or of its table of other "
        "countries, with their source under this id into a factor file and name "
        "it in 'factors'");
    expect_words(STREAM("category: ferro_nickel, origin: ID, default: fenni", ""),
                 "did you mean 'default.id.feni.direct'?: the program has other default "
                 "values of ID");
    expect_words(STREAM("category: ferro_nickel, origin: ID, default: feni", SEE),
                 "one of them");
}

Test(plan_precursors, union_and_exempt_origin_count_as_zero_with_the_reason)
{
    struct plan *plan = expect_plan(STREAM("category: pig_iron, origin: NO", ""));
    const struct plan_stream *stream = &plan->processes[0].streams[1];
    const struct plan_factor *see = first_factor(stream, "see_direct");
    cr_assert(stream->precursor->exempt);
    cr_assert_eq(see->value, 0);
    cr_assert_str_eq(see->origin, "rule");
    cr_assert(strstr(see->source, "Annex III"));
    plan_free(&plan);
    expect_words(STREAM("category: pig_iron, origin: DE, verification: V", SEE),
                 "counts as zero: leave its values out");
}

Test(plan_precursors, nothing_is_made_up_for_what_is_left_out)
{
    expect_words(STREAM("category: pig_iron, origin: CN", ""),
                 "'see_direct' is missing: give the supplier's value");
    expect_words(STREAM("category: pig_iron", SEE), "a bought precursor needs 'origin'");
    expect_words(STREAM("origin: CN", SEE), "a bought precursor needs 'category'");
    expect_words(STREAM("category: pig_iron, origin: China", SEE), "two letters");
    expect_words("      - {id: p, method: precursor, inputs: {mass: {point: clinker}" SEE
                 "}}\n",
                 "needs the map 'precursor'");
}

#define MILL(consumption, more)                                                          \
    "  - id: mill\n    category: cement\n    activity: [{point: clinker}]\n"             \
    "    streams:\n      - {id: c, method: precursor_own, " consumption                  \
    ",\n         inputs: {mass: {point: clinker}" more "}}\n"

Test(plan_precursors, a_process_of_the_installation_is_found_by_its_name)
{
    struct plan *plan = expect_plan(MILL("precursor: {process: kiln}", ""));
    const struct plan_precursor *precursor = plan->processes[1].streams[0].precursor;
    cr_assert_str_eq(precursor->process, "kiln");
    cr_assert_str_eq(precursor->category, "cement_clinker");
    cr_assert_eq(precursor->to_unit, 1);
    cr_assert(precursor->indirect_counts);
    plan_free(&plan);
    expect_words(MILL("precursor: {process: klin}", ""), "did you mean 'kiln'?");
    expect_words(MILL("precursor: {}", ""), "precursor_own needs 'process'");
}

Test(plan_precursors, units_of_nitrogen_and_of_mass_do_not_mix)
{
    expect_words(
        MILL("precursor: {process: kiln}", ", content: {value: 822 kg N/t, source: s}"),
        "counts t, the consumption is in t N");
    expect_words(
        STREAM("category: ammonia, origin: CN, verification: V",
               ", see_direct: {value: 0.002 t CO2e/kg N, source: s}"),
        "see_direct is per t N, the consumption is counted in t: give 'content'");
    struct plan *plan = expect_plan(
        STREAM("category: ammonia, origin: CN, verification: V",
               ", see_direct: {value: 0.002 t CO2e/kg N, source: s}, content: {value: "
               "822.4 kg N/t, source: s}"));
    const struct plan_stream *stream = &plan->processes[0].streams[1];
    cr_assert_float_eq(first_factor(stream, "see_direct")->value, 2, 1e-12);
    cr_assert_float_eq(first_factor(stream, "content")->value, 0.8224, 1e-15);
    plan_free(&plan);
}

Test(plan_precursors, the_map_belongs_to_precursors_alone)
{
    expect_words("        precursor: {process: kiln}\n", "'precursor' goes only with");
    expect_words("        term: precursor\n", "the term 'precursor' goes only with");
}
