/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Words of the rules: sectors, categories of goods with their functional unit and
 * routes (Implementing Regulation (EU) 2025/2547, Annex I), countries (ISO 3166-1),
 * rules for missing data.
 */
#include "config/plan_private.h"

const char *const sector_names[] = {
    "cement",      "iron_steel", "aluminium", "fertiliser", "chemicals",
    "electricity", "aviation",   "shipping",  "other",      NULL,
};

/* Annex II B.6.2.6 of 2025/2547 (mean + 2 sigma; balance), 40 CFR 75.33 (part75). */
const char *const substitution_names[] = {
    "none", "mean_plus_2_sigma", "before_after", "part75", "constant", "balance", NULL,
};

static const char *const hydrogen_routes[] = {
    "reforming", "partial_oxidation", "cracking", "electrolysis", "chlor_alkali", NULL};
static const char *const ammonia_routes[] = {"haber_bosch_reforming",
                                             "haber_bosch_gasification", NULL};
static const char *const iron_routes[] = {"blast_furnace", "smelting_reduction", NULL};
static const char *const steel_routes[] = {"basic_oxygen", "electric_arc", NULL};
static const char *const aluminium_routes[] = {"primary", "secondary", NULL};

/* name, sector, functional unit, routes, functional unit where the activity level has a
 * content (Art. 4(5): clinker contained), whether indirect emissions count (goods that
 * are not in Annex II of 2023/956).  A category without a unit takes any: the process
 * must say its own. */
#define CATEGORIES(EACH)                                                                 \
    EACH("calcined_clay", "cement", "t", NULL, NULL, true)                               \
    EACH("cement_clinker", "cement", "t", NULL, NULL, true)                              \
    EACH("cement", "cement", "t", NULL, "t clinker", true)                               \
    EACH("aluminous_cement", "cement", "t", NULL, NULL, true)                            \
    EACH("hydrogen", "chemicals", "t", hydrogen_routes, NULL, false)                     \
    EACH("ammonia", "fertiliser", "kg N", ammonia_routes, NULL, true)                    \
    EACH("nitric_acid", "fertiliser", "kg N", NULL, NULL, true)                          \
    EACH("urea", "fertiliser", "kg N", NULL, NULL, true)                                 \
    EACH("mixed_fertilisers", "fertiliser", "kg N", NULL, NULL, true)                    \
    EACH("sintered_ore", "iron_steel", "t", NULL, NULL, true)                            \
    EACH("pig_iron", "iron_steel", "t", iron_routes, NULL, false)                        \
    EACH("ferro_manganese", "iron_steel", "t", NULL, NULL, false)                        \
    EACH("ferro_chromium", "iron_steel", "t", NULL, NULL, false)                         \
    EACH("ferro_nickel", "iron_steel", "t", NULL, NULL, false)                           \
    EACH("direct_reduced_iron", "iron_steel", "t", NULL, NULL, false)                    \
    EACH("crude_steel", "iron_steel", "t", steel_routes, NULL, false)                    \
    EACH("iron_or_steel_products", "iron_steel", "t", NULL, NULL, false)                 \
    EACH("unwrought_aluminium", "aluminium", "t", aluminium_routes, NULL, false)         \
    EACH("aluminium_products", "aluminium", "t", NULL, NULL, false)                      \
    EACH("electricity", "electricity", "kWh", NULL, NULL, false)                         \
    EACH("aviation", "aviation", NULL, NULL, NULL, false)                                \
    EACH("shipping", "shipping", NULL, NULL, NULL, false)                                \
    EACH("other", "other", NULL, NULL, NULL, false)

#define AS_CATEGORY(name, sector, unit, routes, contained, indirect)                     \
    {name, sector, unit, routes, contained, indirect},
#define AS_NAME(name, sector, unit, routes, contained, indirect) name,

const struct category categories[] = {CATEGORIES(AS_CATEGORY){0}};
const char *const category_names[] = {CATEGORIES(AS_NAME) NULL};

/* The country is one of the list "AT BE ...". */
static bool is_listed(const char *codes, const char *code)
{
    if (strlen(code) != 2 || strchr(code, ' ')) {
        return false;
    }
    for (const char *at = codes; *at; at += at[2] ? 3 : 2) {
        if (at[0] == code[0] && at[1] == code[1]) {
            return true;
        }
    }
    return false;
}

bool is_exempt(const char *code)
{
    return is_listed("AT BE BG CH CY CZ DE DK EE ES FI FR GR HR HU IE IS IT LI LT LU LV "
                     "MT NL NO PL PT RO SE SI SK",
                     code);
}

bool is_country(const char *code)
{
    static const char codes[] =
        "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL "
        "BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV "
        "CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD "
        "GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM "
        "IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK "
        "LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW "
        "MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR "
        "PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS "
        "ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY "
        "UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW";
    return is_listed(codes, code);
}
