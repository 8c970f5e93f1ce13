/* SPDX-License-Identifier: Apache-2.0 */
/* A formula's symbols become the numbers of the calculation. */
#include "methods/formula.h"

#include <criterion/criterion.h>

static void expect(const char *method, const struct formula_value *values, size_t count,
                   const char *wanted)
{
    struct buf out;
    buf_init(&out, 4096);
    formula_fill(method_find(bytes_of(method)), values, count, &out);
    cr_assert_str_eq(out.data ? (const char *)out.data : "", wanted);
    buf_deinit(&out);
}

Test(formula, numbers_stand_where_symbols_and_units_were)
{
    const struct formula_value values[] = {{"fuel_quantity", 14.2, "t"},
                                           {"ncv", 25.8, "GJ/t"},
                                           {"emission_factor", 94.6, "t CO2/TJ"}};
    expect("combustion", values, 3,
           "Em = 14.2 t x 25.8 GJ/t / 1000 x 94.6 t CO2/TJ x 1 x (1 - 0 x 0)");
}

Test(formula, the_alternative_is_the_one_whose_symbols_are_given)
{
    const struct formula_value values[] = {{"fuel_quantity", 3, "t"},
                                           {"carbon_content", 0.75, "t C/t"}};
    expect("combustion", values, 2, "Em = 3 t x 0.75 t C/t x 3.664 x 1 x (1 - 0 x 0)");
}

Test(formula, an_input_is_known_by_its_name_and_by_four_letters_of_it)
{
    const struct formula_value gypsum[] = {{"gypsum", 10, "t"}};
    expect("gypsum", gypsum, 1, "Em = 10 t x 0.2558 [t CO2/t]");
}

Test(formula, biomass_without_evidence_is_not_taken_off)
{
    const struct formula_value values[] = {{"fuel_quantity", 2, "1000 Nm3"},
                                           {"emission_factor", 3, "t CO2/TJ"},
                                           {"ncv", 30, "GJ/1000 Nm3"},
                                           {"biomass_fraction", 0.27, "1"}};
    expect("combustion", values, 4,
           "Em = 2 (1000 Nm3) x 30 GJ/1000 Nm3 / 1000 x 3 t CO2/TJ x 1 x (1 - 0.27 x "
           "0)");
}

Test(formula, nothing_is_said_where_a_number_lacks)
{
    const struct formula_value values[] = {{"ncv", 25.8, "GJ/t"}};
    expect("combustion", values, 1, "");
}
