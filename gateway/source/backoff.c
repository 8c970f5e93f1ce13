/* SPDX-License-Identifier: Apache-2.0 */
/* Growing delays with jitter. */
#include "source/backoff.h"

#include "core/wait.h"

#define ATTEMPTS_MAX 30 /* further doubling is beyond any `most` */

/* xorshift64*, Vigna 2016. */
static uint64_t next_random(struct backoff *backoff)
{
    uint64_t x = backoff->random;
    x ^= x >> 12;
    x ^= x << 25;
    x ^= x >> 27;
    backoff->random = x;
    return x * UINT64_C(2685821657736338717);
}

void backoff_init(struct backoff *backoff, int64_t first_ms, int64_t most_ms,
                  uint64_t seed)
{
    *backoff = (struct backoff){
        .first_ms = first_ms, .most_ms = most_ms, .random = seed ? seed : 1};
}

void backoff_reset(struct backoff *backoff)
{
    backoff->attempts = 0;
}

int64_t backoff_next_ms(struct backoff *backoff)
{
    int64_t top = wait_doubled(backoff->first_ms, backoff->most_ms, backoff->attempts);
    if (backoff->attempts < ATTEMPTS_MAX) {
        backoff->attempts++;
    }
    int64_t least = top / 8;
    uint64_t range = (uint64_t)(top - least) + 1;
    return least + (int64_t)(next_random(backoff) % range);
}
