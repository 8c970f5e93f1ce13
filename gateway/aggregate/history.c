/* SPDX-License-Identifier: Apache-2.0 */
/* Remembers windows of a point and applies its substitution rule. */
#include "aggregate/history.h"

#include "core/clock.h"
#include "core/mem.h"
#include "methods/method.h"

#include <math.h>
#include <stdlib.h>

#define QUALITY_ASSURED 720 /* hours that Part 75 looks back */

void history_deinit(struct history *history)
{
    mem_free(&history->entries);
    *history = (struct history){0};
}

/* Index of the first entry not before `start_ns`. */
static size_t position(const struct history *history, int64_t start_ns)
{
    size_t at = history->count;
    while (at > 0 && history->entries[at - 1].start_ns >= start_ns) {
        at--;
    }
    return at;
}

/* ---- noting ---- */

static void add_to_year(struct history *history, double value, double sign)
{
    if (history->n == 0) {
        history->first = value;
        history->sum = 0;
        history->squares = 0;
    }
    double difference = value - history->first;
    history->n += sign > 0 ? 1 : UINT64_MAX; /* wraps to less one */
    history->sum += sign * difference;
    history->squares += sign * difference * difference;
}

static struct history_entry *entry_for(struct history *history, int64_t start_ns,
                                       bool *ret_is_new)
{
    size_t at = position(history, start_ns);
    *ret_is_new = at == history->count || history->entries[at].start_ns != start_ns;
    if (!*ret_is_new) {
        return &history->entries[at];
    }
    if (history->count == HISTORY_MAX) {
        if (at == 0) {
            return NULL; /* older than all that are remembered */
        }
        memmove(&history->entries[0], &history->entries[1],
                (HISTORY_MAX - 1) * sizeof *history->entries);
        history->count--;
        at--;
    }
    history->entries = mem_grow(history->entries, history->count, &history->capacity,
                                sizeof *history->entries);
    memmove(&history->entries[at + 1], &history->entries[at],
            (history->count - at) * sizeof *history->entries);
    history->count++;
    history->entries[at] =
        (struct history_entry){.start_ns = start_ns, .state = HISTORY_MISSING};
    return &history->entries[at];
}

/* Start of the row of substituted windows that ends just before `entry`. */
static int64_t substituted_before(const struct history *history,
                                  const struct history_entry *entry)
{
    int64_t first_ns = INT64_MAX;
    while (entry > history->entries && (entry - 1)->state == HISTORY_SUBSTITUTED) {
        entry--;
        first_ns = entry->start_ns;
    }
    return first_ns;
}

int64_t history_note(struct history *history, int64_t start_ns, int year,
                     enum history_state state, double value)
{
    bool is_new = false;
    struct history_entry *entry = entry_for(history, start_ns, &is_new);
    if (!entry) {
        return INT64_MAX;
    }
    if (year > history->year) {
        history->year = year;
        history->n = 0;
    }
    bool was_valid = !is_new && entry->state == HISTORY_VALID;
    if (was_valid && year == history->year && history->n > 0) {
        add_to_year(history, entry->value, -1);
    }
    if (state == HISTORY_VALID && year == history->year) {
        add_to_year(history, value, 1);
    }
    entry->state = state;
    entry->value = value;
    bool turned_valid = state == HISTORY_VALID && !was_valid;
    return turned_valid ? substituted_before(history, entry) : INT64_MAX;
}

/* ---- rules ---- */

static bool mean_plus_2_sigma(const struct history *history, double *ret_value)
{
    if (history->n < 2) {
        return false;
    }
    double n = (double)history->n;
    double mean = history->sum / n;
    double variance = (history->squares - history->sum * mean) / (n - 1);
    *ret_value = history->first + mean + 2 * sqrt(variance > 0 ? variance : 0);
    return true;
}

/* The nearest valid windows on both sides of a start. */
struct around {
    const struct history_entry *before, *after;
};

static struct around find_around(const struct history *history, int64_t start_ns)
{
    struct around around = {0};
    size_t at = position(history, start_ns);
    for (size_t i = at; i > 0 && !around.before; i--) {
        if (history->entries[i - 1].state == HISTORY_VALID) {
            around.before = &history->entries[i - 1];
        }
    }
    for (size_t i = at; i < history->count && !around.after; i++) {
        const struct history_entry *entry = &history->entries[i];
        if (entry->state == HISTORY_VALID && entry->start_ns != start_ns) {
            around.after = entry;
        }
    }
    return around;
}

