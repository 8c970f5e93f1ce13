/* SPDX-License-Identifier: Apache-2.0 */
/* How a method reads its inputs and writes its outputs, by their place in its tables. */
#ifndef METHODS_ARGS_H
#define METHODS_ARGS_H

#include "methods/method.h"

#include <math.h>

/* t CO2 per t C, as the act prints it: 2025/2547 Annex II B.3.1.1. */
#define CO2_PER_CARBON 3.664

/* t CO2/TJ of natural gas: 2025/2547 Annex II point G, table 1. */
#define EF_NATURAL_GAS "56.1"

/* Limits of a share. */
#define SHARE .flags = INPUT_OPTIONAL | INPUT_LIMITED, .min = 0, .max = 1
#define NOT_NEGATIVE INPUT_LIMITED, .min = 0, .max = HUGE_VAL

/* How much of a stream's carbon is biomass, and of that how much can be shown to be
 * sustainable: without evidence it counts as fossil (2025/2547 Annex II B.3.3). */
#define INPUTS_BIOMASS                                                                   \
    {"biomass_fraction", .unit = "1", .initial = "0", SHARE,                             \
     .help = "BF: share of the carbon that is biomass"},                                 \
    {                                                                                    \
        "biomass_evidence", .unit = "1", .initial = "1", .stream_initial = "0", SHARE,   \
                            .help = "evidence: share of the biomass for which "          \
                                    "sustainability evidence is held"                    \
    }

/* What becomes of a stream's carbon. */
#define OUTPUTS_CARBON                                                                   \
    {"co2_fossil", "t CO2", OUTPUT_CO2_FOSSIL, .help = "CO2 that counts"},               \
        {"co2_biomass", "t CO2", OUTPUT_CO2_BIOMASS, .help = "CO2 that is zero-rated"},  \
    {                                                                                    \
        "co2_biomass_unproven", "t CO2", OUTPUT_CO2_UNPROVEN,                            \
            .help = "part of co2_fossil that is biomass without evidence"                \
    }

static inline double arg(const struct method_args *args, size_t input)
{
    return args->inputs[input].value;
}

static inline bool arg_has(const struct method_args *args, size_t input)
{
    return args->inputs[input].has;
}

static inline unsigned arg_which(const struct method_args *args, size_t input)
{
    return args->inputs[input].which;
}

/* Items of a series; 0 and false for a series that was not given. */
static inline double item(const struct method_args *args, size_t input, size_t n)
{
    return args->series[input] ? args->series[input][n].value : 0;
}

static inline bool item_has(const struct method_args *args, size_t input, size_t n)
{
    return args->series[input] && args->series[input][n].has;
}

static inline void result(const struct method_results *results, size_t output,
                          double value)
{
    results->outputs[output].value = value;
    results->outputs[output].has = true;
}

static inline void result_item(const struct method_results *results, size_t output,
                               size_t n, double value)
{
    results->series[output][n] = (struct quantity){.value = value, .has = true};
}

/* A sum whose rounding errors are carried along (Neumaier), so that the order of the
 * terms does not show in the digits that are printed. */
struct sum {
    double total, carry;
};

static inline void sum_add(struct sum *sum, double term)
{
    double total = sum->total + term;
    if (fabs(sum->total) >= fabs(term)) {
        sum->carry += (sum->total - total) + term;
    } else {
        sum->carry += (term - total) + sum->total;
    }
    sum->total = total;
}

static inline double sum_total(const struct sum *sum)
{
    return sum->total + sum->carry;
}

#endif
