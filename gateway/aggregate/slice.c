/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A minute of a point, sorted.  Stored form, little-endian:
 *
 *     varint duplicate, varint rejected, varint count, then per sample
 *     varint ns since the sample before (the first: since the minute's start),
 *     f64 value, varint identity, u8 flags
 */
#include "aggregate/slice.h"

#include "core/clock.h"
#include "core/mem.h"

#include <math.h>

const char *sample_cause_name(enum sample_cause cause)
{
    static const char *const names[CAUSE_COUNT] = {[CAUSE_RANGE] = "out_of_range",
                                                   [CAUSE_SIGNAL] = "signal",
                                                   [CAUSE_STATUS] = "status",
                                                   [CAUSE_CALIBRATION] = "calibration",
                                                   [CAUSE_MAINTENANCE] = "maintenance",
                                                   [CAUSE_FROZEN] = "frozen",
                                                   [CAUSE_JUMP] = "jump"};
    ASSERT(cause < CAUSE_COUNT);
    return names[cause];
}

/* A total order of samples: time, value, identity, quality.  That a sample was late is
 * not part of what was said. */
static int compare(const struct sample *a, const struct sample *b)
{
    if (a->at_ns != b->at_ns) {
        return a->at_ns < b->at_ns ? -1 : 1;
    }
    if (a->value < b->value || a->value > b->value) {
        return a->value < b->value ? -1 : 1;
    }
    if (a->identity != b->identity) {
        return a->identity < b->identity ? -1 : 1;
    }
    uint32_t a_quality = a->flags & ~(uint32_t)SAMPLE_LATE;
    uint32_t b_quality = b->flags & ~(uint32_t)SAMPLE_LATE;
    return (a_quality > b_quality) - (a_quality < b_quality);
}

static void insert(struct slice *slice, size_t at, const struct sample *sample)
{
    slice->samples =
        mem_grow(slice->samples, slice->count, &slice->capacity, sizeof *slice->samples);
    memmove(&slice->samples[at + 1], &slice->samples[at],
            (slice->count - at) * sizeof *slice->samples);
    slice->samples[at] = *sample;
    slice->count++;
}

enum slice_added slice_add(struct slice *slice, const struct sample *sample)
{
    ASSERT(isfinite(sample->value));
    slice->dirty = true;
    size_t at = slice->count;
    for (; at > 0; at--) { /* from the end: readings mostly come in order */
        int order = compare(&slice->samples[at - 1], sample);
        if (order == 0) {
            slice->duplicate++;
            return SLICE_DUPLICATE;
        }
        if (order < 0) {
            break;
        }
    }
    if (slice->count == SLICE_SAMPLES_MAX) {
        slice->rejected++;
        return SLICE_FULL;
    }
    insert(slice, at, sample);
    return SLICE_ADDED;
}

void slice_deinit(struct slice *slice)
{
    mem_free(&slice->samples);
    *slice = (struct slice){.minute = slice->minute};
}

void slice_put(const struct slice *slice, struct buf *out)
{
    int64_t before_ns = slice->minute * NS_PER_MINUTE;
    buf_add_varint(out, slice->duplicate);
    buf_add_varint(out, slice->rejected);
    buf_add_varint(out, slice->count);
    for (size_t i = 0; i < slice->count; i++) {
        const struct sample *sample = &slice->samples[i];
        buf_add_varint(out, (uint64_t)(sample->at_ns - before_ns));
        buf_add_f64(out, sample->value);
        buf_add_varint(out, sample->identity);
        buf_add_byte(out, (uint8_t)sample->flags);
        before_ns = sample->at_ns;
    }
}

static bool read_samples(struct cursor *c, struct slice *slice, size_t count)
{
    int64_t at_ns = slice->minute * NS_PER_MINUTE;
    int64_t end_ns = at_ns + NS_PER_MINUTE;
    slice->samples = mem_array(count, sizeof *slice->samples);
    slice->capacity = count;
    for (size_t i = 0; i < count; i++) {
        uint64_t step_ns = cursor_varint(c);
        if (step_ns >= (uint64_t)(end_ns - at_ns)) {
            return false;
        }
        at_ns += (int64_t)step_ns;
        struct sample sample = {.at_ns = at_ns, .value = cursor_f64(c)};
        sample.identity = (uint32_t)cursor_varint(c);
        sample.flags = cursor_byte(c);
        if (c->failed || !isfinite(sample.value)) {
            return false;
        }
        slice->samples[slice->count++] = sample;
    }
    return c->rest.len == 0;
}

enum err slice_get(struct slice *slice, struct bytes stored, struct error *e)
{
    struct cursor c = cursor_of(stored);
    slice_deinit(slice);
    slice->duplicate = (uint32_t)cursor_varint(&c);
    slice->rejected = (uint32_t)cursor_varint(&c);
    uint64_t count = cursor_varint(&c);
    if (c.failed || count > SLICE_SAMPLES_MAX ||
        !read_samples(&c, slice, (size_t)count)) {
        slice_deinit(slice);
        return error_set(e, ERR_CORRUPT, "slice of minute %lld: stored bytes do not read",
                         (long long)slice->minute);
    }
    return ERR_OK;
}
