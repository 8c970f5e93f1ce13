/* SPDX-License-Identifier: Apache-2.0 */
#include "evidence_attacks.h"

#include <criterion/criterion.h>

Test(inputs, attacks_on_inputs_are_seen_where_they_are)
{
    attacks_expect("inputs", 4);
}
