/* SPDX-License-Identifier: Apache-2.0 */
/* The slices of a point, between memory and store. */
#include "aggregate/series.h"

#include "core/clock.h"
#include "core/mem.h"

/* How far a neighbour is looked for at a time: an hour of slices. */
#define LOOK_STEP_MINUTES 60

void series_init(struct series *series, const char *point)
{
    *series = (struct series){
        .point = point, .stored_max = INT64_MIN, .memory_from = INT64_MIN};
}

void series_deinit(struct series *series)
{
    for (size_t i = 0; i < series->count; i++) {
        slice_deinit(&series->slices[i]);
    }
    mem_free(&series->slices);
    series->count = 0;
    series->capacity = 0;
}

int64_t series_minute(int64_t at_ns)
{
    return at_ns / NS_PER_MINUTE - (at_ns % NS_PER_MINUTE < 0 ? 1 : 0);
}

/* Index of the first slice not before `minute`. */
static size_t position(const struct series *series, int64_t minute)
{
    size_t at = series->count;
    while (at > 0 && series->slices[at - 1].minute >= minute) {
        at--;
    }
    return at;
}

static struct slice *insert(struct series *series, size_t at, int64_t minute)
{
    series->slices = mem_grow(series->slices, series->count, &series->capacity,
                              sizeof *series->slices);
    memmove(&series->slices[at + 1], &series->slices[at],
            (series->count - at) * sizeof *series->slices);
    series->slices[at] = (struct slice){.minute = minute};
    series->count++;
    return &series->slices[at];
}

static enum err take_stored(void *ctx, int64_t minute, struct bytes stored,
                            struct error *e)
{
    struct series *series = ctx;
    size_t at = position(series, minute);
    if (at < series->count && series->slices[at].minute == minute) {
        return ERR_OK; /* memory is newer */
    }
    struct slice *slice = insert(series, at, minute);
    enum err err = slice_get(slice, stored, e);
    return err == ERR_OK ? ERR_OK : error_wrap(e, "point '%s'", series->point);
}

/* Brings the stored slices of [from, to) minutes into memory. */
static enum err load(struct series *series, const struct slice_store *store, int64_t from,
                     int64_t to, struct error *e)
{
    if (from > series->stored_max || from >= series->memory_from) {
        return ERR_OK;
    }
    return store->each(store->ctx, series->point, from, to, take_stored, series, e);
}

enum err series_slice(struct series *series, const struct slice_store *store,
                      int64_t minute, struct slice **ret_slice, struct error *e)
{
    size_t at = position(series, minute);
    if (at == series->count || series->slices[at].minute != minute) {
        enum err err = load(series, store, minute, minute + 1, e);
        if (err != ERR_OK) {
            return err;
        }
        at = position(series, minute);
    }
    if (at == series->count || series->slices[at].minute != minute) {
        insert(series, at, minute);
    }
    *ret_slice = &series->slices[at];
    return ERR_OK;
}

static void list_add(struct sample_list *list, const struct sample *sample)
{
    list->samples =
        mem_grow(list->samples, list->count, &list->capacity, sizeof *list->samples);
    list->samples[list->count++] = *sample;
}

static bool usable(const struct sample *sample, bool only_good)
{
    return !only_good || !(sample->flags & SAMPLE_BAD);
}

/* The last sample in memory in [from_ns, before_ns). */
static const struct sample *last_before(const struct series *series, int64_t from_ns,
                                        int64_t before_ns, bool only_good)
{
    for (size_t s = series->count; s > 0; s--) {
        const struct slice *slice = &series->slices[s - 1];
        for (size_t i = slice->count; i > 0; i--) {
            const struct sample *sample = &slice->samples[i - 1];
            if (sample->at_ns < from_ns) {
                return NULL;
            }
            if (sample->at_ns < before_ns && usable(sample, only_good)) {
                return sample;
            }
        }
    }
    return NULL;
}

/* The first sample in memory in [from_ns, to_ns). */
static const struct sample *first_after(const struct series *series, int64_t from_ns,
                                        int64_t to_ns, bool only_good)
{
    size_t s = position(series, series_minute(from_ns));
    for (; s < series->count; s++) {
        const struct slice *slice = &series->slices[s];
        for (size_t i = 0; i < slice->count; i++) {
            const struct sample *sample = &slice->samples[i];
            if (sample->at_ns >= to_ns) {
                return NULL;
            }
            if (sample->at_ns >= from_ns && usable(sample, only_good)) {
                return sample;
            }
        }
    }
    return NULL;
}

/* Looks in memory, then further and further back, an hour of slices at a time. */
static enum err find_before(struct series *series, const struct slice_store *store,
                            const struct series_span *span,
                            const struct sample **ret_sample, struct error *e)
{
    int64_t limit_ns = span->from_ns - span->reach_ns;
    int64_t lowest = series_minute(limit_ns);
    int64_t high = series_minute(span->from_ns) + 1;
    int64_t low = series->memory_from > lowest ? series->memory_from : lowest;
    low = low > high ? high : low;
    *ret_sample = NULL;
    for (;;) {
        int64_t from_ns = low * NS_PER_MINUTE;
        *ret_sample = last_before(series, from_ns > limit_ns ? from_ns : limit_ns,
                                  span->from_ns, span->good_neighbours);
        if (*ret_sample || low <= lowest) {
            return ERR_OK;
        }
        high = low;
        low = high - LOOK_STEP_MINUTES < lowest ? lowest : high - LOOK_STEP_MINUTES;
        enum err err = load(series, store, low, high, e);
        if (err != ERR_OK) {
            return err;
        }
    }
}

