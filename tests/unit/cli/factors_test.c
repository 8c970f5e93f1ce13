/* SPDX-License-Identifier: Apache-2.0 */
#include "printed.h"

Test(factors, every_factor_has_a_line)
{
    cr_assert_eq(printed_run(&command_factors, NULL, NULL), EXIT_OK);
    cr_assert(strstr(printed_text, "grid.pk "));
    cr_assert(strstr(printed_text, "fuel.natural_gas.ef "));
}

Test(factors, a_name_gives_value_set_and_source_of_all_under_it)
{
    cr_assert_eq(printed_run(&command_factors, "fuel.lignite", NULL), EXIT_OK);
    cr_assert(strstr(printed_text, "fuel.lignite.ef = 101.0 t CO2/TJ\n"));
    cr_assert(strstr(printed_text, "fuel.lignite.ncv = 11.9 GJ/t\n"));
    cr_assert(strstr(printed_text, "2025/2547 Annex II G, table 1, lignite"));
    cr_assert_eq(printed_run(&command_factors, "fuel.lig", NULL), EXIT_USAGE);
}

Test(factors, a_file_of_ones_own_is_checked)
{
    printed_file(
        "name: own\nversion: \"3\"\nfactors:\n"
        "  - {id: meal.ef, value: 0.33 t CO2/t, from: 2026-01-01, to: 2027-01-01, "
        "source: laboratory}\n");
    cr_assert_eq(printed_run(&command_factors, "meal", printed_path), EXIT_OK);
    cr_assert_str_eq(printed_text,
                     "meal.ef = 0.33 t CO2/t\n    own@3, from 2026-01-01, to "
                     "2027-01-01\n    laboratory\n");

    printed_file(
        "name: own\nversion: \"3\"\nfactors:\n  - {id: meal.ef, value: 0.33 t}\n");
    cr_assert_eq(printed_run(&command_factors, NULL, printed_path), EXIT_BAD_CONFIG);

    cr_assert_eq(printed_run(&command_factors, NULL, "/nowhere/at/all"), EXIT_IO);
}
