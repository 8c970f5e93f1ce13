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
};

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
