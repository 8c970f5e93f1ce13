/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Perfluorocarbons of primary aluminium: 2025/2547 Annex II B.7, equations 20 to 26.
 *
 *     CF4 [t] = AEM x SEF / 1000 x Pr              slope method, eq. 21
 *     AEM = frequency x duration                    eq. 23, min per cell-day
 *     CF4 [t] = OVC x AEO / CE x Pr x 0.001         overvoltage method, eq. 24
 *     C2F6 = CF4 x F                                eq. 22, 25
 *     total = duct / collection efficiency          eq. 20
 *     CO2e = CF4 x 6630 + C2F6 x 11100              eq. 26
 *
 *     SEF  slope factor, (kg CF4/t Al)/(min/cell-day)
 *     OVC  overvoltage coefficient, (kg CF4/t Al)/mV
 *     AEO  anode effect overvoltage per cell, mV
 *     CE   current efficiency in percent: 95, not 0.95
 *     Pr   aluminium produced, t
 *     F    weight ratio C2F6/CF4
 */
#include "methods/args.h"

#define COMMON                                                                           \
    {"f_c2f6",                                                                           \
     .unit = "t C2F6/t CF4",                                                             \
     .flags = INPUT_LIMITED,                                                             \
     .min = 0,                                                                           \
     .max = 1,                                                                           \
     .help = "F: weight ratio C2F6/CF4"},                                                \
        {"collection_efficiency",                                                        \
         .unit = "1",                                                                    \
         .initial = "1",                                                                 \
         .flags = INPUT_OPTIONAL | INPUT_LIMITED | INPUT_POSITIVE,                       \
         .min = 0,                                                                       \
         .max = 1,                                                                       \
         .help = "share of the gas that reaches the duct"},                              \
        {"gwp_cf4", .unit = "t CO2e/t", .initial = "6630",                               \
         .flags = INPUT_OPTIONAL | NOT_NEGATIVE, .help = "GWP of CF4"},                  \
    {                                                                                    \
        "gwp_c2f6", .unit = "t CO2e/t", .initial = "11100",                              \
                    .flags = INPUT_OPTIONAL | NOT_NEGATIVE, .help = "GWP of C2F6"        \
    }

enum { ALUMINIUM, F, COLLECTION, GWP_CF4, GWP_C2F6, OWN };
enum { CF4, C2F6, CO2E, CF4_TOTAL, C2F6_TOTAL };

static const struct method_output outputs[] = {
    {"cf4", "t CF4", .help = "in the duct"},
    {"c2f6", "t C2F6", .help = "in the duct"},
    {"co2e", "t CO2e", OUTPUT_CO2E, .help = "of all gas, collected or not"},
    {"cf4_total", "t CF4", OUTPUT_CF4, .help = "of all gas, collected or not"},
    {"c2f6_total", "t C2F6", OUTPUT_C2F6, .help = "of all gas, collected or not"},
    {0},
};

static void gases(const struct method_args *args, double cf4,
                  const struct method_results *results)
{
    double c2f6 = cf4 * arg(args, F);
    double collected = arg(args, COLLECTION);
    result(results, CF4, cf4);
    result(results, C2F6, c2f6);
    result(results, CF4_TOTAL, cf4 / collected);
    result(results, C2F6_TOTAL, c2f6 / collected);
    result(results, CO2E,
           (cf4 * arg(args, GWP_CF4) + c2f6 * arg(args, GWP_C2F6)) / collected);
}

/* ---- slope ---- */

enum { FREQUENCY = OWN, DURATION, SEF };

static const struct method_input slope_inputs[] = {
    {"aluminium", .unit = "t", .flags = NOT_NEGATIVE, .help = "Pr"},
    COMMON,
    {"frequency", .unit = "anode effects/cell-day", .flags = NOT_NEGATIVE,
     .help = "anode effects per cell and day"},
    {"duration", .unit = "min/anode effect", .flags = NOT_NEGATIVE,
     .help = "mean duration of an anode effect"},
    {"sef_cf4", .unit = "(kg CF4/t Al)/(min/cell-day)", .flags = INPUT_LIMITED, .min = 0,
     .max = 10, .help = "SEF: slope factor of the technology, or own measurement"},
    {0},
};

static enum err slope(const struct method_args *args,
                      const struct method_results *results, struct error *e)
{
    (void)e;
    double minutes = arg(args, FREQUENCY) * arg(args, DURATION);
    gases(args, minutes * arg(args, SEF) / 1000 * arg(args, ALUMINIUM), results);
    return ERR_OK;
}

const struct method method_pfc_slope = {
    .name = "pfc_slope",
    .summary = "CF4 and C2F6 of primary aluminium, slope method",
    .formula = "CF4 [t] = frequency [1/cell-day] x duration [min] x SEF / 1000 x Pr [t]; "
               "C2F6 = CF4 x F; CO2e = (CF4 x 6630 + C2F6 x 11100) / collection",
    .source = "2025/2547 Annex II B.7, eq. 20 to 23, 26",
    .version = "1",
    .term = TERM_DIRECT,
    .stream = true,
    .inputs = slope_inputs,
    .outputs = outputs,
    .compute = slope,
};

/* ---- overvoltage ---- */

enum { OVC = OWN, AEO, CE };

static const struct method_input overvoltage_inputs[] = {
    {"aluminium", .unit = "t", .flags = NOT_NEGATIVE, .help = "Pr"},
    COMMON,
    {"ovc", .unit = "(kg CF4/t Al)/mV", .flags = INPUT_LIMITED, .min = 0, .max = 100,
     .help = "OVC: overvoltage coefficient of the technology, or own measurement"},
    {"aeo", .unit = "mV", .flags = NOT_NEGATIVE, .help = "AEO: overvoltage per cell"},
    {"current_efficiency", .unit = "%", .flags = INPUT_LIMITED, .min = 50, .max = 100,
     .help = "CE, in percent"},
    {0},
};

static enum err overvoltage(const struct method_args *args,
                            const struct method_results *results, struct error *e)
{
    (void)e;
    double kg_per_t = arg(args, OVC) * arg(args, AEO) / arg(args, CE);
    gases(args, kg_per_t * arg(args, ALUMINIUM) * 0.001, results);
    return ERR_OK;
}

const struct method method_pfc_overvoltage = {
    .name = "pfc_overvoltage",
    .summary = "CF4 and C2F6 of primary aluminium, overvoltage method",
    .formula = "CF4 [t] = OVC [(kg/t)/mV] x AEO [mV] / CE [%] x Pr [t] x 0.001; "
               "C2F6 = CF4 x F; CO2e = (CF4 x 6630 + C2F6 x 11100) / collection",
    .source = "2025/2547 Annex II B.7, eq. 20, 24 to 26",
    .version = "1",
    .term = TERM_DIRECT,
    .stream = true,
    .inputs = overvoltage_inputs,
    .outputs = outputs,
    .compute = overvoltage,
};
