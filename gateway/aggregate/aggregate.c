/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Taking samples: each goes to its point's slice and touches the windows of the
 * processes that use the point.  Making summaries is in close.c, the state's bytes in
 * state.c.
 */
#include "aggregate/aggregate_private.h"

#include "aggregate/judge.h"

#include "core/clock.h"
#include "core/mem.h"

/* A summary of a process with 100 streams takes about 200 kB before packing. */
#define ARENA_SIZE (4U << 20)
#define SLICE_BYTES_MAX (4U << 20)
/* Slices this far behind the newest of their point leave memory. */
#define KEEP_MINUTES 10

/* ---- life ---- */

static size_t device_index(struct aggregate *a, const char *name)
{
    const struct device *known = table_find(&a->device_names, bytes_of(name));
    if (known) {
        return (size_t)(known - a->devices);
    }
    struct device *device = &a->devices[a->device_count++];
    device_init(device, name);
    table_put(&a->device_names, bytes_of(name), device);
    return (size_t)(device - a->devices);
}

static void use_device(struct aggregate *a, struct process_state *state, size_t point)
{
    size_t device = a->point_device[point];
    for (size_t i = 0; i < state->device_count; i++) {
        if (state->devices[i] == device) {
            return;
        }
    }
    state->devices[state->device_count++] = device;
}

/* Whether `used`, with index `index`, is this point or is judged by it. */
static bool involves(const struct plan_point *used, size_t index, size_t point)
{
    return index == point || judge_asks(used, point);
}

/* Whether any part of the process takes this point, or a point that is judged by it. */
static bool process_uses(const struct plan_process *process, size_t point)
{
    if (process->operating &&
        involves(process->operating, process->operating_index, point)) {
        return true;
    }
    for (size_t i = 0; i < process->activity_count; i++) {
        const struct plan_activity *activity = &process->activities[i];
        if (involves(activity->point, activity->point_index, point)) {
            return true;
        }
    }
    for (size_t i = 0; i < process->other_count; i++) {
        if (involves(process->others[i].point, process->others[i].point_index, point)) {
            return true;
        }
    }
    for (size_t s = 0; s < process->stream_count; s++) {
        const struct plan_stream *stream = &process->streams[s];
        for (size_t i = 0; i < stream->input_count; i++) {
            const struct plan_input *input = &stream->inputs[i];
            if (input->point && involves(input->point, input->point_index, point)) {
                return true;
            }
        }
    }
    return false;
}

static void set_up_process(struct aggregate *a, size_t index)
{
    const struct plan_process *process = &a->plan->processes[index];
    struct process_state *state = &a->processes[index];
    state->process = process;
    windows_init(&state->windows, a->plan->windows.length_ns);
    state->devices = mem_array(a->plan->point_count, sizeof *state->devices);
    state->uses = mem_array(a->plan->point_count, sizeof *state->uses);
    for (size_t i = 0; i < a->plan->point_count; i++) {
        state->uses[i] = process_uses(process, i);
        if (state->uses[i]) {
            use_device(a, state, i);
        }
    }
}

static void reach_further(int64_t *after_ns, int64_t lead_ns)
{
    *after_ns = lead_ns > *after_ns ? lead_ns : *after_ns;
}

static void set_up_judging(struct aggregate *a)
{
    for (size_t i = 0; i < a->plan->point_count; i++) {
        const struct plan_point *point = &a->plan->points[i];
        int64_t lead_ns = judge_lead_ns(point);
        reach_further(&a->lead_most_ns, lead_ns);
        reach_further(&a->after_ns[i], lead_ns);
        for (size_t s = 0; s < point->status_count; s++) {
            reach_further(&a->after_ns[point->status[s].point_index], lead_ns);
        }
        if (point->frozen_while) {
            reach_further(&a->after_ns[point->frozen_while_index], lead_ns);
        }
    }
}

struct aggregate *aggregate_new(const struct plan *plan, const struct slice_store *store,
                                const char *software)
{
    struct aggregate *a = mem_new(struct aggregate);
    a->plan = plan;
    a->store = store;
    a->software = software;
    a->begin_ns = INT64_MIN;
    a->series = mem_array(plan->point_count, sizeof *a->series);
    a->points = mem_array(plan->point_count, sizeof *a->points);
    a->histories = mem_array(plan->point_count, sizeof *a->histories);
    a->point_device = mem_array(plan->point_count, sizeof *a->point_device);
    a->devices = mem_array(plan->point_count, sizeof *a->devices);
    a->processes = mem_array(plan->process_count, sizeof *a->processes);
    a->after_ns = mem_array(plan->point_count, sizeof *a->after_ns);
    table_init(&a->device_names);
    laboratory_init(&a->laboratory);
    for (size_t i = 0; i < plan->point_count; i++) {
        series_init(&a->series[i], plan->points[i].id);
        a->point_device[i] = device_index(a, plan->points[i].device);
    }
    set_up_judging(a);
    for (size_t i = 0; i < plan->process_count; i++) {
        set_up_process(a, i);
    }
    struct error e;
    if (zone_open(bytes_of(plan->installation.time_zone), &a->zone, &e) != ERR_OK) {
        a->zone = NULL; /* UTC; the configuration check has said so */
    }
    arena_init(&a->arena, ARENA_SIZE);
    buf_init(&a->scratch, SLICE_BYTES_MAX);
    return a;
}

