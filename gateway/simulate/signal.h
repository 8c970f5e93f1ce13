/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a simulated sensor shows, as a pure function of seed and time.
 *
 * A signal has a base, a swing over the day and a noise; a sensor samples it at whole
 * multiples of its interval since 1970.  Values are whole thousandths of the point's
 * unit, so sums have no rounding and the truth of a window is exact:
 *
 *   rate     holds from sample to sample
 *   counter  grows by a known amount from sample to sample, evenly; it wraps, and it may
 *            be set to zero just after a sample, every so many hours
 *   amount   a delivery a sample; its size is base, swing and noise per hour
 *   level    the stock at the sample
 *   gauge    the value at the sample
 *   state    1 where base is 0.5 or more, else 0
 *
 * Base, swing and noise of a counter are growth per hour.
 */
#ifndef SIMULATE_SIGNAL_H
#define SIMULATE_SIGNAL_H

#include "config/plan.h"

#define SIGNAL_MILLI 1000

struct signal {
    enum point_kind kind;
    int64_t interval_ns;
    int64_t wrap_milli;     /* counter; 0: never */
    int64_t reset_every_ns; /* counter; 0: never */
    double base, swing, noise;
    uint64_t seed; /* of this point */
};

/* A number spread evenly over 64 bits, the same on every machine. */
uint64_t signal_hash(uint64_t seed, uint64_t number);

/* The times of samples: the first at or after `at_ns`; they follow by the interval. */
int64_t signal_first(const struct signal *signal, int64_t at_ns);

/* What the sensor shows at a sample's time, in thousandths of the point's unit. */
int64_t signal_shown(const struct signal *signal, int64_t at_ns);

/* The true quantity of [from_ns, to_ns) in the point's window unit. */
double signal_quantity(const struct signal *signal, int64_t from_ns, int64_t to_ns);

#endif
