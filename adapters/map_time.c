/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Event times: candidates in order.  One that is missing or null is passed over; one
 * that is there but unreadable too, and is remembered for the case that none gives a
 * time.  The first time read decides, plausible or not.
 */
#include "map_private.h"

static const char *const keys[] = {"path", "format", "tz", "base", "base_spec", NULL};
static const char *const base_keys[] = {"path", "format", "tz", NULL};

/* A text format, or a map {format, tz}. */
static void load_base_format(struct map_loader *l, const struct node *node,
                             struct map_time *time)
{
    if (node->kind == NODE_SCALAR) {
        time_format_init(&time->format, node, NULL, l->problems);
        return;
    }
    node_check_keys(node, base_keys, l->problems);
    const struct node *form = node_find(node, "format");
    if (form) {
        time_format_init(&time->format, form, node_find(node, "tz"), l->problems);
    } else {
        problem_at(l->problems, node, "'format' is missing");
    }
}

static void load_offset(struct map_loader *l, const struct node *node,
                        struct map_time *time)
{
    const struct node *base_spec = node_find(node, "base_spec");
    const struct node *base = node_find(node, "base");
    base = base ? base : node_find(base_spec, "path");
    time->is_offset = true;
    if (!base || !base_spec) {
        problem_at(l->problems, node,
                   "'offset_ms' needs 'base', the path of a time, and 'base_spec', how "
                   "it is written");
        return;
    }
    map_load_path(l, base, &time->base);
    load_base_format(l, base_spec, time);
}

static void load_time(struct map_loader *l, const struct node *node,
                      struct map_time *time)
{
    if (node->kind != NODE_MAP) {
        problem_at(l->problems, node,
                   "a time is a map such as {path: /t, format: epoch_ms}");
        return;
    }
    node_check_keys(node, keys, l->problems);
    const struct node *path = node_find(node, "path");
    const struct node *form = node_find(node, "format");
    if (path) {
        map_load_path(l, path, &time->path);
    } else {
        problem_at(l->problems, node, "'path' is missing");
    }
    if (!form) {
        problem_at(l->problems, node,
                   "'format' is missing: iso, epoch_s, epoch_ms, epoch_us, epoch_ns, "
                   "strptime:PATTERN or offset_ms");
    } else if (form->kind == NODE_SCALAR && bytes_are(form->text, "offset_ms")) {
        load_offset(l, node, time);
    } else {
        time_format_init(&time->format, form, node_find(node, "tz"), l->problems);
    }
}

const struct map_times *map_load_times(struct map_loader *l, const struct node *node)
{
    bool list = node->kind == NODE_LIST;
    struct map_times *times = pool_new(&l->map->pool, struct map_times);
    size_t count = list ? node->count : 1;
    times->items = pool_take(&l->map->pool, count + 1, sizeof(struct map_time *));
    for (const struct node *child = list ? node->first : node; child;
         child = list ? child->next : NULL) {
        struct map_time *time = pool_new(&l->map->pool, struct map_time);
        time->next_made = l->map->times_made;
        l->map->times_made = time;
        load_time(l, child, time);
        times->items[times->count++] = time;
        times->per_item = times->per_item || time->path.per_item || time->base.per_item;
    }
    return times;
}

/* ---- at work ---- */

/* NONE: missing, null or without text. */
static enum map_time_result read_at(struct map_run *run, const struct map_path *path,
                                    const struct time_format *format, int64_t *ret_ns)
{
    uint32_t item = map_path_find(run, path);
    struct map_text text = {0};
    if (item == TAPE_NONE || tape_kind(&run->tape, item) == TAPE_NULL) {
        return MAP_TIME_NONE;
    }
    if (!map_item_text(&run->tape, item, &text)) {
        return MAP_TIME_UNREADABLE;
    }
    bool is_text = tape_kind(&run->tape, item) == TAPE_STRING;
    return time_format_read(format, text.text, is_text, ret_ns) ? MAP_TIME_READ
                                                                : MAP_TIME_UNREADABLE;
}

static enum map_time_result read_offset(struct map_run *run, const struct map_time *time,
                                        int64_t *ret_ns)
{
    static const struct time_format ms = {.kind = TIME_EPOCH, .scale = 6};
    int64_t offset_ns = 0;
    int64_t base_ns = 0;
    enum map_time_result result = read_at(run, &time->path, &ms, &offset_ns);
    if (result != MAP_TIME_READ) {
        return result;
    }
    result = read_at(run, &time->base, &time->format, &base_ns);
    if (result == MAP_TIME_READ && __builtin_add_overflow(base_ns, offset_ns, ret_ns)) {
        *ret_ns = offset_ns < 0 ? INT64_MIN : INT64_MAX;
    }
    return result;
}

enum map_time_result map_time_find(struct map_run *run, const struct map_times *times,
                                   int64_t *ret_ns)
{
    bool unreadable = false;
    for (size_t i = 0; times && i < times->count; i++) {
        const struct map_time *time = times->items[i];
        enum map_time_result result =
            time->is_offset ? read_offset(run, time, ret_ns)
                            : read_at(run, &time->path, &time->format, ret_ns);
        if (result == MAP_TIME_READ) {
            return result;
        }
        unreadable = unreadable || result == MAP_TIME_UNREADABLE;
    }
    return unreadable ? MAP_TIME_UNREADABLE : MAP_TIME_NONE;
}
