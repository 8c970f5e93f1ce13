/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random numbers of tests that can be had again: EMGATE_SEED=N in the environment gives
 * another run of the kind, and a failure prints the seed that it came with.
 */
#ifndef TESTS_SEEDED_H
#define TESTS_SEEDED_H

#include "core/number.h"

#include <math.h>
#include <stdlib.h>

struct seeded {
    uint64_t seed; /* for messages */
    uint64_t state;
};

static inline struct seeded seeded_start(uint64_t otherwise)
{
    const char *text = getenv("EMGATE_SEED"); /* NOLINT: nobody changes it */
    uint64_t seed = otherwise;
    if (text && !number_parse_u64(bytes_of(text), &seed)) {
        seed = otherwise;
    }
    return (struct seeded){seed, seed};
}

/* splitmix64 */
static inline uint64_t seeded_next(struct seeded *random)
{
    uint64_t z = random->state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

/* 0 to count - 1. */
static inline size_t seeded_below(struct seeded *random, size_t count)
{
    return (size_t)(seeded_next(random) % count);
}

/* In [from, to). */
static inline double seeded_within(struct seeded *random, double from, double to)
{
    double part = (double)(seeded_next(random) >> 11) / 9007199254740992.0;
    return from + (to - from) * part;
}

/* Of any size from 10^from to 10^to. */
static inline double seeded_size(struct seeded *random, double from, double to)
{
    return pow(10, seeded_within(random, from, to));
}

/* A random order of 0 .. count - 1. */
static inline void seeded_order(struct seeded *random, size_t *order, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        size_t j = seeded_below(random, i + 1);
        order[i] = i;
        order[i] = order[j];
        order[j] = i;
    }
}

#endif
