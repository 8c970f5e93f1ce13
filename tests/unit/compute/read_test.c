/* SPDX-License-Identifier: Apache-2.0 */
#include "json_case.h"

TestSuite(read, .init = case_open, .fini = case_close);

Test(read, a_case_must_have_the_right_form)
{
    case_expect("[]", "a case must be an object");
    case_expect("{'inputs': {}}", "'function' is missing");
    case_expect("{'function': 'attr'}", "'inputs' is missing");
    case_expect("{'function': 'attr', 'inputs': {'dir_em': 5}}",
                "input 'dir_em': must be an object with 'value' and 'unit'");
    case_expect("{'function': 'attr', 'inputs': {'dir_em': {'unit': 't'}}}",
                "'value' is missing");
    case_expect("{'function': 'attr', 'inputs': {'dir_em': {'value': 5}}}",
                "'unit' is missing");
    case_expect(
        "{'function': 'attr', 'inputs': {'dir_em': {'value': null, 'unit': 't'}}}",
        "'value' must be a number");
    case_expect("{'function': 'attr', 'inputs': {'dir_em': {'value': '5', 'unit': 't'}}}",
                "'value' must be a number");
    case_expect("{'function': 'attr', 'inputs': {'dir_em': {'value': 5, 'unit': 7}}}",
                "'unit' must be a text");
    case_expect(
        "{'function': 'attr', 'inputs': {'dir_em': {'value': 5, 'unit': 't', 'x': 1}}}",
        "only 'value' and 'unit' are known");
}

Test(read, a_missing_input_is_named)
{
    case_expect(BURN(NCV ", " EF), "'fuel_quantity' is missing");
    case_expect(BURN(FUEL ", " EF),
                "'ncv' is missing: the emission factor is per energy");
    case_expect(BURN(FUEL ", " NCV), "give either 'emission_factor' or 'carbon_content'");
    case_expect("{'function': 'total', 'inputs': {}}", "'term1' is missing");
    case_expect("{'function': 'total', 'inputs': {'term1': {'value': 1, 'unit': 't'}, "
                "'term3': {'value': 1, 'unit': 't'}}}",
                "'term2' is missing");
    case_expect("{'function': 'total', 'inputs': {'term0': {'value': 1, 'unit': 't'}}}",
                "has no input 'term0'");
    case_expect(
        "{'function': 'total', 'inputs': {'term99999999': {'value': 1, 'unit': 't'}}}",
        "has no input 'term99999999'");
}

Test(read, a_percentage_without_its_sign_is_an_error)
{
    const char *percent = "'oxidation_factor': {'value': 98, 'unit': '%'}";
    char request[1024];
    snprintf(request, sizeof request, BURN(FUEL ", " NCV ", " EF ", %s"), percent);
    case_expect(request, "\"co2_fossil\": {\"value\": 2205,");
    case_expect(
        BURN(FUEL ", " NCV ", " EF ", 'oxidation_factor': {'value': 98, 'unit': '1'}"),
        "'oxidation_factor' is 98: it must lie between 0 and 1; a percentage is written "
        "with the unit '%'");
    case_expect(
        BURN(FUEL ", " NCV ", " EF ", 'biomass_fraction': {'value': -0.1, 'unit': '1'}"),
        "'biomass_fraction' is -0.1: it must lie between 0 and 1");
}

Test(read, negative_quantities_are_errors_where_they_cannot_be)
{
    case_expect(BURN("'fuel_quantity': {'value': -1, 'unit': 't'}, " NCV ", " EF),
                "'fuel_quantity' is -1: it must be at least 0");
    case_expect(BURN(FUEL ", 'ncv': {'value': 0, 'unit': 'GJ/t'}, " EF),
                "'ncv' is 0: it must be above 0");
}

Test(read, fuel_may_be_mass_volume_or_energy)
{
    case_expect(BURN("'fuel_quantity': {'value': 500, 'unit': '1000Nm3'}, "
                     "'ncv': {'value': 36, 'unit': 'GJ/1000Nm3'}, " EF),
                "\"co2_fossil\": {\"value\": 1620,");
    case_expect(BURN("'fuel_quantity': {'value': 500000, 'unit': 'Nm3'}, "
                     "'ncv': {'value': 36, 'unit': 'MJ/Nm3'}, " EF),
                "\"co2_fossil\": {\"value\": 1620,");
    case_expect(BURN("'fuel_quantity': {'value': 1000, 'unit': 'L'}, "
                     "'ncv': {'value': 36, 'unit': 'MJ/L'}, " EF),
                "\"energy_total\": {\"value\": 0.036,");
    case_expect(BURN("'fuel_quantity': {'value': 25, 'unit': 'TJ'}, " EF),
                "\"co2_fossil\": {\"value\": 2250,");
    case_expect(BURN("'fuel_quantity': {'value': 10, 'unit': 't'}, "
                     "'emission_factor': {'value': 3.2, 'unit': 't CO2/t'}"),
                "\"co2_fossil\": {\"value\": 32,");
    case_expect(BURN("'fuel_quantity': {'value': 10, 'unit': '1000 Nm3'}, "
                     "'emission_factor': {'value': 2, 'unit': 'kg CO2/Nm3'}"),
                "\"co2_fossil\": {\"value\": 20,");
    case_expect(BURN("'fuel_quantity': {'value': 1000, 'unit': 't'}, "
                     "'carbon_content': {'value': 75, 'unit': '%'}"),
                "\"co2_fossil\": {\"value\": 2748,");
}

