/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Making summaries.  A window closes when the watermark has passed its end by the
 * allowed lateness; a closed one that late readings touched is made again, whole, once
 * they have settled.
 *
 * The watermark of a process is the oldest of its devices' newest event times, less the
 * allowed skew.  A device that has been silent for the idle time does not hold it back;
 * when all are silent, the journal's own time less the idle time stands in.
 */
#include "aggregate/aggregate_private.h"

#include "aggregate/judge.h"
#include "aggregate/quality.h"

#include "core/clock.h"
#include "core/timetext.h"

#include <sodium.h>

/* When, by the journal, windows are being closed. */
struct closing_time {
    int64_t now_ns;
    uint64_t record;
};

int64_t aggregate_watermark(const struct aggregate *a, const struct process_state *state,
                            int64_t now_ns)
{
    const struct plan_windows *w = &a->plan->windows;
    int64_t watermark_ns = INT64_MAX;
    for (size_t i = 0; i < state->device_count; i++) {
        const struct device *device = &a->devices[state->devices[i]];
        int64_t since_ns = device->heard_ns == INT64_MIN ? a->begin_ns : device->heard_ns;
        /* Before the first record nothing has begun, so nobody is silent yet. */
        if (since_ns != INT64_MIN && now_ns - since_ns > w->idle_ns) {
            continue;
        }
        if (device->newest_ns == INT64_MIN) {
            return INT64_MIN; /* not heard yet, and it may still speak of anything */
        }
        watermark_ns =
            device->newest_ns < watermark_ns ? device->newest_ns : watermark_ns;
    }
    if (watermark_ns == INT64_MAX) {
        return now_ns - w->idle_ns - w->skew_ns;
    }
    return watermark_ns - w->skew_ns;
}

/* What the point `by` said over the time of the list, for judge_status() and
 * judge_frozen().  A meter's far neighbours cover nothing, so they need no judging. */
static enum err collect_said(struct aggregate *a, const struct plan_point *point,
                             const struct series_span *span, size_t by, struct error *e)
{
    const struct plan_point *says = &a->plan->points[by];
    struct series_span said = {.from_ns = span->from_ns - span->lead_ns,
                               .to_ns = span->to_ns + point->max_gap_ns + 1,
                               .reach_ns = says->max_gap_ns};
    return series_collect(&a->series[by], a->store, &said, &a->said, e);
}

static enum err judge_list(struct aggregate *a, const struct plan_point *point,
                           const struct series_span *span, struct error *e)
{
    enum err err = ERR_OK;
    for (size_t i = 0; err == ERR_OK && i < point->status_count; i++) {
        err = collect_said(a, point, span, point->status[i].point_index, e);
        if (err == ERR_OK) {
            judge_status(point, &point->status[i], &a->said, &a->list);
        }
    }
    judge_jumps(point, &a->list);
    if (err == ERR_OK && point->frozen_while) {
        err = collect_said(a, point, span, point->frozen_while_index, e);
    }
    if (err == ERR_OK) {
        judge_frozen(point, &a->said, &a->list);
    }
    return err;
}

static enum err point_of_window(void *ctx, size_t point, int64_t from_ns, int64_t to_ns,
                                struct point_value *ret_value, struct error *e)
{
    struct aggregate *a = ctx;
    const struct plan_point *p = &a->plan->points[point];
    struct series *series = &a->series[point];
    struct series_span span =
        integrate_span(p, from_ns, to_ns, a->plan->windows.amend_until_ns);
    span.lead_ns = judge_lead_ns(p);
    enum err err = series_collect(series, a->store, &span, &a->list, e);
    if (err == ERR_OK) {
        err = judge_list(a, p, &span, e);
    }
    if (err != ERR_OK) {
        return err;
    }
    *ret_value = (struct point_value){.point = p};
    integrate(p, &a->list, from_ns, to_ns, &ret_value->integral);
    series_counts(series, series_minute(from_ns), series_minute(to_ns),
                  &ret_value->duplicate, &ret_value->rejected);
    return ERR_OK;
}

static bool has_rule(const struct plan_point *point)
{
    return strcmp(point->substitute, "none") != 0;
}

static bool substitute_in_window(void *ctx, size_t point, int64_t from_ns,
                                 double *ret_value)
{
    const struct aggregate *a = ctx;
    const struct plan_point *p = &a->plan->points[point];
    return has_rule(p) && history_substitute(&a->histories[point], p, from_ns,
                                             a->plan->windows.length_ns, ret_value);
}

