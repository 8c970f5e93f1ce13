/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the installation to its processes: 2025/2547 Annex II, equation 4, and Annex III
 * A, equations 41 to 43, 55, 56.
 *
 *     Em_inst = sum of Em                                               eq. 4
 *     RecF = D_inst / sum(D_PP),  D_corr = D_PP x RecF                  eq. 41, 42
 *     Em_i = Em x (m_i/M_i) / sum(m_j/M_j)                              eq. 43
 *     AttrEm_dir = DirEm* + Em_H,imp - Em_H,exp + WG_imp - WG_exp - Em_el,prod,
 *                  not below 0                                          eq. 55
 *     AttrEm_indir = Em_el,cons                                         eq. 56
 */
#include "methods/args.h"

static const struct method_input total_inputs[] = {
    {"term", .unit = "t CO2e", .flags = INPUT_SERIES,
     .help = "emissions of each source stream; outputs of a mass balance are negative"},
    {0},
};

static const struct method_output total_outputs[] = {
    {"total", "t CO2e", .help = "Em_inst"},
    {0},
};

static enum err total(const struct method_args *args,
                      const struct method_results *results, struct error *e)
{
    (void)e;
    struct sum sum = {0};
    for (size_t n = 0; n < args->count; n++) {
        sum_add(&sum, item(args, 0, n));
    }
    result(results, 0, sum_total(&sum));
    return ERR_OK;
}

const struct method method_total = {
    .name = "total",
    .summary = "installation total",
    .formula = "Em_inst [t CO2e] = sum of term_n",
    .source = "2025/2547 Annex II B.1, eq. 4",
    .version = "1",
    .inputs = total_inputs,
    .outputs = total_outputs,
    .compute = total,
};

/* ---- attributed emissions ---- */

enum { DIR_EM, HEAT_IMP, HEAT_EXP, WG_IMP, WG_EXP, EM_EL_PROD, EM_EL_CONS };
enum { ATTR_DIR, ATTR_INDIR };

#define TERM .unit = "t CO2e", .initial = "0", .flags = INPUT_OPTIONAL

static const struct method_input attr_inputs[] = {
    {"dir_em", .unit = "t CO2e", .help = "DirEm*: fuels and reactions of the process"},
    {"heat_imp", TERM, .help = "Em_H,imp"},
    {"heat_exp", TERM, .help = "Em_H,exp"},
    {"wg_imp", TERM, .help = "WG_imp"},
    {"wg_exp", TERM, .help = "WG_exp"},
    {"em_el_prod", TERM, .help = "Em_el,prod"},
    {"em_el_cons", .unit = "t CO2e", .flags = INPUT_OPTIONAL | NOT_NEGATIVE,
     .help = "Em_el,cons"},
    {0},
};

static const struct method_output attr_outputs[] = {
    {"attr_dir", "t CO2e", .help = "AttrEm_dir"},
    {"attr_indir", "t CO2e", .help = "AttrEm_indir"},
    {0},
};

static enum err attr(const struct method_args *args, const struct method_results *results,
                     struct error *e)
{
    (void)e;
    double direct = arg(args, DIR_EM) + arg(args, HEAT_IMP) - arg(args, HEAT_EXP) +
                    arg(args, WG_IMP) - arg(args, WG_EXP) - arg(args, EM_EL_PROD);
    result(results, ATTR_DIR, direct > 0 ? direct : 0);
    if (arg_has(args, EM_EL_CONS)) {
        result(results, ATTR_INDIR, arg(args, EM_EL_CONS));
    }
    return ERR_OK;
}

const struct method method_attr = {
    .name = "attr",
    .summary = "attributed emissions of a process",
    .formula = "AttrEm_dir = max(0, DirEm* + Em_H,imp - Em_H,exp + WG_imp - WG_exp "
               "- Em_el,prod) [t CO2e]; AttrEm_indir = Em_el,cons",
    .source = "2025/2547 Annex III A, eq. 55, 56",
    .version = "1",
    .inputs = attr_inputs,
    .outputs = attr_outputs,
    .compute = attr,
};

/* ---- reconciliation ---- */

enum { INSTALLATION, PROCESS };
enum { RECF, CORRECTED };

static const struct method_input recf_inputs[] = {
    {"installation", .unit = "?d", .flags = NOT_NEGATIVE,
     .help = "D_inst: the installation's meter"},
    {"process", .unit = "?d", .flags = INPUT_SERIES | NOT_NEGATIVE,
     .help = "D_PP: the meter of each process"},
    {0},
};

static const struct method_output recf_outputs[] = {
    {"recf", "1", .help = "RecF"},
    {"process", "?d", .series = true, .help = "D_corr"},
    {0},
};

static enum err recf(const struct method_args *args, const struct method_results *results,
                     struct error *e)
{
    struct sum metered = {0};
    for (size_t n = 0; n < args->count; n++) {
        sum_add(&metered, item(args, PROCESS, n));
    }
    if (!(sum_total(&metered) > 0)) {
        return error_set(e, ERR_REJECT, "the processes add up to 0");
    }
    double factor = arg(args, INSTALLATION) / sum_total(&metered);
    result(results, RECF, factor);
    for (size_t n = 0; n < args->count; n++) {
        result_item(results, CORRECTED, n, item(args, PROCESS, n) * factor);
    }
    return ERR_OK;
}

const struct method method_recf = {
    .name = "recf",
    .summary = "meters of processes reconciled with the meter of the installation",
    .formula = "RecF = D_inst / sum of D_PP,n; D_corr,n = D_PP,n x RecF",
    .source = "2025/2547 Annex III A.1, eq. 41, 42",
    .version = "1",
    .inputs = recf_inputs,
    .outputs = recf_outputs,
    .compute = recf,
};

/* ---- by moles ---- */

enum { EM_TOTAL, MASS, MOLAR_MASS };

static const struct method_input molar_inputs[] = {
    {"em_total", .unit = "t CO2", .help = "Em of the process"},
    {"mass", .unit = "t", .flags = INPUT_SERIES | NOT_NEGATIVE,
     .help = "m of each product"},
    {"molar_mass", .unit = "g/mol", .flags = INPUT_SERIES | INPUT_POSITIVE,
     .help = "its M"},
    {0},
};

static const struct method_output molar_outputs[] = {
    {"em", "t CO2", .series = true, .help = "Em of each product"},
    {0},
};

static enum err molar_split(const struct method_args *args,
                            const struct method_results *results, struct error *e)
{
    struct sum moles = {0};
    for (size_t n = 0; n < args->count; n++) {
        sum_add(&moles, item(args, MASS, n) / item(args, MOLAR_MASS, n));
    }
    if (!(sum_total(&moles) > 0)) {
        return error_set(e, ERR_REJECT, "the masses add up to 0");
    }
    for (size_t n = 0; n < args->count; n++) {
        double share =
            item(args, MASS, n) / item(args, MOLAR_MASS, n) / sum_total(&moles);
        result_item(results, 0, n, arg(args, EM_TOTAL) * share);
    }
    return ERR_OK;
}

const struct method method_molar_split = {
    .name = "molar_split",
    .summary = "emissions divided between co-products by moles",
    .formula = "Em_i = Em [t] x (m_i [t] / M_i [g/mol]) / sum of (m_j / M_j)",
    .source = "2025/2547 Annex III A.1, eq. 43",
    .version = "1",
    .inputs = molar_inputs,
    .outputs = molar_outputs,
    .compute = molar_split,
};
