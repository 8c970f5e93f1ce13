/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The aggregation's state between restarts: devices, series marks and windows, each by
 * name, so that a changed configuration keeps what it still has.
 */
#include "aggregate/aggregate_private.h"

#define STATE_VERSION 3
/* Of a device only the newest boot. */
#define STATE_ONE_BOOT 2
/* The same without laboratory results. */
#define STATE_NO_LABORATORY 1

static void put_gaps(const struct aggregate *a, struct buf *out)
{
    buf_add_varint(out, a->gap_count);
    for (size_t i = 0; i < a->gap_count; i++) {
        buf_add_u64(out, (uint64_t)a->gaps[i].from_ns);
        buf_add_string(out, bytes_of(a->gaps[i].reason));
    }
}

void aggregate_save(const struct aggregate *a, struct buf *out)
{
    buf_add_byte(out, STATE_VERSION);
    buf_add_u64(out, (uint64_t)a->begin_ns);
    buf_add_varint(out, a->device_count);
    for (size_t i = 0; i < a->device_count; i++) {
        device_put(&a->devices[i], out);
    }
    buf_add_varint(out, a->plan->point_count);
    for (size_t i = 0; i < a->plan->point_count; i++) {
        buf_add_string(out, bytes_of(a->plan->points[i].id));
        buf_add_u64(out, (uint64_t)a->series[i].stored_max);
        history_put(&a->histories[i], out);
    }
    buf_add_varint(out, a->plan->process_count);
    for (size_t i = 0; i < a->plan->process_count; i++) {
        buf_add_string(out, bytes_of(a->plan->processes[i].id));
        windows_put(&a->processes[i].windows, out);
    }
    put_gaps(a, out);
    laboratory_put(&a->laboratory, out);
}

static void get_devices(struct aggregate *a, struct cursor *c, bool one_boot)
{
    uint64_t count = cursor_varint(c);
    for (uint64_t i = 0; i < count && !c->failed; i++) {
        struct device unknown;
        device_init(&unknown, "");
        struct device *device = table_find(&a->device_names, cursor_string(c));
        device_get(device ? device : &unknown, c, one_boot);
    }
}

static void get_series(struct aggregate *a, struct cursor *c)
{
    uint64_t count = cursor_varint(c);
    for (uint64_t i = 0; i < count && !c->failed; i++) {
        struct bytes id = cursor_string(c);
        int64_t stored_max = (int64_t)cursor_u64(c);
        const struct plan_point *point = plan_find_point(a->plan, id);
        struct history unknown = {0};
        history_get(point ? &a->histories[point - a->plan->points] : &unknown, c);
        history_deinit(&unknown);
        if (point) {
            struct series *series = &a->series[point - a->plan->points];
            series->stored_max = stored_max;
            series->memory_from = stored_max == INT64_MIN ? INT64_MIN : stored_max + 1;
        }
    }
}

static struct process_state *find_process(struct aggregate *a, struct bytes id)
{
    for (size_t i = 0; i < a->plan->process_count; i++) {
        if (bytes_are(id, a->plan->processes[i].id)) {
            return &a->processes[i];
        }
    }
    return NULL;
}

static void get_processes(struct aggregate *a, struct cursor *c)
{
    uint64_t count = cursor_varint(c);
    for (uint64_t i = 0; i < count && !c->failed; i++) {
        struct windows unknown;
        windows_init(&unknown, a->plan->windows.length_ns);
        struct process_state *state = find_process(a, cursor_string(c));
        windows_get(state ? &state->windows : &unknown, c);
        windows_deinit(&unknown);
    }
}

/* Reasons are words of ours; a gap keeps the one it has in this list. */
static const char *known_reason(struct bytes reason)
{
    static const char *const reasons[] = {"session_lost", "broker_dropped", "quarantined",
                                          "source"};
    size_t count = sizeof reasons / sizeof reasons[0];
    for (size_t i = 0; i < count; i++) {
        if (bytes_are(reason, reasons[i])) {
            return reasons[i];
        }
    }
    return reasons[count - 1];
}

static void get_gaps(struct aggregate *a, struct cursor *c)
{
    uint64_t count = cursor_varint(c);
    for (uint64_t i = 0; i < count && !c->failed; i++) {
        int64_t at_ns = (int64_t)cursor_u64(c);
        aggregate_gap(a, at_ns, known_reason(cursor_string(c)));
    }
}

enum err aggregate_load(struct aggregate *a, struct bytes saved, struct error *e)
{
    struct cursor c = cursor_of(saved);
    uint8_t version = cursor_byte(&c);
    if (version < STATE_NO_LABORATORY || version > STATE_VERSION) {
        return error_set(e, ERR_CORRUPT, "aggregation state: unknown version");
    }
    a->begin_ns = (int64_t)cursor_u64(&c);
    get_devices(a, &c, version <= STATE_ONE_BOOT);
    get_series(a, &c);
    get_processes(a, &c);
    get_gaps(a, &c);
    if (version > STATE_NO_LABORATORY) {
        laboratory_get(&a->laboratory, a->plan, &c);
    }
    if (c.failed || c.rest.len > 0) {
        return error_set(e, ERR_CORRUPT, "aggregation state: stored bytes do not read");
    }
    return ERR_OK;
}
