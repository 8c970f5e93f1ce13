/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The series of a point: its slices, the recent ones in memory, the rest in a store.
 *
 * Memory is bounded by the number of points and the minutes kept, whatever the rate:
 * series_flush() writes what changed and lets go of what is old.
 */
#ifndef AGGREGATE_SERIES_H
#define AGGREGATE_SERIES_H

#include "aggregate/slice.h"

typedef enum err slice_store_fn(void *ctx, int64_t minute, struct bytes stored,
                                struct error *e);

/* Where slices are kept; the outbox in the gateway, memory in tests. */
struct slice_store {
    /* Calls `each` for the stored minutes in [from, to), in order. */
    enum err (*each)(void *ctx, const char *point, int64_t from, int64_t to,
                     slice_store_fn *each, void *each_ctx, struct error *e);
    enum err (*put)(void *ctx, const char *point, int64_t minute, struct bytes stored,
                    struct error *e);
    void *ctx;
};

struct series {
    const char *point;    /* its id, borrowed */
    struct slice *slices; /* sorted by minute */
    size_t count;
    size_t capacity;
    int64_t stored_max;  /* the highest minute in the store; INT64_MIN: none */
    int64_t memory_from; /* from this minute on all slices are in memory */
};

/* Empty; `point` is borrowed. */
void series_init(struct series *series, const char *point);
void series_deinit(struct series *series);

/* The slice of this minute, made or loaded when it is not in memory; valid until the
 * next call on the series. */
enum err series_slice(struct series *series, const struct slice_store *store,
                      int64_t minute, struct slice **ret_slice,
                      struct error *e) MUST_CHECK;

/* Samples in order; the owner keeps one and uses it again. */
struct sample_list {
    struct sample *samples;
    size_t count;
    size_t capacity;
};

/* A stretch of time and how far outside it a neighbour matters. */
struct series_span {
    int64_t from_ns, to_ns, reach_ns;
    bool good_neighbours; /* pass over samples without a usable value outside */
    int64_t lead_ns;      /* all samples from so long before it are wanted */
};

/* The samples of [from_ns - lead_ns, to_ns) with the nearest one before and the nearest
 * one behind, where these are at most `reach_ns` away.  The list is emptied first. */
enum err series_collect(struct series *series, const struct slice_store *store,
                        const struct series_span *span, struct sample_list *list,
                        struct error *e) MUST_CHECK;

/* The times of the nearest samples before and behind `at_ns`, at most `reach_ns` away;
 * INT64_MIN, INT64_MAX: none. */
enum err series_neighbours(struct series *series, const struct slice_store *store,
                           int64_t at_ns, int64_t reach_ns, int64_t *ret_before_ns,
                           int64_t *ret_behind_ns, struct error *e) MUST_CHECK;

/* Duplicates and rejections counted in [from, to) minutes, of what is in memory: call
 * after series_collect() of the same span. */
void series_counts(const struct series *series, int64_t from, int64_t to,
                   uint32_t *ret_duplicate, uint32_t *ret_rejected);

/* Stores what changed; forgets from memory what is before the minute `keep_from`. */
enum err series_flush(struct series *series, const struct slice_store *store,
                      int64_t keep_from, struct buf *scratch, struct error *e) MUST_CHECK;

/* The minute that a time falls into. */
int64_t series_minute(int64_t at_ns);

#endif
