/* SPDX-License-Identifier: Apache-2.0 */
#include "config/sector_parameters.h"

#include <criterion/criterion.h>

static bool has(const char *category, const char *name)
{
    return sector_parameter_find(category, bytes_of(name)) >= 0;
}

Test(sector_parameters, each_category_has_those_of_item_35)
{
    cr_assert(has("cement", "clinker_ratio"));
    cr_assert(!has("cement_clinker", "clinker_ratio"), "a part of the word is not it");
    cr_assert(has("urea", "purity") && has("urea", "nitrogen"));
    cr_assert(!has("nitric_acid", "purity") && has("nitric_acid", "concentration"));
    cr_assert(has("mixed_fertilisers", "nitrogen_organic"));
    cr_assert(has("pig_iron", "reducing_agent") && !has("pig_iron", "scrap_ratio"));
    cr_assert(has("crude_steel", "scrap_ratio") && has("crude_steel", "chromium"));
    cr_assert(has("ferro_nickel", "nickel") && has("ferro_nickel", "carbon"));
    cr_assert(!has("ferro_nickel", "chromium"));
    cr_assert(has("unwrought_aluminium", "other_elements"));
    cr_assert(!has("electricity", "nitrogen"));
}

Test(sector_parameters, every_one_is_a_word_or_a_share_of_some_category)
{
    for (size_t i = 0; sector_parameters[i].input.name; i++) {
        const struct sector_parameter *parameter = &sector_parameters[i];
        bool word = parameter->input.flags & INPUT_TEXT;
        cr_assert(parameter->categories[0]);
        cr_assert_eq(word, parameter->input.unit == NULL, "%s", parameter->input.name);
        cr_assert(word || (parameter->input.flags & INPUT_LIMITED));
    }
}
