/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A slice: what one point said in one minute, as samples in order of event time.
 *
 * The same set of samples gives the same slice whatever their order of arrival: they
 * are kept sorted, and a sample that is already there is a duplicate, counted and not
 * kept.  Two equal readings that the device numbered apart are two samples.
 */
#ifndef AGGREGATE_SLICE_H
#define AGGREGATE_SLICE_H

#include "core/buf.h"
#include "core/check.h"
#include "core/error.h"

#define SLICE_SAMPLES_MAX 65536

enum sample_flag {
    SAMPLE_UNCERTAIN = 1, /* usable, but the device or its clock was in doubt */
    SAMPLE_LATE = 2,      /* came after its window had closed */
    SAMPLE_BAD = 4,       /* no usable value at this time; value is 0 */
    /* Bits 3 to 5: an enum sample_cause. */
    SAMPLE_DOUBTFUL = 64, /* of a meter, never stored: it counts, its time doesn't */
};

/* Why a sample is uncertain or bad. */
enum sample_cause {
    CAUSE_NONE,
    CAUSE_RANGE,       /* outside the plausible range */
    CAUSE_SIGNAL,      /* a 4-20 mA signal outside NAMUR NE 43 */
    CAUSE_STATUS,      /* the device or a status says that it is bad or in doubt */
    CAUSE_CALIBRATION, /* ... in calibration */
    CAUSE_MAINTENANCE, /* ... in maintenance */
    CAUSE_FROZEN,      /* the same value for too long */
    CAUSE_JUMP,        /* a change that is too fast */
    CAUSE_COUNT
};

#define SAMPLE_CAUSE_SHIFT 3
#define SAMPLE_CAUSE_MASK (7U << SAMPLE_CAUSE_SHIFT)

static inline enum sample_cause sample_cause(uint32_t flags)
{
    return (enum sample_cause)((flags & SAMPLE_CAUSE_MASK) >> SAMPLE_CAUSE_SHIFT);
}

/* The flags of a sample that has this cause, SAMPLE_BAD or SAMPLE_UNCERTAIN beside. */
static inline uint32_t sample_flags(uint32_t flags, enum sample_cause cause)
{
    return (flags & ~SAMPLE_CAUSE_MASK) | (uint32_t)cause << SAMPLE_CAUSE_SHIFT;
}

/* The word for it in summaries and status; NULL for CAUSE_NONE. */
const char *sample_cause_name(enum sample_cause cause);

struct sample {
    int64_t at_ns;     /* event time, UTC */
    double value;      /* in the point's unit; finite */
    uint32_t identity; /* which saying of the device; 0: not numbered */
    uint32_t flags;    /* of enum sample_flag */
};

struct slice {
    int64_t minute; /* minutes since 1970 */
    struct sample *samples;
    size_t count;
    size_t capacity;
    uint32_t duplicate; /* counted, not kept */
    uint32_t rejected;  /* readings of this minute that could not be used at all */
    bool dirty;         /* differs from what is stored */
};

enum slice_added { SLICE_ADDED, SLICE_DUPLICATE, SLICE_FULL };

/* SLICE_FULL: not kept. */
enum slice_added slice_add(struct slice *slice, const struct sample *sample);
void slice_deinit(struct slice *slice);

/* As stored bytes and back.  slice_get() replaces the content; ERR_CORRUPT when the
 * bytes are not a slice. */
void slice_put(const struct slice *slice, struct buf *out);
enum err slice_get(struct slice *slice, struct bytes stored, struct error *e) MUST_CHECK;

#endif
