/* SPDX-License-Identifier: Apache-2.0 */
#include "evidence/manifest.h"

#include "core/clock.h"

#include <criterion/criterion.h>

Test(manifest, a_day_has_the_same_digest_in_any_order)
{
    static const uint8_t one[MANIFEST_KEY_LEN] = {1, 2};
    static const uint8_t two[MANIFEST_KEY_LEN] = {9, 2, 7};
    struct manifest_day a = {.day = 5};
    struct manifest_day b = {.day = 5};
    manifest_count(&a, one);
    manifest_count(&a, two);
    manifest_count(&b, two);
    cr_expect_not(manifest_same(&a, &b));
    manifest_count(&b, one);
    cr_expect(manifest_same(&a, &b));
    b.day = 6;
    cr_expect_not(manifest_same(&a, &b));
}

Test(manifest, days_are_those_of_utc)
{
    cr_expect_eq(manifest_day_of(0), 0);
    cr_expect_eq(manifest_day_of(-1), -1);
    cr_expect_eq(manifest_day_of(24 * NS_PER_HOUR - 1), 0);
    cr_expect_eq(manifest_day_of(manifest_day_ns(20649)), 20649);
}
