/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers of analyses by the rules. */
#include "config/analyses.h"

#include <criterion/criterion.h>
#include <math.h>

Test(analyses, the_table_of_the_rules_is_kept)
{
    cr_assert_eq(analyses_required(MATERIAL_NATURAL_GAS, 365, (double)NAN), 52);
    cr_assert_eq(analyses_required(MATERIAL_GAS, 365, (double)NAN), 365);
    cr_assert_eq(analyses_required(MATERIAL_FUEL_OIL, 365, 1000), 6);
    cr_assert_eq(analyses_required(MATERIAL_FUEL_OIL, 365, 200001), 11);
    cr_assert_eq(analyses_required(MATERIAL_COAL, 365, 120000), 6);
    cr_assert_eq(analyses_required(MATERIAL_COAL, 365, 120001), 7);
    cr_assert_eq(analyses_required(MATERIAL_OTHER_FUEL, 365, 95000), 10);
    cr_assert_eq(analyses_required(MATERIAL_OTHER_FUEL, 365, 0), 4);
    cr_assert_eq(analyses_required(MATERIAL_SOLID_WASTE, 365, 50000), 10);
    cr_assert_eq(analyses_required(MATERIAL_LIQUID_WASTE, 365, 50000), 5);
    cr_assert_eq(analyses_required(MATERIAL_LIQUID_WASTE, 365, 0), 4);
    cr_assert_eq(analyses_required(MATERIAL_CARBONATE, 365, 1000000), 20);
    cr_assert_eq(analyses_required(MATERIAL_CARBONATE, 365, 0), 4);
    cr_assert_eq(analyses_required(MATERIAL_OTHER, 365, 250001), 6);
    cr_assert_eq(analyses_required(MATERIAL_OTHER, 365, 0), 4);
    cr_assert_eq(analyses_required(MATERIAL_NONE, 365, 1e9), 0);
}

Test(analyses, a_part_of_a_year_needs_its_part_and_at_least_one)
{
    cr_assert_eq(analyses_required(MATERIAL_NATURAL_GAS, 7, (double)NAN), 1);
    cr_assert_eq(analyses_required(MATERIAL_NATURAL_GAS, 73, (double)NAN), 11);
    cr_assert_eq(analyses_required(MATERIAL_COAL, 1, -5), 1);
    cr_assert_eq(analyses_required(MATERIAL_COAL, 0, 1e6), 0);
}

Test(analyses, a_scatter_of_one_third_allows_another_frequency)
{
    cr_assert(analyses_one_third(0.005, 0.015));
    cr_assert_not(analyses_one_third(0.0051, 0.015));
    cr_assert_not(analyses_one_third(-1, 0.015));
    cr_assert_not(analyses_one_third(0.001, 0));
}
