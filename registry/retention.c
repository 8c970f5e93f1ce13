/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Records of the store:
 *
 *     hold, verified, declared   id "<installation> <year>": words, or nanoseconds
 *     kept-from                  id <installation>: "<ns> <year> <deleted> <1: done>"
 *     deletion                   id "<installation> <year>": "<deleted> <ns>", for ever
 */
#include "registry/retention.h"

#include "core/mem.h"
#include "core/number.h"
#include "core/table.h"
#include "core/timetext.h"
#include "core/zone.h"

#include <stdio.h>

#define KEPT_FROM "kept-from"
#define DELETION "deletion"
#define AFTER_VERIFICATION_YEARS 4
#define AFTER_DECLARATION_YEARS 4
#define ID_MAX (RETENTION_NAME_MAX + 16)
#define VALUE_MAX 128

const char *const retention_marks[RETENTION_MARKS] = {"hold", "verified", "declared"};

struct place {
    char installation[RETENTION_NAME_MAX];
    char zone[RETENTION_NAME_MAX];
    int64_t first_ns;
};

struct kept_from {
    int64_t ns, year, deleted, done;
};

/* What one look at the store works with. */
struct look {
    const struct store_driver *driver;
    struct store *store;
    int64_t years;
    struct place *places;
    size_t count, capacity;
    struct table by_name; /* places: their index and one */
};

/* ---- installations ---- */

static void note_process(void *ctx, const struct stored_process *process)
{
    struct look *look = ctx;
    struct bytes name = bytes_of(process->installation);
    uintptr_t at = (uintptr_t)table_find(&look->by_name, name);
    if (at == 0) {
        look->places =
            mem_grow(look->places, look->count, &look->capacity, sizeof *look->places);
        struct place *place = &look->places[look->count++];
        snprintf(place->installation, sizeof place->installation, "%s",
                 process->installation);
        snprintf(place->zone, sizeof place->zone, "%s", process->time_zone);
        place->first_ns = process->first_start_ns;
        table_put(&look->by_name, name, (void *)(uintptr_t)look->count);
    } else if (process->first_start_ns < look->places[at - 1].first_ns) {
        look->places[at - 1].first_ns = process->first_start_ns;
    }
}

static void look_deinit(struct look *look)
{
    table_deinit(&look->by_name);
    mem_free(&look->places);
}

static enum err look_at(struct look *look, const char *installation, struct error *e)
{
    struct process_query query = {.installation = installation, .limit = INT64_MAX};
    table_init(&look->by_name);
    return look->driver->each_process(look->store, &query, note_process, look, e);
}

/* ---- records ---- */

static void copy_value(void *ctx, const struct stored_record *record)
{
    char *value = ctx;
    snprintf(value, RETENTION_WORDS_MAX, "%.*s", BYTES_ARG(record->value));
}

static enum err read_mark(const struct look *look, enum retention_mark mark,
                          const struct retention_entry *entry,
                          char value[RETENTION_WORDS_MAX], struct error *e)
{
    char id[ID_MAX];
    value[0] = 0;
    snprintf(id, sizeof id, "%s %d", entry->installation, entry->year);
    return look->driver->each_record(look->store, retention_marks[mark], id, copy_value,
                                     value, e);
}

static void read_kept_from(void *ctx, const struct stored_record *record)
{
    struct kept_from *kept = ctx;
    struct bytes rest = record->value;
    int64_t *const fields[] = {&kept->ns, &kept->year, &kept->deleted, &kept->done};
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        const uint8_t *blank = rest.len ? memchr(rest.data, ' ', rest.len) : NULL;
        size_t len = blank ? (size_t)(blank - rest.data) : rest.len;
        if (!number_parse_i64(bytes_slice(rest, 0, len), fields[i])) {
            kept->ns = INT64_MIN;
            return;
        }
        rest = bytes_slice(rest, len + 1, rest.len);
    }
}

static enum err put_text(const struct look *look, const char *kind, const char *id,
                         const char *text, int64_t now_ns, struct error *e)
{
    struct stored_record record = {
        .kind = kind, .id = id, .value = bytes_of(text), .stored_ns = now_ns};
    return look->driver->put_record(look->store, &record, e);
}

/* ---- rules ---- */

/* The first moment of a year in a zone. */
static enum err year_ns(const char *zone_name, int64_t year, int64_t *ret_ns,
                        struct error *e)
{
    char text[32];
    struct zone *zone = NULL;
    snprintf(text, sizeof text, "%04lld-01-01", (long long)year);
    if (zone_open(bytes_of(*zone_name ? zone_name : "UTC"), &zone, e) != ERR_OK) {
        return ERR_CORRUPT;
    }
    bool good = zone_parse_time(zone, bytes_of(text), ret_ns);
    zone_close(&zone);
    return good ? ERR_OK : error_set(e, ERR_CORRUPT, "no year %lld", (long long)year);
}

