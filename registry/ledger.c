/* SPDX-License-Identifier: Apache-2.0 */
/* Judges arrivals and keeps the totals. */
#include "registry/ledger.h"

#include "registry/chain.h"
#include "registry/retention.h"
#include "registry/sums.h"

#include "core/clock.h"
#include "core/mem.h"
#include "core/table.h"
#include "core/timetext.h"
#include "core/zone.h"

#include <stdio.h>

#define ZONES_MAX 1024
/* Nothing younger is ever deleted. */
#define KEPT_SURELY_NS (INT64_C(365) * RETENTION_YEARS_MIN * 24 * NS_PER_HOUR)

struct ledger {
    const struct store_driver *driver;
    struct store *store;
    struct table zones; /* by name; the values are struct zone */
    struct sums sums;   /* what the transaction adds to totals */
};

struct ledger *ledger_new(const struct store_driver *driver, struct store *store)
{
    struct ledger *ledger = mem_new(struct ledger);
    ledger->driver = driver;
    ledger->store = store;
    table_init(&ledger->zones);
    sums_init(&ledger->sums);
    return ledger;
}

void ledger_free(struct ledger **ledger)
{
    if (!*ledger) {
        return;
    }
    for (size_t i = 0; i < (*ledger)->zones.count; i++) {
        struct zone *zone = (*ledger)->zones.entries[i].value;
        zone_close(&zone);
    }
    table_deinit(&(*ledger)->zones);
    sums_deinit(&(*ledger)->sums);
    mem_free(ledger);
}

/* ---- periods ---- */

static const struct zone *find_zone(struct ledger *ledger, const char *name,
                                    struct error *e)
{
    struct bytes key = bytes_of(*name ? name : "UTC");
    struct zone *zone = table_find(&ledger->zones, key);
    if (zone) {
        return zone;
    }
    if (ledger->zones.count >= ZONES_MAX || zone_open(key, &zone, e) != ERR_OK) {
        return NULL;
    }
    table_put(&ledger->zones, key, zone);
    return zone;
}

static struct civil local_civil(const struct zone *zone, int64_t ns)
{
    int64_t utc_s = ns / NS_PER_S - (ns % NS_PER_S < 0 ? 1 : 0);
    return time_to_civil((utc_s + zone_offset_at(zone, utc_s)) * NS_PER_S);
}

static void print_label(const struct civil *c, enum period period, char *label)
{
    switch (period) {
    case PERIOD_HOUR:
        snprintf(label, PERIOD_LABEL_MAX, "%04d-%02d-%02dT%02d", c->year, c->month,
                 c->day, c->hour);
        break;
    case PERIOD_DAY:
        snprintf(label, PERIOD_LABEL_MAX, "%04d-%02d-%02d", c->year, c->month, c->day);
        break;
    case PERIOD_MONTH:
        snprintf(label, PERIOD_LABEL_MAX, "%04d-%02d", c->year, c->month);
        break;
    case PERIOD_YEAR:
        snprintf(label, PERIOD_LABEL_MAX, "%04d", c->year);
        break;
    }
}

enum err ledger_label(struct ledger *ledger, const char *zone, int64_t ns,
                      enum period period, char ret_label[PERIOD_LABEL_MAX],
                      struct error *e)
{
    const struct zone *found = find_zone(ledger, zone, e);
    if (!found) {
        return error_set(e, ERR_REJECT, "no time zone '%s'", zone);
    }
    struct civil civil = local_civil(found, ns);
    print_label(&civil, period, ret_label);
    return ERR_OK;
}

/* ---- totals ---- */

static void add_amounts(struct total *delta, const struct amounts *amounts, int sign)
{
    for (int i = 0; i < AMOUNTS; i++) {
        if (amounts->known[i]) {
            struct exact value = exact_of(amounts->value[i]);
            delta->sum[i] =
                exact_add(delta->sum[i], sign > 0 ? value : exact_negate(value));
            delta->known[i] += sign;
        }
    }
}

/* What the totals change by when `arrival` takes the place of `before` (or of none). */
static struct total difference(const struct arrival *arrival,
                               const struct stored_summary *before)
{
    struct total delta = {.windows = 1, .complete = arrival->complete ? 1 : 0};
    add_amounts(&delta, &arrival->amounts, 1);
    if (before) {
        delta.windows -= 1;
        delta.complete -= before->complete ? 1 : 0;
        add_amounts(&delta, &before->amounts, -1);
    }
    return delta;
}

