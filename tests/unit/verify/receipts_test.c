/* SPDX-License-Identifier: Apache-2.0 */
#include "evidence_attacks.h"

#include <criterion/criterion.h>

Test(receipts, attacks_on_receipt_are_seen_where_they_are)
{
    attacks_expect("receipt", 4);
}
