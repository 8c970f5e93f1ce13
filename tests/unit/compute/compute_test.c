/* SPDX-License-Identifier: Apache-2.0 */
#include "json_case.h"

TestSuite(compute, .init = case_open, .fini = case_close);

Test(compute, what_is_not_known_is_named_with_the_nearest)
{
    case_expect("{'function': 'combustoin', 'inputs': {}}",
                "unknown function 'combustoin'; did you mean 'combustion'?");
    case_expect(BURN(FUEL ", 'nvc': {'value': 1, 'unit': 'GJ/t'}"),
                "'combustion' has no input 'nvc'; did you mean 'ncv'?");
    case_expect(BURN("'fuel_quantity': {'value': 1, 'unit': 'tt'}"),
                "'tt' is not a unit");
}

Test(compute, biomass_counts_as_fossil_without_evidence)
{
    case_expect(
        BURN(FUEL ", " NCV ", " EF ", 'biomass_fraction': {'value': 40, 'unit': '%'}"),
        "\"co2_biomass\": {\"value\": 900,");
    case_expect(BURN(FUEL ", " NCV ", " EF
                          ", 'biomass_fraction': {'value': 40, 'unit': '%'}, "
                          "'biomass_evidence': {'value': 0.5, 'unit': '1'}"),
                "\"co2_biomass\": {\"value\": 450, \"unit\": \"t CO2\"}, "
                "\"co2_biomass_unproven\": {\"value\": 450,");
}

Test(compute, attributed_emissions_have_a_floor_with_all_terms)
{
    case_expect("{'function': 'attr', 'inputs': {"
                "'dir_em': {'value': 100, 'unit': 't CO2e'}, "
                "'heat_imp': {'value': 10, 'unit': 't CO2e'}, "
                "'heat_exp': {'value': 60, 'unit': 't CO2e'}, "
                "'wg_imp': {'value': 5, 'unit': 't CO2e'}, "
                "'wg_exp': {'value': 50, 'unit': 't CO2e'}, "
                "'em_el_prod': {'value': 6, 'unit': 't CO2e'}}}",
                "{\"attr_dir\": {\"value\": 0,");
}

Test(compute, chp_takes_the_defaults_of_the_act_when_nothing_is_measured)
{
    case_expect(
        "{'function': 'chp', 'inputs': {"
        "'ref_heat': {'value': 88, 'unit': '%'}, 'ref_el': {'value': 44.2, 'unit': "
        "'%'}}}",
        "\"f_heat\": {\"value\": 0.524940617577197");
    case_expect("{'function': 'chp', 'inputs': {"
                "'energy_in': {'value': 100, 'unit': 'TJ'}, "
                "'q_net': {'value': 120, 'unit': 'TJ'}, "
                "'ref_heat': {'value': 0.88, 'unit': '1'}, "
                "'ref_el': {'value': 0.442, 'unit': '1'}}}",
                "more heat or electricity than 'energy_in'");
}

Test(compute, every_quadrant_of_part_75_is_decided_at_its_border)
{
    static const struct {
        double pma, gap, wanted;
    } cases[] = {
        {95, 24, 11},   {95, 24.5, 12.5}, {94.9, 8, 11},  {94.9, 9, 13},
        {90, 8, 11},    {90, 8.01, 13},   {89.99, 1, 14}, {80, 500, 14},
        {79.99, 1, 16}, {0, 1, 16},       {100, 1, 11},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char request[1024];
        char wanted[64];
        snprintf(
            request, sizeof request,
            "{'function': 'part75_missing', 'inputs': {"
            "'pma': {'value': %g, 'unit': '%%'}, 'gap_hours': {'value': %g, 'unit': 'h'},"
            "'before': {'value': 10, 'unit': 'ppm'}, 'after': {'value': 12, 'unit': "
            "'ppm'}, 'p90': {'value': 12.5, 'unit': 'ppm'}, 'p95': {'value': 13, 'unit': "
            "'ppm'}, 'maximum_lookback': {'value': 14, 'unit': 'ppm'}, "
            "'maximum_potential': {'value': 16, 'unit': 'ppm'}}}",
            cases[i].pma, cases[i].gap);
        snprintf(wanted, sizeof wanted, "{\"value\": %g, \"unit\": \"ppm\"}",
                 cases[i].wanted);
        case_expect(request, wanted);
    }
}

Test(compute, a_long_gap_takes_the_mean_when_it_is_above_the_percentile)
{
    case_expect(
        "{'function': 'part75_missing', 'inputs': {"
        "'pma': {'value': 96, 'unit': '%'}, 'gap_hours': {'value': 30, 'unit': 'h'}, "
        "'before': {'value': 20, 'unit': '%'}, 'after': {'value': 30, 'unit': '%'}, "
        "'p90': {'value': 24, 'unit': '%'}}}",
        "{\"value\": 25,");
    case_expect(
        "{'function': 'part75_missing', 'inputs': {"
        "'pma': {'value': 96, 'unit': '%'}, 'gap_hours': {'value': 30, 'unit': 'h'}, "
        "'before': {'value': 20, 'unit': '%'}, 'after': {'value': 30, 'unit': '%'}}}",
        "'p90' is missing: it decides this gap");
}

Test(compute, too_large_a_result_is_an_error_and_not_a_number)
{
    case_expect(BURN("'fuel_quantity': {'value': 1e308, 'unit': 't'}, " NCV ", " EF),
                "'co2_fossil' is too large to be a number");
}
