/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Quantities from deliveries and stocks: 2025/2547 Annex II B.4.1, and clinker from
 * cement, equation 27.
 *
 *     consumed = imported - exported + opening stock - closing stock
 *     produced = exported - imported - opening stock + closing stock
 *     Cli = (Cem_del - Cem_SV) x CCR - Cli_s + Cli_d - Cli_SV          eq. 27
 *
 * The act subtracts the stock variations of eq. 27, which balances only when a
 * variation is opening minus closing stock: so it is taken here.
 */
#include "methods/args.h"

enum { IMPORTED, EXPORTED, BEGIN, END };

static const struct method_input inputs[] = {
    {"imported", .unit = "?q", .flags = NOT_NEGATIVE, .help = "came in"},
    {"exported", .unit = "?q", .flags = NOT_NEGATIVE, .help = "went out"},
    {"stock_begin", .unit = "?q", .flags = NOT_NEGATIVE, .help = "opening stock"},
    {"stock_end", .unit = "?q", .flags = NOT_NEGATIVE, .help = "closing stock"},
    {0},
};

static const struct method_output consumed_outputs[] = {
    {"consumed", "?q", .help = "used in the period"},
    {0},
};

static const struct method_output produced_outputs[] = {
    {"produced", "?q", .help = "made in the period"},
    {0},
};

static enum err stock_consumption(const struct method_args *args,
                                  const struct method_results *results, struct error *e)
{
    (void)e;
    result(results, 0,
           arg(args, IMPORTED) - arg(args, EXPORTED) + arg(args, BEGIN) - arg(args, END));
    return ERR_OK;
}

static enum err stock_production(const struct method_args *args,
                                 const struct method_results *results, struct error *e)
{
    (void)e;
    result(results, 0,
           arg(args, EXPORTED) - arg(args, IMPORTED) - arg(args, BEGIN) + arg(args, END));
    return ERR_OK;
}

const struct method method_stock_consumption = {
    .name = "stock_consumption",
    .summary = "consumption from deliveries and stocks",
    .formula = "consumed = imported - exported + opening stock - closing stock",
    .source = "2025/2547 Annex II B.4.1",
    .version = "1",
    .inputs = inputs,
    .outputs = consumed_outputs,
    .compute = stock_consumption,
};

const struct method method_stock_production = {
    .name = "stock_production",
    .summary = "production from deliveries and stocks",
    .formula = "produced = exported - imported - opening stock + closing stock",
    .source = "2025/2547 Annex II B.4.1",
    .version = "1",
    .inputs = inputs,
    .outputs = produced_outputs,
    .compute = stock_production,
};

/* ---- clinker from cement ---- */

enum { DELIVERED, CEMENT_SV, RATIO, SUPPLIED, DISPATCHED, CLINKER_SV };

#define NONE_GIVEN .unit = "t", .initial = "0"

static const struct method_input clinker_inputs[] = {
    {"cement_delivered", .unit = "t", .flags = NOT_NEGATIVE, .help = "Cem_del"},
    {"cement_stock_variation", NONE_GIVEN, .flags = INPUT_OPTIONAL,
     .help = "Cem_SV: opening minus closing stock"},
    {"clinker_ratio", .unit = "t/t", .flags = INPUT_LIMITED, .min = 0, .max = 1,
     .help = "CCR: clinker in the cement"},
    {"clinker_supplied", NONE_GIVEN, .flags = INPUT_OPTIONAL | NOT_NEGATIVE,
     .help = "Cli_s: clinker bought"},
    {"clinker_dispatched", NONE_GIVEN, .flags = INPUT_OPTIONAL | NOT_NEGATIVE,
     .help = "Cli_d: clinker sold"},
    {"clinker_stock_variation", NONE_GIVEN, .flags = INPUT_OPTIONAL,
     .help = "Cli_SV: opening minus closing stock"},
    {0},
};

static const struct method_output clinker_outputs[] = {
    {"clinker", "t", .help = "Cli: clinker made"},
    {0},
};

static enum err clinker_from_cement(const struct method_args *args,
                                    const struct method_results *results, struct error *e)
{
    (void)e;
    double in_cement = (arg(args, DELIVERED) - arg(args, CEMENT_SV)) * arg(args, RATIO);
    result(results, 0,
           in_cement - arg(args, SUPPLIED) + arg(args, DISPATCHED) -
               arg(args, CLINKER_SV));
    return ERR_OK;
}

const struct method method_clinker_from_cement = {
    .name = "clinker_from_cement",
    .summary = "clinker made, from deliveries of cement",
    .formula = "Cli [t] = (Cem_del - Cem_SV) x CCR - Cli_s + Cli_d - Cli_SV, "
               "stock variations as opening minus closing stock",
    .source = "2025/2547 Annex II B.9.2, eq. 27",
    .version = "1",
    .inputs = clinker_inputs,
    .outputs = clinker_outputs,
    .compute = clinker_from_cement,
};
