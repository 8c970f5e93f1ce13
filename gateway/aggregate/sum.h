/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Neumaier's compensated sum.  The order of adding is fixed by the sorted samples, so
 * the result is the same on every machine.
 */
#ifndef AGGREGATE_SUM_H
#define AGGREGATE_SUM_H

#include <math.h>

struct sum {
    double value;
    double rest;
};

static inline void sum_add(struct sum *sum, double x)
{
    double total = sum->value + x;
    if (fabs(sum->value) >= fabs(x)) {
        sum->rest += (sum->value - total) + x;
    } else {
        sum->rest += (x - total) + sum->value;
    }
    sum->value = total;
}

static inline double sum_value(const struct sum *sum)
{
    return sum->value + sum->rest;
}

#endif
