/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Measurement in the stack: 2025/2547 Annex II B.6, equations 16, 18 and 29.
 *
 *     Em [t] = sum over hours of (conc [g/Nm3] x V [Nm3]) x 1e-6      eq. 16
 *     CO2e = N2O x GWP                                                 eq. 18
 *     V_flue = V_air x (1 - 0.2095) / (1 - O2)                         eq. 29, dry
 *
 * Concentration and flow are both dry or both wet, at 273.15 K and 101 325 Pa.  The
 * hourly means are multiplied first and summed then; cems_average, which multiplies
 * means of a period, is what the Commission's template does.
 */
#include "methods/args.h"

#define GRAMS_PER_TONNE 1e6

/* Oxygen in dry air by volume, eq. 29. */
#define OXYGEN_IN_AIR 0.2095

/* GWP of N2O, AR5: 2025/2547 Annex II. */
#define GWP_N2O 265

/* ---- a measured stack, hour by hour ---- */

enum { GAS, CONCENTRATION, FLOW, GWP, BF, EVIDENCE, O2 };
enum { FOSSIL, BIOMASS, N2O, CO2E };

#define GAS_INPUTS                                                                       \
    {"gas", .flags = INPUT_TEXT, .help = "CO2 or N2O"},                                  \
    {                                                                                    \
        "concentration", .unit = "g/Nm3", .flags = NOT_NEGATIVE,                         \
                         .help = "mean of the hour, same basis (wet or dry) as the flow" \
    }

#define GAS_FACTORS                                                                      \
    {"gwp", .unit = "t CO2e/t", .flags = INPUT_OPTIONAL | NOT_NEGATIVE,                  \
     .help = "GWP; without it 1 for CO2, 265 for N2O"},                                  \
        {"biomass_fraction", .unit = "1", .initial = "0", SHARE,                         \
         .help = "share of the CO2 that is biomass"},                                    \
    {                                                                                    \
        "biomass_evidence", .unit = "1", .initial = "1", .stream_initial = "0", SHARE,   \
                            .help = "evidence: share of the biomass for which "          \
                                    "sustainability evidence is held"                    \
    }

static const struct method_input inputs[] = {
    GAS_INPUTS,
    {"flow", .unit = "Nm3", .flags = NOT_NEGATIVE, .help = "V: flue gas of the hour"},
    GAS_FACTORS,
    {0},
};

static const struct method_output outputs[] = {
    {"co2_fossil", "t CO2", OUTPUT_CO2_FOSSIL, .help = "CO2 that counts"},
    {"co2_biomass", "t CO2", OUTPUT_CO2_BIOMASS, .help = "CO2 that is zero-rated"},
    {"n2o", "t N2O", OUTPUT_N2O, .help = "N2O"},
    {"co2e", "t CO2e", OUTPUT_CO2E, .help = "N2O as CO2e"},
    {0},
};

static enum err stack(const struct method_args *args, double flow_nm3,
                      const struct method_results *results, struct error *e)
{
    double gas = arg(args, CONCENTRATION) * flow_nm3 / GRAMS_PER_TONNE;
    struct bytes name = args->inputs[GAS].text;
    if (bytes_are(name, "N2O")) {
        result(results, N2O, gas);
        result(results, CO2E, gas * (arg_has(args, GWP) ? arg(args, GWP) : GWP_N2O));
        return ERR_OK;
    }
    if (!bytes_are(name, "CO2")) {
        return error_set(e, ERR_REJECT, "'gas' is '%.*s': it must be CO2 or N2O",
                         BYTES_ARG(name));
    }
    double proven = arg(args, BF) * arg(args, EVIDENCE);
    result(results, FOSSIL, gas * (1 - proven));
    result(results, BIOMASS, gas * proven);
    return ERR_OK;
}

static enum err cems(const struct method_args *args, const struct method_results *results,
                     struct error *e)
{
    return stack(args, arg(args, FLOW), results, e);
}

