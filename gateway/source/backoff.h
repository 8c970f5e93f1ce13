/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How long to wait before the next attempt: growing, with full jitter, so that the
 * clients of a broker that comes back do not come all at once.
 * https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
#ifndef SOURCE_BACKOFF_H
#define SOURCE_BACKOFF_H

#include <stdint.h>

struct backoff {
    int64_t first_ms, most_ms;
    unsigned attempts;
    uint64_t random; /* state; never 0 */
};

/* `seed` from the system's random source; 0 is taken as 1. */
void backoff_init(struct backoff *backoff, int64_t first_ms, int64_t most_ms,
                  uint64_t seed);

/* After success that lasted. */
void backoff_reset(struct backoff *backoff);

/* Even in 1/8 to 8/8 of min(most, first * 2^attempts). */
int64_t backoff_next_ms(struct backoff *backoff);

#endif
