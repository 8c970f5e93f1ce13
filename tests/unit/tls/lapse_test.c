/* SPDX-License-Identifier: Apache-2.0 */
#include "tls/lapse.h"

#include <criterion/criterion.h>

Test(lapse, is_told_at_30_7_and_1_days_and_at_the_end_once_each)
{
    struct lapse lapse = {0};
    int told[8] = {0};
    size_t count = 0;
    for (int days = 90; days >= -3; days--) {
        for (int again = 0; again < 3; again++) {
            if (lapse_passed(&lapse, days)) {
                told[count++] = days;
            }
        }
    }
    cr_assert_eq(count, 4);
    cr_assert_eq(told[0], 30);
    cr_assert_eq(told[1], 7);
    cr_assert_eq(told[2], 1);
    cr_assert_eq(told[3], -1);
}

Test(lapse, begins_anew_with_a_renewed_certificate)
{
    struct lapse lapse = {0};
    cr_assert(lapse_passed(&lapse, 5));
    cr_assert(!lapse_passed(&lapse, 90));
    cr_assert(lapse_passed(&lapse, 5));
    cr_assert(!lapse_passed(&lapse, 4));
}
