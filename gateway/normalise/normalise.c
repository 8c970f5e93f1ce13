/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Looks points up by "device NUL metric" and remembers, per point, the conversion of
 * every unit text that came along.  A device that makes up units is bounded: beyond
 * UNITS_MAX texts of a point the oldest answers are worked out again.
 */
#include "normalise/normalise.h"

#include "core/mem.h"
#include "core/table.h"
#include "units/units.h"

#include <math.h>

#define KEY_MAX 1024
#define UNITS_MAX 8

/* NAMUR NE 43: the measured value is between the limits; beyond the fault levels the
 * transmitter has failed; mA. */
#define LOOP_ZERO 4.0
#define LOOP_FULL 20.0
#define LOOP_LIMIT_LOW 3.8
#define LOOP_LIMIT_HIGH 20.5
#define LOOP_FAULT_LOW 3.6
#define LOOP_FAULT_HIGH 21.0

struct conversion {
    char text[UNIT_TEXT_MAX + 1];
    size_t len;
    bool fits;
    double scale, offset;
};

struct point_entry {
    size_t point;
    struct point_entry *next; /* another point of the same device and metric */
    struct unit unit;
    struct conversion assumed; /* of readings without a unit */
    struct conversion known[UNITS_MAX];
    size_t known_count;
    size_t known_next; /* the one to be replaced next when all are taken */
};

struct normaliser {
    const struct plan *plan;
    struct units *units;
    struct point_entry *entries; /* one per point */
    struct table by_metric;      /* -> first point_entry */
    struct table by_device;      /* -> any point_entry */
};

static struct bytes key_of(struct bytes device, struct bytes metric, uint8_t *key)
{
    if (device.len + metric.len + 1 > KEY_MAX) {
        return (struct bytes){0};
    }
    if (device.len) {
        memcpy(key, device.data, device.len);
    }
    key[device.len] = 0;
    if (metric.len) {
        memcpy(key + device.len + 1, metric.data, metric.len);
    }
    return (struct bytes){.data = key, .len = device.len + 1 + metric.len};
}

static void convert(struct normaliser *n, const struct point_entry *entry,
                    struct bytes text, struct conversion *ret_conversion)
{
    struct unit from;
    struct error e;
    ret_conversion->len = text.len;
    memcpy(ret_conversion->text, text.data, text.len);
    ret_conversion->fits = units_parse(n->units, text, &from, &e) == ERR_OK &&
                           unit_convert(&from, &entry->unit, &ret_conversion->scale,
                                        &ret_conversion->offset, &e) == ERR_OK;
}

static enum err set_up_point(struct normaliser *n, size_t index, struct error *e)
{
    const struct plan_point *point = &n->plan->points[index];
    struct point_entry *entry = &n->entries[index];
    entry->point = index;
    const char *unit = point->loop ? "mA" : point->unit; /* that readings become */
    enum err err = units_parse(n->units, bytes_of(unit), &entry->unit, e);
    if (err != ERR_OK) {
        return error_wrap(e, "point '%s'", point->id);
    }
    const char *assume = point->assume_unit ? point->assume_unit : unit;
    convert(n, entry, bytes_of(assume), &entry->assumed);
    uint8_t memory[KEY_MAX];
    struct bytes key = key_of(bytes_of(point->device), bytes_of(point->metric), memory);
    entry->next = table_put(&n->by_metric, key, entry);
    table_put(&n->by_device, bytes_of(point->device), entry);
    return ERR_OK;
}

enum err normaliser_open(const struct plan *plan, struct normaliser **ret_normaliser,
                         struct error *e)
{
    struct normaliser *n = mem_new(struct normaliser);
    n->plan = plan;
    n->entries = mem_array(plan->point_count, sizeof *n->entries);
    table_init(&n->by_metric);
    table_init(&n->by_device);
    enum err err = units_open(&n->units, e);
    for (size_t i = 0; err == ERR_OK && i < plan->point_count; i++) {
        err = set_up_point(n, i, e);
    }
    if (err != ERR_OK) {
        normaliser_close(&n);
        return ERR_CONFIG;
    }
    *ret_normaliser = n;
    return ERR_OK;
}

void normaliser_close(struct normaliser **normaliser)
{
    if (!*normaliser) {
        return;
    }
    units_close(&(*normaliser)->units);
    table_deinit(&(*normaliser)->by_metric);
    table_deinit(&(*normaliser)->by_device);
    mem_free(&(*normaliser)->entries);
    mem_free(normaliser);
}

/* The conversion of a unit text to the point's unit, from memory where it was seen. */
static const struct conversion *
conversion_of(struct normaliser *n, struct point_entry *entry, struct bytes text)
{
    if (text.len == 0) {
        return &entry->assumed;
    }
    if (text.len > UNIT_TEXT_MAX) {
        return NULL;
    }
    for (size_t i = 0; i < entry->known_count; i++) {
        const struct conversion *known = &entry->known[i];
        struct bytes seen = {(const uint8_t *)known->text, known->len};
        if (bytes_equal(text, seen)) {
            return known;
        }
    }
    struct conversion *slot = NULL;
    if (entry->known_count < UNITS_MAX) {
        slot = &entry->known[entry->known_count++];
    } else {
        slot = &entry->known[entry->known_next++ % UNITS_MAX];
    }
    convert(n, entry, text, slot);
    return slot;
}

