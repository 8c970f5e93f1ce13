/* SPDX-License-Identifier: Apache-2.0 */
/* Every case of tests/vectors/emissions: as it stands, and given in other units. */
#include "compute/compute.h"
#include "units/units.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>

static struct units *units;
static json_t *cases;

static void open_all(void)
{
    struct error e;
    cr_assert_eq(units_open(&units, &e), ERR_OK);
    json_error_t error;
    cases = json_load_file(TEST_DATA "/vectors/emissions/vectors.json", 0, &error);
    cr_assert_not_null(cases, "%s", error.text);
}

static void close_all(void)
{
    json_decref(cases);
    units_close(&units);
}

TestSuite(vectors, .init = open_all, .fini = close_all);

static const char *text_at(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

static double number_at(const json_t *object, const char *key)
{
    return json_number_value(json_object_get(object, key));
}

/* Factor and offset between two unit texts; false when either is no unit ("same"). */
static bool conversion(const char *from, const char *to, double *ret_scale,
                       double *ret_offset)
{
    struct unit a;
    struct unit b;
    struct error e;
    return units_parse(units, bytes_of(from), &a, &e) == ERR_OK &&
           units_parse(units, bytes_of(to), &b, &e) == ERR_OK &&
           unit_convert(&a, &b, ret_scale, ret_offset, &e) == ERR_OK;
}

static void check_output(const json_t *one, const char *name, const json_t *wanted,
                         const json_t *got)
{
    const char *id = text_at(one, "id");
    cr_assert_not_null(got, "%s: output '%s' is missing", id, name);
    double scale = 1;
    double offset = 0;
    bool same = strcmp(text_at(wanted, "unit"), "same") == 0;
    cr_assert(same || conversion(text_at(got, "unit"), text_at(wanted, "unit"), &scale,
                                 &offset),
              "%s: '%s' is in '%s', wanted '%s'", id, name, text_at(got, "unit"),
              text_at(wanted, "unit"));
    const json_t *tolerance = json_object_get(one, "tolerance");
    double expected = number_at(wanted, "value");
    double value = number_at(got, "value") * scale + offset;
    double allowed =
        fmax(number_at(tolerance, "abs"), number_at(tolerance, "rel") * fabs(expected));
    cr_assert(fabs(value - expected) <= allowed, "%s: '%s' is %.17g, wanted %.17g", id,
              name, value, expected);
}

/* Runs a case and gives its answer; the caller drops it. */
static json_t *answer(const json_t *one)
{
    struct buf out;
    struct error e = {0};
    buf_init(&out, 1 << 20);
    enum err err = compute_case(units, one, &out, &e);
    cr_assert_eq(err, ERR_OK, "%s: %s", text_at(one, "id"), e.text);
    json_error_t error;
    json_t *line = json_loadb((const char *)out.data, out.len, 0, &error);
    cr_assert_not_null(line, "%s: %s", text_at(one, "id"), error.text);
    buf_deinit(&out);
    return line;
}

/* Whether the case gives its expected outputs; an error is none. */
static bool agrees(const json_t *one)
{
    struct buf out;
    struct error e = {0};
    buf_init(&out, 1 << 20);
    bool same = compute_case(units, one, &out, &e) == ERR_OK;
    json_t *line = json_loadb((const char *)out.data, out.len, 0, NULL);
    const char *name;
    json_t *wanted;
    json_object_foreach(json_object_get(one, "expected"), name, wanted)
    {
        const json_t *got = json_object_get(json_object_get(line, "outputs"), name);
        double scale = 1;
        double offset = 0;
        double expected = number_at(wanted, "value");
        same = same && got;
        if (same &&
            conversion(text_at(got, "unit"), text_at(wanted, "unit"), &scale, &offset)) {
            double value = number_at(got, "value") * scale + offset;
            same = fabs(value - expected) <= 1e-6 * fabs(expected);
        }
    }
    json_decref(line);
    buf_deinit(&out);
    return same;
}

static void check_case(const json_t *one)
{
    json_t *line = answer(one);
    const json_t *outputs = json_object_get(line, "outputs");
    const char *name;
    json_t *wanted;
    json_object_foreach(json_object_get(one, "expected"), name, wanted)
    {
        check_output(one, name, wanted, json_object_get(outputs, name));
    }
    json_decref(line);
}

Test(vectors, every_case_gives_its_expected_outputs)
{
    size_t i;
    json_t *one;
    cr_assert_gt(json_array_size(cases), 100);
    json_array_foreach(cases, i, one)
    {
        check_case(one);
    }
}

Test(vectors, every_function_has_its_values_in_the_unit_that_is_expected)
{
    size_t i;
    json_t *one;
    json_array_foreach(cases, i, one)
    {
        json_t *line = answer(one);
        const char *name;
        json_t *wanted;
        json_object_foreach(json_object_get(one, "expected"), name, wanted)
        {
            const json_t *got = json_object_get(json_object_get(line, "outputs"), name);
            double scale = 1;
            double offset = 0;
            if (conversion(text_at(got, "unit"), text_at(wanted, "unit"), &scale,
                           &offset)) {
                cr_assert_float_eq(scale, 1, 1e-12, "%s: %s", text_at(one, "id"), name);
                cr_assert_eq(offset, 0);
            }
        }
        json_decref(line);
    }
}

/* ---- the same in other units ---- */

/* The unit of the vectors, and another of the same dimension. */
static const char *const others[][2] = {
    {"t", "kg"},
    {"kg", "g"},
    {"t CO2", "kg CO2"},
    {"t CO2e", "kg CO2e"},
    {"t C", "kg C"},
    {"t CO", "kg CO"},
    {"t H2", "lb"},
    {"t Cl2", "kg"},
    {"t NaOH", "Mt"},
    {"TJ", "MWh"},
    {"TJ blast furnace gas", "GWh"},
    {"TJ natural gas", "MMBtu"},
    {"GJ/t", "kWh/kg"},
    {"MJ/g", "GJ/kg"},
    {"t CO2/TJ", "kg CO2/GJ"},
    {"t CO2/t", "kg CO2/t"},
    {"kg CO2/kg", "t CO2/t"},
    {"t CO2e/t", "kg CO2e/t"},
    {"t/t", "%"},
    {"t C/t", "kg C/t"},
    {"g CO2/g", "kg CO2/kg"},
    {"g CH4/g", "kg CH4/t"},
    {"g N2O/g", "kg N2O/t"},
    {"MWh", "GJ"},
    {"MWh grid", "TJ"},
    {"MWh captive gas CHP", "kWh"},
    {"MWh/t", "kWh/kg"},
    {"t CO2e/MWh", "g CO2e/kWh"},
    {"t CO2/MWh", "kg CO2/GJ"},
    {"1", "%"},
    {"%", "1"},
    {"% vol", "ppm"},
    {"% (as a percent number)", "1"},
    {"g/Nm3", "mg/Nm3"},
    {"Nm3", "1000 Nm3"},
    {"1000 Nm3/h", "Nm3/h"},
    {"Nm3/h dry", "1000 Nm3/h dry"},
    {"m3/h actual wet", "L/s"},
    {"m3/s", "m3/h"},
    {"m3/kg", "L/kg"},
    {"kJ/kg", "GJ/t"},
    {"kJ/kg (90 degC)", "kcal/kg"},
    {"K", "degC"},
    {"Pa", "mbar"},
    {"h", "min"},
    {"min/anode effect", "s/anode effect"},
    {"anode effects/cell-day", "1/h"},
    {"(kg CF4/t Al)/(min/cell-day)", "(t CF4/t Al)/(h/cell-day)"},
    {"(kg CF4/t Al)/mV", "(kg CF4/t Al)/V"},
    {"mV", "V"},
    {"t C2F6/t CF4", "kg C2F6/t CF4"},
    {"g/mol", "kg/mol"},
    {"L/mol", "m3/kmol"},
    {"kg N/t", "%"},
    {"kg/L", "t/m3"},
    {"L", "m3"},
    {"USD/t CO2e", "USD/kg CO2e"},
    {"EUR/t CO2e", "EUR/kg CO2e"},
    {"t N2O", "kg N2O"},
    {"t NH3", "kg"},
    {"t HFO", "lb"},
    {"t LNG", "g"},
    {"kg Jet A-1", "lb"},
    {"t/t, Union origin", "kg/t"},
    {"mol CO2/mol", "kmol CO2/kmol"},
    {"min", "h"},
    {"1/cell-day", "1/h"},
    {"kg AvGas or Jet B", "lb"},
    {"t LFO", "kg"},
    {"t MDO", "lb"},
    {"t METHANOL", "g"},
    {"(kg CF4/t)/(min/cell-day)", "(t CF4/t)/(h/cell-day)"},
    {"1 = default value used", "%"},
    {"1 (5 % to 2.5 %)", "%"},
    {"USD/t", "USD/kg"},
    {"t CO2e/t, divided by SEE of the product", "kg CO2e/t"},
    {"ppm", "%"},
};

/* Where a method leaves the unit open, the vectors say that all are in the same one. */
static void name_open_units(json_t *quantities)
{
    const char *name;
    json_t *quantity;
    json_object_foreach(quantities, name, quantity)
    {
        const char *unit = text_at(quantity, "unit");
        if (strcmp(unit, "same") == 0 || strcmp(unit, "ppm or %") == 0) {
            json_object_set_new(quantity, "unit", json_string("ppm"));
        }
    }
}

/* False: it has no other unit here. */
static bool change_unit(json_t *given)
{
    const char *unit = text_at(given, "unit");
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        double scale = 1;
        double offset = 0;
        if (strcmp(unit, others[i][0]) == 0) {
            cr_assert(conversion(unit, others[i][1], &scale, &offset), "%s to %s", unit,
                      others[i][1]);
            double value = number_at(given, "value") * scale + offset;
            json_object_set_new(given, "value", json_real(value));
            json_object_set_new(given, "unit", json_string(others[i][1]));
            return true;
        }
    }
    return false;
}

