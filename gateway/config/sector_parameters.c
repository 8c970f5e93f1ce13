/* SPDX-License-Identifier: Apache-2.0 */
/* The table of item 35. */
#include "config/sector_parameters.h"

#include <math.h>

#define NITROGEN "ammonia nitric_acid urea mixed_fertilisers"
#define IRON "pig_iron direct_reduced_iron crude_steel iron_or_steel_products"
#define SCRAP "crude_steel iron_or_steel_products unwrought_aluminium aluminium_products"
#define ALLOYS "ferro_manganese ferro_chromium ferro_nickel"
#define SHARE_OF .unit = "1", .flags = INPUT_LIMITED, .min = 0, .max = 1
#define RATIO_OF .unit = "1", .flags = INPUT_LIMITED, .min = 0, .max = HUGE_VAL

static const char *const agents[] = {"coal_or_coke", "natural_gas", "biogas", "hydrogen",
                                     NULL};

const struct sector_parameter sector_parameters[] = {
    {{"reducing_agent", .flags = INPUT_TEXT,
      .help = "main reducing agent: `coal_or_coke`, `natural_gas`, `biogas`, `hydrogen`"},
     IRON,
     agents},
    {{"steel_mill_number", .flags = INPUT_TEXT, .help = "number of the steel mill"},
     IRON,
     NULL},
    {{"manganese", SHARE_OF, .help = "manganese content"}, IRON " ferro_manganese", NULL},
    {{"chromium", SHARE_OF, .help = "chromium content"}, IRON " ferro_chromium", NULL},
    {{"nickel", SHARE_OF, .help = "nickel content"}, IRON " ferro_nickel", NULL},
    {{"other_alloys", SHARE_OF, .help = "content of other alloying elements"},
     IRON,
     NULL},
    {{"carbon", SHARE_OF, .help = "carbon content"}, ALLOYS, NULL},
    {{"scrap_ratio", RATIO_OF, .help = "scrap used for a tonne, t/t"}, SCRAP, NULL},
    {{"pre_consumer_scrap", SHARE_OF, .help = "share of that scrap that is pre-consumer"},
     SCRAP,
     NULL},
    {{"other_elements", SHARE_OF,
      .help = "content of elements other than aluminium, where it is above 1 %"},
     "unwrought_aluminium aluminium_products",
     NULL},
    {{"clinker_ratio", SHARE_OF, .help = "clinker contained"}, "cement", NULL},
    {{"purity", SHARE_OF, .help = "content of urea"}, "urea", NULL},
    {{"concentration", SHARE_OF, .help = "of the solution; 100 % where there is none"},
     "ammonia nitric_acid",
     NULL},
    {{"nitrogen", SHARE_OF, .help = "nitrogen content, all forms"}, NITROGEN, NULL},
    {{"nitrogen_ammonium", SHARE_OF, .help = "nitrogen as ammonium"},
     "mixed_fertilisers",
     NULL},
    {{"nitrogen_nitrate", SHARE_OF, .help = "nitrogen as nitrate"},
     "mixed_fertilisers",
     NULL},
    {{"nitrogen_urea", SHARE_OF, .help = "nitrogen as urea"}, "mixed_fertilisers", NULL},
    {{"nitrogen_organic", SHARE_OF, .help = "nitrogen in other organic forms"},
     "mixed_fertilisers",
     NULL},
    {{0}, NULL, NULL},
};

const struct method_input activity_content = {
    "content", .unit = "1", .flags = INPUT_LIMITED | INPUT_POSITIVE,
    .min = 0,  .max = 1,    .help = "content that is counted: clinker, nitrogen",
};

/* Whether the word is one of those in the text. */
static bool has_word(const char *words, const char *word)
{
    size_t len = strlen(word);
    for (const char *at = words; (at = strstr(at, word)) != NULL; at += len) {
        bool begins = at == words || at[-1] == ' ';
        if (begins && (at[len] == ' ' || at[len] == 0)) {
            return true;
        }
    }
    return false;
}

int sector_parameter_find(const char *category, struct bytes name)
{
    for (int i = 0; sector_parameters[i].input.name; i++) {
        if (bytes_are(name, sector_parameters[i].input.name) &&
            has_word(sector_parameters[i].categories, category)) {
            return i;
        }
    }
    return -1;
}