/* Words of adapters for values that are faults of the data, as against a device that
 * says "no value now" itself. */
static const char *fault_word(struct bytes detail)
{
    static const char *const faults[] = {
        "nan",        "inf",          "non_finite", "not_a_number",
        "not_a_bool", "bad_encoding", "wrong_type", "unmapped_value",
        NULL};
    for (const char *const *fault = faults; *fault; fault++) {
        if (bytes_are(detail, *fault)) {
            return *fault;
        }
    }
    return NULL;
}

static void mark_bad(struct normalised *result, const char *reason,
                     enum sample_cause cause)
{
    result->sample.value = 0;
    result->sample.flags = sample_flags(SAMPLE_BAD, cause);
    result->reason = reason;
    result->dead_letter = reason != NULL;
}

/* What a device means that says "no value now" itself. */
static enum sample_cause said_cause(struct bytes detail)
{
    if (bytes_are(detail, "calibration")) {
        return CAUSE_CALIBRATION;
    }
    return bytes_are(detail, "maintenance") ? CAUSE_MAINTENANCE : CAUSE_STATUS;
}

/* Outside its limits a current is the transmitter's own word for a fault (NE 43), so
 * nothing is wrong with the data.  False: no value. */
static bool read_loop(const struct plan_point *point, double current_ma,
                      struct normalised *result, double *ret_value)
{
    if (!(current_ma >= LOOP_FAULT_LOW && current_ma <= LOOP_FAULT_HIGH)) {
        mark_bad(result, NULL, CAUSE_SIGNAL);
        return false;
    }
    if (current_ma < LOOP_LIMIT_LOW || current_ma > LOOP_LIMIT_HIGH) {
        result->sample.flags = sample_flags(SAMPLE_UNCERTAIN, CAUSE_SIGNAL);
    }
    double part = (current_ma - LOOP_ZERO) / (LOOP_FULL - LOOP_ZERO);
    *ret_value = point->loop_low + part * (point->loop_high - point->loop_low);
    return true;
}

static void take_number(struct normaliser *n, struct point_entry *entry,
                        const struct reading *reading, double number,
                        struct normalised *result)
{
    const struct plan_point *point = &n->plan->points[entry->point];
    if (point->kind == POINT_STATE) {
        result->sample.value = number;
        return;
    }
    const struct conversion *conversion = conversion_of(n, entry, reading->unit);
    if (!conversion || !conversion->fits) {
        result->usable = false;
        result->reason = "wrong_unit";
        result->dead_letter = true;
        return;
    }
    double value = number * conversion->scale + conversion->offset;
    if (point->loop && !read_loop(point, value, result, &value)) {
        return;
    }
    bool in_range = value >= point->range_min && value <= point->range_max;
    if (!isfinite(value) || !in_range) {
        mark_bad(result, "out_of_range", CAUSE_RANGE);
        return;
    }
    result->sample.value = value + 0.0; /* no minus zero */
}

static uint32_t short_identity(uint64_t identity)
{
    uint32_t folded = (uint32_t)(identity ^ (identity >> 32));
    return identity != 0 && folded == 0 ? 1 : folded;
}

static void normalise_one(struct normaliser *n, struct point_entry *entry,
                          const struct reading *reading, struct normalised *result)
{
    double number = 0;
    *result = (struct normalised){.point = entry->point, .usable = true};
    result->sample.at_ns = reading->event_ns;
    result->sample.identity = short_identity(reading->identity);
    if (reading->quality == QUALITY_BAD) {
        const char *fault = fault_word(reading->detail);
        mark_bad(result, fault, fault ? CAUSE_NONE : said_cause(reading->detail));
        return;
    }
    result->sample.flags = reading->quality == QUALITY_UNCERTAIN ? SAMPLE_UNCERTAIN : 0;
    if (!value_number(&reading->value, &number)) {
        mark_bad(result, "not_a_number", CAUSE_NONE);
        return;
    }
    take_number(n, entry, reading, number, result);
}

size_t normalise(struct normaliser *n, const struct reading *reading,
                 struct normalised results[NORMALISE_POINTS_MAX])
{
    uint8_t memory[KEY_MAX];
    struct bytes key = key_of(reading->device, reading->metric, memory);
    if (!key.data) {
        return 0;
    }
    size_t count = 0;
    struct point_entry *entry = table_find(&n->by_metric, key);
    for (; entry && count < NORMALISE_POINTS_MAX; entry = entry->next) {
        normalise_one(n, entry, reading, &results[count++]);
    }
    return count;
}

bool normalise_knows_device(const struct normaliser *n, struct bytes device)
{
    return table_find(&n->by_device, device) != NULL;
}
