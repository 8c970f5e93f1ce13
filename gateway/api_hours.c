/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A process over a period, one row a step (an hour, or a window where that is longer):
 * what charts and calendars are drawn from.  Windows shorter than a step are summed; a
 * sum with a window that lacks a number lacks it too.  One sum over a whole period says
 * how many lack it instead.
 */
#include "api.h"

#include "core/clock.h"
#include "core/mem.h"
#include "model/proto_arena.h"
#include "summary.pb-c.h"

#define ARENA_SIZE (1U << 20)
/* The outbox is held for this much at a time. */
#define CHUNK_NS (24 * NS_PER_HOUR)

struct sum {
    bool has, lacks;
    double value;
};

struct row {
    int64_t start_ns;
    uint64_t windows, incomplete;
    uint32_t revision; /* the highest */
    double coverage;   /* added up */
    struct sum direct, indirect, activity, electricity;
    struct sum *streams;
};

struct hours {
    const struct plan_process *process;
    int64_t from_ns, step_ns;
    struct row row;   /* being added up; windows come newest first */
    uint64_t lacking; /* windows without a direct figure */
    struct arena arena;
    struct json_writer *writer;
};

static void add(struct sum *sum, const Emgate__V1__Quantity *quantity)
{
    bool known = quantity && quantity->known_case == EMGATE__V1__QUANTITY__KNOWN_VALUE;
    if (known) {
        sum->has = true;
        sum->value += quantity->value;
    } else {
        sum->lacks = true;
    }
}

static void put_sum(struct json_writer *w, const struct sum *sum)
{
    if (sum->has && !sum->lacks) {
        json_double(w, sum->value);
    } else {
        json_nothing(w);
    }
}

static void put_row(struct hours *h)
{
    struct row *row = &h->row;
    struct json_writer *w = h->writer;
    if (row->windows == 0) {
        return;
    }
    json_open(w, '[');
    json_i64(w, row->start_ns / NS_PER_S);
    put_sum(w, &row->direct);
    put_sum(w, &row->indirect);
    put_sum(w, &row->activity);
    put_sum(w, &row->electricity);
    json_double(w, row->coverage / (double)row->windows);
    json_u64(w, row->windows);
    json_u64(w, row->incomplete);
    json_u64(w, row->revision);
    for (size_t i = 0; i < h->process->stream_count; i++) {
        put_sum(w, &row->streams[i]);
    }
    json_close(w, ']');
}

static void begin_row(struct hours *h, int64_t start_ns)
{
    struct sum *streams = h->row.streams;
    memset(streams, 0, h->process->stream_count * sizeof *streams);
    h->row = (struct row){.start_ns = start_ns, .streams = streams};
}

static void add_streams(struct hours *h, const Emgate__V1__Summary *s)
{
    for (size_t i = 0; i < h->process->stream_count; i++) {
        const Emgate__V1__Quantity *found = NULL;
        for (size_t k = 0; k < s->n_streams; k++) {
            if (strcmp(s->streams[k]->id, h->process->streams[i].id) == 0) {
                found = s->streams[k]->co2e;
            }
        }
        add(&h->row.streams[i], found);
    }
}

static void add_window(struct hours *h, const Emgate__V1__Summary *s)
{
    struct row *row = &h->row;
    const Emgate__V1__Attribution *a = s->attribution;
    row->windows++;
    row->incomplete += !(s->quality && s->quality->complete);
    row->coverage += s->quality ? s->quality->coverage : 0;
    row->revision = s->revision > row->revision ? s->revision : row->revision;
    add(&row->direct, a ? a->attributed_direct : NULL);
    add(&row->indirect, a ? a->attributed_indirect : NULL);
    add(&row->activity, s->activity_level);
    add(&row->electricity, s->electricity);
    add_streams(h, s);
}

static bool take_summary(void *ctx, const struct outbox_summary *summary)
{
    struct hours *h = ctx;
    arena_reset(&h->arena);
    ProtobufCAllocator allocator = proto_arena(&h->arena);
    const Emgate__V1__Summary *s = emgate__v1__summary__unpack(
        &allocator, summary->summary.len, summary->summary.data);
    if (!s) {
        return true; /* replay and verify tell of damage; a chart shows a hole */
    }
    int64_t behind_ns = s->window_start_ns - h->from_ns;
    int64_t start_ns = s->window_start_ns - behind_ns % h->step_ns;
    if (start_ns != h->row.start_ns) {
        put_row(h);
        begin_row(h, start_ns);
    }
    add_window(h, s);
    return true;
}

