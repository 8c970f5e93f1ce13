/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Combustion by the standard method: 2025/2547 Annex II B.3.1.1, equations 5, 6, 8 to 10.
 *
 *     Em = FQ x NCV x EF x OF                 eq. 5, 6
 *     Em = FQ x EF x OF                       EF per t, Nm3 or m3: the allowed variant
 *     EF = CC x f, f = 3.664 t CO2/t C        eq. 9
 *     fossil share = 1 - BF                   eq. 10
 *
 *     FQ   fuel: t, 1000 Nm3, m3, or TJ where the fuel is metered as energy
 *     NCV  net calorific value: GJ per the same quantity; GJ / 1000 = TJ
 *     EF   emission factor: t CO2/TJ, or per the same quantity
 *     OF   oxidation factor, 0..1
 *     BF   biomass fraction of the carbon, 0..1
 *
 * Biomass is zero-rated only as far as evidence is held (B.3.3); the rest counts as
 * fossil and is told apart, so that the reader sees what the missing evidence costs.
 */
#include "methods/args.h"

#define QUANTITY "t|1000 Nm3|m3|TJ"
enum { QUANTITY_ENERGY = 3 };

/* Emission factors per energy come first, then in the order of QUANTITY. */
#define FACTOR "t CO2/TJ|t CO2/t|t CO2/1000 Nm3|t CO2/m3"
enum { FACTOR_ENERGY = 0 };

enum { FUEL, NCV, EF, CC, OF, BF, EVIDENCE };
enum { FOSSIL, BIOMASS, UNPROVEN, ENERGY };

static const struct method_input inputs[] = {
    {"fuel_quantity", .unit = QUANTITY, .flags = NOT_NEGATIVE, .help = "FQ: fuel burnt"},
    {"ncv", .unit = "GJ/t|GJ/1000 Nm3|GJ/m3", .flags = INPUT_OPTIONAL | INPUT_POSITIVE,
     .help = "NCV: net calorific value; needed with an emission factor per energy"},
    {"emission_factor", .unit = FACTOR, .flags = INPUT_OPTIONAL | NOT_NEGATIVE,
     .help = "EF: preliminary emission factor, biomass included"},
    {"carbon_content", .unit = "t C/t|t C/1000 Nm3|t C/m3",
     .flags = INPUT_OPTIONAL | NOT_NEGATIVE,
     .help = "CC: carbon content, in place of the emission factor"},
    {"oxidation_factor", .unit = "1", .initial = "1", SHARE, .help = "OF"},
    INPUTS_BIOMASS,
    {0},
};

static const struct method_output outputs[] = {
    OUTPUTS_CARBON,
    {"energy_total", "TJ", OUTPUT_ENERGY, .help = "AD: energy of the fuel"},
    {0},
};

/* Fuel energy in TJ; eq. 6. */
static enum err fuel_energy(const struct method_args *args, double *ret_energy,
                            struct error *e)
{
    unsigned quantity = arg_which(args, FUEL);
    if (quantity == QUANTITY_ENERGY) {
        *ret_energy = arg(args, FUEL);
        return ERR_OK;
    }
    if (!arg_has(args, NCV)) {
        return error_set(e, ERR_REJECT,
                         "'ncv' is missing: the emission factor is per energy");
    }
    if (arg_which(args, NCV) != quantity) {
        return error_set(e, ERR_REJECT,
                         "'ncv' must be per the same quantity as 'fuel_quantity'");
    }
    *ret_energy = arg(args, FUEL) * arg(args, NCV) / 1000;
    return ERR_OK;
}

/* CO2 of all carbon before oxidation, in t. */
static enum err carbon_dioxide(const struct method_args *args, double *ret_co2,
                               struct error *e)
{
    unsigned quantity = arg_which(args, FUEL);
    if (arg_has(args, EF) == arg_has(args, CC)) {
        return error_set(e, ERR_REJECT,
                         "give either 'emission_factor' or 'carbon_content'");
    }
    if (arg_has(args, CC)) {
        if (arg_which(args, CC) != quantity) {
            return error_set(
                e, ERR_REJECT,
                "'carbon_content' must be per the same quantity as 'fuel_quantity'");
        }
        if (quantity == 0 && arg(args, CC) > 1) {
            return error_set(e, ERR_REJECT,
                             "'carbon_content' is above 1 t C/t: more carbon than fuel");
        }
        *ret_co2 = arg(args, FUEL) * arg(args, CC) * CO2_PER_CARBON;
        return ERR_OK;
    }
    if (arg_which(args, EF) == FACTOR_ENERGY) {
        double energy = 0;
        enum err err = fuel_energy(args, &energy, e);
        *ret_co2 = energy * arg(args, EF);
        return err;
    }
    if (arg_which(args, EF) != quantity + 1) {
        return error_set(e, ERR_REJECT,
                         "'emission_factor' must be per energy or per the quantity of "
                         "'fuel_quantity'");
    }
    *ret_co2 = arg(args, FUEL) * arg(args, EF);
    return ERR_OK;
}

static enum err compute(const struct method_args *args,
                        const struct method_results *results, struct error *e)
{
    double co2 = 0;
    enum err err = carbon_dioxide(args, &co2, e);
    if (err) {
        return err;
    }
    double emitted = co2 * arg(args, OF);
    double proven = arg(args, BF) * arg(args, EVIDENCE);
    result(results, FOSSIL, emitted * (1 - proven));
    result(results, BIOMASS, emitted * proven);
    result(results, UNPROVEN, emitted * (arg(args, BF) - proven));
    double energy = 0;
    bool known = arg_which(args, FUEL) == QUANTITY_ENERGY || arg_has(args, NCV);
    if (known) {
        err = fuel_energy(args, &energy, e);
        result(results, ENERGY, energy);
    }
    return err;
}

const struct method method_combustion = {
    .name = "combustion",
    .summary = "CO2 from burning a fuel, standard method",
    .formula =
        "Em = FQ [t] x NCV [GJ/t] / 1000 x EF [t CO2/TJ] x OF x (1 - BF x evidence)\n"
        "or Em = FQ x EF [t CO2/t] x OF x (1 - BF x evidence)\n"
        "or Em = FQ x CC [t C/t] x 3.664 x OF x (1 - BF x evidence)",
    .source = "2025/2547 Annex II B.3.1.1, eq. 5, 6, 9, 10; B.3.3",
    .version = "1",
    .term = TERM_DIRECT,
    .stream = true,
    .inputs = inputs,
    .outputs = outputs,
    .compute = compute,
};
