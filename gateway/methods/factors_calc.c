/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Factors from other factors and from analyses: 2025/2547 Annex II B.3 and B.5,
 * equations 7 to 9, 13, 14, and G table 2, note 1.
 *
 *     OF = 1 - C_ash / C_total                eq. 7
 *     EF = CC x f / NCV                       eq. 8, t CO2/TJ
 *     EF = CC x f                             eq. 9, t CO2/t
 *     CC = EF x NCV / f                       eq. 13
 *     CC = EF / f                             eq. 14
 *     NCV_wet = NCV_dry x (1 - w) - 2.4 x w   G table 2, GJ/t
 *
 * f = 3.664 t CO2/t C; NCV in GJ/t is 0.001 TJ/t.
 */
#include "methods/args.h"

/* Heat of evaporation of water, GJ/t: G table 2, note 1. */
#define EVAPORATION 2.4

#define CARBON_CONTENT                                                                   \
    "carbon_content", .unit = "t C/t", .flags = INPUT_LIMITED, .min = 0, .max = 1,       \
                      .help = "CC"

static const struct method_output factor_outputs[] = {
    {"emission_factor", "t CO2/TJ", .help = "EF"},
    {0},
};

static const struct method_output mass_factor_outputs[] = {
    {"emission_factor", "t CO2/t", .help = "EF per tonne"},
    {0},
};

static const struct method_output carbon_outputs[] = {
    {"carbon_content", "t C/t", .help = "CC"},
    {0},
};

static const struct method_input ef_from_cc_inputs[] = {
    {CARBON_CONTENT},
    {"ncv", .unit = "GJ/t", .flags = INPUT_POSITIVE, .help = "NCV"},
    {0},
};

static enum err ef_from_cc(const struct method_args *args,
                           const struct method_results *results, struct error *e)
{
    (void)e;
    result(results, 0, arg(args, 0) * CO2_PER_CARBON / arg(args, 1) * 1000);
    return ERR_OK;
}

const struct method method_ef_from_cc = {
    .name = "ef_from_cc",
    .summary = "emission factor per energy from carbon content",
    .formula = "EF [t CO2/TJ] = CC [t C/t] x 3.664 / NCV [GJ/t] x 1000",
    .source = "2025/2547 Annex II B.3.1.1, eq. 8",
    .version = "1",
    .inputs = ef_from_cc_inputs,
    .outputs = factor_outputs,
    .compute = ef_from_cc,
};

static const struct method_input ef_from_cc_mass_inputs[] = {{CARBON_CONTENT}, {0}};

static enum err ef_from_cc_mass(const struct method_args *args,
                                const struct method_results *results, struct error *e)
{
    (void)e;
    result(results, 0, arg(args, 0) * CO2_PER_CARBON);
    return ERR_OK;
}

const struct method method_ef_from_cc_mass = {
    .name = "ef_from_cc_mass",
    .summary = "emission factor per tonne from carbon content",
    .formula = "EF [t CO2/t] = CC [t C/t] x 3.664",
    .source = "2025/2547 Annex II B.3.1.1, eq. 9",
    .version = "1",
    .inputs = ef_from_cc_mass_inputs,
    .outputs = mass_factor_outputs,
    .compute = ef_from_cc_mass,
};

static const struct method_input cc_from_ef_ncv_inputs[] = {
    {"emission_factor", .unit = "t CO2/TJ", .flags = NOT_NEGATIVE, .help = "EF"},
    {"ncv", .unit = "GJ/t", .flags = INPUT_POSITIVE, .help = "NCV"},
    {0},
};

static enum err cc_from_ef_ncv(const struct method_args *args,
                               const struct method_results *results, struct error *e)
{
    (void)e;
    result(results, 0, arg(args, 0) * arg(args, 1) / 1000 / CO2_PER_CARBON);
    return ERR_OK;
}

const struct method method_cc_from_ef_ncv = {
    .name = "cc_from_ef_ncv",
    .summary = "carbon content from emission factor per energy",
    .formula = "CC [t C/t] = EF [t CO2/TJ] x NCV [GJ/t] / 1000 / 3.664",
    .source = "2025/2547 Annex II B.3.2, eq. 13",
    .version = "1",
    .inputs = cc_from_ef_ncv_inputs,
    .outputs = carbon_outputs,
    .compute = cc_from_ef_ncv,
};

static const struct method_input cc_from_ef_inputs[] = {
    {"emission_factor", .unit = "t CO2/t", .flags = NOT_NEGATIVE, .help = "EF"},
    {0},
};

static enum err cc_from_ef(const struct method_args *args,
                           const struct method_results *results, struct error *e)
{
    (void)e;
    result(results, 0, arg(args, 0) / CO2_PER_CARBON);
    return ERR_OK;
}

const struct method method_cc_from_ef = {
    .name = "cc_from_ef",
    .summary = "carbon content from emission factor per tonne",
    .formula = "CC [t C/t] = EF [t CO2/t] / 3.664",
    .source = "2025/2547 Annex II B.3.2, eq. 14",
    .version = "1",
    .inputs = cc_from_ef_inputs,
    .outputs = carbon_outputs,
    .compute = cc_from_ef,
};

static const struct method_input ncv_wet_inputs[] = {
    {"ncv_dry", .unit = "GJ/t", .flags = INPUT_POSITIVE, .help = "NCV of dry matter"},
    {"water", .unit = "1", .flags = INPUT_LIMITED, .min = 0, .max = 1,
     .help = "w: water content by mass"},
    {0},
};

static const struct method_output ncv_outputs[] = {
    {"ncv", "GJ/t", .help = "NCV as it is burnt"},
    {0},
};

static enum err ncv_wet(const struct method_args *args,
                        const struct method_results *results, struct error *e)
{
    (void)e;
    double water = arg(args, 1);
    result(results, 0, arg(args, 0) * (1 - water) - EVAPORATION * water);
    return ERR_OK;
}

const struct method method_ncv_wet = {
    .name = "ncv_wet",
    .summary = "calorific value of a wet fuel",
    .formula = "NCV [GJ/t] = NCV_dry [GJ/t] x (1 - w) - 2.4 [GJ/t] x w",
    .source = "2025/2547 Annex II point G, table 2, note 1",
    .version = "1",
    .inputs = ncv_wet_inputs,
    .outputs = ncv_outputs,
    .compute = ncv_wet,
};

static const struct method_input oxidation_inputs[] = {
    {"c_ash", .unit = "t C", .flags = NOT_NEGATIVE,
     .help = "C_ash: carbon in ash and soot"},
    {"c_total", .unit = "t C", .flags = INPUT_POSITIVE, .help = "C_total: in the fuel"},
    {0},
};

static const struct method_output oxidation_outputs[] = {
    {"oxidation_factor", "1", .help = "OF"},
    {0},
};

static enum err oxidation(const struct method_args *args,
                          const struct method_results *results, struct error *e)
{
    if (arg(args, 0) > arg(args, 1)) {
        return error_set(e, ERR_REJECT, "'c_ash' is more than 'c_total'");
    }
    result(results, 0, 1 - arg(args, 0) / arg(args, 1));
    return ERR_OK;
}

const struct method method_oxidation = {
    .name = "oxidation",
    .summary = "oxidation factor from the carbon in the ash",
    .formula = "OF = 1 - C_ash [t C] / C_total [t C]",
    .source = "2025/2547 Annex II B.3.1.1, eq. 7",
    .version = "1",
    .inputs = oxidation_inputs,
    .outputs = oxidation_outputs,
    .compute = oxidation,
};
