/* SPDX-License-Identifier: Apache-2.0 */
/*
 * States of gas and ways to say its content.  Standard conditions are 273.15 K and
 * 101 325 Pa: 2025/2547 Annex I, definition 27.
 */
#include "methods/args.h"

#define STANDARD_PRESSURE_PA 101325.0
#define STANDARD_TEMPERATURE_K 273.15

enum { FLOW, PRESSURE, TEMPERATURE, WATER };

static const struct method_input nm3_inputs[] = {
    {"flow", .unit = "m3/h|m3", .flags = NOT_NEGATIVE, .help = "as it flows"},
    {"pressure", .unit = "Pa", .flags = INPUT_POSITIVE, .help = "p: absolute pressure"},
    {"temperature", .unit = "K", .flags = INPUT_POSITIVE, .help = "T"},
    {"water", .unit = "1", .initial = "0", .flags = INPUT_OPTIONAL | INPUT_LIMITED,
     .min = 0, .max = 1, .help = "water vapour by volume; 0 gives the wet flow"},
    {0},
};

static const struct method_output nm3_outputs[] = {
    {"flow", "Nm3/h dry|Nm3 dry", .help = "at standard conditions, without water"},
    {0},
};

static enum err nm3(const struct method_args *args, const struct method_results *results,
                    struct error *e)
{
    (void)e;
    double dry = 1 - arg(args, WATER);
    double standard = arg(args, PRESSURE) / STANDARD_PRESSURE_PA *
                      STANDARD_TEMPERATURE_K / arg(args, TEMPERATURE);
    result(results, 0, arg(args, FLOW) * standard * dry);
    results->outputs[0].which = args->inputs[FLOW].which;
    return ERR_OK;
}

const struct method method_nm3 = {
    .name = "nm3",
    .summary = "flow as it is to dry flow at standard conditions, ideal gas",
    .formula = "V_N = V [m3/h] x p [Pa] / 101325 x 273.15 / T [K] x (1 - water)",
    .source = "2025/2547 Annex I, definition 27",
    .version = "1",
    .inputs = nm3_inputs,
    .outputs = nm3_outputs,
    .compute = nm3,
};

enum { PERCENT, MOLAR_MASS, MOLAR_VOLUME };

static const struct method_input percent_inputs[] = {
    {"percent", .unit = "%", .flags = INPUT_LIMITED, .min = 0, .max = 100,
     .help = "content by volume"},
    {"molar_mass", .unit = "g/mol", .initial = "44.009",
     .flags = INPUT_OPTIONAL | INPUT_POSITIVE, .help = "M; that of CO2 by default"},
    {"molar_volume", .unit = "L/mol|NL/mol", .initial = "22.414",
     .flags = INPUT_OPTIONAL | INPUT_POSITIVE, .help = "V_m at standard conditions"},
    {0},
};

static const struct method_output percent_outputs[] = {
    {"concentration", "g/Nm3", .help = "mass per volume"},
    {0},
};

static enum err percent_to_g(const struct method_args *args,
                             const struct method_results *results, struct error *e)
{
    (void)e;
    double litres_per_nm3 = 1000;
    result(results, 0,
           arg(args, PERCENT) / 100 * arg(args, MOLAR_MASS) / arg(args, MOLAR_VOLUME) *
               litres_per_nm3);
    return ERR_OK;
}

const struct method method_percent_to_g = {
    .name = "percent_to_g",
    .summary = "content by volume to mass per volume, ideal gas",
    .formula = "c [g/Nm3] = percent / 100 x M [g/mol] / V_m [L/mol] x 1000",
    .source = "ideal gas at the standard conditions of 2025/2547 Annex I, definition 27",
    .version = "1",
    .inputs = percent_inputs,
    .outputs = percent_outputs,
    .compute = percent_to_g,
};

static const struct method_input indirect_inputs[] = {
    {"other", .unit = "%", .flags = INPUT_SERIES | INPUT_LIMITED, .min = 0, .max = 100,
     .help = "content of each other gas"},
    {0},
};

static const struct method_output indirect_outputs[] = {
    {"concentration", "%", .help = "what remains"},
    {0},
};

static enum err conc_indirect(const struct method_args *args,
                              const struct method_results *results, struct error *e)
{
    struct sum others = {0};
    for (size_t n = 0; n < args->count; n++) {
        sum_add(&others, item(args, 0, n));
    }
    double rest = 100 - sum_total(&others);
    if (rest < -1e-9) {
        return error_set(e, ERR_REJECT, "the other gases add up to more than 100 %%");
    }
    result(results, 0, rest > 0 ? rest : 0);
    return ERR_OK;
}

const struct method method_conc_indirect = {
    .name = "conc_indirect",
    .summary = "content of a gas as what the others leave",
    .formula = "conc [%] = 100 - sum of other_n [%]",
    .source = "2025/2547 Annex II B.6, eq. 17",
    .version = "1",
    .inputs = indirect_inputs,
    .outputs = indirect_outputs,
    .compute = conc_indirect,
};
