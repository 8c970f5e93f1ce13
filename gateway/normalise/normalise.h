/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From readings to samples: finds the points that a reading belongs to, converts its
 * unit to the point's by a factor found once, and checks range and kind.
 *
 * Pure but for the caches; one thread.  The plan is borrowed for life.
 */
#ifndef NORMALISE_NORMALISE_H
#define NORMALISE_NORMALISE_H

#include "aggregate/slice.h"
#include "config/plan.h"
#include "model/reading.h"

/* Points that share one device and metric. */
#define NORMALISE_POINTS_MAX 16

struct normaliser;

/* ERR_CONFIG: the unit library can't start. */
enum err normaliser_open(const struct plan *plan, struct normaliser **ret_normaliser,
                         struct error *e) MUST_CHECK;
void normaliser_close(struct normaliser **normaliser);

/* What became of a reading for one point. */
struct normalised {
    size_t point;
    struct sample sample; /* SAMPLE_BAD when it says "no value now" */
    /* Why it could not be used as it is, or NULL: wrong_unit (not usable at all),
     * out_of_range, not_a_number, or the adapter's word (kept as a bad sample). */
    const char *reason;
    bool usable;      /* `sample` holds */
    bool dead_letter; /* the reason is a fault of the data, not the device's own word */
};

/* The points the reading belongs to, at most NORMALISE_POINTS_MAX; 0: no point asks for
 * it. */
size_t normalise(struct normaliser *normaliser, const struct reading *reading,
                 struct normalised results[NORMALISE_POINTS_MAX]);

/* Whether any point names this device. */
bool normalise_knows_device(const struct normaliser *normaliser, struct bytes device);

#endif