/* Every input of every function of the vectors, without an exception. */
Test(vectors, every_case_gives_the_same_in_other_units)
{
    size_t i;
    json_t *one;
    json_t *functions = json_object();
    json_array_foreach(cases, i, one)
    {
        json_t *copy = json_deep_copy(one);
        const char *name;
        json_t *given;
        name_open_units(json_object_get(copy, "inputs"));
        name_open_units(json_object_get(copy, "expected"));
        json_object_foreach(json_object_get(copy, "inputs"), name, given)
        {
            cr_assert(change_unit(given), "%s: '%s' in '%s' has no other unit",
                      text_at(one, "id"), name, text_at(given, "unit"));
        }
        check_case(copy);
        json_object_set_new(functions, text_at(one, "function"), json_true());
        json_decref(copy);
    }
    cr_assert_eq(json_object_size(functions), 50);
    json_decref(functions);
}

/* Units that are changed and values that are not must be noticed. */
Test(vectors, a_value_left_in_the_old_unit_is_noticed)
{
    size_t i;
    json_t *one;
    size_t noticed = 0;
    size_t tried = 0;
    json_array_foreach(cases, i, one)
    {
        json_t *copy = json_deep_copy(one);
        json_t *inputs = json_object_get(copy, "inputs");
        json_t *given = json_object_iter_value(json_object_iter(inputs));
        double value = number_at(given, "value");
        double scale = 1;
        double offset = 0;
        bool open =
            !conversion(text_at(given, "unit"), text_at(given, "unit"), &scale, &offset);
        if (!open && value != 0 && change_unit(given)) {
            json_object_set_new(given, "value", json_real(value));
            tried++;
            noticed += !agrees(copy);
        }
        json_decref(copy);
    }
    cr_assert_gt(tried, 100);
    cr_assert_gt(noticed * 100, tried * 90, "%zu of %zu", noticed, tried);
}

