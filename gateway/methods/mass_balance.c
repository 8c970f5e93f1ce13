/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Mass balance of carbon, one stream of it: 2025/2547 Annex II B.3.2, equations 12 to 15.
 *
 *     Em = f x AD x CC x (1 - BF x evidence)             eq. 12, 15; f = 3.664 t CO2/t C
 *     CC = EF / f   or   CC = EF x NCV / f    eq. 14, 13
 *
 *     AD   what comes in is positive, what goes out negative; t or 1000 Nm3
 *     CC   carbon content: t C per the same quantity, never negative
 *
 * Zero-rated carbon: as in combustion.c.
 */
#include "methods/args.h"

enum { AD, CC, EF, NCV, BF, EVIDENCE };
enum { FOSSIL, BIOMASS, UNPROVEN };

static const struct method_input inputs[] = {
    {"activity_data", .unit = "t|1000 Nm3",
     .help = "AD: inputs positive, outputs negative"},
    {"carbon_content", .unit = "t C/t|t C/1000 Nm3",
     .flags = INPUT_OPTIONAL | NOT_NEGATIVE, .help = "CC"},
    {"emission_factor", .unit = "t CO2/t|t CO2/1000 Nm3|t CO2/TJ",
     .flags = INPUT_OPTIONAL | NOT_NEGATIVE,
     .help = "EF, in place of the carbon content"},
    {"ncv", .unit = "GJ/t|GJ/1000 Nm3", .flags = INPUT_OPTIONAL | INPUT_POSITIVE,
     .help = "NCV, with an emission factor per energy"},
    INPUTS_BIOMASS,
    {0},
};

static const struct method_output outputs[] = {
    OUTPUTS_CARBON,
    {0},
};

enum { FACTOR_ENERGY = 2 };

/* t CO2 per unit of activity data. */
static enum err factor(const struct method_args *args, double *ret_factor,
                       struct error *e)
{
    unsigned quantity = arg_which(args, AD);
    if (arg_has(args, CC) == arg_has(args, EF)) {
        return error_set(e, ERR_REJECT,
                         "give either 'carbon_content' or 'emission_factor'");
    }
    bool energy = arg_has(args, EF) && arg_which(args, EF) == FACTOR_ENERGY;
    if (energy && !arg_has(args, NCV)) {
        return error_set(e, ERR_REJECT,
                         "'ncv' is missing: the emission factor is per energy");
    }
    size_t per = energy ? NCV : arg_has(args, CC) ? CC : EF;
    if (arg_which(args, per) != quantity) {
        return error_set(e, ERR_REJECT, "'%s' must be per the same quantity as '%s'",
                         inputs[per].name, inputs[AD].name);
    }
    if (per == CC && quantity == 0 && arg(args, CC) > 1) {
        return error_set(e, ERR_REJECT,
                         "'carbon_content' is above 1 t C/t: more carbon than mass");
    }
    *ret_factor = arg_has(args, CC) ? arg(args, CC) * CO2_PER_CARBON : arg(args, EF);
    if (energy) {
        *ret_factor *= arg(args, NCV) / 1000;
    }
    return ERR_OK;
}

static enum err compute(const struct method_args *args,
                        const struct method_results *results, struct error *e)
{
    double per_quantity = 0;
    enum err err = factor(args, &per_quantity, e);
    if (err) {
        return err;
    }
    double co2 = arg(args, AD) * per_quantity;
    double proven = arg(args, BF) * arg(args, EVIDENCE);
    result(results, FOSSIL, co2 * (1 - proven));
    result(results, BIOMASS, co2 * proven);
    result(results, UNPROVEN, co2 * (arg(args, BF) - proven));
    return ERR_OK;
}

const struct method method_mass_balance = {
    .name = "mass_balance",
    .summary = "CO2 by the carbon that comes in and goes out, one stream of the balance",
    .formula = "Em = 3.664 [t CO2/t C] x AD [t, outputs negative] x CC [t C/t] x (1 - BF "
               "x evidence)",
    .source = "2025/2547 Annex II B.3.2, eq. 12 to 15",
    .version = "1",
    .term = TERM_DIRECT,
    .stream = true,
    .inputs = inputs,
    .outputs = outputs,
    .compute = compute,
};
