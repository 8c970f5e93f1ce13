/* SPDX-License-Identifier: Apache-2.0 */
#include "evidence_attacks.h"

#include <criterion/criterion.h>

Test(keys, attacks_on_key_are_seen_where_they_are)
{
    attacks_expect("key", 4);
}
