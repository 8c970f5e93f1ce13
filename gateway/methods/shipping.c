/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ship fuels, tank to wake: FuelEU Maritime (EU) 2023/1805 Annex II and EU MRV.
 *
 *     per t of fuel = (1 - s) x (CO2 + CH4 x GWP_CH4 + N2O x GWP_N2O) + s x GWP_CH4
 *     per MJ = per g of fuel / LCV
 *
 *     s   slip: share of the fuel's mass that leaves unburnt as methane; it makes no CO2
 *
 * GWP by AR5: 28 and 265 (ETS); the published intensities of FuelEU use AR4: 25 and 298.
 */
#include "methods/args.h"

enum { CO2, CH4, N2O, GWP_CH4, GWP_N2O, SLIP, OWN };

#define FUEL_INPUTS                                                                      \
    {"co2", .unit = "g CO2/g", .flags = NOT_NEGATIVE, .help = "CO2 of burnt fuel"},      \
        {"ch4", .unit = "g CH4/g", .initial = "0",                                       \
         .flags = INPUT_OPTIONAL | NOT_NEGATIVE, .help = "CH4 of burnt fuel"},           \
        {"n2o", .unit = "g N2O/g", .initial = "0",                                       \
         .flags = INPUT_OPTIONAL | NOT_NEGATIVE, .help = "N2O of burnt fuel"},           \
        {"gwp_ch4", .unit = "1", .initial = "28",                                        \
         .flags = INPUT_OPTIONAL | NOT_NEGATIVE, .help = "GWP of CH4"},                  \
        {"gwp_n2o", .unit = "1", .initial = "265",                                       \
         .flags = INPUT_OPTIONAL | NOT_NEGATIVE, .help = "GWP of N2O"},                  \
    {                                                                                    \
        "slip", .unit = "1", .initial = "0", SHARE, .help = "s"                          \
    }

static const struct method_input ttw_inputs[] = {
    FUEL_INPUTS,
    {"lcv", .unit = "MJ/g", .flags = INPUT_OPTIONAL | INPUT_POSITIVE,
     .help = "LCV: lower calorific value"},
    {0},
};

static const struct method_output ttw_outputs[] = {
    {"per_t_fuel", "t CO2e/t fuel", .help = "per tonne of fuel"},
    {"per_mj", "g CO2e/MJ", .help = "per energy, when the calorific value is given"},
    {0},
};

/* CO2e of CH4 and N2O, per mass of fuel. */
static double other_gases(const struct method_args *args)
{
    double slip = arg(args, SLIP);
    double burnt =
        arg(args, CH4) * arg(args, GWP_CH4) + arg(args, N2O) * arg(args, GWP_N2O);
    return (1 - slip) * burnt + slip * arg(args, GWP_CH4);
}

static enum err ship_ttw(const struct method_args *args,
                         const struct method_results *results, struct error *e)
{
    (void)e;
    double per_mass = (1 - arg(args, SLIP)) * arg(args, CO2) + other_gases(args);
    result(results, 0, per_mass);
    if (arg_has(args, OWN)) {
        result(results, 1, per_mass / arg(args, OWN));
    }
    return ERR_OK;
}

const struct method method_ship_ttw = {
    .name = "ship_ttw",
    .summary = "CO2e of a ship fuel, tank to wake, with slip",
    .formula = "per t of fuel = (1 - s) x (CO2 + CH4 x GWP_CH4 + N2O x GWP_N2O) "
               "+ s x GWP_CH4; per MJ = per g of fuel / LCV [MJ/g]",
    .source = "(EU) 2023/1805 Annex II",
    .version = "1",
    .inputs = ttw_inputs,
    .outputs = ttw_outputs,
    .compute = ship_ttw,
};

/* ---- fuel burnt ---- */

enum { FUEL_CO2, FUEL_CH4, FUEL_N2O, FUEL_OTHER };

static const struct method_input fuel_inputs[] = {
    FUEL_INPUTS,
    {"fuel", .unit = "t", .flags = NOT_NEGATIVE, .help = "M: fuel consumed"},
    {0},
};

static const struct method_output fuel_outputs[] = {
    {"co2", "t CO2", OUTPUT_CO2_FOSSIL, .help = "CO2"},
    {"ch4", "t CH4", OUTPUT_CH4, .help = "CH4, slip included"},
    {"n2o", "t N2O", OUTPUT_N2O, .help = "N2O"},
    {"co2e_other", "t CO2e", OUTPUT_CO2E, .help = "CH4 and N2O as CO2e"},
    {0},
};

static enum err ship_fuel(const struct method_args *args,
                          const struct method_results *results, struct error *e)
{
    (void)e;
    double fuel = arg(args, OWN);
    double slip = arg(args, SLIP);
    result(results, FUEL_CO2, fuel * (1 - slip) * arg(args, CO2));
    result(results, FUEL_CH4, fuel * ((1 - slip) * arg(args, CH4) + slip));
    result(results, FUEL_N2O, fuel * (1 - slip) * arg(args, N2O));
    result(results, FUEL_OTHER, fuel * other_gases(args));
    return ERR_OK;
}

const struct method method_ship_fuel = {
    .name = "ship_fuel",
    .summary = "CO2, CH4 and N2O of ship fuel burnt, with slip",
    .formula = "CO2 = M [t] x (1 - s) x CO2 [g/g]; CH4 = M x ((1 - s) x CH4 + s); "
               "N2O = M x (1 - s) x N2O",
    .source = "(EU) 2023/1805 Annex II; EU MRV",
    .version = "1",
    .term = TERM_DIRECT,
    .stream = true,
    .inputs = fuel_inputs,
    .outputs = fuel_outputs,
    .compute = ship_fuel,
};
