/* SPDX-License-Identifier: Apache-2.0 */
#include "compute/compute.h"
#include "units/units.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>

static struct units *units;

static void open_units(void)
{
    struct error e;
    cr_assert_eq(units_open(&units, &e), ERR_OK);
}

static void close_units(void)
{
    units_close(&units);
}

TestSuite(compute, .init = open_units, .fini = close_units);

/* The answer to a case, with ' for "; valid until the next call. */
static const char *answer(const char *request)
{
    static char text[65536];
    char copy[65536];
    snprintf(copy, sizeof copy, "%s", request);
    for (char *c = copy; *c; c++) {
        *c = *c == '\'' ? '"' : *c;
    }
    json_error_t error;
    json_t *one = json_loads(copy, JSON_REJECT_DUPLICATES, &error);
    cr_assert_not_null(one, "%s in %s", error.text, copy);
    struct buf out;
    struct error e = {0};
    buf_init(&out, sizeof text - 1);
    enum err err = compute_case(units, one, &out, &e);
    snprintf(text, sizeof text, "%.*s", (int)out.len, (const char *)out.data);
    cr_assert_eq(err != ERR_OK, strstr(text, "\"error\"") != NULL);
    buf_deinit(&out);
    json_decref(one);
    return text;
}

static void expect(const char *request, const char *part)
{
    const char *got = answer(request);
    cr_assert(strstr(got, part), "%s\ngives %swanted %s", request, got, part);
}

#define FUEL "'fuel_quantity': {'value': 1000, 'unit': 't'}"
#define NCV "'ncv': {'value': 25, 'unit': 'GJ/t'}"
#define EF "'emission_factor': {'value': 90, 'unit': 't CO2/TJ'}"
#define BURN(more) "{'id': 1, 'function': 'combustion', 'inputs': {" more "}}"

Test(compute, an_answer_has_the_id_and_the_shortest_digits)
{
    const char *got = answer(BURN(FUEL ", " NCV ", " EF));
    cr_assert_str_eq(got,
                     "{\"id\": 1, \"outputs\": {"
                     "\"co2_fossil\": {\"value\": 2250, \"unit\": \"t CO2\"}, "
                     "\"co2_biomass\": {\"value\": 0, \"unit\": \"t CO2\"}, "
                     "\"co2_biomass_unproven\": {\"value\": 0, \"unit\": \"t CO2\"}, "
                     "\"energy_total\": {\"value\": 25, \"unit\": \"TJ\"}}}\n");
}

Test(compute, an_id_may_be_text_or_absent)
{
    expect("{'id': 'a-1', 'function': 'nothing', 'inputs': {}}", "{\"id\": \"a-1\", ");
    expect("{'function': 'nothing', 'inputs': {}}", "{\"id\": null, ");
}

Test(compute, what_is_not_known_is_named_with_the_nearest)
{
    expect("{'function': 'combustoin', 'inputs': {}}",
           "unknown function 'combustoin'; did you mean 'combustion'?");
    expect(BURN(FUEL ", 'nvc': {'value': 1, 'unit': 'GJ/t'}"),
           "'combustion' has no input 'nvc'; did you mean 'ncv'?");
    expect(BURN("'fuel_quantity': {'value': 1, 'unit': 'tt'}"), "'tt' is not a unit");
}

Test(compute, a_case_must_have_the_right_form)
{
    expect("[]", "a case must be an object");
    expect("{'inputs': {}}", "'function' is missing");
    expect("{'function': 'attr'}", "'inputs' is missing");
    expect("{'function': 'attr', 'inputs': {'dir_em': 5}}",
           "input 'dir_em': must be an object with 'value' and 'unit'");
    expect("{'function': 'attr', 'inputs': {'dir_em': {'unit': 't'}}}",
           "'value' is missing");
    expect("{'function': 'attr', 'inputs': {'dir_em': {'value': 5}}}",
           "'unit' is missing");
    expect("{'function': 'attr', 'inputs': {'dir_em': {'value': null, 'unit': 't'}}}",
           "'value' must be a number");
    expect("{'function': 'attr', 'inputs': {'dir_em': {'value': '5', 'unit': 't'}}}",
           "'value' must be a number");
    expect("{'function': 'attr', 'inputs': {'dir_em': {'value': 5, 'unit': 7}}}",
           "'unit' must be a text");
    expect(
        "{'function': 'attr', 'inputs': {'dir_em': {'value': 5, 'unit': 't', 'x': 1}}}",
        "only 'value' and 'unit' are known");
}

