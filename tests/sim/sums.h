/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the messages that reached the gateway add up to, hour by hour: plain sums over the
 * plant's own list, in order of publication, by nothing of the gateway's code.
 */
#ifndef SIM_SUMS_H
#define SIM_SUMS_H

#include "plant.h"

struct sums_window {
    double coal_t, clinker_t, kwh;
    bool
        meter_known; /* the meter was read before, or at, its start, and behind its end */
    bool touched[2]; /* the process has data: kiln, mill */
    bool unsure;     /* a damaged record held readings of this hour */
    uint64_t lost[2]; /* messages of their devices whose successor is of this hour */
};

struct sums {
    int64_t first_ns;
    struct sums_window *windows;
    size_t count;
    bool damaged; /* some record was: what is missing is not known, nor the meter */
};

/* Of the messages that are `stored`. */
struct sums *sums_new(const struct plant *plant, int64_t until_ns);
void sums_free(struct sums **sums);

int64_t sums_start(const struct sums *sums, size_t hour);

#endif