const struct method method_cems = {
    .name = "cems",
    .summary = "CO2 or N2O measured in the stack, hour by hour",
    .formula = "Em [t] = conc [g/Nm3] x V [Nm3] x 1e-6; CO2e = Em x GWP",
    .source = "2025/2547 Annex II B.6, eq. 16, 18",
    .version = "1",
    .term = TERM_DIRECT,
    .stream = true,
    .inputs = inputs,
    .outputs = outputs,
    .compute = cems,
};

static const struct method_input nitric_inputs[] = {
    GAS_INPUTS,
    {"air", .unit = "Nm3 dry", .flags = NOT_NEGATIVE,
     .help = "V_air: all air of the hour: primary, secondary, seal"},
    GAS_FACTORS,
    {"o2_flue", .unit = "1", .flags = INPUT_LIMITED, .min = 0, .max = OXYGEN_IN_AIR,
     .help = "oxygen in the dry flue gas, by volume"},
    {0},
};

static double flue_gas(double air, double o2_flue)
{
    return air * (1 - OXYGEN_IN_AIR) / (1 - o2_flue);
}

static enum err cems_nitric_acid(const struct method_args *args,
                                 const struct method_results *results, struct error *e)
{
    return stack(args, flue_gas(arg(args, FLOW), arg(args, O2)), results, e);
}

const struct method method_cems_nitric_acid = {
    .name = "cems_nitric_acid",
    .summary = "N2O of a nitric acid plant, flue gas by mass balance of the air",
    .formula =
        "Em [t] = conc [g/Nm3 dry] x V_air [Nm3 dry] x (1 - 0.2095) / (1 - O2) x 1e-6",
    .source = "2025/2547 Annex II B.6, B.9.3, eq. 16, 18, 29",
    .version = "1",
    .term = TERM_DIRECT,
    .stream = true,
    .inputs = nitric_inputs,
    .outputs = outputs,
    .compute = cems_nitric_acid,
};

/* ---- averages of a period, as the template takes them ---- */

enum { AVERAGE_CONC, AVERAGE_HOURS, AVERAGE_FLOW, AVERAGE_GWP, AVERAGE_BF };
enum { AVERAGE_GAS, AVERAGE_CO2E, AVERAGE_BIOMASS };

static const struct method_input average_inputs[] = {
    {"concentration", .unit = "g/Nm3", .flags = NOT_NEGATIVE,
     .help = "mean of the period"},
    {"hours", .unit = "h", .flags = NOT_NEGATIVE, .help = "operating hours"},
    {"flow", .unit = "1000 Nm3/h", .flags = NOT_NEGATIVE, .help = "mean of the period"},
    {"gwp", .unit = "t CO2e/t", .initial = "1", .flags = INPUT_OPTIONAL | NOT_NEGATIVE,
     .help = "GWP; 1 for CO2"},
    {"biomass_fraction", .unit = "1", .initial = "0", SHARE,
     .help = "share of the gas that is zero-rated biomass"},
    {0},
};

static const struct method_output average_outputs[] = {
    {"gas", "t", .help = "gas that counts"},
    {"co2e_fossil", "t CO2e", .help = "as CO2e"},
    {"co2_biomass", "t", .help = "gas that is zero-rated"},
    {0},
};

static enum err cems_average(const struct method_args *args,
                             const struct method_results *results, struct error *e)
{
    (void)e;
    double volume = arg(args, AVERAGE_FLOW) * 1000 * arg(args, AVERAGE_HOURS);
    double gas = arg(args, AVERAGE_CONC) * volume / GRAMS_PER_TONNE;
    double fossil = gas * (1 - arg(args, AVERAGE_BF));
    result(results, AVERAGE_GAS, fossil);
    result(results, AVERAGE_CO2E, fossil * arg(args, AVERAGE_GWP));
    result(results, AVERAGE_BIOMASS, gas * arg(args, AVERAGE_BF));
    return ERR_OK;
}