static void extend(struct retention_entry *entry, int64_t due_ns, const char *rule)
{
    if (due_ns > entry->due_ns) {
        entry->due_ns = due_ns;
        entry->rule = rule;
    }
}

/* So many years later, on the same day; from the end of that year where `to_end`. */
static int64_t years_later(int64_t ns, int years, bool to_end)
{
    struct civil c = time_to_civil(ns);
    struct civil later = {.year = c.year + years + (to_end ? 1 : 0),
                          .month = to_end ? 1 : c.month,
                          .day = to_end                        ? 1
                                 : c.month == 2 && c.day == 29 ? 28
                                                               : c.day};
    return time_from_civil(&later) * NS_PER_S;
}

static enum err apply_marks(const struct look *look, struct retention_entry *entry,
                            struct error *e)
{
    char value[RETENTION_WORDS_MAX];
    int64_t at_ns = 0;
    enum err err = read_mark(look, RETENTION_HOLD, entry, entry->why, e);
    entry->held = entry->why[0] != 0;
    if (err == ERR_OK) {
        err = read_mark(look, RETENTION_VERIFIED, entry, value, e);
    }
    if (err == ERR_OK && number_parse_i64(bytes_of(value), &at_ns)) {
        extend(entry, years_later(at_ns, AFTER_VERIFICATION_YEARS, false),
               "verification");
    }
    if (err == ERR_OK) {
        err = read_mark(look, RETENTION_DECLARED, entry, value, e);
    }
    if (err == ERR_OK && number_parse_i64(bytes_of(value), &at_ns)) {
        extend(entry, years_later(at_ns, AFTER_DECLARATION_YEARS, true), "declaration");
    }
    return err;
}

/* The oldest year of a place that is kept, and when it may go. */
static enum err make_entry(const struct look *look, const struct place *place,
                           struct retention_entry *entry, struct error *e)
{
    struct kept_from kept = {.ns = INT64_MIN};
    *entry = (struct retention_entry){.kept_from_ns = INT64_MIN};
    snprintf(entry->installation, sizeof entry->installation, "%s", place->installation);
    enum err err = look->driver->each_record(look->store, KEPT_FROM, place->installation,
                                             read_kept_from, &kept, e);
    int64_t first_ns = place->first_ns > kept.ns ? place->first_ns : kept.ns;
    entry->year = time_to_civil(first_ns).year;
    entry->kept_from_ns = kept.ns;
    if (kept.ns != INT64_MIN && !kept.done) {
        entry->year = (int)kept.year;
        entry->deleted = kept.deleted;
    } else if (err == ERR_OK) { /* the year may be another in the zone */
        int64_t begin_ns = 0;
        int64_t end_ns = 0;
        err = year_ns(place->zone, entry->year, &begin_ns, e);
        if (err == ERR_OK) {
            err = year_ns(place->zone, entry->year + 1, &end_ns, e);
        }
        entry->year += first_ns < begin_ns ? -1 : first_ns >= end_ns ? 1 : 0;
    }
    if (err == ERR_OK) {
        err = year_ns(place->zone, entry->year + 1, &entry->end_ns, e);
    }
    if (err == ERR_OK) {
        err = year_ns(place->zone, entry->year + 1 + look->years, &entry->due_ns, e);
        entry->rule = "operator";
    }
    return err == ERR_OK ? apply_marks(look, entry, e) : err;
}

/* ---- looking ---- */

struct each_step {
    struct look look;
    const char *installation;
    retention_fn *each;
    void *ctx;
};

static enum err ask_each(void *ctx, const struct store_driver *driver,
                         struct store *store, struct ledger *ledger, struct error *e)
{
    (void)ledger;
    struct each_step *step = ctx;
    struct look *look = &step->look;
    *look = (struct look){.driver = driver, .store = store, .years = look->years};
    enum err err = look_at(look, step->installation, e);
    for (size_t i = 0; err == ERR_OK && i < look->count; i++) {
        struct retention_entry entry;
        err = make_entry(look, &look->places[i], &entry, e);
        if (err == ERR_OK) {
            step->each(step->ctx, &entry);
        }
    }
    look_deinit(look);
    return err;
}

enum err retention_each(struct intake *intake, int64_t years, const char *installation,
                        retention_fn *each, void *ctx, struct error *e)
{
    struct each_step step = {
        .look = {.years = years}, .installation = installation, .each = each, .ctx = ctx};
    return intake_ask(intake, ask_each, &step, e);
}

