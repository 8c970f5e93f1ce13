/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Measurable heat: 2025/2547 Annex II C and Annex III A.2.2, equations 30, 31, 44, 45.
 *
 *     m = V / v                                             eq. 30
 *     Q = (h_flow - h_return) x m                           eq. 31
 *     Em_heat = EF_mix x Q / eta                            eq. 44
 *     EF_mix = (sum(AD x NCV x EF) + Em_FGC) / sum(AD x NCV)  eq. 45
 *
 * Condensate that does not come back counts as if it did at 90 degC, about 377 kJ/kg.
 */
#include "methods/args.h"

enum { VOLUME, SPECIFIC, MASS, H_FLOW, H_RETURN };
enum { MASS_FLOW, HEAT_FLOW };

static const struct method_input flow_inputs[] = {
    {"volume_flow", .unit = "m3/s", .flags = INPUT_OPTIONAL | NOT_NEGATIVE, .help = "V"},
    {"specific_volume", .unit = "m3/kg", .flags = INPUT_OPTIONAL | INPUT_POSITIVE,
     .help = "v"},
    {"mass_flow", .unit = "kg/s", .flags = INPUT_OPTIONAL | NOT_NEGATIVE,
     .help = "m, where it is metered as mass"},
    {"h_flow", .unit = "kJ/kg", .help = "specific enthalpy going out"},
    {"h_return", .unit = "kJ/kg", .help = "coming back; 377 for what does not"},
    {0},
};

static const struct method_output flow_outputs[] = {
    {"mass_flow", "kg/s", .help = "m"},
    {"heat_flow", "kJ/s", .help = "Q"},
    {0},
};

static enum err heat_flow(const struct method_args *args,
                          const struct method_results *results, struct error *e)
{
    bool by_volume = arg_has(args, VOLUME) && arg_has(args, SPECIFIC);
    if (by_volume == arg_has(args, MASS)) {
        return error_set(e, ERR_REJECT,
                         "give 'volume_flow' and 'specific_volume', or 'mass_flow'");
    }
    double mass = by_volume ? arg(args, VOLUME) / arg(args, SPECIFIC) : arg(args, MASS);
    result(results, MASS_FLOW, mass);
    result(results, HEAT_FLOW, (arg(args, H_FLOW) - arg(args, H_RETURN)) * mass);
    return ERR_OK;
}

const struct method method_heat_flow = {
    .name = "heat_flow",
    .summary = "net heat of a flow of steam or water",
    .formula = "m = V [m3/s] / v [m3/kg]; Q [kJ/s] = (h_flow - h_return) [kJ/kg] x m",
    .source = "2025/2547 Annex II C.1.2, eq. 30, 31",
    .version = "1",
    .inputs = flow_inputs,
    .outputs = flow_outputs,
    .compute = heat_flow,
};

/* ---- emissions of heat ---- */

enum { EF_MIX, Q, EFFICIENCY };

static const struct method_input emission_inputs[] = {
    {"ef_mix", .unit = "t CO2/TJ", .flags = NOT_NEGATIVE, .help = "EF of the fuel mix"},
    {"q_consumed", .unit = "TJ", .flags = NOT_NEGATIVE, .help = "Q: net heat"},
    {"efficiency", .unit = "1", .flags = INPUT_LIMITED | INPUT_POSITIVE, .min = 0,
     .max = 1.1, .help = "eta of the boiler; above 1 only with condensation"},
    {0},
};

static const struct method_output emission_outputs[] = {
    {"em_heat", "t CO2", OUTPUT_CO2E, .help = "Em_heat"},
    {0},
};

static enum err heat_emissions(const struct method_args *args,
                               const struct method_results *results, struct error *e)
{
    (void)e;
    result(results, 0, arg(args, EF_MIX) * arg(args, Q) / arg(args, EFFICIENCY));
    return ERR_OK;
}

const struct method method_heat_emissions = {
    .name = "heat_emissions",
    .summary = "emissions of heat from a boiler house, imported or exported",
    .formula = "Em_heat = EF_mix [t CO2/TJ] x Q [TJ] / eta",
    .source = "2025/2547 Annex III A.2.2, eq. 44",
    .version = "1",
    .term = TERM_HEAT_IMPORT,
    .stream = true,
    .inputs = emission_inputs,
    .outputs = emission_outputs,
    .compute = heat_emissions,
};

/* ---- steam metered as mass, with the factor of its heat ---- */

enum { STEAM, STEAM_FLOW, STEAM_RETURN, EF_HEAT };
enum { STEAM_EM, STEAM_Q };