Test(compute, a_missing_input_is_named)
{
    expect(BURN(NCV ", " EF), "'fuel_quantity' is missing");
    expect(BURN(FUEL ", " EF), "'ncv' is missing: the emission factor is per energy");
    expect(BURN(FUEL ", " NCV), "give either 'emission_factor' or 'carbon_content'");
    expect("{'function': 'total', 'inputs': {}}", "'term1' is missing");
    expect("{'function': 'total', 'inputs': {'term1': {'value': 1, 'unit': 't'}, "
           "'term3': {'value': 1, 'unit': 't'}}}",
           "'term2' is missing");
    expect("{'function': 'total', 'inputs': {'term0': {'value': 1, 'unit': 't'}}}",
           "has no input 'term0'");
    expect("{'function': 'total', 'inputs': {'term99999999': {'value': 1, 'unit': 't'}}}",
           "has no input 'term99999999'");
}

Test(compute, a_percentage_without_its_sign_is_an_error)
{
    const char *percent = "'oxidation_factor': {'value': 98, 'unit': '%'}";
    char request[1024];
    snprintf(request, sizeof request, BURN(FUEL ", " NCV ", " EF ", %s"), percent);
    expect(request, "\"co2_fossil\": {\"value\": 2205,");
    expect(
        BURN(FUEL ", " NCV ", " EF ", 'oxidation_factor': {'value': 98, 'unit': '1'}"),
        "'oxidation_factor' is 98: it must lie between 0 and 1; a percentage is written "
        "with the unit '%'");
    expect(
        BURN(FUEL ", " NCV ", " EF ", 'biomass_fraction': {'value': -0.1, 'unit': '1'}"),
        "'biomass_fraction' is -0.1: it must lie between 0 and 1");
}

Test(compute, negative_quantities_are_errors_where_they_cannot_be)
{
    expect(BURN("'fuel_quantity': {'value': -1, 'unit': 't'}, " NCV ", " EF),
           "'fuel_quantity' is -1: it must be at least 0");
    expect(BURN(FUEL ", 'ncv': {'value': 0, 'unit': 'GJ/t'}, " EF),
           "'ncv' is 0: it must be above 0");
}

Test(compute, fuel_may_be_mass_volume_or_energy)
{
    expect(BURN("'fuel_quantity': {'value': 500, 'unit': '1000Nm3'}, "
                "'ncv': {'value': 36, 'unit': 'GJ/1000Nm3'}, " EF),
           "\"co2_fossil\": {\"value\": 1620,");
    expect(BURN("'fuel_quantity': {'value': 500000, 'unit': 'Nm3'}, "
                "'ncv': {'value': 36, 'unit': 'MJ/Nm3'}, " EF),
           "\"co2_fossil\": {\"value\": 1620,");
    expect(BURN("'fuel_quantity': {'value': 1000, 'unit': 'L'}, "
                "'ncv': {'value': 36, 'unit': 'MJ/L'}, " EF),
           "\"energy_total\": {\"value\": 0.036,");
    expect(BURN("'fuel_quantity': {'value': 25, 'unit': 'TJ'}, " EF),
           "\"co2_fossil\": {\"value\": 2250,");
    expect(BURN("'fuel_quantity': {'value': 10, 'unit': 't'}, "
                "'emission_factor': {'value': 3.2, 'unit': 't CO2/t'}"),
           "\"co2_fossil\": {\"value\": 32,");
    expect(BURN("'fuel_quantity': {'value': 10, 'unit': '1000 Nm3'}, "
                "'emission_factor': {'value': 2, 'unit': 'kg CO2/Nm3'}"),
           "\"co2_fossil\": {\"value\": 20,");
    expect(BURN("'fuel_quantity': {'value': 1000, 'unit': 't'}, "
                "'carbon_content': {'value': 75, 'unit': '%'}"),
           "\"co2_fossil\": {\"value\": 2748,");
}

