/* SPDX-License-Identifier: Apache-2.0 */
/* What holds for every method. */
#include "methods/method.h"

#include "core/buf.h"
#include "units/units.h"

#include <criterion/criterion.h>
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

TestSuite(method, .init = open_units, .fini = close_units);

static void check_unit(const struct method *method, const char *name, const char *text)
{
    char copy[256];
    snprintf(copy, sizeof copy, "%s", text);
    char *rest = copy;
    while (rest) {
        char *bar = strchr(rest, '|');
        if (bar) {
            *bar = 0;
        }
        struct unit unit;
        struct error e = {0};
        cr_assert_eq(units_parse(units, bytes_of(rest), &unit, &e), ERR_OK, "%s.%s: %s",
                     method->name, name, e.text);
        rest = bar ? bar + 1 : NULL;
    }
}

static void check_input(const struct method *method, const struct method_input *input)
{
    cr_assert(input->help && input->help[0], "%s.%s", method->name, input->name);
    if (!(input->flags & INPUT_TEXT) && input->unit[0] != '?') {
        check_unit(method, input->name, input->unit);
    }
    if (input->initial) {
        struct quantity quantity = {0};
        struct error e = {0};
        method_fill(input, true, &quantity);
        cr_assert_eq(method_input_check(input, &quantity, &e), ERR_OK, "%s.%s: %s",
                     method->name, input->name, e.text);
        cr_assert(input->flags & INPUT_OPTIONAL || input->stream_initial, "%s.%s",
                  method->name, input->name);
    }
}

static const char *role_unit(enum output_role role)
{
    switch (role) {
    case OUTPUT_PLAIN:
        return NULL;
    case OUTPUT_CO2E:
        return "t CO2e";
    case OUTPUT_CO2_FOSSIL:
    case OUTPUT_CO2_BIOMASS:
    case OUTPUT_CO2_UNPROVEN:
        return "t CO2";
    case OUTPUT_N2O:
        return "t N2O";
    case OUTPUT_CF4:
        return "t CF4";
    case OUTPUT_C2F6:
        return "t C2F6";
    case OUTPUT_CH4:
        return "t CH4";
    case OUTPUT_ENERGY:
        return "TJ";
    case OUTPUT_CONSUMED:
        return "t";
    case OUTPUT_EMBEDDED_DIRECT:
    case OUTPUT_EMBEDDED_INDIRECT:
    case OUTPUT_EMBEDDED_DEFAULT:
        return "t CO2e";
    case OUTPUT_EMBEDDED_ELECTRICITY:
        return "MWh";
    }
    return NULL;
}

static bool check_output(const struct method *method, const struct method_output *output)
{
    cr_assert(output->help && output->help[0], "%s.%s", method->name, output->name);
    if (output->unit[0] != '?') {
        check_unit(method, output->name, output->unit);
    }
    const char *wanted = role_unit(output->role);
    if (wanted) {
        struct unit unit;
        struct unit role;
        struct error e = {0};
        double scale = 0;
        double offset = 0;
        cr_assert_null(strchr(output->unit, '|'), "%s.%s", method->name, output->name);
        cr_assert_eq(units_parse(units, bytes_of(output->unit), &unit, &e), ERR_OK);
        cr_assert_eq(units_parse(units, bytes_of(wanted), &role, &e), ERR_OK);
        cr_assert_eq(unit_convert(&unit, &role, &scale, &offset, &e), ERR_OK, "%s.%s: %s",
                     method->name, output->name, e.text);
        cr_assert_eq(scale, 1.0);
    }
    return output->role == OUTPUT_CO2E || output->role == OUTPUT_CO2_FOSSIL ||
           output->role == OUTPUT_CONSUMED;
}

Test(method, every_table_is_complete_and_its_units_are_known)
{
    for (size_t m = 0; methods[m]; m++) {
        const struct method *method = methods[m];
        cr_assert(method->summary && method->formula && method->source && method->version,
                  "%s", method->name);
        size_t count = 0;
        for (; method->inputs[count].name; count++) {
            check_input(method, &method->inputs[count]);
        }
        cr_assert_leq(count, METHOD_INPUTS_MAX);
        bool counts = false;
        for (count = 0; method->outputs[count].name; count++) {
            counts |= check_output(method, &method->outputs[count]);
        }
        cr_assert_leq(count, METHOD_INPUTS_MAX);
        cr_assert(counts || !method->stream, "%s makes nothing", method->name);
        cr_assert_eq(method_find(bytes_of(method->name)), method);
    }
}

Test(method, names_of_series_have_a_number_behind_them)
{
    const struct method *total = method_find(BYTES("total"));
    size_t item = 99;
    cr_assert_eq(method_input_find(total, BYTES("term1"), &item), 0);
    cr_assert_eq(item, 0);
    cr_assert_eq(method_input_find(total, BYTES("term12"), &item), 0);
    cr_assert_eq(item, 11);
    cr_assert_eq(method_input_find(total, BYTES("term"), &item), -1);
    cr_assert_eq(method_input_find(total, BYTES("term01"), &item), -1);
    cr_assert_eq(method_input_find(total, BYTES("term20001"), &item), -1);
    cr_assert_null(method_find(BYTES("totals")));
}

Test(method, the_alternative_of_the_same_size_is_taken)
{
    const struct method *method = method_find(BYTES("mass_factor"));
    static const struct {
        const char *unit;
        double scale;
        unsigned which;
    } cases[] = {{"t", 1, 0}, {"kg", 1, 1}, {"Mt", 1e6, 0}, {"g", 1e-6, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct unit unit;
        struct error e = {0};
        struct method_conversion conversion;
        cr_assert_eq(units_parse(units, bytes_of(cases[i].unit), &unit, &e), ERR_OK);
        cr_assert_eq(method_convert(units, &method->inputs[0], &unit, &conversion, &e),
                     ERR_OK);
        cr_assert_eq(conversion.scale, cases[i].scale);
        cr_assert_eq(conversion.which, cases[i].which);
    }
}

Test(method, a_stream_has_no_biomass_evidence_unless_it_says_so)
{
    const struct method *method = method_find(BYTES("combustion"));
    size_t item = 0;
    int index = method_input_find(method, BYTES("biomass_evidence"), &item);
    struct quantity by_hand = {0};
    struct quantity in_stream = {0};
    method_fill(&method->inputs[index], false, &by_hand);
    method_fill(&method->inputs[index], true, &in_stream);
    cr_assert_eq(by_hand.value, 1);
    cr_assert_eq(in_stream.value, 0);
}
