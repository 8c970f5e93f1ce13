/* SPDX-License-Identifier: Apache-2.0 */
#include "units/units.h"

#include <criterion/criterion.h>
#include <math.h>

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

TestSuite(units, .init = open_units, .fini = close_units);

static struct unit parse(const char *text)
{
    struct unit unit = {0};
    struct error e = {0};
    cr_assert_eq(units_parse(units, bytes_of(text), &unit, &e), ERR_OK, "%s", e.text);
    return unit;
}

/* `value` in `from`, expressed in `to`. */
static double convert(double value, const char *from, const char *to)
{
    struct unit a = parse(from);
    struct unit b = parse(to);
    double scale = 0;
    double offset = 0;
    struct error e = {0};
    cr_assert_eq(unit_convert(&a, &b, &scale, &offset, &e), ERR_OK, "%s to %s: %s", from,
                 to, e.text);
    return value * scale + offset;
}

static void expect(double value, const char *from, double wanted, const char *to)
{
    double got = convert(value, from, to);
    cr_assert(fabs(got - wanted) <= 1e-12 * fabs(wanted) + 1e-300,
              "%.17g %s is %.17g %s, not %.17g", value, from, wanted, to, got);
}

static void expect_no_unit(const char *text, const char *part)
{
    struct unit unit;
    struct error e = {0};
    cr_assert_eq(units_parse(units, bytes_of(text), &unit, &e), ERR_REJECT,
                 "'%s' was taken for a unit", text);
    cr_assert(strstr(e.text, part), "'%s' says: %s", text, e.text);
}

static void expect_apart(const char *from, const char *to, const char *part)
{
    struct unit a = parse(from);
    struct unit b = parse(to);
    double scale = 0;
    double offset = 0;
    struct error e = {0};
    cr_assert_eq(unit_convert(&a, &b, &scale, &offset, &e), ERR_REJECT,
                 "'%s' became '%s'", from, to);
    cr_assert(strstr(e.text, part), "'%s' to '%s' says: %s", from, to, e.text);
}

Test(units, mass_energy_and_time_convert)
{
    expect(1, "t", 1000, "kg");
    expect(250, "kg", 0.25, "t");
    expect(3, "Mt", 3000, "kt");
    expect(1, "MWh", 0.0036, "TJ");
    expect(1, "TJ", 1e6 / 3600, "MWh");
    expect(1, "GWh", 3.6, "TJ");
    expect(1, "kWh", 3.6, "MJ");
    expect(1, "kcal", 4.1868, "kJ");
    expect(1, "MMBtu", 1.05505585262, "GJ");
    expect(1, "d", 24, "h");
    expect(90, "min", 1.5, "h");
    expect(1, "lb", 0.45359237, "kg");
    expect(1, "short_ton", 0.90718474, "t");
}

Test(units, equal_units_convert_by_exactly_one)
{
    static const char *const texts[] = {"GJ/t",   "t CO2/TJ", "1000 Nm3/h",
                                        "kg N/t", "mV",       "g/Nm3",
                                        "kJ/kg",  "%",        "(kg CF4/t Al)/mV"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        cr_assert_eq(convert(1, texts[i], texts[i]), 1.0);
    }
}

Test(units, a_space_binds_tighter_than_a_slash)
{
    expect(35.5, "GJ/1000 Nm3", 0.0355, "GJ/Nm3");
    expect(35.5, "GJ/1000Nm3", 35.5, "MJ/Nm3");
    expect(7, "kJ/kW h", 7, "kJ/(kW*h)");
    expect(5, "kW h", 5, "kWh");
    expect(5, "kW*h", 5, "kWh");
    expect(5, "kW·h", 5, "kWh");
    expect(5, "kW.h", 5, "kWh");
    expect(5, "kW-h", 5, "kWh");
}

Test(units, slashes_go_from_left_to_right)
{
    expect(1, "kg/m3/h", 1, "kg/(m3*h)");
    expect(1, "t/d/h", 1, "t/(d*h)");
    expect(1, "W/(m2*K)", 1, "W m-2 K-1");
}

Test(units, powers_are_read_in_every_spelling)
{
    expect(2, "m3", 2, "m^3");
    expect(2, "m³", 2, "m3");
    expect(2, "m s-1", 2, "m/s");
    expect(2, "kJ kg-1", 2, "kJ/kg");
    expect(2, "m3/h", 2, "m³/h");
    expect(2, "s⁻1", 2, "1/s");
}

Test(units, numbers_stand_in_front_of_their_unit)
{
    expect(2, "1000 Nm3/h", 2000, "Nm3/h");
    expect(2, "1000Nm3", 2000, "Nm3");
    expect(2, "1e6 m3", 2e6, "m3");
    expect(2, "10^3 m3", 2000, "m3");
    expect(2, "kNm3", 2000, "Nm3");
}

