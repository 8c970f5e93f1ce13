/* SPDX-License-Identifier: Apache-2.0 */
/* A factor that can't be right is refused with words, never taken. */
#include "config/plan.h"

#include "config_text.h"

static void expect_words(const char *find, const char *replace, const char *words)
{
    struct buf text = plant_with(find, replace);
    struct problems problems;
    struct plan *plan = plan_of((const char *)text.data, NULL, NULL, &problems);
    cr_expect_null(plan);
    cr_expect(strstr((const char *)problems.text.data, words), "wanted: %s\ngot: %s",
              words, (const char *)problems.text.data);
    plan_free(&plan);
    problems_deinit(&problems);
    buf_deinit(&text);
}

#define FACTOR "emission_factor: {value: 94.6 t CO2/TJ, source: table}"

Test(plan_wrong_factors, a_missing_factor)
{
    expect_words(FACTOR, "oxidation_factor: {value: 1, source: s}", "emission_factor");
}

Test(plan_wrong_factors, a_unit_of_the_wrong_dimension)
{
    expect_words(FACTOR, "emission_factor: {value: 94.6 MWh/t, source: table}", "MWh/t");
    expect_words("ncv: {value: 25.8 GJ/t, source: table}",
                 "ncv: {value: 25.8 t CO2/t, source: table}", "ncv");
}

Test(plan_wrong_factors, an_oxidation_factor_of_98_that_means_percent)
{
    expect_words(FACTOR,
                 FACTOR "\n          oxidation_factor: {value: 98, source: table}",
                 "oxidation_factor");
}

Test(plan_wrong_factors, a_factor_without_a_source)
{
    expect_words(FACTOR, "emission_factor: {value: 94.6 t CO2/TJ}", "needs its source");
}