/* ---- what must fail ---- */

static void expect_error(const json_t *one, const char *what)
{
    struct buf out;
    struct error e = {0};
    buf_init(&out, 1 << 20);
    enum err err = compute_case(units, one, &out, &e);
    cr_assert_eq(err, ERR_REJECT, "%s: %s was taken: %s", text_at(one, "id"), what,
                 (const char *)out.data);
    cr_assert(strstr((const char *)out.data, "\"error\": "), "%s",
              (const char *)out.data);
    buf_deinit(&out);
}

/* Some inputs of these may be absent by the rules. */
static bool may_miss(const char *function, const char *input)
{
    static const char *const optional[][2] = {
        {"attr", ""},
        {"carbon_price", "covered_share"},
        {"cems_average", ""},
        {"chp", ""},
        {"ckd", "ef_clinker"},
        {"clinker_from_cement", ""},
        {"co_as_co2", "m_"},
        {"combustion", "oxidation"},
        {"combustion", "bio"},
        {"conc_indirect", ""},
        {"cost_benefit", ""},
        {"ef_electricity", ""},
        {"mass_balance", "bio"},
        {"part75_missing", ""},
        {"percent_to_g", "mol"},
        {"pfc_", "collection"},
        {"process", "conv"},
        {"rounding", ""},
        {"see", ""},
        {"ship_ttw", ""},
        {"stoich", ""},
        {"subst_conc", ""},
        {"total", ""},
        {"volume_factor", "density"},
        {"nm3", "water"},
        {"recf", "process2"},
        {"molar_split", ""},
        {"weighted", ""},
        {"cems_hours", ""},
    };
    for (size_t i = 0; i < sizeof optional / sizeof optional[0]; i++) {
        if (strncmp(function, optional[i][0], strlen(optional[i][0])) == 0 &&
            strncmp(input, optional[i][1], strlen(optional[i][1])) == 0) {
            return true;
        }
    }
    return false;
}

Test(vectors, an_input_without_unit_or_of_another_dimension_is_an_error)
{
    size_t i;
    json_t *one;
    json_array_foreach(cases, i, one)
    {
        const char *name;
        json_t *given;
        json_object_foreach(json_object_get(one, "inputs"), name, given)
        {
            json_t *copy = json_deep_copy(one);
            json_t *inputs = json_object_get(copy, "inputs");
            json_object_set_new(json_object_get(inputs, name), "unit",
                                json_string("cd/K2"));
            bool open = strcmp(text_at(one, "function"), "chain_share") == 0 &&
                        strcmp(name, "precursor_value") == 0;
            if (!open) {
                expect_error(copy, name);
            }
            json_object_del(json_object_get(inputs, name), "unit");
            expect_error(copy, name);
            if (!may_miss(text_at(one, "function"), name)) {
                json_object_del(inputs, name);
                expect_error(copy, name);
            }
            json_decref(copy);
        }
    }
}