Test(units, words_of_substance_do_not_change_the_number)
{
    expect(56.1, "t CO2/TJ", 56.1e-6, "kg CO2/kJ");
    expect(822.4, "kg N/t", 0.8224, "t/t");
    expect(0.525, "t CO2e/t clinker", 525, "kg/t");
    expect(12, "MWh grid", 12, "MWh");
    expect(12, "MWh captive gas CHP", 12, "MWh");
    expect(12, "TJ blast furnace gas", 12, "TJ");
    expect(12, "kg Jet A-1", 12, "kg");
    expect(12, "kg AvGas or Jet B", 12, "kg");
    expect(12, "t CO2 to H2", 12, "t CO2");
    expect(12, "t METHANOL", 12000, "kg");
    expect(12, "MWh_el", 12, "MWh");
    expect(12, "t 100% HNO3", 12, "t");
    expect(12, "t HNO3 (100 %)", 12, "t");
    expect(12, "m3/h at 1 bar", 12, "m3/h");
    expect(1, "t CO2eq", 1, "t CO2e");
    expect(1, "t CO2 eq/t", 1, "t CO2e/t");
    expect(1, "t CO₂/TJ", 1, "t CO2/TJ");
}

Test(units, remarks_are_left_out)
{
    expect(377, "kJ/kg (90 degC)", 377, "kJ/kg");
    expect(1, "t CF4 (duct)", 1, "t CF4");
    expect(95, "% (as a percent number)", 0.95, "1");
    expect(1, "1 = valid", 1, "1");
    expect(0.025, "1 (5 % to 2.5 %)", 0.025, "1");
    expect(3, "t/t, Union origin", 3, "1");
    expect(10, "ppm or %", 10, "ppm");
    expect(12, "% vol", 0.12, "1");
    expect(3, "MWh(el)", 3, "MWh");
}

Test(units, brackets_group)
{
    expect(1.16, "(kg CF4/t Al)/mV", 1.16e-3, "1/mV");
    expect(0.143, "(kg CF4/t Al)/(min/cell-day)", 0.143e-3 * 1440, "1");
    expect(2, "anode effects/cell-day", 2, "1/d");
    expect(2, "anode effect/cell-day", 2, "1/cell-day");
    expect(2, "min/anode effect", 120, "s");
    expect(2, "anode effects per cell-day", 2, "1/d");
    expect(1.16, "kg CF4/(t Al mV)", 1.16, "(kg CF4/t Al)/mV");
}

Test(units, shares_percent_and_ppm_convert)
{
    expect(98, "%", 0.98, "1");
    expect(98, "1", 98, "1");
    expect(400, "ppm", 0.04, "%");
    expect(0.5, "-", 50, "%");
    expect(3, "‰", 0.003, "1");
}

Test(units, temperatures_have_an_offset_only_alone)
{
    expect(150, "degC", 423.15, "K");
    expect(150, "°C", 423.15, "K");
    expect(150, "Cel", 423.15, "K");
    expect(273.15, "K", 0, "degC");
    cr_assert_float_eq(convert(212, "degF", "degC"), 100, 1e-9);
    expect(4.2, "kJ/(kg*degC)", 4.2, "kJ/(kg*K)");
}

Test(units, normal_cubic_metres_never_become_cubic_metres)
{
    expect_apart("m3/h", "Nm3/h", "method nm3");
    expect_apart("Nm3", "m3", "normal volume where volume");
    expect(1, "m3(N)", 1, "Nm3");
    expect(1, "m³(n)/h", 1, "Nm3/h");
    expect(1, "Nm³", 1, "Nm3");
    expect(1, "NL", 0.001, "Nm3");
}

Test(units, a_year_is_no_number_of_hours)
{
    expect_apart("t/a", "t/h", "no fixed number of hours");
    expect(5, "t/a", 5, "t/year");
    expect_no_unit("t/month", "no fixed length");
}

Test(units, other_dimensions_are_told_in_words)
{
    expect_apart("t", "TJ", "the dimension is mass where energy is wanted");
    expect_apart("GJ/t", "t CO2/TJ", "the dimension is energy/mass where mass/energy");
    expect_apart("1", "kg", "no dimension where mass");
    expect_apart("kW", "kWh", "power where energy");
}

Test(units, other_gases_are_told_in_words)
{
    expect_apart("t N2O", "t CO2", "N2O is given where CO2 is wanted");
    expect_apart("t C/t", "t CO2/t", "C is given where CO2");
    expect_apart("t CF4", "t C2F6", "CF4 is given where C2F6");
    expect_apart("kg NH3/t", "kg N/t", "NH3 is given where N");
    expect_apart("t C2F6/t CF4", "t C2F6/t CO2", "per CF4 is given where per CO2");
}

Test(units, carbon_dioxide_and_its_equivalent_are_taken_for_each_other)
{
    expect(1, "t CO2", 1, "t CO2e");
    expect(1, "t CO2e/MWh", 1, "t CO2/MWh");
    expect(1, "t", 1, "t CO2");
}

