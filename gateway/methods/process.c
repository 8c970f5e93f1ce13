/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Process emissions by the standard method, 2025/2547 Annex II B.3.1.2, equation 11:
 *
 *     Em = AD x EF x CF
 *
 *     AD   material: carbonate of the input (method A, EF of table 3), oxide in the
 *          product (method B, EF of table 4), raw meal, clinker; t or 1000 Nm3
 *     EF   t CO2 per the same quantity
 *     CF   conversion factor, 0..1; 1 is always allowed
 *
 * and the sector rules of B.9 that are of this form with a factor of their own.
 */
#include "methods/args.h"

enum { AD, EF, CF, BF, EVIDENCE };
enum { FOSSIL, BIOMASS, UNPROVEN };

static const struct method_input inputs[] = {
    {"activity_data", .unit = "t|1000 Nm3", .flags = NOT_NEGATIVE, .help = "AD"},
    {"emission_factor", .unit = "t CO2/t|t CO2/1000 Nm3", .flags = NOT_NEGATIVE,
     .help = "EF, per the same quantity"},
    {"conversion_factor", .unit = "1", .initial = "1", SHARE, .help = "CF"},
    INPUTS_BIOMASS,
    {0},
};

static const struct method_output outputs[] = {
    OUTPUTS_CARBON,
    {0},
};

static enum err process(const struct method_args *args,
                        const struct method_results *results, struct error *e)
{
    if (arg_which(args, AD) != arg_which(args, EF)) {
        return error_set(
            e, ERR_REJECT,
            "'emission_factor' must be per the same quantity as 'activity_data'");
    }
    double co2 = arg(args, AD) * arg(args, EF) * arg(args, CF);
    double proven = arg(args, BF) * arg(args, EVIDENCE);
    result(results, FOSSIL, co2 * (1 - proven));
    result(results, BIOMASS, co2 * proven);
    result(results, UNPROVEN, co2 * (arg(args, BF) - proven));
    return ERR_OK;
}

const struct method method_process = {
    .name = "process",
    .summary = "CO2 from a material by reaction, standard method (carbonates A and B)",
    .formula = "Em = AD [t] x EF [t CO2/t] x CF x (1 - BF x evidence)",
    .source = "2025/2547 Annex II B.3.1.2, eq. 11; B.3.3",
    .version = "1",
    .term = TERM_DIRECT,
    .stream = true,
    .inputs = inputs,
    .outputs = outputs,
    .compute = process,
};

/* ---- one quantity times a factor that the act gives ---- */

static const struct method_output simple_outputs[] = {
    {"co2_fossil", "t CO2", OUTPUT_CO2_FOSSIL, .help = "CO2 that counts"},
    {0},
};

static enum err simple(const struct method_args *args,
                       const struct method_results *results, struct error *e)
{
    (void)e;
    result(results, 0, arg(args, 0) * arg(args, 1));
    return ERR_OK;
}

static const struct method_input flare_inputs[] = {
    {"volume", .unit = "1000 Nm3", .flags = NOT_NEGATIVE,
     .help = "gas flared: routine, trips, start-up, emergencies"},
    {"emission_factor", .unit = "t CO2/1000 Nm3", .initial = "3.93",
     .flags = INPUT_OPTIONAL | NOT_NEGATIVE,
     .help = "0.00393 t CO2/Nm3 unless the gas is analysed"},
    {0},
};

const struct method method_flare = {
    .name = "flare",
    .summary = "CO2 from a flare",
    .formula = "Em = V [1000 Nm3] x EF [t CO2/1000 Nm3]",
    .source = "2025/2547 Annex II B.9.1.3",
    .version = "1",
    .term = TERM_DIRECT,
    .stream = true,
    .inputs = flare_inputs,
    .outputs = simple_outputs,
    .compute = simple,
};

static const struct method_input gypsum_inputs[] = {
    {"gypsum", .unit = "t", .flags = NOT_NEGATIVE, .help = "dry gypsum CaSO4.2H2O made"},
    {"emission_factor", .unit = "t CO2/t", .initial = "0.2558",
     .flags = INPUT_OPTIONAL | NOT_NEGATIVE, .help = "per t of dry gypsum"},
    {0},
};

