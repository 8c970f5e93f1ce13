/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Electricity: 2025/2547 Annex II D, equations 35 and 38.  Active energy only, never
 * apparent or reactive.
 *
 *     Em_el = E x EF                                       eq. 35
 *     EF_el = (sum(AD x NCV x EF) + Em_FGC) / El_prod      eq. 38
 *
 * The factor of a waste gas is capped at that of natural gas (A.2.3).
 */
#include "methods/args.h"

enum { ELECTRICITY, EF };

static const struct method_input inputs[] = {
    {"electricity", .unit = "MWh", .flags = NOT_NEGATIVE, .help = "E: active energy"},
    {"ef", .unit = "t CO2e/MWh", .flags = NOT_NEGATIVE, .help = "EF of the electricity"},
    {0},
};

static const struct method_output outputs[] = {
    {"em_el", "t CO2e", OUTPUT_CO2E, .help = "Em_el"},
    {0},
};

static enum err electricity(const struct method_args *args,
                            const struct method_results *results, struct error *e)
{
    (void)e;
    result(results, 0, arg(args, ELECTRICITY) * arg(args, EF));
    return ERR_OK;
}

const struct method method_electricity = {
    .name = "electricity",
    .summary = "emissions of electricity consumed or made",
    .formula = "Em_el = E [MWh] x EF [t CO2e/MWh]",
    .source = "2025/2547 Annex II D.1, eq. 35; Annex III, eq. 56",
    .version = "1",
    .term = TERM_INDIRECT,
    .stream = true,
    .inputs = inputs,
    .outputs = outputs,
    .compute = electricity,
};

/* ---- direct line or power purchase agreement, matched within the window ---- */

enum { CONSUMED, SUPPLIED, EF_SUPPLY, EF_GRID };
enum { MATCHED_EM, MATCHED_ENERGY };

static const struct method_input matched_inputs[] = {
    {"electricity", .unit = "MWh", .flags = NOT_NEGATIVE,
     .help = "consumed in the window"},
    {"supplied", .unit = "MWh", .flags = NOT_NEGATIVE,
     .help = "metered at the far end in the same window of at most one hour"},
    {"ef_supply", .unit = "t CO2e/MWh", .flags = NOT_NEGATIVE,
     .help = "EF of the supply"},
    {"ef_grid", .unit = "t CO2e/MWh", .flags = NOT_NEGATIVE,
     .help = "default grid factor, for what the supply does not cover"},
    {0},
};

static const struct method_output matched_outputs[] = {
    {"em_el", "t CO2e", OUTPUT_CO2E, .help = "Em_el"},
    {"matched", "MWh", .help = "covered by the supply"},
    {0},
};

static enum err electricity_matched(const struct method_args *args,
                                    const struct method_results *results, struct error *e)
{
    (void)e;
    double consumed = arg(args, CONSUMED);
    double matched = fmin(consumed, arg(args, SUPPLIED));
    result(results, MATCHED_EM,
           matched * arg(args, EF_SUPPLY) + (consumed - matched) * arg(args, EF_GRID));
    result(results, MATCHED_ENERGY, matched);
    return ERR_OK;
}

const struct method method_electricity_matched = {
    .name = "electricity_matched",
    .summary = "electricity by direct line or purchase agreement, the rest from the grid",
    .formula = "Em_el = min(E, S) [MWh] x EF_supply + (E - min(E, S)) x EF_grid",
    .source = "2025/2547 Annex II D.4.3, eq. 35",
    .version = "1",
    .term = TERM_INDIRECT,
    .stream = true,
    .inputs = matched_inputs,
    .outputs = matched_outputs,
    .compute = electricity_matched,
};

/* ---- the factor of electricity made here ---- */

enum { ENERGY, FUEL_EF, IS_WASTE_GAS, EM_FGC, EL_NET, EF_CAP };

static const struct method_input factor_inputs[] = {
    {"energy", .unit = "TJ", .flags = INPUT_SERIES | NOT_NEGATIVE,
     .help = "AD x NCV of each fuel"},
    {"ef", .unit = "t CO2/TJ", .flags = INPUT_SERIES | NOT_NEGATIVE, .help = "its EF"},
    {"is_waste_gas", .unit = "1", .flags = INPUT_SERIES | INPUT_OPTIONAL | INPUT_LIMITED,
     .min = 0, .max = 1, .help = "1: its factor is capped at that of natural gas"},
    {"em_fgc", .unit = "t CO2", .initial = "0", .flags = INPUT_OPTIONAL | NOT_NEGATIVE,
     .help = "Em_FGC: process emissions of flue gas cleaning"},
    {"el_net", .unit = "MWh", .flags = INPUT_POSITIVE,
     .help = "El_prod: net electricity"},
    {"ef_natural_gas", .unit = "t CO2/TJ", .initial = EF_NATURAL_GAS,
     .flags = INPUT_OPTIONAL | NOT_NEGATIVE, .help = "the cap for waste gas"},
    {0},
};

static const struct method_output factor_outputs[] = {
    {"ef_el", "t CO2/MWh", .help = "EF_el"},
    {0},
};

static enum err ef_electricity(const struct method_args *args,
                               const struct method_results *results, struct error *e)
{
    (void)e;
    struct sum co2 = {0};
    for (size_t n = 0; n < args->count; n++) {
        bool capped = item(args, IS_WASTE_GAS, n) != 0;
        double factor = item(args, FUEL_EF, n);
        factor = capped ? fmin(factor, arg(args, EF_CAP)) : factor;
        sum_add(&co2, item(args, ENERGY, n) * factor);
    }
    sum_add(&co2, arg(args, EM_FGC));
    result(results, 0, sum_total(&co2) / arg(args, EL_NET));
    return ERR_OK;
}

const struct method method_ef_electricity = {
    .name = "ef_electricity",
    .summary = "emission factor of electricity made in the installation",
    .formula =
        "EF_el = (sum of energy_n [TJ] x EF_n [t CO2/TJ] + Em_FGC) / El_prod [MWh]",
    .source = "2025/2547 Annex II D.2, eq. 38; waste gas: Annex III A.2.3",
    .version = "1",
    .inputs = factor_inputs,
    .outputs = factor_outputs,
    .compute = ef_electricity,
};