static bool before_after(const struct history *history, int64_t start_ns,
                         double *ret_value)
{
    struct around around = find_around(history, start_ns);
    const struct history_entry *before = around.before ? around.before : around.after;
    const struct history_entry *after = around.after ? around.after : around.before;
    if (!before) {
        return false;
    }
    *ret_value = (before->value + after->value) / 2;
    return true;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The last valid windows before a start, sorted by value; gives their number and how
 * many percent of all windows were valid. */
static size_t look_back(const struct history *history, int64_t start_ns, double *values,
                        double *ret_available)
{
    size_t count = 0;
    size_t all = 0;
    for (size_t i = position(history, start_ns); i > 0; i--) {
        const struct history_entry *entry = &history->entries[i - 1];
        all++;
        if (entry->state == HISTORY_VALID && count < QUALITY_ASSURED) {
            values[count++] = entry->value;
        }
    }
    qsort(values, count, sizeof *values, compare);
    *ret_available = all ? 100 * (double)count / (double)all : 0;
    return count;
}

/* The value at or below which `percent` of the sorted values lie (nearest rank). */
static double percentile(const double *sorted, size_t count, double percent)
{
    double rank = ceil(percent / 100 * (double)count);
    return sorted[rank < 1 ? 0 : (size_t)rank - 1];
}

static struct quantity known(double value)
{
    return (struct quantity){.has = true, .value = value};
}

static void set(struct quantity *inputs, const struct method *method, const char *name,
                double value)
{
    size_t item = 0;
    int at = method_input_find(method, bytes_of(name), &item);
    ASSERT(at >= 0);
    inputs[at] = known(value);
}

static double gap_hours(struct around around, int64_t start_ns, int64_t length_ns)
{
    int64_t from_ns = around.before ? around.before->start_ns + length_ns : start_ns;
    int64_t to_ns = around.after ? around.after->start_ns : start_ns + length_ns;
    return (double)(to_ns - from_ns) / (double)NS_PER_HOUR;
}

/* The table of the method part75_missing, given what is remembered. */
static bool part75(const struct history *history, const struct plan_point *point,
                   int64_t start_ns, int64_t length_ns, double *ret_value)
{
    const struct method *method = method_find(BYTES("part75_missing"));
    struct quantity inputs[METHOD_INPUTS_MAX] = {{0}};
    struct quantity outputs[METHOD_INPUTS_MAX] = {{0}};
    double values[QUALITY_ASSURED];
    double available = 0;
    struct around around = find_around(history, start_ns);
    size_t count = look_back(history, start_ns, values, &available);
    set(inputs, method, "pma", available);
    set(inputs, method, "gap_hours", gap_hours(around, start_ns, length_ns));
    if (around.before) {
        set(inputs, method, "before", around.before->value);
        set(inputs, method, "after",
            around.after ? around.after->value : around.before->value);
    }
    if (count > 0) {
        set(inputs, method, "p90", percentile(values, count, 90));
        set(inputs, method, "p95", percentile(values, count, 95));
        set(inputs, method, "maximum_lookback", values[count - 1]);
    }
    if (isfinite(point->substitute_value)) {
        set(inputs, method, "maximum_potential", point->substitute_value);
    }
    struct method_args args = {.inputs = inputs};
    struct method_results results = {.outputs = outputs};
    struct error e;
    bool found = method_run(method, &args, &results, &e) == ERR_OK && outputs[0].has;
    *ret_value = found ? outputs[0].value : *ret_value;
    return found;
}

bool history_substitute(const struct history *history, const struct plan_point *point,
                        int64_t start_ns, int64_t length_ns, double *ret_value)
{
    if (strcmp(point->substitute, "constant") == 0) {
        *ret_value = point->substitute_value;
        return true;
    }
    if (strcmp(point->substitute, "mean_plus_2_sigma") == 0) {
        return mean_plus_2_sigma(history, ret_value);
    }
    if (strcmp(point->substitute, "before_after") == 0) {
        return before_after(history, start_ns, ret_value);
    }
    if (strcmp(point->substitute, "part75") == 0) {
        return part75(history, point, start_ns, length_ns, ret_value);
    }
    return false;
}

bool history_looks_ahead(const struct plan_point *point)
{
    return strcmp(point->substitute, "before_after") == 0 ||
           strcmp(point->substitute, "part75") == 0;
}

/* ---- stored form ---- */

void history_put(const struct history *history, struct buf *out)
{
    buf_add_varint(out, (uint64_t)history->year);
    buf_add_varint(out, history->n);
    buf_add_f64(out, history->first);
    buf_add_f64(out, history->sum);
    buf_add_f64(out, history->squares);
    buf_add_varint(out, history->count);
    int64_t before_ns = 0;
    for (size_t i = 0; i < history->count; i++) {
        const struct history_entry *entry = &history->entries[i];
        buf_add_varint(out, (uint64_t)(entry->start_ns - before_ns));
        buf_add_byte(out, (uint8_t)entry->state);
        buf_add_f64(out, entry->value);
        before_ns = entry->start_ns;
    }
}

void history_get(struct history *history, struct cursor *c)
{
    history->year = (int)cursor_varint(c);
    history->n = cursor_varint(c);
    history->first = cursor_f64(c);
    history->sum = cursor_f64(c);
    history->squares = cursor_f64(c);
    uint64_t count = cursor_varint(c);
    int64_t start_ns = 0;
    history->count = 0;
    for (uint64_t i = 0; i < count && i < HISTORY_MAX && !c->failed; i++) {
        bool is_new = false;
        start_ns += (int64_t)cursor_varint(c);
        struct history_entry *entry = entry_for(history, start_ns, &is_new);
        uint8_t state = cursor_byte(c);
        c->failed = c->failed || state > HISTORY_MISSING || !entry;
        if (!c->failed) {
            entry->state = (enum history_state)state;
            entry->value = cursor_f64(c);
        }
    }
    c->failed = c->failed || count > HISTORY_MAX;
}