Test(compute, quantities_and_factors_must_fit_each_other)
{
    expect(BURN("'fuel_quantity': {'value': 500, 'unit': 'm3'}, "
                "'ncv': {'value': 36, 'unit': 'MJ/Nm3'}, " EF),
           "'ncv' must be per the same quantity as 'fuel_quantity'");
    expect(BURN(FUEL ", 'emission_factor': {'value': 2, 'unit': 'kg CO2/Nm3'}"),
           "'emission_factor' must be per energy or per the quantity");
    expect(BURN(FUEL ", " NCV ", 'emission_factor': {'value': 90, 'unit': 'GJ/t'}"),
           "the dimension is energy/mass where one of");
    expect(BURN(FUEL ", " NCV ", 'emission_factor': {'value': 0.75, 'unit': 't C/t'}"),
           "C is given where CO2 is wanted");
    expect(BURN(FUEL ", 'carbon_content': {'value': 75, 'unit': '1'}"),
           "more carbon than fuel");
}

Test(compute, biomass_counts_as_fossil_without_evidence)
{
    expect(BURN(FUEL ", " NCV ", " EF ", 'biomass_fraction': {'value': 40, 'unit': '%'}"),
           "\"co2_biomass\": {\"value\": 900,");
    expect(BURN(FUEL ", " NCV ", " EF ", 'biomass_fraction': {'value': 40, 'unit': '%'}, "
                     "'biomass_evidence': {'value': 0.5, 'unit': '1'}"),
           "\"co2_biomass\": {\"value\": 450, \"unit\": \"t CO2\"}, "
           "\"co2_biomass_unproven\": {\"value\": 450,");
}

Test(compute, one_currency_goes_through_and_two_do_not)
{
    expect("{'function': 'carbon_price', 'inputs': {"
           "'precursor_mass': {'value': 10, 'unit': 't'}, "
           "'precursor_se': {'value': 2, 'unit': 't CO2e/t'}, "
           "'price': {'value': 5000, 'unit': 'PKR/t CO2e'}, "
           "'activity_level': {'value': 20, 'unit': 't'}}}",
           "{\"value\": 5000, \"unit\": \"PKR/t\"}");
    expect("{'function': 'cost_benefit', 'inputs': {"
           "'price': {'value': 80, 'unit': 'USD/t CO2e'}, "
           "'related_emissions': {'value': 1, 'unit': 't CO2e'}}}",
           "USD is given where EUR is wanted");
}

Test(compute, open_units_are_those_of_the_first_that_is_given)
{
    expect("{'function': 'stock_consumption', 'inputs': {"
           "'imported': {'value': 5, 'unit': '1000 Nm3'}, "
           "'exported': {'value': 1000, 'unit': 'Nm3'}, "
           "'stock_begin': {'value': 0, 'unit': 'same'}, "
           "'stock_end': {'value': 1, 'unit': 'same'}}}",
           "{\"consumed\": {\"value\": 3, \"unit\": \"1000 Nm3\"}}");
    expect("{'function': 'stock_consumption', 'inputs': {"
           "'imported': {'value': 5, 'unit': 't'}, "
           "'exported': {'value': 1000, 'unit': 'Nm3'}, "
           "'stock_begin': {'value': 0, 'unit': 't'}, "
           "'stock_end': {'value': 1, 'unit': 't'}}}",
           "input 'exported': the dimension is normal volume where mass is wanted");
    expect("{'function': 'recf', 'inputs': {"
           "'installation': {'value': 2, 'unit': 'same'}, "
           "'process1': {'value': 1, 'unit': 'same'}}}",
           "no input of its kind has a unit");
}