Test(units, wet_and_dry_gas_are_told_apart)
{
    expect(1, "Nm3/h dry", 1, "Nm3/h");
    expect(1, "m3/h actual wet", 1, "m3/h");
    expect_apart("Nm3/h wet", "Nm3/h dry", "wet gas is given where dry gas is wanted");
}

Test(units, currencies_do_not_convert)
{
    expect(20, "USD/t CO2e", 0.02, "USD/kg CO2e");
    expect(20, "PKR/t CO2e", 20, "XXX/t CO2e");
    expect_apart("USD/t", "EUR/t", "USD is given where EUR is wanted");
}

Test(units, what_is_not_known_is_an_error_with_the_nearest_name)
{
    expect_no_unit("kwh", "did you mean 'kWh'?");
    expect_no_unit("t CO2/TX", "did you mean 'TJ'?");
    expect_no_unit("Tj", "'Tj' is not a unit");
    expect_no_unit("barrows of coal", "'barrows' is not a unit");
    expect_no_unit("clinker", "'clinker' is not a unit");
    expect_no_unit("", "no unit is given");
    expect_no_unit("t/", "a unit is missing");
    expect_no_unit("/t", "a unit is missing");
    expect_no_unit("t CO2 TJ", "write '*' or '/' between");
    expect_no_unit("GJ t", "write '*' or '/' between");
    expect_no_unit("t 1000", "write '*' or '/' between");
    expect_no_unit("(kg/t", "a ')' is missing");
    expect_no_unit("kg)", "stands at character 3 without need");
    expect_no_unit("0 kg", "not a number above 0");
    expect_no_unit("same", "'same' is not a unit");
}

Test(units, words_of_several_meanings_are_refused)
{
    expect_no_unit("ton", "write 't'");
    expect_no_unit("T", "the tonne is 't'");
    expect_no_unit("Sm3/h", "several reference states");
    expect_no_unit("nm3", "the normal cubic metre is 'Nm3'");
    expect_no_unit("barg", "gauge pressure");
    expect_no_unit("bar(g)", "gauge pressure");
    expect_no_unit("gal", "'L' or 'US_gal'");
}

Test(units, hostile_texts_are_refused_or_read_but_never_break)
{
    expect_no_unit("((((((kg))))))", "nested deeper");
    expect_no_unit("kg99", "is not a unit");
    char text[UNIT_TEXT_MAX + 2];
    memset(text, 'k', sizeof text - 1);
    text[sizeof text - 1] = 0;
    expect_no_unit(text, "are allowed");
    text[UNIT_TEXT_MAX] = 0;
    expect_no_unit(text, "is not a unit");
}

Test(units, a_rate_summed_over_time_is_an_amount)
{
    struct unit rate = parse("t/h");
    struct unit amount;
    struct error e = {0};
    cr_assert_eq(unit_over_time(&rate, &amount, &e), ERR_OK);
    struct unit tonne = parse("t");
    double scale = 0;
    double offset = 0;
    cr_assert_eq(unit_convert(&amount, &tonne, &scale, &offset, &e), ERR_OK);
    cr_assert_eq(scale, 1.0 / 3600);
    cr_assert_eq(offset, 0);

    struct unit celsius = parse("degC");
    cr_assert_eq(unit_over_time(&celsius, &amount, &e), ERR_REJECT);
}

Test(units, a_quantity_is_a_number_and_a_unit)
{
    double value = 0;
    struct unit unit;
    struct error e = {0};
    cr_assert_eq(units_parse_quantity(units, BYTES("25.8 GJ/t"), &value, &unit, &e),
                 ERR_OK);
    cr_assert_eq(value, 25.8);
    cr_assert_eq(units_parse_quantity(units, BYTES("2.4%"), &value, &unit, &e), ERR_OK);
    cr_assert_eq(value, 2.4);
    cr_assert_eq(units_parse_quantity(units, BYTES("-1e-3 t"), &value, &unit, &e),
                 ERR_OK);
    cr_assert_eq(value, -1e-3);
    cr_assert_eq(units_parse_quantity(units, BYTES("0.98"), &value, &unit, &e), ERR_OK);
    cr_assert_eq(value, 0.98);
    cr_assert_eq(units_parse_quantity(units, BYTES("GJ/t"), &value, &unit, &e),
                 ERR_REJECT);
    cr_assert_eq(units_parse_quantity(units, BYTES("1 GJ/q"), &value, &unit, &e),
                 ERR_REJECT);
}

Test(units, a_text_without_its_remark)
{
    struct bytes text = unit_without_remark(BYTES("t CO2e/t, divided by SEE"));
    cr_assert(bytes_are(text, "t CO2e/t"));
    text = unit_without_remark(BYTES("(kg/t)/mV (own)"));
    cr_assert(bytes_are(text, "(kg/t)/mV"));
    text = unit_without_remark(BYTES("ppm or %"));
    cr_assert(bytes_are(text, "ppm"));
}