static enum err find_behind(struct series *series, const struct slice_store *store,
                            const struct series_span *span,
                            const struct sample **ret_sample, struct error *e)
{
    int64_t limit_ns = span->to_ns + span->reach_ns;
    int64_t highest = series_minute(limit_ns) + 1;
    int64_t low = series_minute(span->to_ns);
    *ret_sample = NULL;
    while (low < highest && !*ret_sample) {
        bool all_here = low >= series->memory_from || low > series->stored_max;
        int64_t high = all_here ? highest : low + LOOK_STEP_MINUTES;
        enum err err = load(series, store, low, high, e);
        if (err != ERR_OK) {
            return err;
        }
        int64_t to_ns = high * NS_PER_MINUTE;
        *ret_sample =
            first_after(series, span->to_ns, to_ns < limit_ns ? to_ns : limit_ns + 1,
                        span->good_neighbours);
        low = high;
    }
    return ERR_OK;
}

static void collect_inside(const struct series *series, const struct series_span *span,
                           struct sample_list *list)
{
    size_t s = position(series, series_minute(span->from_ns));
    for (; s < series->count; s++) {
        const struct slice *slice = &series->slices[s];
        for (size_t i = 0; i < slice->count; i++) {
            const struct sample *sample = &slice->samples[i];
            if (sample->at_ns >= span->to_ns) {
                return;
            }
            if (sample->at_ns >= span->from_ns) {
                list_add(list, sample);
            }
        }
    }
}

enum err series_collect(struct series *series, const struct slice_store *store,
                        const struct series_span *span, struct sample_list *list,
                        struct error *e)
{
    list->count = 0;
    struct series_span led = *span;
    led.from_ns -= span->lead_ns;
    led.reach_ns = span->reach_ns > span->lead_ns ? span->reach_ns - span->lead_ns : 0;
    enum err err = load(series, store, series_minute(led.from_ns),
                        series_minute(span->to_ns - 1) + 1, e);
    const struct sample *neighbour = NULL;
    if (err == ERR_OK && led.reach_ns > 0) {
        err = find_before(series, store, &led, &neighbour, e);
    }
    if (neighbour) {
        list_add(list, neighbour);
    }
    if (err == ERR_OK) {
        collect_inside(series, &led, list);
        err = find_behind(series, store, span, &neighbour, e);
    }
    if (err == ERR_OK && neighbour) {
        list_add(list, neighbour);
    }
    return err;
}

enum err series_neighbours(struct series *series, const struct slice_store *store,
                           int64_t at_ns, int64_t reach_ns, int64_t *ret_before_ns,
                           int64_t *ret_behind_ns, struct error *e)
{
    struct series_span span = {
        .from_ns = at_ns, .to_ns = at_ns + 1, .reach_ns = reach_ns};
    const struct sample *sample = NULL;
    enum err err = find_before(series, store, &span, &sample, e);
    if (err != ERR_OK) {
        return err;
    }
    *ret_before_ns = sample ? sample->at_ns : INT64_MIN;
    err = find_behind(series, store, &span, &sample, e);
    if (err == ERR_OK) {
        *ret_behind_ns = sample ? sample->at_ns : INT64_MAX;
    }
    return err;
}

void series_counts(const struct series *series, int64_t from, int64_t to,
                   uint32_t *ret_duplicate, uint32_t *ret_rejected)
{
    *ret_duplicate = 0;
    *ret_rejected = 0;
    size_t s = position(series, from);
    for (; s < series->count && series->slices[s].minute < to; s++) {
        *ret_duplicate += series->slices[s].duplicate;
        *ret_rejected += series->slices[s].rejected;
    }
}

static enum err store_slice(struct series *series, const struct slice_store *store,
                            struct slice *slice, struct buf *scratch, struct error *e)
{
    buf_clear(scratch);
    slice_put(slice, scratch);
    ASSERT(!scratch->overflow);
    enum err err =
        store->put(store->ctx, series->point, slice->minute, buf_bytes(scratch), e);
    if (err != ERR_OK) {
        return err;
    }
    slice->dirty = false;
    if (slice->minute > series->stored_max) {
        series->stored_max = slice->minute;
    }
    return ERR_OK;
}

enum err series_flush(struct series *series, const struct slice_store *store,
                      int64_t keep_from, struct buf *scratch, struct error *e)
{
    size_t kept = 0;
    enum err err = ERR_OK;
    for (size_t i = 0; i < series->count; i++) {
        struct slice *slice = &series->slices[i];
        if (err == ERR_OK && slice->dirty) {
            err = store_slice(series, store, slice, scratch, e);
        }
        if (!slice->dirty && slice->minute < keep_from) {
            slice_deinit(slice);
        } else {
            series->slices[kept++] = *slice;
        }
    }
    series->count = kept;
    if (err == ERR_OK && keep_from > series->memory_from) {
        series->memory_from = keep_from;
    }
    return err;
}