void aggregate_free(struct aggregate **aggregate)
{
    struct aggregate *a = *aggregate;
    if (!a) {
        return;
    }
    for (size_t i = 0; i < a->plan->point_count; i++) {
        series_deinit(&a->series[i]);
        history_deinit(&a->histories[i]);
    }
    for (size_t i = 0; i < a->plan->process_count; i++) {
        windows_deinit(&a->processes[i].windows);
        mem_free(&a->processes[i].devices);
        mem_free(&a->processes[i].uses);
    }
    mem_free(&a->series);
    mem_free(&a->points);
    mem_free(&a->histories);
    mem_free(&a->point_device);
    mem_free(&a->devices);
    mem_free(&a->processes);
    mem_free(&a->after_ns);
    mem_free(&a->list.samples);
    mem_free(&a->said.samples);
    table_deinit(&a->device_names);
    laboratory_deinit(&a->laboratory);
    zone_close(&a->zone);
    arena_deinit(&a->arena);
    buf_deinit(&a->scratch);
    mem_free(aggregate);
}

/* ---- taking ---- */

void aggregate_hear(struct aggregate *a, const struct aggregate_news *news)
{
    struct device *device = table_find(&a->device_names, news->device);
    if (a->begin_ns == INT64_MIN) {
        a->begin_ns = news->now_ns;
    }
    if (device) {
        device_hear(device, news->now_ns, news->boot, news->sequence, news->event_ns);
    }
}

/* The worst that the sample meets in any process that uses the point. */
static enum window_fate fate_of(const struct aggregate *a, size_t point, int64_t at_ns,
                                int64_t now_ns)
{
    enum window_fate worst = WINDOW_OPEN;
    for (size_t i = 0; i < a->plan->process_count; i++) {
        if (a->processes[i].uses[point]) {
            enum window_fate fate = windows_fate(&a->processes[i].windows, at_ns, now_ns,
                                                 a->plan->windows.amend_until_ns);
            worst = fate > worst ? fate : worst;
        }
    }
    return worst;
}

/* A process whose windows are being touched. */
struct touched {
    const struct aggregate *aggregate;
    const char *process;
};

static void tell_touched(void *ctx, int64_t start_ns, uint64_t record)
{
    const struct touched *t = ctx;
    t->aggregate->touched(t->aggregate->touched_ctx, t->process, start_ns, record);
}

/* A new sample changes what is between its neighbours, as far as a value reaches. */
static enum err touch_windows(struct aggregate *a, size_t point, int64_t at_ns,
                              uint64_t record, int64_t now_ns, struct error *e)
{
    const struct plan_point *p = &a->plan->points[point];
    int64_t reach_ns =
        integrate_span(p, at_ns, at_ns, a->plan->windows.amend_until_ns).reach_ns;
    struct window_touch touch = {.at_ns = at_ns,
                                 .from_ns = at_ns - reach_ns,
                                 .to_ns = at_ns + reach_ns,
                                 .now_ns = now_ns,
                                 .record = record,
                                 .leaf = a->has_leaf ? a->leaf : NULL};
    if (reach_ns > 0) {
        int64_t before_ns = 0;
        int64_t behind_ns = 0;
        enum err err = series_neighbours(&a->series[point], a->store, at_ns, reach_ns,
                                         &before_ns, &behind_ns, e);
        if (err != ERR_OK) {
            return err;
        }
        touch.from_ns = before_ns > touch.from_ns ? before_ns : touch.from_ns;
        touch.to_ns = behind_ns < touch.to_ns ? behind_ns : touch.to_ns;
        /* Without a neighbour before it, a meter's first reading reaches nowhere. */
        touch.from_ns = before_ns == INT64_MIN ? at_ns : touch.from_ns;
    }
    touch.to_ns += a->after_ns[point];
    for (size_t i = 0; i < a->plan->process_count; i++) {
        if (a->processes[i].uses[point]) {
            struct touched told = {.aggregate = a,
                                   .process = a->processes[i].process->id};
            touch.note = a->touched ? tell_touched : NULL;
            touch.note_ctx = &told;
            windows_touch(&a->processes[i].windows, &touch);
        }
    }
    return ERR_OK;
}

static void note_last(struct aggregate *a, size_t point, const struct sample *sample)
{
    struct aggregate_point_status *status = &a->points[point];
    status->count++;
    if (!status->has || sample->at_ns >= status->at_ns) {
        status->has = true;
        status->at_ns = sample->at_ns;
        status->value = sample->value;
        status->flags = sample->flags;
    }
}

