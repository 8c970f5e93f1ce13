/* SPDX-License-Identifier: Apache-2.0 */
/* Fixed-point sums in two integers. */
#include "registry/exact.h"

#include "core/check.h"

#include <math.h>

#define PART_BITS 60
#define PART_ONE (INT64_C(1) << PART_BITS)

bool exact_fits(double value)
{
    return isfinite(value) && fabs(value) < EXACT_LIMIT;
}

/* Moves what `part` has too much or too little into `whole`. */
static struct exact carried(int64_t whole, int64_t part)
{
    if (part >= PART_ONE) {
        return (struct exact){.whole = whole + 1, .part = part - PART_ONE};
    }
    if (part < 0) {
        return (struct exact){.whole = whole - 1, .part = part + PART_ONE};
    }
    return (struct exact){.whole = whole, .part = part};
}

/* Through the positive value, since the fraction of a negative one, taken up from its
 * floor, would be rounded. */
struct exact exact_of(double value)
{
    ASSERT(exact_fits(value));
    if (value < 0) {
        return exact_negate(exact_of(-value));
    }
    double whole = floor(value);
    double part = rint(ldexp(value - whole, PART_BITS));
    return carried((int64_t)whole, (int64_t)part);
}

struct exact exact_add(struct exact a, struct exact b)
{
    return carried(a.whole + b.whole, a.part + b.part);
}

struct exact exact_negate(struct exact a)
{
    return carried(-a.whole, -a.part);
}

double exact_value(struct exact a)
{
    if (a.whole < 0) {
        return -exact_value(exact_negate(a));
    }
    return (double)a.whole + ldexp((double)a.part, -PART_BITS);
}