Test(read, quantities_and_factors_must_fit_each_other)
{
    case_expect(BURN("'fuel_quantity': {'value': 500, 'unit': 'm3'}, "
                     "'ncv': {'value': 36, 'unit': 'MJ/Nm3'}, " EF),
                "'ncv' must be per the same quantity as 'fuel_quantity'");
    case_expect(BURN(FUEL ", 'emission_factor': {'value': 2, 'unit': 'kg CO2/Nm3'}"),
                "'emission_factor' must be per energy or per the quantity");
    case_expect(BURN(FUEL ", " NCV ", 'emission_factor': {'value': 90, 'unit': 'GJ/t'}"),
                "the dimension is energy/mass where one of");
    case_expect(
        BURN(FUEL ", " NCV ", 'emission_factor': {'value': 0.75, 'unit': 't C/t'}"),
        "C is given where CO2 is wanted");
    case_expect(BURN(FUEL ", 'carbon_content': {'value': 75, 'unit': '1'}"),
                "more carbon than fuel");
}

Test(read, one_currency_goes_through_and_two_do_not)
{
    case_expect("{'function': 'carbon_price', 'inputs': {"
                "'precursor_mass': {'value': 10, 'unit': 't'}, "
                "'precursor_se': {'value': 2, 'unit': 't CO2e/t'}, "
                "'price': {'value': 5000, 'unit': 'PKR/t CO2e'}, "
                "'activity_level': {'value': 20, 'unit': 't'}}}",
                "{\"value\": 5000, \"unit\": \"PKR/t\"}");
    case_expect("{'function': 'cost_benefit', 'inputs': {"
                "'price': {'value': 80, 'unit': 'USD/t CO2e'}, "
                "'related_emissions': {'value': 1, 'unit': 't CO2e'}}}",
                "USD is given where EUR is wanted");
}

Test(read, open_units_are_those_of_the_first_that_is_given)
{
    case_expect("{'function': 'stock_consumption', 'inputs': {"
                "'imported': {'value': 5, 'unit': '1000 Nm3'}, "
                "'exported': {'value': 1000, 'unit': 'Nm3'}, "
                "'stock_begin': {'value': 0, 'unit': 'same'}, "
                "'stock_end': {'value': 1, 'unit': 'same'}}}",
                "{\"consumed\": {\"value\": 3, \"unit\": \"1000 Nm3\"}}");
    case_expect("{'function': 'stock_consumption', 'inputs': {"
                "'imported': {'value': 5, 'unit': 't'}, "
                "'exported': {'value': 1000, 'unit': 'Nm3'}, "
                "'stock_begin': {'value': 0, 'unit': 't'}, "
                "'stock_end': {'value': 1, 'unit': 't'}}}",
                "input 'exported': the dimension is normal volume where mass is wanted");
    case_expect("{'function': 'recf', 'inputs': {"
                "'installation': {'value': 2, 'unit': 'same'}, "
                "'process1': {'value': 1, 'unit': 'same'}}}",
                "no input of its kind has a unit");
}

Test(read, current_efficiency_is_a_percentage)
{
#define OVERVOLTAGE(efficiency)                                                          \
    "{'function': 'pfc_overvoltage', 'inputs': {"                                        \
    "'ovc': {'value': 1.16, 'unit': '(kg CF4/t Al)/mV'}, "                               \
    "'aeo': {'value': 10, 'unit': 'mV'}, 'aluminium': {'value': 100000, 'unit': 't'}, "  \
    "'f_c2f6': {'value': 0.121, 'unit': 't/t'}, 'current_efficiency': " efficiency "}}"
    case_expect(OVERVOLTAGE("{'value': 0.95, 'unit': '1'}"),
                "\"cf4\": {\"value\": 12.21052631578");
    case_expect(OVERVOLTAGE("{'value': 0.95, 'unit': '%'}"),
                "must lie between 50 and 100");
}
