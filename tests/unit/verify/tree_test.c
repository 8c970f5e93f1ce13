/* SPDX-License-Identifier: Apache-2.0 */
#include "evidence_attacks.h"

#include <criterion/criterion.h>

Test(tree, attacks_on_record_are_seen_where_they_are)
{
    attacks_expect("record", 6);
}

Test(tree, attacks_on_tree_are_seen_where_they_are)
{
    attacks_expect("tree", 8);
}

Test(tree, attacks_on_config_are_seen_where_they_are)
{
    attacks_expect("config", 3);
}
