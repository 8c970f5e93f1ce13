/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Emissions embedded in goods: 2025/2547 Annex III A.2, B and F, equations 55 to 65.
 *
 *     SEE = (AttrEm + sum(M_i x SEE_i)) / AL          eq. 57 to 60
 *
 *     AL     activity level: saleable goods of the process
 *     M_i    everything of precursor i that was consumed
 *     SEE_i  its specific embedded emissions, direct and indirect apart
 *
 * The attributed emissions are eq. 55, as in attribution.c.  The default share is that
 * part of the direct embedded emissions that rests on default values (Annex IV item 15).
 */
#include "methods/args.h"

enum {
    DIR_EM,
    ACTIVITY,
    ELECTRICITY,
    EF_EL,
    HEAT_IMP,
    HEAT_EXP,
    WG_IMP,
    WG_EXP,
    EM_EL_PROD,
    PREC_MASS,
    PREC_DIR,
    PREC_IND,
    PREC_MWH,
    PREC_EF,
    PREC_DEFAULT,
};
enum { SEE_DIR, SEE_IND, SEE_TOTAL, EL_SPECIFIC, DEFAULT_SHARE, OWN_SE };

#define TERM .unit = "t CO2e", .initial = "0", .flags = INPUT_OPTIONAL
#define PRECURSOR INPUT_SERIES | INPUT_OPTIONAL | NOT_NEGATIVE

static const struct method_input inputs[] = {
    {"dir_em", .unit = "t CO2e", .help = "DirEm*: fuels and reactions of the process"},
    {"activity_level", .unit = "t", .flags = INPUT_POSITIVE, .help = "AL"},
    {"electricity", .unit = "MWh", .initial = "0", .flags = INPUT_OPTIONAL | NOT_NEGATIVE,
     .help = "consumed by the process"},
    {"ef_el", .unit = "t CO2e/MWh", .flags = INPUT_OPTIONAL | NOT_NEGATIVE,
     .help = "its factor"},
    {"heat_imp", TERM, .help = "Em_H,imp"},
    {"heat_exp", TERM, .help = "Em_H,exp"},
    {"wg_imp", TERM, .help = "WG_imp"},
    {"wg_exp", TERM, .help = "WG_exp"},
    {"em_el_prod", TERM, .help = "Em_el,prod"},
    {"prec_mass", .unit = "t", .flags = PRECURSOR, .help = "M_i"},
    {"prec_see_dir", .unit = "t CO2e/t", .flags = PRECURSOR,
     .help = "SEE_i direct; 0 for a precursor of Union or exempt origin"},
    {"prec_see_ind", .unit = "t CO2e/t", .flags = PRECURSOR, .help = "SEE_i indirect"},
    {"prec_mwh", .unit = "MWh/t", .flags = PRECURSOR,
     .help = "electricity embedded in it, in place of prec_see_ind"},
    {"prec_ef", .unit = "t CO2e/MWh", .flags = PRECURSOR, .help = "factor of that"},
    {"prec_default", .unit = "1", .flags = INPUT_SERIES | INPUT_OPTIONAL | INPUT_LIMITED,
     .min = 0, .max = 1, .help = "share of its values that are default values"},
    {0},
};

static const struct method_output outputs[] = {
    {"see_dir", "t CO2e/t", .help = "direct"},
    {"see_ind", "t CO2e/t", .help = "indirect"},
    {"see_total", "t CO2e/t", .help = "both"},
    {"electricity_specific", "MWh/t", .help = "with that of the precursors"},
    {"default_share", "1", .help = "share of default values in see_dir"},
    {"own_se", "t CO2e/t", .help = "of the process alone, direct and indirect"},
    {0},
};

struct embedded {
    struct sum direct, indirect, electricity, by_default;
};

static enum err add_precursor(const struct method_args *args, size_t n,
                              struct embedded *embedded, struct error *e)
{
    if (!item_has(args, PREC_MASS, n) || !item_has(args, PREC_DIR, n)) {
        return error_set(e, ERR_REJECT, "'%s%zu' is missing",
                         item_has(args, PREC_MASS, n) ? "prec_see_dir" : "prec_mass",
                         n + 1);
    }
    bool by_energy = item_has(args, PREC_MWH, n) && item_has(args, PREC_EF, n);
    if (by_energy && item_has(args, PREC_IND, n)) {
        return error_set(e, ERR_REJECT,
                         "give 'prec_see_ind%zu', or 'prec_mwh%zu' and 'prec_ef%zu'",
                         n + 1, n + 1, n + 1);
    }
    bool no_factor =
        item(args, PREC_MWH, n) > 0 && !by_energy && !item_has(args, PREC_IND, n);
    if (no_factor) {
        return error_set(e, ERR_REJECT, "'prec_ef%zu' is missing", n + 1);
    }
    double mass = item(args, PREC_MASS, n);
    double direct = mass * item(args, PREC_DIR, n);
    double indirect = by_energy ? item(args, PREC_MWH, n) * item(args, PREC_EF, n)
                                : item(args, PREC_IND, n);
    sum_add(&embedded->direct, direct);
    sum_add(&embedded->indirect, mass * indirect);
    sum_add(&embedded->electricity, mass * item(args, PREC_MWH, n));
    sum_add(&embedded->by_default, direct * item(args, PREC_DEFAULT, n));
    return ERR_OK;
}

static double attributed(const struct method_args *args)
{
    double direct = arg(args, DIR_EM) + arg(args, HEAT_IMP) - arg(args, HEAT_EXP) +
                    arg(args, WG_IMP) - arg(args, WG_EXP) - arg(args, EM_EL_PROD);
    return direct > 0 ? direct : 0;
}

static enum err see(const struct method_args *args, const struct method_results *results,
                    struct error *e)
{
    if (arg(args, ELECTRICITY) > 0 && !arg_has(args, EF_EL)) {
        return error_set(e, ERR_REJECT, "'ef_el' is missing");
    }
    struct embedded embedded = {0};
    for (size_t n = 0; n < args->count; n++) {
        enum err err = add_precursor(args, n, &embedded, e);
        if (err) {
            return err;
        }
    }
    double level = arg(args, ACTIVITY);
    double own_direct = attributed(args);
    double own_indirect = arg(args, ELECTRICITY) * arg(args, EF_EL);
    double direct = own_direct + sum_total(&embedded.direct);
    double indirect = own_indirect + sum_total(&embedded.indirect);
    result(results, SEE_DIR, direct / level);
    result(results, SEE_IND, indirect / level);
    result(results, SEE_TOTAL, (direct + indirect) / level);
    result(results, EL_SPECIFIC,
           (arg(args, ELECTRICITY) + sum_total(&embedded.electricity)) / level);
    result(results, OWN_SE, (own_direct + own_indirect) / level);
    if (args->count > 0 && direct > 0) {
        result(results, DEFAULT_SHARE, sum_total(&embedded.by_default) / direct);
    }
    return ERR_OK;
}

const struct method method_see = {
    .name = "see",
    .summary = "specific embedded emissions of a good, with its precursors",
    .formula = "see_dir = (AttrEm_dir [t] + sum of M_i [t] x SEE_dir,i) / AL [t]; "
               "see_ind = (E [MWh] x EF_el + sum of M_i x SEE_ind,i) / AL",
    .source = "2025/2547 Annex III A.2, B, eq. 55 to 63",
    .version = "1",
    .inputs = inputs,
    .outputs = outputs,
    .compute = see,
};
