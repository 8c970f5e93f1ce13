/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Waste gases between processes and installations: 2025/2547 Annex III A.2.3.
 *
 *     WG_imp = V x NCV x EF_NG                eq. 53
 *     WG_exp = V x NCV x EF_NG x 0.667        eq. 54
 *
 *     EF_NG   that of natural gas, 56.1 t CO2/TJ, whatever the gas
 *     0.667   the lower efficiency of burning waste gas
 */
#include "methods/args.h"

enum { ENERGY, VOLUME, NCV, EF_NG, CORRECTION };

#define GAS_INPUTS                                                                       \
    {"energy", .unit = "TJ", .flags = INPUT_OPTIONAL | NOT_NEGATIVE,                     \
     .help = "V x NCV of the waste gas"},                                                \
        {"volume", .unit = "1000 Nm3", .flags = INPUT_OPTIONAL | NOT_NEGATIVE,           \
         .help = "V, in place of the energy"},                                           \
        {"ncv", .unit = "GJ/1000 Nm3", .flags = INPUT_OPTIONAL | NOT_NEGATIVE,           \
         .help = "NCV, with the volume"},                                                \
    {                                                                                    \
        "ef_natural_gas", .unit = "t CO2/TJ", .initial = EF_NATURAL_GAS,                 \
                          .flags = INPUT_OPTIONAL | NOT_NEGATIVE, .help = "EF_NG"        \
    }

static const struct method_input import_inputs[] = {GAS_INPUTS, {0}};

static const struct method_input export_inputs[] = {
    GAS_INPUTS,
    {"correction", .unit = "1", .initial = "0.667", SHARE,
     .help = "for the lower efficiency"},
    {0},
};

static const struct method_output import_outputs[] = {
    {"wg_imp", "t CO2", OUTPUT_CO2E, .help = "WG_imp"},
    {0},
};

static const struct method_output export_outputs[] = {
    {"wg_exp", "t CO2e", OUTPUT_CO2E, .help = "WG_exp"},
    {0},
};

static enum err gas_energy(const struct method_args *args, double *ret_energy,
                           struct error *e)
{
    bool by_volume = arg_has(args, VOLUME) && arg_has(args, NCV);
    if (arg_has(args, ENERGY) == by_volume) {
        return error_set(e, ERR_REJECT, "give 'energy', or 'volume' and 'ncv'");
    }
    *ret_energy =
        by_volume ? arg(args, VOLUME) * arg(args, NCV) / 1000 : arg(args, ENERGY);
    return ERR_OK;
}

static enum err waste_gas_import(const struct method_args *args,
                                 const struct method_results *results, struct error *e)
{
    double energy = 0;
    enum err err = gas_energy(args, &energy, e);
    if (!err) {
        result(results, 0, energy * arg(args, EF_NG));
    }
    return err;
}

static enum err waste_gas_export(const struct method_args *args,
                                 const struct method_results *results, struct error *e)
{
    double energy = 0;
    enum err err = gas_energy(args, &energy, e);
    if (!err) {
        result(results, 0, energy * arg(args, EF_NG) * arg(args, CORRECTION));
    }
    return err;
}

const struct method method_waste_gas_import = {
    .name = "waste_gas_import",
    .summary = "waste gas taken in by a process",
    .formula = "WG_imp = V x NCV / 1000 [TJ] x EF_NG [56.1 t CO2/TJ]\n"
               "or WG_imp = energy [TJ] x EF_NG [56.1 t CO2/TJ]",
    .source = "2025/2547 Annex III A.2.3, eq. 53",
    .version = "1",
    .term = TERM_WASTE_GAS_IMPORT,
    .stream = true,
    .inputs = import_inputs,
    .outputs = import_outputs,
    .compute = waste_gas_import,
};

const struct method method_waste_gas_export = {
    .name = "waste_gas_export",
    .summary = "waste gas given away by a process",
    .formula = "WG_exp = V x NCV / 1000 [TJ] x EF_NG [56.1 t CO2/TJ] x 0.667\n"
               "or WG_exp = energy [TJ] x EF_NG [56.1 t CO2/TJ] x 0.667",
    .source = "2025/2547 Annex III A.2.3, eq. 54",
    .version = "1",
    .term = TERM_WASTE_GAS_EXPORT,
    .stream = true,
    .inputs = export_inputs,
    .outputs = export_outputs,
    .compute = waste_gas_export,
};
