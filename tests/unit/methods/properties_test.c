/* SPDX-License-Identifier: Apache-2.0 */
/* What holds for every method of a stream, whatever the numbers. */
#include "by_hand.h"
#include "methods/method.h"

TestSuite(properties, .init = by_hand_open, .fini = by_hand_close);

/* A method, its quantity, what else it needs, and an output. */
static const struct {
    const char *method, *quantity, *unit, *others, *output;
} streams[] = {
    {"combustion", "fuel_quantity", "t",
     "ncv=25.8 GJ/t; emission_factor=94.6 t CO2/TJ; oxidation_factor=0.98", "co2_fossil"},
    {"process", "activity_data", "t", "emission_factor=0.44 t CO2/t", "co2_fossil"},
    {"flare", "volume", "1000 Nm3", "", "co2_fossil"},
    {"clinker_output", "clinker", "t", "", "co2_fossil"},
    {"gypsum", "gypsum", "t", "", "co2_fossil"},
    {"urea_denox", "urea", "t", "", "co2_fossil"},
    {"co2_transfer", "co2", "t CO2", "", "co2_fossil"},
    {"mass_balance", "activity_data", "t", "carbon_content=0.88 t C/t", "co2_fossil"},
    {"cems", "flow", "Nm3", "gas='CO2'; concentration=212.5 g/Nm3", "co2_fossil"},
    {"cems", "flow", "Nm3", "gas='N2O'; concentration=1.3 g/Nm3", "co2e"},
    {"cems_nitric_acid", "air", "Nm3", "gas='N2O'; concentration=1.3 g/Nm3; o2_flue=0.02",
     "co2e"},
    {"pfc_slope", "aluminium", "t",
     "f_c2f6=0.121 t/t; frequency=1.1 1/cell-day; duration=2 min; "
     "sef_cf4=0.143 (kg CF4/t Al)/(min/cell-day)",
     "co2e"},
    {"pfc_overvoltage", "aluminium", "t",
     "f_c2f6=0.121 t/t; ovc=1.16 (kg CF4/t Al)/mV; aeo=4 mV; current_efficiency=95 %",
     "co2e"},
    {"electricity", "electricity", "MWh", "ef=0.377 t CO2/MWh", "em_el"},
    {"heat_steam", "mass", "t",
     "h_flow=2777 kJ/kg; h_return=377 kJ/kg; ef_heat=62.3 t CO2/TJ", "em_heat"},
    {"heat_emissions", "q_consumed", "TJ", "ef_mix=56.1 t CO2/TJ; efficiency=0.9",
     "em_heat"},
    {"waste_gas_import", "energy", "TJ", "", "wg_imp"},
    {"waste_gas_export", "energy", "TJ", "", "wg_exp"},
    {"precursor", "mass", "t", "see_direct=1.3 t CO2e/t; see_indirect=0.4 t CO2e/t",
     "embedded_indirect"},
    {"precursor_own", "mass", "t", "content=466 kg N/t", "consumed"},
    {"co_as_co2", "co", "t CO", "", "co2"},
    {"mass_factor", "fuel", "t", "factor=3.16 t CO2/t", "co2_fossil"},
    {"volume_factor", "volume", "L", "factor=3.16 t CO2/t", "co2_fossil"},
    {"ship_fuel", "fuel", "t", "co2=2.75 g CO2/g; n2o=0.00011 g N2O/g; slip=3.1 %",
     "co2e_other"},
};

#define STREAM_COUNT (sizeof streams / sizeof streams[0])

static double emission(size_t i, double quantity)
{
    char inputs[512];
    snprintf(inputs, sizeof inputs, "%s=%.17g %s; %s", streams[i].quantity, quantity,
             streams[i].unit, streams[i].others);
    json_t *answer = by_hand(streams[i].method, inputs);
    const json_t *output =
        json_object_get(json_object_get(answer, "outputs"), streams[i].output);
    cr_assert_not_null(output, "%s: %s", streams[i].method,
                       json_string_value(json_object_get(answer, "error")));
    double value = json_number_value(json_object_get(output, "value"));
    json_decref(answer);
    return value;
}

static void expect_near(size_t i, double got, double wanted)
{
    cr_assert(fabs(got - wanted) <= 1e-12 * fabs(wanted), "%s: %.17g, wanted %.17g",
              streams[i].method, got, wanted);
}

Test(properties, twice_the_quantity_is_twice_the_emission_and_none_is_none)
{
    for (size_t i = 0; i < STREAM_COUNT; i++) {
        double one = emission(i, 123.456);
        cr_assert_neq(one, 0, "%s", streams[i].method);
        expect_near(i, emission(i, 2 * 123.456), 2 * one);
        expect_near(i, emission(i, 1e6 * 123.456), 1e6 * one);
        cr_assert_eq(emission(i, 0), 0, "%s", streams[i].method);
    }
}

Test(properties, the_parts_of_a_quantity_add_up)
{
    for (size_t i = 0; i < STREAM_COUNT; i++) {
        double whole = emission(i, 1000);
        expect_near(i, emission(i, 300.25) + emission(i, 99.5) + emission(i, 600.25),
                    whole);
    }
}

Test(properties, every_method_of_a_stream_is_among_these)
{
    for (size_t m = 0; methods[m]; m++) {
        bool found = !methods[m]->stream;
        for (size_t i = 0; i < STREAM_COUNT && !found; i++) {
            found = strcmp(streams[i].method, methods[m]->name) == 0;
        }
        /* What a supply does not cover has another factor: it is not linear. */
        found = found || strcmp(methods[m]->name, "electricity_matched") == 0;
        cr_assert(found, "%s", methods[m]->name);
    }
}

/* The terms of a sum in another order. */
Test(properties, the_order_of_terms_does_not_show)
{
    char forward[4096] = "";
    char backward[4096] = "";
    size_t forward_len = 0;
    size_t backward_len = 0;
    for (int n = 1; n <= 60; n++) {
        forward_len +=
            (size_t)snprintf(forward + forward_len, sizeof forward - forward_len,
                             "term%d=%d.1e%d t; ", n, n, n % 9);
        backward_len +=
            (size_t)snprintf(backward + backward_len, sizeof backward - backward_len,
                             "term%d=%d.1e%d t; ", 61 - n, n, n % 9);
    }
    json_t *a = by_hand("total", forward);
    json_t *b = by_hand("total", backward);
    cr_assert(json_equal(json_object_get(a, "outputs"), json_object_get(b, "outputs")));
    json_decref(a);
    json_decref(b);
}

/* Emissions of processes plus what belongs to none are those of the installation. */
Test(properties, reconciled_parts_add_up_to_the_installation)
{
    json_t *answer = by_hand("recf", "installation=10000.7 MWh; process1=3100.3 MWh; "
                                     "process2=6400.9 MWh; process3=17.77 MWh");
    const json_t *outputs = json_object_get(answer, "outputs");
    double sum = 0;
    static const char *const names[] = {"process1", "process2", "process3"};
    for (size_t i = 0; i < 3; i++) {
        sum += json_number_value(
            json_object_get(json_object_get(outputs, names[i]), "value"));
    }
    cr_assert(fabs(sum - 10000.7) < 1e-9 * 10000.7);
    json_decref(answer);
}