static uint64_t lost_messages(const struct aggregate *a,
                              const struct process_state *state, int64_t from_ns,
                              int64_t to_ns)
{
    uint64_t lost = 0;
    for (size_t i = 0; i < state->device_count; i++) {
        lost += device_lost(&a->devices[state->devices[i]], from_ns, to_ns);
    }
    return lost;
}

/* The gaps of the whole source that fall into the window. */
static size_t gaps_in(const struct aggregate *a, int64_t from_ns, int64_t to_ns,
                      struct summary_gap *ret_gaps)
{
    size_t count = 0;
    for (size_t i = 0; i < a->gap_count; i++) {
        if (a->gaps[i].from_ns < to_ns && a->gaps[i].to_ns >= from_ns) {
            ret_gaps[count++] = a->gaps[i];
        }
    }
    return count;
}

static int year_of(const struct aggregate *a, int64_t at_ns)
{
    int64_t offset_ns =
        a->zone ? zone_offset_at(a->zone, at_ns / NS_PER_S) * NS_PER_S : 0;
    return time_to_civil(at_ns + offset_ns).year;
}

static enum history_state history_state_of(const struct point_value *value)
{
    if (value->state == POINT_VALID) {
        return HISTORY_VALID;
    }
    return value->state == POINT_SUBSTITUTED ? HISTORY_SUBSTITUTED : HISTORY_MISSING;
}

/* The windows of every process that uses the point are made again from `from_ns` up to
 * `to_ns`: their substitutes come out otherwise now. */
static void make_again(struct aggregate *a, size_t point, int64_t from_ns, int64_t to_ns,
                       int64_t now_ns)
{
    for (size_t i = 0; i < a->plan->process_count; i++) {
        if (a->processes[i].uses[point]) {
            windows_make_again(&a->processes[i].windows, from_ns, to_ns, now_ns,
                               WINDOW_SUBSTITUTE);
        }
    }
}

/* Remembers what the window's points gave.  A point that stood still says nothing. */
static void note_history(struct aggregate *a, const struct process_state *state,
                         const struct process_value *value, int64_t from_ns,
                         int64_t now_ns)
{
    const struct point_value *operating = NULL;
    for (size_t i = 0; i < value->point_count; i++) {
        const struct point_value *point = &value->points[i];
        if (point->point == state->process->operating) {
            operating = point;
        }
    }
    for (size_t i = 0; i < value->point_count; i++) {
        const struct point_value *point = &value->points[i];
        if (!has_rule(point->point) || point->state == POINT_STANDSTILL) {
            continue;
        }
        int64_t again_ns =
            history_note(&a->histories[point->index], from_ns, year_of(a, from_ns),
                         history_state_of(point), quality_whole_window(point, operating));
        if (again_ns != INT64_MAX && history_looks_ahead(point->point)) {
            make_again(a, point->index, again_ns, from_ns, now_ns);
        }
    }
}

/* For status pages: what the point's last window left out, and why. */
static void note_causes(struct aggregate *a, const struct process_value *value,
                        uint32_t revision)
{
    for (size_t i = 0; revision == 0 && i < value->point_count; i++) {
        const struct point_value *point = &value->points[i];
        memcpy(a->points[point->index].causes, point->integral.causes,
               sizeof point->integral.causes);
    }
}

static enum err write_window(struct aggregate *a, struct process_state *state,
                             const struct window *window, struct closing_time time,
                             struct bytes *ret_bytes, struct error *e)
{
    int64_t from_ns = window->start_ns;
    int64_t to_ns = from_ns + state->windows.length_ns;
    struct process_window pw = {.plan = a->plan,
                                .process = state->process,
                                .from_ns = from_ns,
                                .to_ns = to_ns,
                                .point = point_of_window,
                                .substitute = substitute_in_window,
                                .laboratory = &a->laboratory,
                                .ctx = a};
    struct process_value value;
    enum err err = process_compute(&pw, &a->arena, &value, e);
    if (err != ERR_OK) {
        return err;
    }
    note_history(a, state, &value, from_ns, time.now_ns);
    state->alarms = value.alarm_count;
    note_causes(a, &value, window->revisions);
    struct summary_gap gaps[AGGREGATE_GAPS_MAX];
    uint8_t tree_root[MERKLE_HASH_LEN];
    uint8_t input_root[MERKLE_HASH_LEN];
    if (a->log) {
        merkle_root(a->log, tree_root);
        merkle_root(&window->inputs, input_root);
    }
    bool again = window->revisions > 0;
    struct summary_facts facts = {
        .plan = a->plan,
        .from_ns = from_ns,
        .to_ns = to_ns,
        .year = year_of(a, from_ns),
        .revision = window->revisions,
        .previous = state->windows.has_previous ? state->windows.previous : NULL,
        .supersedes = again ? window->key : NULL,
        .reason = again ? window_reason_name(window->reason) : "",
        .software = a->software,
        .clock = "synchronised",
        .first_record = window->first_record,
        .last_record = window->last_record ? window->last_record : time.record,
        .lost = lost_messages(a, state, from_ns, to_ns),
        .gaps = gaps,
        .gap_count = gaps_in(a, from_ns, to_ns, gaps),
        .input_root = a->log ? input_root : NULL,
        .input_count = window->inputs.count,
        .tree_root = a->log ? tree_root : NULL,
        .tree_size = a->log ? a->log->count : 0,
    };
    return summary_write(&value, &facts, &a->arena, ret_bytes, e);
}

