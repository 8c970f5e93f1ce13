/* SPDX-License-Identifier: Apache-2.0 */
/* Ids, names, times and units, as every section checks them. */
#include "config/plan_private.h"

#include "core/clock.h"
#include "core/mem.h"
#include "core/nearest.h"
#include "core/timetext.h"

#include <stdio.h>

#define ID_MAX 64

static bool is_id(struct bytes text)
{
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.data[i];
        bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
        bool other = (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
        if (!letter && !other) {
            return false;
        }
    }
    return text.len > 0 && text.len <= ID_MAX;
}

bool build_check_id(struct build *b, const struct node *map, const char *key)
{
    const struct node *node = node_find(map, key);
    if (!node || node->kind != NODE_SCALAR) {
        return false;
    }
    if (!is_id(node->text)) {
        problem_at(b->problems, node,
                   "%s: '%.*s' must be 1 to %d letters, digits, '-', '_' or '.'", key,
                   BYTES_ARG(node->text), ID_MAX);
        return false;
    }
    return true;
}

bool build_unique(struct build *b, struct table *seen, const struct node *node,
                  const char *kind, const char *id)
{
    const struct node *first = table_find(seen, bytes_of(id));
    if (first) {
        problem_at(b->problems, node, "the %s '%s' is there twice; first at %s:%d:%d",
                   kind, id, first->file, first->line, first->column);
        return false;
    }
    table_put(seen, bytes_of(id), (void *)(uintptr_t)node);
    return true;
}

const struct plan_point *build_find_point(struct build *b, const struct node *node)
{
    if (node->kind != NODE_SCALAR) {
        problem_at(b->problems, node, "the id of a point is wanted here");
        return NULL;
    }
    const struct plan_point *point = table_find(&b->points, node->text);
    if (point) {
        return point;
    }
    const char **names = mem_array(b->points.count + 1, sizeof *names);
    for (size_t i = 0; i < b->points.count; i++) {
        names[i] = ((const struct plan_point *)b->points.entries[i].value)->id;
    }
    const char *near = nearest_name(names, node->text);
    problem_at(b->problems, node, "there is no point '%.*s'%s%s%s", BYTES_ARG(node->text),
               near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
    mem_free(&names);
    return NULL;
}

/* "2026-07-01" means the beginning of that day. */
static bool parse_time(const struct build *b, struct bytes text, int64_t *ret_ns)
{
    char copy[TIME_TEXT_MAX + 16];
    bool zoned = false;
    bool date = text.len == 10;
    int64_t utc_s = 0;
    if (text.len >= TIME_TEXT_MAX) {
        return false;
    }
    snprintf(copy, sizeof copy, "%.*s%s", BYTES_ARG(text), date ? "T00:00:00" : "");
    if (!time_parse_iso(bytes_of(copy), ret_ns, &zoned)) {
        return false;
    }
    if (!zoned && b->zone) {
        (void)zone_to_utc(b->zone, *ret_ns / NS_PER_S, &utc_s); /* any fit will do */
        *ret_ns = utc_s * NS_PER_S;
    }
    return true;
}

bool build_read_time(struct build *b, const struct node *node, int64_t *ret_ns)
{
    if (node->kind == NODE_SCALAR && parse_time(b, node->text, ret_ns)) {
        return true;
    }
    problem_at(b->problems, node,
               "%.*s: a date or time is wanted, as in 2026-07-01 or "
               "2026-07-01T06:00:00+05:00",
               BYTES_ARG(node->key));
    return false;
}

bool build_open_units(struct build *b)
{
    struct error e = {0};
    if (!b->units && units_open(&b->units, &e) != ERR_OK) {
        problem_at(b->problems, NULL, "%s", e.text);
    }
    return b->units != NULL;
}

bool build_unit(struct build *b, const struct node *node, struct bytes text,
                struct unit *ret_unit)
{
    struct error e = {0};
    if (units_parse(b->units, text, ret_unit, &e) != ERR_OK) {
        problem_at(b->problems, node, "%s", e.text);
        return false;
    }
    return true;
}
