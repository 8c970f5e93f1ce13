/* SPDX-License-Identifier: Apache-2.0 */
#include "evidence_attacks.h"

#include <criterion/criterion.h>

Test(summaries, attacks_on_summary_are_seen_where_they_are)
{
    attacks_expect("summary", 8);
}

Test(summaries, attacks_on_chain_are_seen_where_they_are)
{
    attacks_expect("chain", 6);
}

Test(summaries, attacks_on_checkpoint_are_seen_where_they_are)
{
    attacks_expect("checkpoint", 5);
}