static const struct method_input steam_inputs[] = {
    {"mass", .unit = "t", .flags = NOT_NEGATIVE, .help = "steam or hot water"},
    {"h_flow", .unit = "kJ/kg", .help = "specific enthalpy going out"},
    {"h_return", .unit = "kJ/kg", .help = "coming back; 377 for what does not"},
    {"ef_heat", .unit = "t CO2/TJ", .flags = NOT_NEGATIVE, .help = "EF of the heat"},
    {0},
};

static const struct method_output steam_outputs[] = {
    {"em_heat", "t CO2", OUTPUT_CO2E, .help = "Em_heat"},
    {"heat", "TJ", .help = "Q"},
    {0},
};

static enum err heat_steam(const struct method_args *args,
                           const struct method_results *results, struct error *e)
{
    (void)e;
    double kj_per_kg = arg(args, STEAM_FLOW) - arg(args, STEAM_RETURN);
    double heat_tj = arg(args, STEAM) * kj_per_kg * 1e-6;
    result(results, STEAM_EM, heat_tj * arg(args, EF_HEAT));
    result(results, STEAM_Q, heat_tj);
    return ERR_OK;
}

const struct method method_heat_steam = {
    .name = "heat_steam",
    .summary = "emissions of steam or hot water by its mass and enthalpies",
    .formula =
        "Em_heat = m [t] x (h_flow - h_return) [kJ/kg] x 1e-6 x EF_heat [t CO2/TJ]",
    .source = "2025/2547 Annex II C.1.2, eq. 31; Annex III A.2.2",
    .version = "1",
    .term = TERM_HEAT_IMPORT,
    .stream = true,
    .inputs = steam_inputs,
    .outputs = steam_outputs,
    .compute = heat_steam,
};

/* ---- factors ---- */

static const struct method_input default_inputs[] = {
    {"ef_fuel", .unit = "t CO2/TJ", .flags = NOT_NEGATIVE,
     .help = "EF of the fuel most used in the country's industry"},
    {"efficiency", .unit = "1", .initial = "0.9",
     .flags = INPUT_OPTIONAL | INPUT_LIMITED | INPUT_POSITIVE, .min = 0, .max = 1.1,
     .help = "eta of the boiler"},
    {0},
};

static const struct method_output heat_factor_outputs[] = {
    {"ef_heat", "t CO2/TJ", .help = "EF of the heat"},
    {0},
};

static enum err heat_default_ef(const struct method_args *args,
                                const struct method_results *results, struct error *e)
{
    (void)e;
    result(results, 0, arg(args, 0) / arg(args, 1));
    return ERR_OK;
}

const struct method method_heat_default_ef = {
    .name = "heat_default_ef",
    .summary = "standard factor of imported heat",
    .formula = "EF_heat = EF_fuel [t CO2/TJ] / 0.9",
    .source = "2025/2547 Annex III A.2.2 (2)",
    .version = "1",
    .inputs = default_inputs,
    .outputs = heat_factor_outputs,
    .compute = heat_default_ef,
};

enum { MIX_ENERGY, MIX_EF, MIX_FGC };

static const struct method_input mix_inputs[] = {
    {"energy", .unit = "TJ", .flags = INPUT_SERIES | NOT_NEGATIVE,
     .help = "AD x NCV of each fuel"},
    {"ef", .unit = "t CO2/TJ", .flags = INPUT_SERIES | NOT_NEGATIVE, .help = "its EF"},
    {"em_fgc", .unit = "t CO2", .initial = "0", .flags = INPUT_OPTIONAL | NOT_NEGATIVE,
     .help = "Em_FGC: process emissions of flue gas cleaning"},
    {0},
};

static const struct method_output mix_outputs[] = {
    {"ef_mix", "t CO2/TJ", .help = "EF of the fuel mix"},
    {0},
};

static enum err ef_mix(const struct method_args *args,
                       const struct method_results *results, struct error *e)
{
    struct sum co2 = {0};
    struct sum energy = {0};
    for (size_t n = 0; n < args->count; n++) {
        sum_add(&co2, item(args, MIX_ENERGY, n) * item(args, MIX_EF, n));
        sum_add(&energy, item(args, MIX_ENERGY, n));
    }
    if (!(sum_total(&energy) > 0)) {
        return error_set(e, ERR_REJECT, "the energies add up to 0");
    }
    sum_add(&co2, arg(args, MIX_FGC));
    result(results, 0, sum_total(&co2) / sum_total(&energy));
    return ERR_OK;
}

const struct method method_ef_mix = {
    .name = "ef_mix",
    .summary = "emission factor of a mix of fuels",
    .formula =
        "EF_mix = (sum of energy_n [TJ] x EF_n [t CO2/TJ] + Em_FGC) / sum of energy_n",
    .source = "2025/2547 Annex III A.2.2, eq. 45",
    .version = "1",
    .inputs = mix_inputs,
    .outputs = mix_outputs,
    .compute = ef_mix,
};
