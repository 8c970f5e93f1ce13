/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What belongs to the report: rounding, and the test of unreasonable cost.
 *
 * 2025/2547 Annex II A.1(6), (8): totals to whole tonnes, specific embedded emissions to
 * five decimals at most; eq. 18: N2O to three decimals.  No rule for ties is given: ours
 * is half away from zero, applied to the shortest decimal digits of the number, so that
 * 0.123455 becomes 0.12346 as on paper.
 */
#include "core/number.h"
#include "methods/args.h"

/* Digits of a plain decimal "123.4565" up to `decimals` behind the point; true when the
 * next digit asks for one more in the last place. */
static bool next_digit_rounds_up(const char *text, size_t len, int decimals)
{
    const char *point = memchr(text, '.', len);
    size_t at = point ? (size_t)(point - text) + 1 + (size_t)decimals : len;
    return at < len && text[at] >= '5' && text[at] <= '9';
}

static double truncated(const char *text, size_t len, int decimals)
{
    const char *point = memchr(text, '.', len);
    size_t keep =
        point ? (size_t)(point - text) + (decimals ? 1 + (size_t)decimals : 0) : len;
    double value = 0;
    struct bytes kept = {.data = (const uint8_t *)text, .len = keep < len ? keep : len};
    bool read = number_parse(kept, &value);
    ASSERT(read);
    return value;
}

/* Half away from zero in decimal.  A text with an exponent is so large or so small that
 * binary rounding gives the same. */
static double round_decimal(double value, int decimals)
{
    char text[NUMBER_TEXT_MAX];
    double size = fabs(value);
    size_t len = number_print(size, text);
    double scale = pow(10, decimals);
    if (memchr(text, 'e', len)) {
        return size < 1 ? 0 : value;
    }
    double units = nearbyint(truncated(text, len, decimals) * scale);
    if (next_digit_rounds_up(text, len, decimals)) {
        units += 1;
    }
    return copysign(units / scale, value);
}

static const struct method_input rounding_inputs[] = {
    {"total", .unit = "t CO2e", .flags = INPUT_OPTIONAL,
     .help = "an amount of emissions"},
    {"see", .unit = "t CO2e/t", .flags = INPUT_OPTIONAL,
     .help = "specific embedded emissions"},
    {0},
};

static const struct method_output rounding_outputs[] = {
    {"total", "t CO2e", .help = "in whole tonnes"},
    {"see", "t CO2e/t", .help = "with five decimals"},
    {0},
};

static enum err rounding(const struct method_args *args,
                         const struct method_results *results, struct error *e)
{
    if (!arg_has(args, 0) && !arg_has(args, 1)) {
        return error_set(e, ERR_REJECT, "give 'total' or 'see' or both");
    }
    if (arg_has(args, 0)) {
        result(results, 0, round_decimal(arg(args, 0), 0));
    }
    if (arg_has(args, 1)) {
        result(results, 1, round_decimal(arg(args, 1), 5));
    }
    return ERR_OK;
}

const struct method method_rounding = {
    .name = "rounding",
    .summary = "totals and specific emissions as they are reported",
    .formula = "total to whole t CO2e, see to 5 decimals, half away from zero",
    .source = "2025/2547 Annex II A.1(6), (8)",
    .version = "1",
    .inputs = rounding_inputs,
    .outputs = rounding_outputs,
    .compute = rounding,
};

static const struct method_input n2o_inputs[] = {
    {"n2o", .unit = "t N2O", .flags = NOT_NEGATIVE, .help = "N2O of the year"},
    {"gwp", .unit = "t CO2e/t", .initial = "265", .flags = INPUT_OPTIONAL | NOT_NEGATIVE,
     .help = "GWP of N2O"},
    {0},
};

static const struct method_output n2o_outputs[] = {
    {"n2o_rounded", "t N2O", .help = "with three decimals"},
    {"co2e_rounded", "t CO2e", .help = "of that, in whole tonnes"},
    {0},
};

static enum err n2o_round(const struct method_args *args,
                          const struct method_results *results, struct error *e)
{
    (void)e;
    double n2o = round_decimal(arg(args, 0), 3);
    result(results, 0, n2o);
    result(results, 1, round_decimal(n2o * arg(args, 1), 0));
    return ERR_OK;
}

const struct method method_n2o_round = {
    .name = "n2o_round",
    .summary = "N2O of a year and its CO2e as they are reported",
    .formula = "N2O [t] to 3 decimals; CO2e [t] = that x 265, to whole tonnes, "
               "half away from zero",
    .source = "2025/2547 Annex II B.6, eq. 18",
    .version = "1",
    .inputs = n2o_inputs,
    .outputs = n2o_outputs,
    .compute = n2o_round,
};

/* ---- unreasonable cost ---- */

static const struct method_input cost_inputs[] = {
    {"price", .unit = "EUR/t CO2e", .initial = "80",
     .flags = INPUT_OPTIONAL | NOT_NEGATIVE, .help = "of a tonne"},
    {"improvement", .unit = "1", .initial = "0.01",
     .flags = INPUT_OPTIONAL | INPUT_LIMITED, .min = 0, .max = 1,
     .help = "uncertainty won; 1 % where there is none"},
    {"related_emissions", .unit = "t CO2e", .flags = NOT_NEGATIVE,
     .help = "emissions it concerns, a year"},
    {0},
};

static const struct method_output cost_outputs[] = {
    {"benefit", "EUR", .help = "cost above it is unreasonable; 4000 a year never is"},
    {0},
};

static enum err cost_benefit(const struct method_args *args,
                             const struct method_results *results, struct error *e)
{
    (void)e;
    result(results, 0, arg(args, 0) * arg(args, 1) * arg(args, 2));
    return ERR_OK;
}

const struct method method_cost_benefit = {
    .name = "cost_benefit",
    .summary = "benefit of a better measurement, for the test of unreasonable cost",
    .formula =
        "benefit [EUR] = 80 [EUR/t CO2e] x improvement x related emissions [t CO2e]",
    .source = "2025/2547 Annex II A.3(8)",
    .version = "1",
    .inputs = cost_inputs,
    .outputs = cost_outputs,
    .compute = cost_benefit,
};
