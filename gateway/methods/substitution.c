/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hours of a measurement with gaps.
 *
 *     valid when points / possible >= 0.8                      2025/2547 Annex II B.6.2.6
 *     C* = mean + 2 sigma                                      eq. 19
 *
 * The act asks for the best estimate of sigma and names no estimator: n - 1 is the usual
 * one and the higher, so it is ours; the other is given for comparison.
 *
 * Part 75 of 40 CFR, 75.33(b), for a missing concentration by the percent of hours for
 * which the monitor was available (PMA):
 *
 *     PMA >= 95, gap <= 24 h     mean of the hours before and after
 *     PMA >= 95, longer          greater of 90th percentile and that mean
 *     PMA >= 90, gap <= 8 h      mean of the hours before and after
 *     PMA >= 90, longer          greater of 95th percentile and that mean
 *     PMA >= 80                  maximum of the look-back
 *     less                       maximum potential concentration
 */
#include "methods/args.h"

enum { POINTS, POINTS_MAX, REQUIRED };

static const struct method_input valid_inputs[] = {
    {"points", .unit = "1", .flags = NOT_NEGATIVE, .help = "points that are good"},
    {"points_max", .unit = "1", .flags = INPUT_POSITIVE,
     .help = "points possible in the operating time of the hour"},
    {"required_share", .unit = "1", .initial = "0.8", SHARE,
     .help = "share that makes an hour valid"},
    {0},
};

static const struct method_output valid_outputs[] = {
    {"valid", "1", .help = "1: valid, 0: to be substituted"},
    {0},
};

static enum err hour_valid(const struct method_args *args,
                           const struct method_results *results, struct error *e)
{
    if (arg(args, POINTS) > arg(args, POINTS_MAX)) {
        return error_set(e, ERR_REJECT, "'points' is more than 'points_max'");
    }
    bool valid = arg(args, POINTS) / arg(args, POINTS_MAX) >= arg(args, REQUIRED);
    result(results, 0, valid ? 1 : 0);
    return ERR_OK;
}

const struct method method_hour_valid = {
    .name = "hour_valid",
    .summary = "whether an hour has enough good points",
    .formula = "valid = 1 when points / points_max >= 0.8, else 0",
    .source = "2025/2547 Annex II B.6.2.6",
    .version = "1",
    .inputs = valid_inputs,
    .outputs = valid_outputs,
    .compute = hour_valid,
};

/* ---- mean + 2 sigma ---- */

enum { MEAN, SIGMA, SUBSTITUTE, SUBSTITUTE_N };

static const struct method_input conc_inputs[] = {
    {"conc", .unit = "?c", .flags = INPUT_SERIES | NOT_NEGATIVE,
     .help = "valid hourly means of the reporting period"},
    {0},
};

static const struct method_output conc_outputs[] = {
    {"mean", "?c", .help = "mean"},
    {"sigma_n_minus_1", "?c", .help = "standard deviation, n - 1"},
    {"substitute_n_minus_1", "?c", .help = "C*: what counts"},
    {"substitute_n", "?c", .help = "with n in place of n - 1, for comparison"},
    {0},
};

static enum err subst_conc(const struct method_args *args,
                           const struct method_results *results, struct error *e)
{
    double n = (double)args->count;
    if (args->count < 2) {
        return error_set(e, ERR_REJECT, "a standard deviation needs two values at least");
    }
    struct sum values = {0};
    for (size_t i = 0; i < args->count; i++) {
        sum_add(&values, item(args, 0, i));
    }
    double mean = sum_total(&values) / n;
    struct sum squares = {0};
    for (size_t i = 0; i < args->count; i++) {
        double difference = item(args, 0, i) - mean;
        sum_add(&squares, difference * difference);
    }
    double sigma = sqrt(sum_total(&squares) / (n - 1));
    result(results, MEAN, mean);
    result(results, SIGMA, sigma);
    result(results, SUBSTITUTE, mean + 2 * sigma);
    result(results, SUBSTITUTE_N, mean + 2 * sqrt(sum_total(&squares) / n));
    return ERR_OK;
}

const struct method method_subst_conc = {
    .name = "subst_conc",
    .summary = "substitute for a missing concentration",
    .formula = "C* = mean + 2 x sigma, sigma with n - 1",
    .source = "2025/2547 Annex II B.6.2.6, eq. 19",
    .version = "1",
    .inputs = conc_inputs,
    .outputs = conc_outputs,
    .compute = subst_conc,
};

/* ---- Part 75 ---- */

enum { PMA, GAP, BEFORE, AFTER, P90, P95, MAXIMUM, POTENTIAL };

#define CONCENTRATION .unit = "?c", .flags = INPUT_OPTIONAL | NOT_NEGATIVE

static const struct method_input part75_inputs[] = {
    {"pma", .unit = "%", .flags = INPUT_LIMITED, .min = 0, .max = 100,
     .help = "PMA: percent monitor availability"},
    {"gap_hours", .unit = "h", .flags = INPUT_POSITIVE, .help = "length of the gap"},
    {"before", CONCENTRATION, .help = "hour before the gap"},
    {"after", CONCENTRATION, .help = "hour after the gap"},
    {"p90", CONCENTRATION, .help = "90th percentile of 720 quality-assured hours"},
    {"p95", CONCENTRATION, .help = "95th percentile of them"},
    {"maximum_lookback", CONCENTRATION, .help = "maximum of them"},
    {"maximum_potential", CONCENTRATION, .help = "maximum potential concentration"},
    {0},
};

static const struct method_output part75_outputs[] = {
    {"substitute", "?c", .help = "what counts in each hour of the gap"},
    {0},
};

static enum err needed(const struct method_args *args, size_t input, double *ret_value,
                       struct error *e)
{
    if (!arg_has(args, input)) {
        return error_set(e, ERR_REJECT, "'%s' is missing: it decides this gap",
                         part75_inputs[input].name);
    }
    *ret_value = arg(args, input);
    return ERR_OK;
}

/* The mean of before and after, and for a long gap no less than the percentile. */
static enum err around(const struct method_args *args, bool is_long, size_t percentile,
                       double *ret_value, struct error *e)
{
    double before = 0;
    double after = 0;
    double floor = 0;
    enum err err = needed(args, BEFORE, &before, e);
    err = err ? err : needed(args, AFTER, &after, e);
    if (!err && is_long) {
        err = needed(args, percentile, &floor, e);
    }
    if (!err) {
        *ret_value = fmax((before + after) / 2, floor);
    }
    return err;
}

static enum err part75_missing(const struct method_args *args,
                               const struct method_results *results, struct error *e)
{
    double available = arg(args, PMA);
    double gap = arg(args, GAP);
    double value = 0;
    enum err err = ERR_OK;
    if (available >= 95) {
        err = around(args, gap > 24, P90, &value, e);
    } else if (available >= 90) {
        err = around(args, gap > 8, P95, &value, e);
    } else if (available >= 80) {
        err = needed(args, MAXIMUM, &value, e);
    } else {
        err = needed(args, POTENTIAL, &value, e);
    }
    if (!err) {
        result(results, 0, value);
    }
    return err;
}

const struct method method_part75_missing = {
    .name = "part75_missing",
    .summary = "substitute for a missing concentration by the rules of the US",
    .formula = "by PMA [%] and gap [h]: mean of before and after, percentiles, maxima",
    .source = "40 CFR 75.33(b), 75.35(d)",
    .version = "1",
    .inputs = part75_inputs,
    .outputs = part75_outputs,
    .compute = part75_missing,
};
