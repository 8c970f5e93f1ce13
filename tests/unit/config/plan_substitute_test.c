/* SPDX-License-Identifier: Apache-2.0 */
#include "config_text.h"

/* The plant with one more point; its parts are what the test wants. */
static struct plan *plan_of_point(const char *point, struct problems *problems)
{
    struct buf text = plant_with("processes:\n", point);
    struct plan *plan = plan_of((const char *)text.data, NULL, NULL, problems);
    buf_deinit(&text);
    return plan;
}

#define POINT(kind, unit, more)                                                          \
    "  - {id: gas, device: d, metric: gas, kind: " kind ", unit: " unit                  \
    ", interval: 10s, " more "}\nprocesses:\n"
#define BALANCE(parts) POINT("rate", "kg/h", "substitute: balance, balance: [" parts "]")

static void expect_words(const char *point, const char *words)
{
    struct problems problems;
    struct plan *plan = plan_of_point(point, &problems);
    cr_expect_null(plan);
    cr_expect(strstr((const char *)problems.text.data, words), "wanted: %s\ngot: %s",
              words, (const char *)problems.text.data);
    plan_free(&plan);
    problems_deinit(&problems);
}

static struct plan *expect_plan(const char *point)
{
    struct problems problems;
    struct plan *plan = plan_of_point(point, &problems);
    cr_assert(plan, "%s", (const char *)problems.text.data);
    problems_deinit(&problems);
    return plan;
}

static const struct plan_point *gas_of(const struct plan *plan)
{
    return plan_find_point(plan, BYTES("gas"));
}

Test(plan_substitute, parts_are_brought_to_the_unit_of_the_point)
{
    struct plan *plan = expect_plan(BALANCE("{point: clinker}, {point: coal, sign: -1}"));
    const struct plan_point *gas = gas_of(plan);
    cr_assert_str_eq(gas->substitute, "balance");
    cr_assert_eq(gas->balance_count, 2);
    cr_assert_float_eq(gas->balance[0].scale, 1000, 1e-9, "t to kg");
    cr_assert_float_eq(gas->balance[1].scale, -3600, 1e-9, "(kg/s).h to kg");
    plan_free(&plan);
}

Test(plan_substitute, a_factor_may_change_the_dimension)
{
    struct plan *plan =
        expect_plan(POINT("rate", "Nm3/h",
                          "substitute: balance, balance: [{point: clinker, times: "
                          "9.2 Nm3/kg, source: s}]"));
    cr_assert_float_eq(gas_of(plan)->balance[0].scale, 9200, 1e-9);
    plan_free(&plan);
}

Test(plan_substitute, what_does_not_add_up_is_refused)
{
    expect_words(BALANCE("{point: hot}"), "point 'hot' (degC) does not add up to 'gas'");
    expect_words(BALANCE("{point: cole}"), "did you mean 'coal'?");
    expect_words(BALANCE("{point: gas}"), "another point is wanted");
    expect_words(BALANCE("{point: coal, times: 2}"), "needs its 'source'");
    expect_words(BALANCE("{point: coal, times: -2, source: s}"), "above 0 is wanted");
    expect_words(BALANCE("{point: coal, times: 2 zorks, source: s}"), "zorks");
    expect_words(BALANCE(""), "a list of 1 to 64 is wanted");
}

Test(plan_substitute, the_rule_and_its_list_go_together)
{
    expect_words(POINT("rate", "kg/h", "substitute: balance"), "go together");
    expect_words(POINT("rate", "kg/h", "balance: [{point: coal}]"), "go together");
}

Test(plan_substitute, a_concentration_is_not_balanced)
{
    expect_words(POINT("gauge", "g/Nm3", "substitute: balance, balance: [{point: coal}]"),
                 "of a concentration the rule is mean_plus_2_sigma");
}
