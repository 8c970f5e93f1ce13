/* SPDX-License-Identifier: Apache-2.0 */
#include "json_case.h"

TestSuite(write, .init = case_open, .fini = case_close);

Test(write, an_answer_has_the_id_and_the_shortest_digits)
{
    const char *got = case_answer(BURN(FUEL ", " NCV ", " EF));
    cr_assert_str_eq(got,
                     "{\"id\": 1, \"outputs\": {"
                     "\"co2_fossil\": {\"value\": 2250, \"unit\": \"t CO2\"}, "
                     "\"co2_biomass\": {\"value\": 0, \"unit\": \"t CO2\"}, "
                     "\"co2_biomass_unproven\": {\"value\": 0, \"unit\": \"t CO2\"}, "
                     "\"energy_total\": {\"value\": 25, \"unit\": \"TJ\"}}}\n");
}

Test(write, an_id_may_be_text_or_absent)
{
    case_expect("{'id': 'a-1', 'function': 'nothing', 'inputs': {}}",
                "{\"id\": \"a-1\", ");
    case_expect("{'function': 'nothing', 'inputs': {}}", "{\"id\": null, ");
}

Test(write, halves_are_rounded_away_from_zero_in_decimal)
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
        case_expect(request, wanted);
        snprintf(wanted, sizeof wanted, "\"see\": {\"value\": %s", cases[i].see);
        case_expect(request, wanted);
    }
}