/* ---- marks ---- */

struct mark_step {
    const struct retention_marking *marking; /* NULL: the hold is taken away */
    const char *id;
};

static enum err change_mark(void *ctx, const struct store_driver *driver,
                            struct store *store, struct ledger *ledger, struct error *e)
{
    (void)ledger;
    const struct mark_step *step = ctx;
    const struct retention_marking *m = step->marking;
    char value[RETENTION_WORDS_MAX];
    struct look look = {.driver = driver, .store = store};
    if (!m) {
        return driver->drop_record(store, retention_marks[RETENTION_HOLD], step->id, e);
    }
    if (m->mark == RETENTION_HOLD) {
        snprintf(value, sizeof value, "%s", m->words);
    } else {
        snprintf(value, sizeof value, "%lld", (long long)m->at_ns);
    }
    return put_text(&look, retention_marks[m->mark], step->id, value, m->now_ns, e);
}

enum err retention_put(struct intake *intake, const struct retention_marking *marking,
                       struct error *e)
{
    char id[ID_MAX];
    struct mark_step step = {.marking = marking, .id = id};
    snprintf(id, sizeof id, "%s %d", marking->installation, marking->year);
    return intake_change(intake, change_mark, &step, e);
}

enum err retention_release(struct intake *intake, const char *installation, int year,
                           struct error *e)
{
    char id[ID_MAX];
    struct mark_step step = {.id = id};
    snprintf(id, sizeof id, "%s %d", installation, year);
    return intake_change(intake, change_mark, &step, e);
}

/* ---- deleting ---- */

struct apply_step {
    struct look look;
    int64_t now_ns, limit;
    struct retention_entry *entry;
    int64_t deleted;
};

/* Deletes a piece of the year, and writes down how far it is. */
static enum err delete_piece(struct apply_step *step, struct error *e)
{
    char value[VALUE_MAX];
    char id[ID_MAX];
    struct look *look = &step->look;
    struct retention_entry *entry = step->entry;
    struct drop_query query = {.installation = entry->installation,
                               .before_ns = entry->end_ns,
                               .limit = step->limit};
    enum err err = look->driver->drop_summaries(look->store, &query, &step->deleted, e);
    if (err != ERR_OK) {
        return err;
    }
    bool done = step->deleted < step->limit;
    entry->deleted += step->deleted;
    snprintf(value, sizeof value, "%lld %d %lld %d", (long long)entry->end_ns,
             entry->year, (long long)entry->deleted, done ? 1 : 0);
    err = put_text(look, KEPT_FROM, entry->installation, value, step->now_ns, e);
    if (err == ERR_OK && done && entry->deleted > 0) {
        snprintf(id, sizeof id, "%s %d", entry->installation, entry->year);
        snprintf(value, sizeof value, "%lld %lld", (long long)entry->deleted,
                 (long long)step->now_ns);
        err = put_text(look, DELETION, id, value, step->now_ns, e);
    }
    return err;
}

static enum err change_apply(void *ctx, const struct store_driver *driver,
                             struct store *store, struct ledger *ledger, struct error *e)
{
    (void)ledger;
    struct apply_step *step = ctx;
    struct look *look = &step->look;
    *look = (struct look){.driver = driver, .store = store, .years = look->years};
    step->deleted = 0;
    enum err err = look_at(look, NULL, e);
    for (size_t i = 0; err == ERR_OK && i < look->count && step->deleted == 0;) {
        err = make_entry(look, &look->places[i], step->entry, e);
        if (err == ERR_OK && !step->entry->held && step->entry->due_ns <= step->now_ns) {
            err = delete_piece(step, e); /* a year without any leads to the next */
        } else {
            i++;
        }
    }
    look_deinit(look);
    return err;
}

enum err retention_apply(struct intake *intake, int64_t years, int64_t now_ns,
                         int64_t limit, struct retention_entry *ret_entry,
                         int64_t *ret_deleted, struct error *e)
{
    struct apply_step step = {
        .look = {.years = years}, .now_ns = now_ns, .limit = limit, .entry = ret_entry};
    enum err err = intake_change(intake, change_apply, &step, e);
    *ret_deleted = err == ERR_OK ? step.deleted : 0;
    return err;
}

enum err retention_is_past(const struct store_driver *driver, struct store *store,
                           const char *installation, int64_t start_ns, bool *ret_past,
                           struct error *e)
{
    struct kept_from kept = {.ns = INT64_MIN};
    enum err err =
        driver->each_record(store, KEPT_FROM, installation, read_kept_from, &kept, e);
    *ret_past = err == ERR_OK && start_ns < kept.ns;
    return err;
}
