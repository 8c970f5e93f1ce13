/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cogeneration of heat and electricity: 2025/2547 Annex III A.2.2, equations 46 to 52.
 *
 *     eta_h = Q / E_in,  eta_el = E_el / E_in                              eq. 47, 48
 *     F_heat = (eta_h/ref_h) / (eta_h/ref_h + eta_el/ref_el)               eq. 49
 *     F_el = 1 - F_heat                                                    eq. 50
 *     EF_heat = Em x F_heat / Q,  EF_el = Em x F_el / E_el                 eq. 51, 52
 *
 * Em is eq. 46, fuels plus flue gas cleaning.  Reference efficiencies: Annex III C.
 * Where neither efficiencies nor outputs are known, 0.55 and 0.25 stand for them.
 */
#include "methods/args.h"

#define DEFAULT_ETA_HEAT 0.55
#define DEFAULT_ETA_ELECTRICITY 0.25
#define TJ_PER_MWH 0.0036

enum { ETA_HEAT, ETA_EL, ENERGY_IN, Q_NET, EL_NET, EM, REF_HEAT, REF_EL };
enum { F_HEAT, F_EL, EM_HEAT, EM_EL, EF_HEAT, EF_EL };

#define EFFICIENCY                                                                       \
    .unit = "1", .flags = INPUT_OPTIONAL | INPUT_LIMITED | INPUT_POSITIVE, .min = 0,     \
    .max = 1
#define REFERENCE .unit = "1", .flags = INPUT_LIMITED | INPUT_POSITIVE, .min = 0, .max = 1

static const struct method_input inputs[] = {
    {"eta_heat", EFFICIENCY, .help = "eta_h, unless heat and fuel are given"},
    {"eta_el", EFFICIENCY, .help = "eta_el, unless electricity and fuel are given"},
    {"energy_in", .unit = "TJ", .flags = INPUT_OPTIONAL | INPUT_POSITIVE,
     .help = "E_in: energy of the fuels"},
    {"q_net", .unit = "TJ", .flags = INPUT_OPTIONAL | NOT_NEGATIVE,
     .help = "Q: net heat"},
    {"el_net", .unit = "TJ", .flags = INPUT_OPTIONAL | NOT_NEGATIVE,
     .help = "E_el: net electricity"},
    {"em_chp", .unit = "t CO2", .flags = INPUT_OPTIONAL | NOT_NEGATIVE,
     .help = "Em: emissions of the unit"},
    {"ref_heat", REFERENCE, .help = "reference efficiency of separate heat"},
    {"ref_el", REFERENCE, .help = "reference efficiency of separate electricity"},
    {0},
};

static const struct method_output outputs[] = {
    {"f_heat", "1", .help = "share of heat"},
    {"f_el", "1", .help = "share of electricity"},
    {"em_heat", "t CO2", .help = "emissions of the heat"},
    {"em_el", "t CO2", .help = "emissions of the electricity"},
    {"ef_heat", "t CO2/TJ", .help = "factor of the heat"},
    {"ef_el", "t CO2/MWh", .help = "factor of the electricity"},
    {0},
};

/* What was given, else what was measured, else the default of the act. */
static double efficiency(const struct method_args *args, size_t eta, size_t output,
                         double initial)
{
    if (arg_has(args, eta)) {
        return arg(args, eta);
    }
    bool measured = arg_has(args, output) && arg_has(args, ENERGY_IN);
    return measured ? arg(args, output) / arg(args, ENERGY_IN) : initial;
}

static void emissions(const struct method_args *args, double f_heat,
                      const struct method_results *results)
{
    double em_heat = arg(args, EM) * f_heat;
    double em_el = arg(args, EM) * (1 - f_heat);
    result(results, EM_HEAT, em_heat);
    result(results, EM_EL, em_el);
    if (arg(args, Q_NET) > 0) {
        result(results, EF_HEAT, em_heat / arg(args, Q_NET));
    }
    if (arg(args, EL_NET) > 0) {
        result(results, EF_EL, em_el / arg(args, EL_NET) * TJ_PER_MWH);
    }
}

static enum err compute(const struct method_args *args,
                        const struct method_results *results, struct error *e)
{
    double eta_heat = efficiency(args, ETA_HEAT, Q_NET, DEFAULT_ETA_HEAT);
    double eta_el = efficiency(args, ETA_EL, EL_NET, DEFAULT_ETA_ELECTRICITY);
    if (eta_heat > 1 || eta_el > 1) {
        return error_set(e, ERR_REJECT, "more heat or electricity than 'energy_in'");
    }
    double heat = eta_heat / arg(args, REF_HEAT);
    double electricity = eta_el / arg(args, REF_EL);
    if (!(heat + electricity > 0)) {
        return error_set(e, ERR_REJECT, "neither heat nor electricity is made");
    }
    double f_heat = heat / (heat + electricity);
    result(results, F_HEAT, f_heat);
    result(results, F_EL, 1 - f_heat);
    if (arg_has(args, EM)) {
        emissions(args, f_heat, results);
    }
    return ERR_OK;
}

const struct method method_chp = {
    .name = "chp",
    .summary = "emissions of cogeneration, divided between heat and electricity",
    .formula =
        "F_heat = (eta_h/ref_h) / (eta_h/ref_h + eta_el/ref_el); F_el = 1 - F_heat; "
        "EF_heat = Em [t CO2] x F_heat / Q [TJ]; EF_el = Em x F_el / E_el [MWh]",
    .source = "2025/2547 Annex III A.2.2, eq. 46 to 52; references: Annex III C",
    .version = "1",
    .inputs = inputs,
    .outputs = outputs,
    .compute = compute,
};
