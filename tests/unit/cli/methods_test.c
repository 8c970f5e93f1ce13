/* SPDX-License-Identifier: Apache-2.0 */
#include "printed.h"

Test(methods, every_method_has_a_line)
{
    cr_assert_eq(printed_run(&command_methods, NULL, NULL), EXIT_OK);
    cr_assert(strstr(printed_text, "combustion           CO2 from burning a fuel"));
    cr_assert(strstr(printed_text, "ship_fuel "));
}

Test(methods, one_is_told_with_formula_source_inputs_and_outputs)
{
    cr_assert_eq(printed_run(&command_methods, "combustion", NULL), EXIT_OK);
    cr_assert(strstr(printed_text, "Em = FQ [t] x NCV [GJ/t] / 1000 x EF [t CO2/TJ]"));
    cr_assert(strstr(printed_text, "2025/2547 Annex II B.3.1.1, eq. 5, 6, 9, 10"));
    cr_assert(
        strstr(printed_text, "oxidation_factor [1], default 1, at least 0, at most 1"));
    cr_assert(strstr(printed_text, "biomass_evidence [1], default 1 (in a stream 0)"));
    cr_assert(strstr(printed_text, "co2_fossil [t CO2]"));
    cr_assert(strstr(printed_text, "in a stream: yes, term 'direct'"));
}

Test(methods, series_and_open_units_are_told_in_words)
{
    cr_assert_eq(printed_run(&command_methods, "weighted", NULL), EXIT_OK);
    cr_assert(strstr(printed_text, "weight1, 2, ... [any unit]"));
    cr_assert(strstr(printed_text, "in a stream: no"));
}

Test(methods, an_unknown_name_is_wrong_usage)
{
    cr_assert_eq(printed_run(&command_methods, "combustoin", NULL), EXIT_USAGE);
}