/* To the totals of the process and of its area. */
static enum err add_totals(struct ledger *l, const struct taken_process *process,
                           const struct arrival *arrival,
                           const struct stored_summary *before, struct error *e)
{
    static const enum period periods[] = {PERIOD_DAY, PERIOD_MONTH, PERIOD_YEAR};
    struct total delta = difference(arrival, before);
    for (size_t i = 0; i < sizeof periods / sizeof *periods; i++) {
        char label[PERIOD_LABEL_MAX];
        if (ledger_label(l, arrival->time_zone, arrival->start_ns, periods[i], label,
                         e) != ERR_OK) {
            return e->code;
        }
        struct total_name name = {SCOPE_PROCESS, process->id, periods[i], label};
        sums_add(&l->sums, &name, &delta);
        name.scope = SCOPE_AREA;
        name.owner = process->area;
        sums_add(&l->sums, &name, &delta);
    }
    return ERR_OK;
}

enum err ledger_flush(struct ledger *ledger, struct error *e)
{
    return sums_flush(&ledger->sums, ledger->driver, ledger->store, e);
}

void ledger_forget(struct ledger *ledger)
{
    sums_clear(&ledger->sums);
}

/* ---- areas ---- */

/* The totals of a process on their way from one area to another. */
struct move {
    struct sums *sums;
    enum period period;
    int64_t from, to;
};

static void move_total(void *ctx, const struct total *total)
{
    const struct move *move = ctx;
    struct total taken = {.windows = -total->windows, .complete = -total->complete};
    for (int i = 0; i < AMOUNTS; i++) {
        taken.sum[i] = exact_negate(total->sum[i]);
        taken.known[i] = -total->known[i];
    }
    struct total_name name = {SCOPE_AREA, move->to, move->period, total->label};
    sums_add(move->sums, &name, total);
    name.owner = move->from;
    sums_add(move->sums, &name, &taken);
}

/* A process of another name for its good, sector or country takes its totals along. */
static enum err move_totals(struct ledger *l, int64_t process, int64_t from, int64_t to,
                            struct error *e)
{
    static const enum period periods[] = {PERIOD_DAY, PERIOD_MONTH, PERIOD_YEAR};
    enum err err = ledger_flush(l, e); /* what is read must be whole */
    for (size_t i = 0; err == ERR_OK && i < sizeof periods / sizeof *periods; i++) {
        struct move move = {&l->sums, periods[i], from, to};
        struct total_query query = {
            .process = process, .period = periods[i], .limit = INT64_MAX};
        err = l->driver->each_total(l->store, &query, move_total, &move, e);
    }
    return err;
}

static enum err settle(struct ledger *l, struct taken_process *process,
                       const struct arrival *a, struct error *e)
{
    int64_t before = process->area;
    if (before != 0 && !process->renamed) {
        return ERR_OK;
    }
    enum err err = l->driver->take_area(l->store, a, &process->area, e);
    if (err == ERR_OK && process->area != before) {
        err = l->driver->set_area(l->store, process->id, process->area, e);
    }
    if (err == ERR_OK && before != 0 && process->area != before) {
        err = move_totals(l, process->id, before, process->area, e);
    }
    return err;
}

/* ---- rules ---- */

/* What is stored around an arrival. */
struct surroundings {
    bool has_same, has_latest, has_before, has_after, overlaps;
    struct stored_summary same, latest, before, after; /* of the same window */
};

static enum err look(struct ledger *l, int64_t process, const struct arrival *a,
                     int64_t revision, bool *ret_found,
                     struct stored_summary *ret_summary, struct error *e)
{
    struct revision_name name = {
        .start_ns = a->start_ns, .latest = revision < 0, .revision = revision};
    return l->driver->find_revision(l->store, process, &name, ret_found, ret_summary, e);
}

static enum err look_around(struct ledger *l, int64_t process, const struct arrival *a,
                            struct surroundings *s, struct error *e)
{
    int64_t revision = a->revision;
    enum err err = look(l, process, a, -1, &s->has_latest, &s->latest, e);
    if (err != ERR_OK) {
        return err;
    }
    if (!s->has_latest) {
        return l->driver->find_overlap(l->store, process, a, &s->overlaps, e);
    }
    err = look(l, process, a, revision, &s->has_same, &s->same, e);
    if (err == ERR_OK && revision > 0) {
        err = look(l, process, a, revision - 1, &s->has_before, &s->before, e);
    }
    if (err == ERR_OK) {
        err = look(l, process, a, revision + 1, &s->has_after, &s->after, e);
    }
    return err;
}

static bool keys_equal(const uint8_t *a, const uint8_t *b)
{
    return memcmp(a, b, KEY_LEN) == 0;
}

