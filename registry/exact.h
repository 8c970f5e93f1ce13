/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sums that come out the same whatever the order, and from which a value can be taken
 * again without a trace: a whole number of 2^-60 in two integers.
 *
 * A double of at least 2^-8 is taken exactly, a smaller one to 2^-61.  Not for values of
 * 2^53 and more: nobody emits 9e15 tonnes in an hour.
 */
#ifndef REGISTRY_EXACT_H
#define REGISTRY_EXACT_H

#include <stdbool.h>
#include <stdint.h>

struct exact {
    int64_t whole; /* the floor */
    int64_t part;  /* of 2^60, never negative */
};

#define EXACT_LIMIT 9007199254740992.0

/* True when the value is finite and below the limit. */
bool exact_fits(double value);

/* A value that fits. */
struct exact exact_of(double value);

/* The sum, exactly; the caller keeps it below 2^62. */
struct exact exact_add(struct exact a, struct exact b);

/* What takes `a` away when it is added. */
struct exact exact_negate(struct exact a);

/* As a double, rounded. */
double exact_value(struct exact a);

#endif