static enum err make_summary(struct aggregate *a, struct process_state *state,
                             struct window *window, struct closing_time time,
                             struct aggregate_summary *ret_summary, struct error *e)
{
    arena_reset(&a->arena);
    *ret_summary = (struct aggregate_summary){
        .process = state->process,
        .from_ns = window->start_ns,
        .to_ns = window->start_ns + state->windows.length_ns,
        .revision = window->revisions,
    };
    enum err err = write_window(a, state, window, time, &ret_summary->bytes, e);
    if (err == ERR_OK) {
        crypto_hash_sha256(ret_summary->key, ret_summary->bytes.data,
                           ret_summary->bytes.len);
        windows_made(&state->windows, window, ret_summary->key);
    }
    return err;
}

static enum err close_process(struct aggregate *a, struct process_state *state,
                              struct closing_time time, aggregate_summary_fn *each,
                              void *ctx, struct error *e)
{
    const struct plan_windows *w = &a->plan->windows;
    struct window_due due = {.watermark_ns = aggregate_watermark(a, state, time.now_ns),
                             .lateness_ns = w->lateness_ns,
                             .settle_ns = w->settle_ns,
                             .now_ns = time.now_ns};
    if (due.watermark_ns == INT64_MIN) {
        return ERR_OK;
    }
    struct window *window = windows_next_due(&state->windows, &due);
    while (window) {
        struct aggregate_summary summary;
        enum err err = make_summary(a, state, window, time, &summary, e);
        if (err == ERR_OK) {
            err = each(ctx, &summary, e);
        }
        if (err != ERR_OK) {
            return err;
        }
        window = windows_next_due(&state->windows, &due);
    }
    windows_prune(&state->windows, time.now_ns - w->amend_until_ns);
    return ERR_OK;
}

enum err aggregate_close_due(struct aggregate *a, int64_t now_ns, uint64_t record,
                             aggregate_summary_fn *each, void *ctx, struct error *e)
{
    if (a->begin_ns == INT64_MIN) {
        a->begin_ns = now_ns;
    }
    struct closing_time time = {.now_ns = now_ns, .record = record};
    for (size_t i = 0; i < a->plan->process_count; i++) {
        enum err err = close_process(a, &a->processes[i], time, each, ctx, e);
        if (err != ERR_OK) {
            return error_wrap(e, "process '%s'", a->plan->processes[i].id);
        }
    }
    return ERR_OK;
}

void aggregate_get_process(const struct aggregate *a, size_t process, int64_t now_ns,
                           struct aggregate_process_status *ret_status)
{
    const struct process_state *state = &a->processes[process];
    *ret_status = (struct aggregate_process_status){
        .started = state->windows.started,
        .next_ns = state->windows.next_ns,
        .watermark_ns = aggregate_watermark(a, state, now_ns),
        .alarms = state->alarms,
    };
}

enum err aggregate_peek(struct aggregate *a, size_t process, int64_t from_ns,
                        int64_t to_ns, struct arena *arena,
                        struct process_value *ret_value, struct error *e)
{
    struct process_window pw = {.plan = a->plan,
                                .process = a->processes[process].process,
                                .from_ns = from_ns,
                                .to_ns = to_ns,
                                .point = point_of_window,
                                .substitute = substitute_in_window,
                                .laboratory = &a->laboratory,
                                .ctx = a};
    return process_compute(&pw, arena, ret_value, e);
}
