/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One window of one process taken apart: the summary, each stream's formula with its
 * numbers, and the minutes and readings of each point behind them.
 */
#include "api.h"

#include "aggregate/slice.h"
#include "core/clock.h"
#include "methods/formula.h"
#include "model/proto_arena.h"
#include "model/summary_json.h"
#include "summary.pb-c.h"

#define ARENA_SIZE (8U << 20)
#define FORMULA_MAX 4096
#define VALUES_MAX 256

struct explaining {
    const struct plan *plan;
    struct outbox *outbox;
    struct json_writer *writer;
    struct arena arena;
    struct bytes summary; /* in the arena; empty: there is none */
    uint8_t key[OUTBOX_KEY_LEN];
    int64_t from_ns, to_ns; /* of what readings are shown */
};

/* ---- the summary ---- */

static bool keep_summary(void *ctx, const struct outbox_summary *summary)
{
    struct explaining *x = ctx;
    x->summary = arena_copy(&x->arena, summary->summary);
    memcpy(x->key, summary->key, sizeof x->key);
    return false;
}

/* ---- streams ---- */

static void put_calculation(struct explaining *x, const struct method *method,
                            const Emgate__V1__Stream *stream)
{
    struct formula_value values[VALUES_MAX];
    size_t count = 0;
    struct buf text;
    for (size_t i = 0; i < stream->n_inputs && count < VALUES_MAX; i++) {
        const Emgate__V1__NamedQuantity *input = stream->inputs[i];
        if (input->quantity &&
            input->quantity->known_case == EMGATE__V1__QUANTITY__KNOWN_VALUE) {
            values[count++] = (struct formula_value){input->name, input->quantity->value,
                                                     input->quantity->unit};
        }
    }
    buf_init(&text, FORMULA_MAX);
    formula_fill(method, values, count, &text);
    if (text.len > 0 && !text.overflow) {
        json_pair(x->writer, "calculation", (const char *)text.data);
    }
    buf_deinit(&text);
}

static void put_stream(struct explaining *x, const Emgate__V1__Stream *stream)
{
    const struct method *method = method_find(bytes_of(stream->method));
    json_open(x->writer, '{');
    json_pair(x->writer, "id", stream->id);
    json_pair(x->writer, "method", stream->method);
    if (method) {
        json_pair(x->writer, "what", method->summary);
        json_pair(x->writer, "formula", method->formula);
        put_calculation(x, method, stream);
        json_pair(x->writer, "source", method->source);
    }
    json_close(x->writer, '}');
}

/* ---- points ---- */

static void put_sample(struct json_writer *w, const struct sample *sample)
{
    json_open(w, '{');
    json_key(w, "at");
    json_time(w, sample->at_ns);
    json_key(w, "value");
    if (sample->flags & SAMPLE_BAD) {
        json_nothing(w);
    } else {
        json_double(w, sample->value);
    }
    if (sample->flags & SAMPLE_UNCERTAIN) {
        json_key(w, "uncertain");
        json_bool(w, true);
    }
    if (sample->flags & SAMPLE_LATE) {
        json_key(w, "late");
        json_bool(w, true);
    }
    json_close(w, '}');
}

static enum err put_slice(void *ctx, int64_t minute, struct bytes stored, struct error *e)
{
    struct explaining *x = ctx;
    struct json_writer *w = x->writer;
    struct slice slice = {.minute = minute};
    enum err err = slice_get(&slice, stored, e);
    if (err == ERR_OK) {
        json_open(w, '{');
        json_key(w, "minute");
        json_time(w, minute * NS_PER_MINUTE);
        json_key(w, "duplicate");
        json_u64(w, slice.duplicate);
        json_key(w, "rejected");
        json_u64(w, slice.rejected);
        json_key(w, "readings");
        json_open(w, '[');
        for (size_t i = 0; i < slice.count; i++) {
            put_sample(w, &slice.samples[i]);
        }
        json_close(w, ']');
        json_close(w, '}');
    }
    slice_deinit(&slice);
    return err;
}

static enum err put_point(struct explaining *x, const char *id, struct error *e)
{
    struct json_writer *w = x->writer;
    const struct plan_point *point = plan_find_point(x->plan, bytes_of(id));
    json_open(w, '{');
    json_pair(w, "point", id);
    if (point) {
        json_pair(w, "name", point->name);
        json_pair(w, "device", point->device);
        json_pair(w, "metric", point->metric);
        json_pair(w, "unit", point->unit);
    }
    json_key(w, "slices");
    json_open(w, '[');
    enum err err = outbox_read_slices(x->outbox, id, x->from_ns / NS_PER_MINUTE,
                                      (x->to_ns + NS_PER_MINUTE - 1) / NS_PER_MINUTE,
                                      put_slice, x, e);
    json_close(w, ']');
    json_close(w, '}');
    return err;
}

static enum err put_window(struct explaining *x, const char *process, struct error *e)
{
    struct json_writer *w = x->writer;
    ProtobufCAllocator allocator = proto_arena(&x->arena);
    const Emgate__V1__Summary *s =
        emgate__v1__summary__unpack(&allocator, x->summary.len, x->summary.data);
    if (!s) {
        return error_set(e, ERR_CORRUPT, "process '%s': the stored summary is none",
                         process);
    }
    x->from_ns = s->window_start_ns;
    x->to_ns = s->window_end_ns;
    json_open(w, '{');
    json_key(w, "key");
    json_hex(w, (struct bytes){x->key, sizeof x->key});
    json_key(w, "summary");
    enum err err = summary_json_put(x->summary, &x->arena, w, e);
    json_key(w, "streams");
    json_open(w, '[');
    for (size_t i = 0; i < s->n_streams; i++) {
        put_stream(x, s->streams[i]);
    }
    json_close(w, ']');
    json_key(w, "points");
    json_open(w, '[');
    for (size_t i = 0; err == ERR_OK && s->quality && i < s->quality->n_points; i++) {
        err = put_point(x, s->quality->points[i]->point, e);
    }
    json_close(w, ']');
    json_close(w, '}');
    return err;
}

enum err api_put_explain(const struct plan *plan, struct outbox *outbox,
                         const char *process, int64_t at_ns, struct json_writer *writer,
                         struct error *e)
{
    struct explaining x = {.plan = plan, .outbox = outbox, .writer = writer};
    int64_t start_ns = at_ns / plan->windows.length_ns * plan->windows.length_ns;
    struct outbox_filter filter = {.process = process, .latest = true, .limit = 1};
    if (at_ns > 0) {
        filter.from_ns = start_ns;
        filter.to_ns = start_ns + 1;
    }
    arena_init(&x.arena, ARENA_SIZE);
    enum err err = outbox_each_summary(outbox, &filter, keep_summary, &x, e);
    if (err == ERR_OK && x.summary.len == 0) {
        json_nothing(writer);
    } else if (err == ERR_OK) {
        err = put_window(&x, process, e);
    }
    arena_deinit(&x.arena);
    return err;
}

enum err api_put_readings(const struct plan *plan, struct outbox *outbox,
                          const char *point, int64_t from_ns, int64_t to_ns,
                          struct json_writer *writer, struct error *e)
{
    struct explaining x = {.plan = plan,
                           .outbox = outbox,
                           .writer = writer,
                           .from_ns = from_ns,
                           .to_ns = to_ns};
    return put_point(&x, point, e);
}
