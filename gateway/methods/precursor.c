/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a precursor brings into a good: 2025/2547 Annex III B, equations 60, 64, 65.
 *
 *     EE = M x C x SEE x (1 + mark-up)
 *
 *     M    everything of it that was consumed, before cutting, with what was spilt
 *     C    content of the substance that SEE is counted by: clinker (eq. 64) or nitrogen
 *          (eq. 65); 1 where SEE is per tonne of the precursor
 *     SEE  its specific embedded emissions, direct and indirect apart; a default value
 *          with the mark-up of its year (2025/2621)
 *
 * Without indirect SEE and without its electricity the indirect part is not determined.
 * The SEE of a precursor made in the installation comes from the linear system of its
 * processes over the period; the window gives what was consumed (precursor_own).
 */
#include "methods/args.h"

enum { MASS, CONTENT, SEE_DIR, SEE_IND, MWH, EF_EL, DEFAULT_SHARE, MARKUP };
enum { CONSUMED, DIRECT, INDIRECT, BY_DEFAULT, ELECTRICITY };

#define MASS_INPUT .unit = "t", .flags = NOT_NEGATIVE, .help = "M: all that was consumed"
#define CONTENT_INPUT                                                                    \
    .unit = "1", .initial = "1", SHARE,                                                  \
    .help = "C: of clinker or nitrogen, where that is counted; kg N/t"

static const struct method_input inputs[] = {
    {"mass", MASS_INPUT},
    {"content", CONTENT_INPUT},
    {"see_direct", .unit = "t CO2e/t", .flags = INPUT_OPTIONAL | NOT_NEGATIVE,
     .help = "SEE_dir: direct, per t of what is counted"},
    {"see_indirect", .unit = "t CO2e/t", .flags = INPUT_OPTIONAL | NOT_NEGATIVE,
     .help = "SEE_ind: indirect"},
    {"electricity", .unit = "MWh/t", .flags = INPUT_OPTIONAL | NOT_NEGATIVE,
     .help = "E: electricity embedded in it, in place of see_indirect"},
    {"electricity_ef", .unit = "t CO2e/MWh", .flags = INPUT_OPTIONAL | NOT_NEGATIVE,
     .help = "EF: factor of that"},
    {"default_share", .unit = "1", .initial = "0", SHARE,
     .help = "share of its values that are default values"},
    {"markup", .unit = "1", .initial = "0", SHARE, .help = "mark-up of a default value"},
    {0},
};

static const struct method_output outputs[] = {
    {"consumed", "t", OUTPUT_CONSUMED, .help = "M x C"},
    {"embedded_direct", "t CO2e", OUTPUT_EMBEDDED_DIRECT, .help = "EE, direct"},
    {"embedded_indirect", "t CO2e", OUTPUT_EMBEDDED_INDIRECT, .help = "EE, indirect"},
    {"by_default", "t CO2e", OUTPUT_EMBEDDED_DEFAULT,
     .help = "of the direct EE, what rests on default values"},
    {"electricity_embedded", "MWh", OUTPUT_EMBEDDED_ELECTRICITY,
     .help = "electricity embedded in what was consumed"},
    {0},
};

static enum err check(const struct method_args *args, struct error *e)
{
    if (!arg_has(args, SEE_DIR)) {
        return error_set(e, ERR_REJECT,
                         "'see_direct' is missing: give the supplier's value, or a "
                         "default value of the country");
    }
    if (arg_has(args, SEE_IND) && arg_has(args, EF_EL)) {
        return error_set(e, ERR_REJECT,
                         "give 'see_indirect', or 'electricity' and 'electricity_ef'");
    }
    if (arg_has(args, EF_EL) && !arg_has(args, MWH)) {
        return error_set(e, ERR_REJECT, "'electricity' is missing");
    }
    if (arg_has(args, MWH) && !arg_has(args, EF_EL) && !arg_has(args, SEE_IND)) {
        return error_set(e, ERR_REJECT, "'electricity_ef' is missing");
    }
    return ERR_OK;
}

static enum err precursor(const struct method_args *args,
                          const struct method_results *results, struct error *e)
{
    enum err err = check(args, e);
    if (err) {
        return err;
    }
    double consumed = arg(args, MASS) * arg(args, CONTENT);
    double raised = 1 + arg(args, MARKUP);
    double direct = consumed * arg(args, SEE_DIR) * raised;
    result(results, CONSUMED, consumed);
    result(results, DIRECT, direct);
    result(results, BY_DEFAULT, direct * arg(args, DEFAULT_SHARE));
    if (arg_has(args, SEE_IND)) {
        result(results, INDIRECT, consumed * arg(args, SEE_IND) * raised);
    } else if (arg_has(args, EF_EL)) {
        result(results, INDIRECT, consumed * arg(args, MWH) * arg(args, EF_EL) * raised);
    }
    if (arg_has(args, MWH)) {
        result(results, ELECTRICITY, consumed * arg(args, MWH));
    }
    return ERR_OK;
}

const struct method method_precursor = {
    .name = "precursor",
    .summary = "embedded emissions of a bought precursor",
    .formula =
        "EE_dir [t CO2e] = M [t] x C x SEE_dir [t CO2e/t] x (1 + markup); "
        "EE_ind [t CO2e] = M [t] x C x SEE_ind [t CO2e/t] x (1 + markup)\n"
        "or EE_dir [t CO2e] = M [t] x C x SEE_dir [t CO2e/t] x (1 + markup); "
        "EE_ind [t CO2e] = M [t] x C x E [MWh/t] x EF [t CO2e/MWh] x (1 + markup)\n"
        "or EE_dir [t CO2e] = M [t] x C x SEE_dir [t CO2e/t] x (1 + markup)",
    .source = "2025/2547 Annex III B, eq. 60, 64, 65; 2025/2621 Annex I",
    .version = "1",
    .term = TERM_PRECURSOR,
    .stream = true,
    .inputs = inputs,
    .outputs = outputs,
    .compute = precursor,
};

/* ---- made in the installation ---- */

static const struct method_input own_inputs[] = {
    {"mass", MASS_INPUT},
    {"content", CONTENT_INPUT},
    {0},
};

static const struct method_output own_outputs[] = {
    {"consumed", "t", OUTPUT_CONSUMED, .help = "M x C"},
    {0},
};

static enum err precursor_own(const struct method_args *args,
                              const struct method_results *results, struct error *e)
{
    (void)e;
    result(results, 0, arg(args, 0) * arg(args, 1));
    return ERR_OK;
}

const struct method method_precursor_own = {
    .name = "precursor_own",
    .summary = "consumption of a precursor that the installation makes itself",
    .formula = "consumed [t] = M [t] x C",
    .source = "2025/2547 Annex III B, eq. 59 to 65",
    .version = "1",
    .term = TERM_PRECURSOR,
    .stream = true,
    .inputs = own_inputs,
    .outputs = own_outputs,
    .compute = precursor_own,
};