Test(compute, halves_are_rounded_away_from_zero_in_decimal)
{
    static const struct {
        const char *value, *total, *see;
    } cases[] = {
        {"0.5", "1,", "0.5,"},
        {"1.5", "2,", "1.5,"},
        {"2.5", "3,", "2.5,"},
        {"-2.5", "-3,", "-2.5,"},
        {"0.123455", "0,", "0.12346,"},
        {"1.000005", "1,", "1.00001,"},
        {"0.785215", "1,", "0.78522,"},
        {"2.4999999", "2,", "2.5,"},
        {"316284.5968", "316285,", "316284.5968,"},
        {"0.4999999", "0,", "0.5,"},
        {"1e-9", "0,", "0,"},
        {"123456789012", "123456789012,", "123456789012,"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char request[512];
        char wanted[512];
        snprintf(request, sizeof request,
                 "{'function': 'rounding', 'inputs': {"
                 "'total': {'value': %s, 'unit': 't CO2e'}, "
                 "'see': {'value': %s, 'unit': 't CO2e/t'}}}",
                 cases[i].value, cases[i].value);
        snprintf(wanted, sizeof wanted, "\"total\": {\"value\": %s", cases[i].total);
        expect(request, wanted);
        snprintf(wanted, sizeof wanted, "\"see\": {\"value\": %s", cases[i].see);
        expect(request, wanted);
    }
}

Test(compute, attributed_emissions_have_a_floor_with_all_terms)
{
    expect("{'function': 'attr', 'inputs': {"
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
    expect("{'function': 'chp', 'inputs': {"
           "'ref_heat': {'value': 88, 'unit': '%'}, 'ref_el': {'value': 44.2, 'unit': "
           "'%'}}}",
           "\"f_heat\": {\"value\": 0.524940617577197");
    expect("{'function': 'chp', 'inputs': {"
           "'energy_in': {'value': 100, 'unit': 'TJ'}, "
           "'q_net': {'value': 120, 'unit': 'TJ'}, "
           "'ref_heat': {'value': 0.88, 'unit': '1'}, "
           "'ref_el': {'value': 0.442, 'unit': '1'}}}",
           "more heat or electricity than 'energy_in'");
}

Test(compute, current_efficiency_is_a_percentage)
{
#define OVERVOLTAGE(efficiency)                                                          \
    "{'function': 'pfc_overvoltage', 'inputs': {"                                        \
    "'ovc': {'value': 1.16, 'unit': '(kg CF4/t Al)/mV'}, "                               \
    "'aeo': {'value': 10, 'unit': 'mV'}, 'aluminium': {'value': 100000, 'unit': 't'}, "  \
    "'f_c2f6': {'value': 0.121, 'unit': 't/t'}, 'current_efficiency': " efficiency "}}"
    expect(OVERVOLTAGE("{'value': 0.95, 'unit': '1'}"),
           "\"cf4\": {\"value\": 12.21052631578");
    expect(OVERVOLTAGE("{'value': 0.95, 'unit': '%'}"), "must lie between 50 and 100");
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
        expect(request, wanted);
    }
}

Test(compute, a_long_gap_takes_the_mean_when_it_is_above_the_percentile)
{
    expect("{'function': 'part75_missing', 'inputs': {"
           "'pma': {'value': 96, 'unit': '%'}, 'gap_hours': {'value': 30, 'unit': 'h'}, "
           "'before': {'value': 20, 'unit': '%'}, 'after': {'value': 30, 'unit': '%'}, "
           "'p90': {'value': 24, 'unit': '%'}}}",
           "{\"value\": 25,");
    expect("{'function': 'part75_missing', 'inputs': {"
           "'pma': {'value': 96, 'unit': '%'}, 'gap_hours': {'value': 30, 'unit': 'h'}, "
           "'before': {'value': 20, 'unit': '%'}, 'after': {'value': 30, 'unit': '%'}}}",
           "'p90' is missing: it decides this gap");
}

Test(compute, too_large_a_result_is_an_error_and_not_a_number)
{
    expect(BURN("'fuel_quantity': {'value': 1e308, 'unit': 't'}, " NCV ", " EF),
           "'co2_fossil' is too large to be a number");
}
