/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What changes from second to second, in one object: the status, what each process
 * emits now, and its points.  Made once a second for all viewers together.
 */
#include "api.h"

#include "core/clock.h"
#include "core/mem.h"

/* "Now" is the mean of this long. */
#define NOW_SPAN_NS (10 * NS_PER_MINUTE)
#define ARENA_SIZE (1U << 20)
/* A plant with more points than this is asked for them by GET /v1/points. */
#define LIVE_POINTS_MAX 400
#define NOW_POINTS_MAX 2000

static void put_maybe(struct json_writer *w, const char *key, struct maybe maybe)
{
    json_key(w, key);
    if (maybe.has) {
        json_double(w, maybe.value);
    } else {
        json_nothing(w);
    }
}

static void put_streams(const struct process_value *value, struct json_writer *w)
{
    json_key(w, "streams");
    json_open(w, '{');
    for (size_t i = 0; i < value->process->stream_count; i++) {
        const struct stream_value *stream = &value->streams[i];
        put_maybe(w, stream->stream->id, (struct maybe){stream->has_co2e, stream->co2e});
    }
    json_close(w, '}');
}

/* One process from `from_ns` to now; nothing when it can't be told. */
static void put_span(struct aggregate *aggregate, size_t process,
                     const int64_t span_ns[2], struct arena *arena, struct json_writer *w)
{
    struct process_value value;
    struct error e;
    arena_reset(arena);
    if (span_ns[0] >= span_ns[1] ||
        aggregate_peek(aggregate, process, span_ns[0], span_ns[1], arena, &value, &e) !=
            ERR_OK) {
        json_nothing(w);
        return;
    }
    json_open(w, '{');
    json_key(w, "from");
    json_time(w, span_ns[0]);
    json_key(w, "to");
    json_time(w, span_ns[1]);
    put_maybe(w, "direct", value.attributed_direct);
    put_maybe(w, "indirect", value.attributed_indirect);
    put_maybe(w, "activity", value.activity);
    json_key(w, "complete");
    json_bool(w, value.complete);
    put_streams(&value, w);
    json_close(w, '}');
}

static void put_process(struct fold *fold, const struct plan *plan, size_t process,
                        struct arena *arena, struct json_writer *w)
{
    struct aggregate *aggregate = fold_get_aggregate(fold);
    struct aggregate_process_status s;
    aggregate_get_process(aggregate, process, fold_now(fold), &s);
    int64_t to_ns = s.watermark_ns;
    json_open(w, '{');
    json_pair(w, "id", plan->processes[process].id);
    if (s.started && to_ns > NOW_SPAN_NS) {
        json_key(w, "now");
        put_span(aggregate, process, (int64_t[2]){to_ns - NOW_SPAN_NS, to_ns}, arena, w);
        json_key(w, "open");
        put_span(aggregate, process, (int64_t[2]){s.next_ns, to_ns}, arena, w);
    }
    json_close(w, '}');
}

void api_put_now(struct fold *fold, const struct plan *plan, struct json_writer *w)
{
    struct arena arena;
    arena_init(&arena, ARENA_SIZE);
    json_open(w, '[');
    bool can = fold && plan->point_count <= NOW_POINTS_MAX;
    for (size_t i = 0; can && i < plan->process_count; i++) {
        put_process(fold, plan, i, &arena, w);
    }
    json_close(w, ']');
    arena_deinit(&arena);
}

void api_put_live(const struct gateway_view *view, struct bytes now,
                  struct json_writer *w)
{
    json_open(w, '{');
    json_key(w, "status");
    api_put_status(view, w);
    json_key(w, "ready");
    (void)api_put_ready(view, w); /* the reasons are what is wanted */
    json_key(w, "now");
    buf_add(w->out, now);
    w->comma = true;
    if (view->plan->point_count <= LIVE_POINTS_MAX) {
        json_key(w, "points");
        api_put_points(view, w);
    }
    json_close(w, '}');
}
