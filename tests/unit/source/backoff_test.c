/* SPDX-License-Identifier: Apache-2.0 */
#include "source/backoff.h"

#include <criterion/criterion.h>

Test(backoff, grows_to_its_most_and_stays_within_bounds)
{
    struct backoff backoff;
    backoff_init(&backoff, 500, 60000, 12345);

    int64_t top = 500;
    for (int i = 0; i < 100; i++) {
        int64_t wait_ms = backoff_next_ms(&backoff);
        cr_assert(wait_ms >= top / 8 && wait_ms <= top, "attempt %d: %lld", i,
                  (long long)wait_ms);
        top = top * 2 < 60000 ? top * 2 : 60000;
    }
}

Test(backoff, begins_anew_after_reset)
{
    struct backoff backoff;
    backoff_init(&backoff, 500, 60000, 12345);
    for (int i = 0; i < 10; i++) {
        (void)backoff_next_ms(&backoff);
    }

    backoff_reset(&backoff);

    cr_assert(backoff_next_ms(&backoff) <= 500);
}

/* Two gateways that start at the same time must not come at the same time. */
Test(backoff, seeds_give_different_delays)
{
    struct backoff a;
    struct backoff b;
    backoff_init(&a, 60000, 60000, 1);
    backoff_init(&b, 60000, 60000, 2);

    int equal = 0;
    for (int i = 0; i < 100; i++) {
        equal += backoff_next_ms(&a) == backoff_next_ms(&b);
    }

    cr_assert_lt(equal, 5);
}
