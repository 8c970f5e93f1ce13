/* SPDX-License-Identifier: Apache-2.0 */
/* Conditions by CLOCK_MONOTONIC. */
#include "core/wait.h"

#include "core/check.h"
#include "core/clock.h"

void wait_init(pthread_cond_t *condition)
{
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(condition, &attributes);
    pthread_condattr_destroy(&attributes);
}

struct timespec wait_end(int64_t ns)
{
    struct timespec end;
    ns = ns > 0 ? ns : 0;
    int rc = clock_gettime(CLOCK_MONOTONIC, &end);
    ASSERT(rc == 0);
    int64_t fraction_ns = end.tv_nsec + ns % NS_PER_S;
    end.tv_sec += (time_t)(ns / NS_PER_S + fraction_ns / NS_PER_S);
    end.tv_nsec = (long)(fraction_ns % NS_PER_S);
    return end;
}

int64_t wait_doubled(int64_t first, int64_t most, uint32_t times)
{
    int64_t wait = first < most ? first : most;
    for (uint32_t i = 0; i < times && wait > 0 && wait < most; i++) {
        wait = wait < most - wait ? wait * 2 : most;
    }
    return wait;
}