/* The latest summaries of the period, newest first, whole steps in each chunk. */
static enum err each_chunk(struct hours *h, struct outbox *outbox, int64_t to_ns,
                           outbox_summary_fn *take, struct error *e)
{
    enum err err = ERR_OK;
    int64_t chunk_ns = CHUNK_NS / h->step_ns * h->step_ns;
    int64_t count = (to_ns - h->from_ns + chunk_ns - 1) / chunk_ns;
    for (int64_t i = count - 1; err == ERR_OK && i >= 0; i--) {
        int64_t end_ns = h->from_ns + (i + 1) * chunk_ns;
        struct outbox_filter filter = {.process = h->process->id,
                                       .from_ns = h->from_ns + i * chunk_ns,
                                       .to_ns = end_ns < to_ns ? end_ns : to_ns,
                                       .latest = true};
        err = outbox_each_summary(outbox, &filter, take, h, e);
    }
    return err;
}

static void put_names(const struct plan_process *process, struct json_writer *w)
{
    json_key(w, "columns");
    json_open(w, '[');
    static const char *const names[] = {"start",    "direct",      "indirect",
                                        "activity", "electricity", "coverage",
                                        "windows",  "incomplete",  "revision"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        json_text(w, bytes_of(names[i]));
    }
    json_close(w, ']');
    json_key(w, "streams");
    json_open(w, '[');
    for (size_t i = 0; i < process->stream_count; i++) {
        const struct plan_stream *stream = &process->streams[i];
        json_open(w, '{');
        json_pair(w, "id", stream->id);
        json_pair(w, "name", stream->name);
        json_pair(w, "term", attribution_term_names[stream->term]);
        json_close(w, '}');
    }
    json_close(w, ']');
}

static enum err begin(struct hours *h, const struct plan *plan,
                      const struct api_period *period, struct error *e)
{
    for (size_t i = 0; i < plan->process_count; i++) {
        if (strcmp(plan->processes[i].id, period->process) == 0) {
            h->process = &plan->processes[i];
        }
    }
    if (!h->process) {
        return error_set(e, ERR_REJECT, "there is no such process");
    }
    int64_t length_ns = plan->windows.length_ns;
    h->from_ns = period->from_ns;
    h->step_ns = length_ns > NS_PER_HOUR ? length_ns : NS_PER_HOUR;
    h->row.streams = mem_array(h->process->stream_count + 1, sizeof *h->row.streams);
    arena_init(&h->arena, ARENA_SIZE);
    return ERR_OK;
}

static void end(struct hours *h)
{
    arena_deinit(&h->arena);
    mem_free(&h->row.streams);
}

enum err api_put_hours(const struct plan *plan, struct outbox *outbox,
                       const struct api_period *period, struct json_writer *w,
                       struct error *e)
{
    struct hours h = {.writer = w};
    enum err err = begin(&h, plan, period, e);
    if (err != ERR_OK) {
        return err;
    }
    json_open(w, '{');
    json_pair(w, "process", h.process->id);
    json_pair(w, "unit", h.process->functional_unit);
    json_key(w, "step_s");
    json_i64(w, h.step_ns / NS_PER_S);
    put_names(h.process, w);
    json_key(w, "rows");
    json_open(w, '[');
    err = each_chunk(&h, outbox, period->to_ns, take_summary, e);
    put_row(&h);
    json_close(w, ']');
    json_close(w, '}');
    end(&h);
    return err;
}

/* ---- one sum ---- */

static bool add_summary(void *ctx, const struct outbox_summary *summary)
{
    struct hours *h = ctx;
    arena_reset(&h->arena);
    ProtobufCAllocator allocator = proto_arena(&h->arena);
    const Emgate__V1__Summary *s = emgate__v1__summary__unpack(
        &allocator, summary->summary.len, summary->summary.data);
    if (s) {
        const Emgate__V1__Attribution *a = s->attribution;
        struct sum direct = {0};
        add(&direct, a ? a->attributed_direct : NULL);
        h->lacking += direct.lacks;
        add_window(h, s);
    }
    return true;
}

static void put_known(struct json_writer *w, const char *key, const struct sum *sum)
{
    json_key(w, key);
    json_double(w, sum->value);
}

static void put_total(const struct hours *h)
{
    struct json_writer *w = h->writer;
    const struct row *row = &h->row;
    json_open(w, '{');
    json_key(w, "windows");
    json_u64(w, row->windows);
    json_key(w, "incomplete");
    json_u64(w, row->incomplete);
    json_key(w, "lacking");
    json_u64(w, h->lacking);
    put_known(w, "direct", &row->direct);
    put_known(w, "indirect", &row->indirect);
    put_known(w, "activity", &row->activity);
    put_known(w, "electricity", &row->electricity);
    json_key(w, "coverage");
    json_double(w, row->windows ? row->coverage / (double)row->windows : 0);
    json_close(w, '}');
}

enum err api_put_sums(const struct plan *plan, struct outbox *outbox,
                      const struct api_period *period, struct json_writer *w,
                      struct error *e)
{
    struct hours h = {.writer = w};
    enum err err = begin(&h, plan, period, e);
    if (err != ERR_OK) {
        return err;
    }
    err = each_chunk(&h, outbox, period->to_ns, add_summary, e);
    put_total(&h);
    end(&h);
    return err;
}
