/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Goods in their functional units, averages over suppliers, what is passed on to the
 * next good, and default values: 2025/2547 Art. 4, 9, 14, equations 64, 65; 2025/2621.
 */
#include "methods/args.h"

/* ---- per tonne of clinker contained, Art. 4(5), eq. 64 ---- */

static const struct method_input clinker_inputs[] = {
    {"attr_em", .unit = "t CO2e", .help = "attributed and embedded emissions"},
    {"cement", .unit = "t", .flags = INPUT_POSITIVE, .help = "cement made"},
    {"clinker_ratio", .unit = "1", .flags = INPUT_LIMITED | INPUT_POSITIVE, .min = 0,
     .max = 1, .help = "C_k: clinker contained in the cement"},
    {0},
};

static const struct method_output clinker_outputs[] = {
    {"see_per_clinker", "t CO2e/t clinker", .help = "in the functional unit"},
    {"see_per_cement", "t CO2e/t cement", .help = "per tonne of cement"},
    {0},
};

static enum err clinker_fu(const struct method_args *args,
                           const struct method_results *results, struct error *e)
{
    (void)e;
    double per_cement = arg(args, 0) / arg(args, 1);
    result(results, 0, per_cement / arg(args, 2));
    result(results, 1, per_cement);
    return ERR_OK;
}

const struct method method_clinker_fu = {
    .name = "clinker_fu",
    .summary = "cement per tonne of clinker contained",
    .formula = "SEE [t CO2e/t clinker] = Em [t CO2e] / (cement [t] x C_k)",
    .source = "2025/2547 Art. 4(5); Annex III B, eq. 64",
    .version = "1",
    .inputs = clinker_inputs,
    .outputs = clinker_outputs,
    .compute = clinker_fu,
};

/* ---- per kg of nitrogen contained, Art. 4(4), eq. 65 ---- */

static const struct method_input nitrogen_inputs[] = {
    {"attr_em", .unit = "t CO2e", .help = "attributed and embedded emissions"},
    {"product", .unit = "t", .flags = INPUT_POSITIVE, .help = "product made"},
    {"nitrogen", .unit = "kg N/t", .flags = INPUT_LIMITED | INPUT_POSITIVE, .min = 0,
     .max = 1000, .help = "N_i: nitrogen contained in the product"},
    {0},
};

static const struct method_output nitrogen_outputs[] = {
    {"see_per_kg_n", "t CO2e/kg N", .help = "in the functional unit"},
    {"see_per_t_product", "t CO2e/t", .help = "per tonne of product"},
    {0},
};

static enum err nitrogen_fu(const struct method_args *args,
                            const struct method_results *results, struct error *e)
{
    (void)e;
    double per_product = arg(args, 0) / arg(args, 1);
    result(results, 0, per_product / arg(args, 2));
    result(results, 1, per_product);
    return ERR_OK;
}

const struct method method_nitrogen_fu = {
    .name = "nitrogen_fu",
    .summary = "fertiliser goods per kg of nitrogen contained",
    .formula = "SEE [t CO2e/kg N] = Em [t CO2e] / (product [t] x N_i [kg N/t])",
    .source = "2025/2547 Art. 4(4); Annex III B, eq. 65",
    .version = "1",
    .inputs = nitrogen_inputs,
    .outputs = nitrogen_outputs,
    .compute = nitrogen_fu,
};

/* ---- weighted mean ---- */

static const struct method_input weighted_inputs[] = {
    {"weight", .unit = "?w", .flags = INPUT_SERIES | NOT_NEGATIVE, .help = "quantity"},
    {"value", .unit = "?v", .flags = INPUT_SERIES, .help = "its factor or SEE"},
    {0},
};

static const struct method_output weighted_outputs[] = {
    {"mean", "?v", .help = "mean weighted by quantity"},
    {0},
};

static enum err weighted(const struct method_args *args,
                         const struct method_results *results, struct error *e)
{
    struct sum products = {0};
    struct sum weights = {0};
    for (size_t n = 0; n < args->count; n++) {
        sum_add(&products, item(args, 0, n) * item(args, 1, n));
        sum_add(&weights, item(args, 0, n));
    }
    if (!(sum_total(&weights) > 0)) {
        return error_set(e, ERR_REJECT, "the weights add up to 0");
    }
    result(results, 0, sum_total(&products) / sum_total(&weights));
    return ERR_OK;
}