static bool is_future(const struct aggregate *a, int64_t at_ns, int64_t now_ns)
{
    return at_ns > now_ns + a->plan->windows.future_ns;
}

void aggregate_use_log(struct aggregate *a, const struct merkle *log)
{
    a->log = log;
}

void aggregate_listen(struct aggregate *a, aggregate_touched_fn *touched, void *ctx)
{
    a->touched = touched;
    a->touched_ctx = ctx;
}

void aggregate_set_record(struct aggregate *a, const uint8_t leaf[MERKLE_HASH_LEN])
{
    a->has_leaf = true;
    memcpy(a->leaf, leaf, MERKLE_HASH_LEN);
}

enum err aggregate_add(struct aggregate *a, size_t point, struct sample sample,
                       uint64_t record, int64_t now_ns, enum aggregate_added *ret_added,
                       struct error *e)
{
    if (is_future(a, sample.at_ns, now_ns)) {
        *ret_added = AGGREGATE_FUTURE;
        return ERR_OK;
    }
    enum window_fate fate = fate_of(a, point, sample.at_ns, now_ns);
    if (fate == WINDOW_FINAL || fate == WINDOW_TOO_FAR) {
        *ret_added = AGGREGATE_TOO_LATE;
        return ERR_OK;
    }
    sample.flags |= fate == WINDOW_CLOSED ? SAMPLE_LATE : 0;
    struct slice *slice = NULL;
    enum err err =
        series_slice(&a->series[point], a->store, series_minute(sample.at_ns), &slice, e);
    if (err != ERR_OK) {
        return err;
    }
    enum slice_added added = slice_add(slice, &sample);
    device_advance(&a->devices[a->point_device[point]], sample.at_ns);
    if (added != SLICE_ADDED) {
        *ret_added = added == SLICE_DUPLICATE ? AGGREGATE_DUPLICATE : AGGREGATE_FULL;
        return ERR_OK;
    }
    note_last(a, point, &sample);
    *ret_added = AGGREGATE_ADDED;
    return touch_windows(a, point, sample.at_ns, record, now_ns, e);
}

enum err aggregate_reject(struct aggregate *a, size_t point, int64_t event_ns,
                          int64_t now_ns, struct error *e)
{
    enum window_fate fate = fate_of(a, point, event_ns, now_ns);
    if (is_future(a, event_ns, now_ns) || fate == WINDOW_FINAL ||
        fate == WINDOW_TOO_FAR) {
        return ERR_OK;
    }
    struct slice *slice = NULL;
    enum err err =
        series_slice(&a->series[point], a->store, series_minute(event_ns), &slice, e);
    if (err == ERR_OK) {
        slice->rejected++;
        slice->dirty = true;
    }
    return err;
}

void aggregate_enter_result(struct aggregate *a, const struct laboratory_result *result,
                            int64_t now_ns)
{
    const struct plan_process *process = laboratory_add(&a->laboratory, a->plan, result);
    if (process) {
        struct process_state *state = &a->processes[process - a->plan->processes];
        windows_make_again(&state->windows, result->from_ns, INT64_MAX, now_ns,
                           WINDOW_FACTOR);
    }
}

const struct laboratory *aggregate_get_laboratory(const struct aggregate *a)
{
    return &a->laboratory;
}

void aggregate_gap(struct aggregate *a, int64_t at_ns, const char *reason)
{
    if (a->gap_count == AGGREGATE_GAPS_MAX) {
        memmove(&a->gaps[0], &a->gaps[1], (AGGREGATE_GAPS_MAX - 1) * sizeof a->gaps[0]);
        a->gap_count--;
    }
    a->gaps[a->gap_count++] = (struct summary_gap){
        .from_ns = at_ns, .to_ns = at_ns, .point = "", .reason = reason};
}

/* ---- storing ---- */

enum err aggregate_flush(struct aggregate *a, struct error *e)
{
    for (size_t i = 0; i < a->plan->point_count; i++) {
        struct series *series = &a->series[i];
        int64_t newest = series->count ? series->slices[series->count - 1].minute : 0;
        enum err err =
            series_flush(series, a->store, newest - KEEP_MINUTES, &a->scratch, e);
        if (err != ERR_OK) {
            return err;
        }
    }
    return ERR_OK;
}

int64_t aggregate_oldest_minute(const struct aggregate *a)
{
    int64_t oldest_ns = INT64_MAX;
    for (size_t i = 0; i < a->plan->process_count; i++) {
        int64_t ns = windows_oldest(&a->processes[i].windows);
        oldest_ns = ns < oldest_ns ? ns : oldest_ns;
    }
    if (oldest_ns == INT64_MAX) {
        return INT64_MIN;
    }
    /* A meter's neighbour may stand as far back as readings may be amended. */
    return series_minute(oldest_ns - a->plan->windows.amend_until_ns - a->lead_most_ns);
}

void aggregate_get_point(const struct aggregate *a, size_t point,
                         struct aggregate_point_status *ret_status)
{
    *ret_status = a->points[point];
}
