/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Factors from stoichiometry: 2025/2547 Annex II point G, tables 3 and 4, B.9.2 and
 * A.2(5)(a).  Molar masses by IUPAC: CO2 44.009, CO 28.010 g/mol.
 *
 *     EF = n x M(CO2) / M(material)
 *     CO2 = CO x M(CO2) / M(CO)
 *     EF_CKD = x / (1 - x),  x = EF_cli / (1 + EF_cli) x d          eq. 28
 */
#include "methods/args.h"

#define MOLAR_CO2                                                                        \
    "m_co2", .unit = "g/mol", .initial = "44.009",                                       \
             .flags = INPUT_OPTIONAL | INPUT_POSITIVE, .help = "M(CO2)"

static const struct method_input stoich_inputs[] = {
    {"n_co2", .unit = "mol CO2/mol", .initial = "1",
     .flags = INPUT_OPTIONAL | NOT_NEGATIVE, .help = "n: CO2 of each formula unit"},
    {MOLAR_CO2},
    {"m_material", .unit = "g/mol", .flags = INPUT_POSITIVE, .help = "M(material)"},
    {0},
};

static const struct method_output stoich_outputs[] = {
    {"emission_factor", "t CO2/t", .help = "EF"},
    {0},
};

static enum err stoich(const struct method_args *args,
                       const struct method_results *results, struct error *e)
{
    (void)e;
    result(results, 0, arg(args, 0) * arg(args, 1) / arg(args, 2));
    return ERR_OK;
}

const struct method method_stoich = {
    .name = "stoich",
    .summary = "emission factor of a pure material by stoichiometry",
    .formula = "EF [t CO2/t] = n x M(CO2) [g/mol] / M(material) [g/mol]",
    .source = "2025/2547 Annex II point G, tables 3 and 4",
    .version = "1",
    .inputs = stoich_inputs,
    .outputs = stoich_outputs,
    .compute = stoich,
};

static const struct method_input co_inputs[] = {
    {"co", .unit = "t CO", .flags = NOT_NEGATIVE, .help = "CO released"},
    {MOLAR_CO2},
    {"m_co", .unit = "g/mol", .initial = "28.010",
     .flags = INPUT_OPTIONAL | INPUT_POSITIVE, .help = "M(CO)"},
    {0},
};

static const struct method_output co_outputs[] = {
    {"co2", "t CO2", OUTPUT_CO2_FOSSIL, .help = "counted as CO2"},
    {0},
};

static enum err co_as_co2(const struct method_args *args,
                          const struct method_results *results, struct error *e)
{
    (void)e;
    result(results, 0, arg(args, 0) * arg(args, 1) / arg(args, 2));
    return ERR_OK;
}

const struct method method_co_as_co2 = {
    .name = "co_as_co2",
    .summary = "CO released, counted as its molar equivalent of CO2",
    .formula = "CO2 [t] = CO [t] x M(CO2) / M(CO)",
    .source = "2025/2547 Annex II A.2(5)(a)",
    .version = "1",
    .term = TERM_DIRECT,
    .stream = true,
    .inputs = co_inputs,
    .outputs = co_outputs,
    .compute = co_as_co2,
};

static const struct method_input ckd_inputs[] = {
    {"ef_clinker", .unit = "t CO2/t", .initial = "0.525",
     .flags = INPUT_OPTIONAL | NOT_NEGATIVE, .help = "EF_cli"},
    {"calcination_degree", .unit = "1", .flags = INPUT_LIMITED, .min = 0, .max = 1,
     .help = "d: released CO2 over the CO2 of the raw mix"},
    {0},
};

static const struct method_output ckd_outputs[] = {
    {"ef_ckd", "t CO2/t CKD", .help = "EF_CKD"},
    {0},
};

static enum err ckd(const struct method_args *args, const struct method_results *results,
                    struct error *e)
{
    (void)e;
    double x = arg(args, 0) / (1 + arg(args, 0)) * arg(args, 1);
    result(results, 0, x / (1 - x));
    return ERR_OK;
}

const struct method method_ckd = {
    .name = "ckd",
    .summary = "emission factor of cement kiln dust, calcined in part",
    .formula = "EF_CKD = x / (1 - x), x = EF_cli / (1 + EF_cli) x d [t CO2/t]",
    .source = "2025/2547 Annex II B.9.2, eq. 28",
    .version = "1",
    .inputs = ckd_inputs,
    .outputs = ckd_outputs,
    .compute = ckd,
};
