/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuel by mass or by volume, aviation: ICAO CORSIA, as restated in UK SI 2021/534 Art. 28
 * and Canada SOR/96-433 s. 1000.03.
 *
 *     CO2 = M x FCF                   3.16 Jet A, Jet A-1; 3.10 AvGas, Jet B
 *     M = V x density                 actual density, else 0.8 kg/L
 *
 * The same product serves ship fuels by mass.
 */
#include "methods/args.h"

static const struct method_input mass_inputs[] = {
    {"fuel", .unit = "t|kg", .flags = NOT_NEGATIVE, .help = "M: fuel burnt"},
    {"factor", .unit = "t CO2/t", .flags = NOT_NEGATIVE,
     .help = "FCF: conversion factor"},
    {0},
};

static const struct method_output mass_outputs[] = {
    {"co2", "t CO2|kg CO2", .help = "CO2, in the unit of the fuel"},
    {"co2_fossil", "t CO2", OUTPUT_CO2_FOSSIL, .help = "CO2 that counts"},
    {0},
};

static enum err mass_factor(const struct method_args *args,
                            const struct method_results *results, struct error *e)
{
    (void)e;
    double co2 = arg(args, 0) * arg(args, 1);
    bool in_kg = arg_which(args, 0) == 1;
    result(results, 0, co2);
    results->outputs[0].which = args->inputs[0].which;
    result(results, 1, in_kg ? co2 / 1000 : co2);
    return ERR_OK;
}

const struct method method_mass_factor = {
    .name = "mass_factor",
    .summary = "CO2 of aircraft or ship fuel by mass",
    .formula = "CO2 [t] = M [t] x FCF [t CO2/t]",
    .source = "ICAO CORSIA fuel conversion factors; 2023/1805 Annex II",
    .version = "1",
    .term = TERM_DIRECT,
    .stream = true,
    .inputs = mass_inputs,
    .outputs = mass_outputs,
    .compute = mass_factor,
};

enum { VOLUME, DENSITY, FACTOR };

static const struct method_input volume_inputs[] = {
    {"volume", .unit = "L|m3", .flags = NOT_NEGATIVE, .help = "V: uplift"},
    {"density", .unit = "kg/L", .initial = "0.8",
     .flags = INPUT_OPTIONAL | INPUT_POSITIVE | INPUT_LIMITED, .min = 0, .max = 2,
     .help = "actual density; 0.8 where it is not known"},
    {"factor", .unit = "kg CO2/kg", .flags = NOT_NEGATIVE,
     .help = "FCF: conversion factor"},
    {0},
};

static const struct method_output volume_outputs[] = {
    {"co2", "kg CO2|t CO2", .help = "CO2, t for a volume in m3"},
    {"co2_fossil", "t CO2", OUTPUT_CO2_FOSSIL, .help = "CO2 that counts"},
    {0},
};

static enum err volume_factor(const struct method_args *args,
                              const struct method_results *results, struct error *e)
{
    (void)e;
    double co2 = arg(args, VOLUME) * arg(args, DENSITY) * arg(args, FACTOR);
    bool in_kg = arg_which(args, VOLUME) == 0;
    result(results, 0, co2);
    results->outputs[0].which = args->inputs[VOLUME].which;
    result(results, 1, in_kg ? co2 / 1000 : co2);
    return ERR_OK;
}

const struct method method_volume_factor = {
    .name = "volume_factor",
    .summary = "CO2 of aircraft fuel by volume",
    .formula = "CO2 [kg] = V [L] x density [kg/L] x FCF [kg CO2/kg]",
    .source = "ICAO CORSIA fuel conversion factors",
    .version = "1",
    .term = TERM_DIRECT,
    .stream = true,
    .inputs = volume_inputs,
    .outputs = volume_outputs,
    .compute = volume_factor,
};