/* True when the arrival may stand beside what is stored; else it is judged. */
static bool may_stand(struct arrival *a, const struct surroundings *s)
{
    if (s->has_same) {
        arrival_judge(a, VERDICT_CONFLICT,
                      "conflict: revision %u of this window is stored with other bytes",
                      a->revision);
    } else if (s->overlaps) {
        arrival_judge(a, VERDICT_REFUSED,
                      "overlap: the process has another window in this time");
    } else if (s->has_latest && s->latest.end_ns != a->end_ns) {
        arrival_judge(a, VERDICT_REFUSED,
                      "window: other revisions of it have another length");
    } else if (s->has_before && !keys_equal(s->before.key, a->supersedes)) {
        arrival_judge(a, VERDICT_REFUSED,
                      "supersedes: it names another summary than revision %u",
                      a->revision - 1);
    } else if (s->has_after && !keys_equal(s->after.supersedes, a->key)) {
        arrival_judge(a, VERDICT_REFUSED,
                      "supersedes: revision %u is stored and replaces another summary",
                      a->revision + 1);
    } else {
        return true;
    }
    return false;
}

static enum err file(struct ledger *l, struct taken_process *process, struct arrival *a,
                     const struct surroundings *s, struct error *e)
{
    bool latest = !s->has_latest || a->revision > s->latest.revision;
    enum err err = settle(l, process, a, e);
    if (err == ERR_OK) {
        err = l->driver->put_summary(l->store, process->id, a, latest, e);
    }
    if (err == ERR_OK && latest && s->has_latest) {
        err = l->driver->clear_latest(l->store, s->latest.id, e);
    }
    if (err == ERR_OK && !s->has_latest) {
        err = l->driver->count_window(l->store, process->id, a, e);
    }
    if (err == ERR_OK && latest) {
        err = add_totals(l, process, a, s->has_latest ? &s->latest : NULL, e);
    }
    return err;
}

/* True when zone and year can be believed; else it is judged. */
static bool zone_fits(struct ledger *l, struct arrival *a)
{
    const struct zone *zone = find_zone(l, a->time_zone, NULL);
    if (!zone) {
        arrival_judge(a, VERDICT_LATER, "time_zone: '%.64s' is not known here",
                      a->time_zone);
        return false;
    }
    struct civil civil = local_civil(zone, a->start_ns);
    if (a->year != 0 && a->year != (uint32_t)civil.year) {
        arrival_judge(a, VERDICT_REFUSED, "year: %u, but the window starts in %d",
                      a->year, civil.year);
        return false;
    }
    return true;
}

static enum err put_new(struct ledger *l, struct arrival *a, struct error *e)
{
    struct taken_process process = {0};
    struct surroundings around = {0};
    enum err err = l->driver->take_process(l->store, a, &process, e);
    if (err == ERR_OK && process.zone_differs) {
        arrival_judge(a, VERDICT_REFUSED, "time_zone: the process has another one");
        return ERR_OK;
    }
    if (err == ERR_OK) {
        err = look_around(l, process.id, a, &around, e);
    }
    if (err != ERR_OK || !may_stand(a, &around)) {
        return err;
    }
    struct chain_place place;
    struct chain_store chains = {l->driver, l->store, process.id};
    err = chain_find_place(&chains, a, &place, e);
    if (err != ERR_OK || a->judgement.verdict != VERDICT_STORED) {
        return err;
    }
    err = file(l, &process, a, &around, e);
    return err == ERR_OK ? chain_put(&chains, a, &place, e) : err;
}

enum err ledger_put(struct ledger *ledger, struct arrival *a, int64_t now_ns,
                    struct error *e)
{
    ASSERT(a->readable);
    bool found = false;
    int64_t stored_ns = 0;
    enum err err = ledger->driver->find_key(ledger->store, a->key, &found, &stored_ns, e);
    if (err != ERR_OK) {
        return err;
    }
    a->judgement = (struct judgement){.verdict = VERDICT_STORED,
                                      .stored_ns = found ? stored_ns : now_ns};
    if (found || !zone_fits(ledger, a)) {
        return ERR_OK;
    }
    bool past = false;
    if (a->start_ns < now_ns - KEPT_SURELY_NS) {
        err = retention_is_past(ledger->driver, ledger->store, a->installation,
                                a->start_ns, &past, e);
    }
    if (past) {
        arrival_judge(a, VERDICT_REFUSED,
                      "retention: summaries of that time were "
                      "deleted");
    }
    return err != ERR_OK || past ? err : put_new(ledger, a, e);
}
