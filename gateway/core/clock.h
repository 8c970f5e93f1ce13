/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The seam to time.  The pipeline never asks the operating system what time it
 * is; edges (source, journal, sinks) get one of these and tests hand in their own.
 */
#ifndef CORE_CLOCK_H
#define CORE_CLOCK_H

#include <stdint.h>

#define NS_PER_S INT64_C(1000000000)
#define NS_PER_MS INT64_C(1000000)
#define NS_PER_MINUTE (60 * NS_PER_S)
#define NS_PER_HOUR (3600 * NS_PER_S)

struct clock {
    int64_t (*wall_ns)(void *ctx); /* UTC since 1970; may jump */
    int64_t (*boot_ns)(void *ctx); /* since boot, sleep included; never jumps */
    void *ctx;
};

/* The operating system's clocks.  Any thread. */
extern const struct clock clock_system;

static inline int64_t clock_wall_ns(const struct clock *clock)
{
    return clock->wall_ns(clock->ctx);
}

static inline int64_t clock_boot_ns(const struct clock *clock)
{
    return clock->boot_ns(clock->ctx);
}

#endif