const struct method method_weighted = {
    .name = "weighted",
    .summary = "mean of several sources, suppliers or routes, weighted by quantity",
    .formula = "mean = sum of weight_n x value_n / sum of weight_n",
    .source = "2025/2547 Art. 4(6), 9(1), 14(2)",
    .version = "1",
    .inputs = weighted_inputs,
    .outputs = weighted_outputs,
    .compute = weighted,
};

/* ---- passed on to the next good ---- */

static const struct method_input share_inputs[] = {
    {"precursor_mass", .unit = "t", .flags = NOT_NEGATIVE, .help = "M_i consumed"},
    {"precursor_value", .unit = "?v", .help = "per tonne of the precursor"},
    {"activity_level", .unit = "t", .flags = INPUT_POSITIVE, .help = "AL of the good"},
    {0},
};

static const struct method_output share_outputs[] = {
    {"result", "?v", .help = "per tonne of the good"},
    {0},
};

static enum err chain_share(const struct method_args *args,
                            const struct method_results *results, struct error *e)
{
    (void)e;
    result(results, 0, arg(args, 0) * arg(args, 1) / arg(args, 2));
    return ERR_OK;
}

const struct method method_chain_share = {
    .name = "chain_share",
    .summary = "a value per tonne of precursor, passed on to the good made of it",
    .formula = "value per t of good = M_i [t] x value per t of precursor / AL [t]",
    .source = "2025/2547 Annex III B, eq. 61; template V2.1",
    .version = "1",
    .inputs = share_inputs,
    .outputs = share_outputs,
    .compute = chain_share,
};

/* ---- carbon price due of a precursor ---- */

enum { PRICE_MASS, PRICE_SE, PRICE_COVERED, PRICE, PRICE_LEVEL };

static const struct method_input price_inputs[] = {
    {"precursor_mass", .unit = "t", .flags = NOT_NEGATIVE, .help = "M_i consumed"},
    {"precursor_se", .unit = "t CO2e/t", .flags = NOT_NEGATIVE,
     .help = "specific emissions of the precursor"},
    {"covered_share", .unit = "1", .initial = "1", SHARE,
     .help = "share of them on which the price is due"},
    {"price", .unit = "XXX/t CO2e", .flags = NOT_NEGATIVE, .help = "price due"},
    {"activity_level", .unit = "t", .flags = INPUT_POSITIVE, .help = "AL of the good"},
    {0},
};

static const struct method_output price_outputs[] = {
    {"carbon_price", "XXX/t", .help = "per tonne of the good"},
    {0},
};

static enum err carbon_price(const struct method_args *args,
                             const struct method_results *results, struct error *e)
{
    (void)e;
    double due = arg(args, PRICE_MASS) * arg(args, PRICE_SE) * arg(args, PRICE_COVERED) *
                 arg(args, PRICE);
    result(results, 0, due / arg(args, PRICE_LEVEL));
    return ERR_OK;
}

const struct method method_carbon_price = {
    .name = "carbon_price",
    .summary = "carbon price due of a precursor, carried to the good",
    .formula =
        "price [money/t] = M_i [t] x SE_i [t CO2e/t] x share x price [money/t CO2e] "
        "/ AL [t]",
    .source = "2023/956 Art. 9; template V2.1 sheet F_Tools",
    .version = "1",
    .inputs = price_inputs,
    .outputs = price_outputs,
    .compute = carbon_price,
};

/* ---- default value with its mark-up ---- */

static const struct method_input markup_inputs[] = {
    {"default", .unit = "t CO2e/t|t CO2e/MWh", .flags = NOT_NEGATIVE,
     .help = "country default value"},
    {"markup", .unit = "1", .flags = INPUT_LIMITED, .min = 0, .max = 1,
     .help = "0.1 in 2026, 0.2 in 2027, 0.3 from 2028 on; fertilisers 0.01"},
    {0},
};

static const struct method_output markup_outputs[] = {
    {"default_with_markup", "t CO2e/t|t CO2e/MWh", .help = "what counts"},
    {0},
};

static enum err markup(const struct method_args *args,
                       const struct method_results *results, struct error *e)
{
    (void)e;
    result(results, 0, arg(args, 0) * (1 + arg(args, 1)));
    results->outputs[0].which = args->inputs[0].which;
    return ERR_OK;
}

const struct method method_markup = {
    .name = "markup",
    .summary = "country default value with its mark-up",
    .formula = "value [t CO2e/t] = default [t CO2e/t] x (1 + mark-up)",
    .source = "2025/2621 Annex I",
    .version = "1",
    .inputs = markup_inputs,
    .outputs = markup_outputs,
    .compute = markup,
};