const struct method method_cems_average = {
    .name = "cems_average",
    .summary = "gas measured in the stack, from averages of a period",
    .formula = "Em [t] = conc [g/Nm3] x hours [h] x flow [1000 Nm3/h] x 1e-3; "
               "CO2e = Em x GWP x (1 - BF x evidence)",
    .source = "2025/2547 Annex II B.6, eq. 16, 18; template V2.1 sheet B_EmInst",
    .version = "1",
    .inputs = average_inputs,
    .outputs = average_outputs,
    .compute = cems_average,
};

/* ---- the hourly sum ---- */

enum { HOURS_CONC, HOURS_FLOW, HOURS_GWP };
enum { HOURS_GAS, HOURS_CO2E };

static const struct method_input hours_inputs[] = {
    {"conc", .unit = "g/Nm3", .flags = INPUT_SERIES | NOT_NEGATIVE,
     .help = "hourly mean"},
    {"flow", .unit = "Nm3|Nm3/h", .flags = INPUT_SERIES | NOT_NEGATIVE,
     .help = "V of the hour, or its mean flow"},
    {"gwp", .unit = "t CO2e/t", .flags = INPUT_OPTIONAL | NOT_NEGATIVE, .help = "GWP"},
    {0},
};

static const struct method_output hours_outputs[] = {
    {"gas", "t", .help = "gas of all hours"},
    {"co2e", "t CO2e", .help = "as CO2e, when a GWP is given"},
    {0},
};

static enum err cems_hours(const struct method_args *args,
                           const struct method_results *results, struct error *e)
{
    (void)e;
    struct sum grams = {0};
    for (size_t n = 0; n < args->count; n++) {
        sum_add(&grams, item(args, HOURS_CONC, n) * item(args, HOURS_FLOW, n));
    }
    double gas = sum_total(&grams) / GRAMS_PER_TONNE;
    result(results, HOURS_GAS, gas);
    if (arg_has(args, HOURS_GWP)) {
        result(results, HOURS_CO2E, gas * arg(args, HOURS_GWP));
    }
    return ERR_OK;
}

const struct method method_cems_hours = {
    .name = "cems_hours",
    .summary = "gas measured in the stack, summed hour by hour",
    .formula = "Em [t] = sum of conc_n [g/Nm3] x flow_n [Nm3] x 1e-6",
    .source = "2025/2547 Annex II B.6, eq. 16",
    .version = "1",
    .inputs = hours_inputs,
    .outputs = hours_outputs,
    .compute = cems_hours,
};

static const struct method_input hno3_inputs[] = {
    {"air", .unit = "Nm3/h dry|Nm3 dry", .flags = NOT_NEGATIVE,
     .help = "V_air: all air flows, primary, secondary and seal"},
    {"o2_flue", .unit = "1", .flags = INPUT_LIMITED, .min = 0, .max = OXYGEN_IN_AIR,
     .help = "oxygen in the dry flue gas, by volume"},
    {0},
};

static const struct method_output hno3_outputs[] = {
    {"flue_gas", "Nm3/h dry|Nm3 dry", .help = "dry flue gas"},
    {0},
};

static enum err hno3_flow(const struct method_args *args,
                          const struct method_results *results, struct error *e)
{
    (void)e;
    result(results, 0, flue_gas(arg(args, 0), arg(args, 1)));
    results->outputs[0].which = args->inputs[0].which;
    return ERR_OK;
}

const struct method method_hno3_flow = {
    .name = "hno3_flow",
    .summary = "flue gas of a nitric acid plant by mass balance of the air",
    .formula = "V_fg = V_air [Nm3/h dry] x (1 - 0.2095) / (1 - O2_fg)",
    .source = "2025/2547 Annex II B.9.3, eq. 29",
    .version = "1",
    .inputs = hno3_inputs,
    .outputs = hno3_outputs,
    .compute = hno3_flow,
};