const struct method method_gypsum = {
    .name = "gypsum",
    .summary = "CO2 from desulphurisation of flue gas, by the gypsum made",
    .formula = "Em = gypsum [t] x 0.2558 [t CO2/t]",
    .source = "2025/2547 Annex II B.9.1.1",
    .version = "1",
    .term = TERM_DIRECT,
    .stream = true,
    .inputs = gypsum_inputs,
    .outputs = simple_outputs,
    .compute = simple,
};

static const struct method_input urea_inputs[] = {
    {"urea", .unit = "t", .flags = NOT_NEGATIVE, .help = "urea consumed, pure"},
    {"emission_factor", .unit = "t CO2/t", .initial = "0.7328",
     .flags = INPUT_OPTIONAL | NOT_NEGATIVE, .help = "per t of urea"},
    {0},
};

const struct method method_urea_denox = {
    .name = "urea_denox",
    .summary = "CO2 from urea that removes nitrogen oxides from flue gas",
    .formula = "Em = urea [t] x 0.7328 [t CO2/t]",
    .source = "2025/2547 Annex II B.9.1.2",
    .version = "1",
    .term = TERM_DIRECT,
    .stream = true,
    .inputs = urea_inputs,
    .outputs = simple_outputs,
    .compute = simple,
};

/* ---- clinker, output method ---- */

enum { CLINKER, EF_CLINKER, BYPASS, EF_BYPASS, CKD, EF_CKD };

static const struct method_input clinker_inputs[] = {
    {"clinker", .unit = "t clinker", .flags = NOT_NEGATIVE, .help = "clinker made"},
    {"ef_clinker", .unit = "t CO2/t", .initial = "0.525",
     .flags = INPUT_OPTIONAL | NOT_NEGATIVE, .help = "per t of clinker"},
    {"bypass_dust", .unit = "t", .initial = "0", .flags = INPUT_OPTIONAL | NOT_NEGATIVE,
     .help = "bypass dust discarded"},
    {"ef_bypass_dust", .unit = "t CO2/t", .initial = "0.525",
     .flags = INPUT_OPTIONAL | NOT_NEGATIVE, .help = "per t of bypass dust"},
    {"kiln_dust", .unit = "t", .initial = "0", .flags = INPUT_OPTIONAL | NOT_NEGATIVE,
     .help = "cement kiln dust discarded"},
    {"ef_kiln_dust", .unit = "t CO2/t", .initial = "0.525",
     .flags = INPUT_OPTIONAL | NOT_NEGATIVE,
     .help = "per t of kiln dust; method ckd calculates it"},
    {0},
};

static enum err clinker_output(const struct method_args *args,
                               const struct method_results *results, struct error *e)
{
    (void)e;
    result(results, 0,
           arg(args, CLINKER) * arg(args, EF_CLINKER) +
               arg(args, BYPASS) * arg(args, EF_BYPASS) +
               arg(args, CKD) * arg(args, EF_CKD));
    return ERR_OK;
}

const struct method method_clinker_output = {
    .name = "clinker_output",
    .summary = "CO2 from calcination by the clinker made, and by the dust discarded",
    .formula =
        "Em = clinker [t] x 0.525 + bypass dust [t] x 0.525 + kiln dust [t] x EF_CKD",
    .source = "2025/2547 Annex II B.9.2, method B",
    .version = "1",
    .term = TERM_DIRECT,
    .stream = true,
    .inputs = clinker_inputs,
    .outputs = simple_outputs,
    .compute = clinker_output,
};

/* ---- CO2 that leaves for storage or is bound ---- */

static const struct method_input transfer_inputs[] = {
    {"co2", .unit = "t CO2", .flags = NOT_NEGATIVE,
     .help = "CO2 captured and stored, or permanently bound"},
    {"evidence", .unit = "1", .initial = "1", .stream_initial = "0", SHARE,
     .help = "share for which evidence over the whole chain is held"},
    {0},
};

static enum err co2_transfer(const struct method_args *args,
                             const struct method_results *results, struct error *e)
{
    (void)e;
    result(results, 0, -arg(args, 0) * arg(args, 1));
    return ERR_OK;
}

const struct method method_co2_transfer = {
    .name = "co2_transfer",
    .summary = "CO2 captured and stored or bound: deducted as far as evidence is held",
    .formula = "Em = -CO2 [t] x share with evidence",
    .source = "2025/2547 Annex II B.8",
    .version = "1",
    .term = TERM_DIRECT,
    .stream = true,
    .inputs = transfer_inputs,
    .outputs = simple_outputs,
    .compute = co2_transfer,
};
