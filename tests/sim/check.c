/* SPDX-License-Identifier: Apache-2.0 */
/* The checks: of the journal by its reader, of the summaries against the plant. */
#include "check.h"

#include "core/mem.h"
#include "refold.h"
#include "sums.h"

#include <math.h>

/* ---- the journal ---- */

static uint64_t hash_of(const struct record *record)
{
    return table_hash(record->payload) * 31 + (uint64_t)record->type;
}

static void take_message(struct world *world, const struct record *record)
{
    struct message message;
    struct error e;
    if (record_get_message(record, &message, &e) != ERR_OK) {
        world_complain(world, "record %llu: %.200s", (unsigned long long)record->seq,
                       e.text);
        return;
    }
    struct plant_message *m = plant_find(&world->plant, message.payload);
    if (!m) {
        world_complain(world, "record %llu holds what nobody sent",
                       (unsigned long long)record->seq);
        return;
    }
    world->holds[record->seq] = m;
    m->first_record = m->stored++ ? m->first_record : record->seq;
}

/* Records that should stand before `seq` may be gone where they were damaged. */
static void check_missing(struct world *world, uint64_t expected, uint64_t seq)
{
    for (uint64_t missing = expected; missing < seq; missing++) {
        if (!world->rotten[missing]) {
            world_complain(world, "record %llu is gone", (unsigned long long)missing);
        }
    }
}

static void take_record(struct world *world, const struct record *record,
                        uint64_t expected)
{
    ASSERT(record->seq < WORLD_SEEN_MAX);
    if (record->seq < expected) {
        world_complain(world, "record %llu stands where %llu should",
                       (unsigned long long)record->seq, (unsigned long long)expected);
    }
    check_missing(world, expected, record->seq);
    bool known = record->seq <= world->seen_last;
    if (known && world->seen[record->seq] != hash_of(record)) {
        world_complain(world, "record %llu has changed", (unsigned long long)record->seq);
    }
    if (known || world->up) {
        world->seen[record->seq] = hash_of(record);
    }
    world->configures[record->seq] = record->type == RECORD_CONFIG;
    if (record->type == RECORD_MESSAGE) {
        take_message(world, record);
    }
}

/* False: a fault of the disk stood in the way. */
static bool walk(struct world *world, struct journal_reader *reader)
{
    uint64_t expected = 1;
    bool found = true;
    while (found) {
        struct record record;
        struct error e;
        enum err err = journal_read_next(reader, 0, &record, &found, &e);
        if (err == ERR_CORRUPT && world->rots > 0) {
            found = true;
            continue;
        }
        if (err != ERR_OK && !fault_disk_has_failed(world->faults) &&
            !fault_disk_is_stopped(world->faults)) {
            world_complain(world, "the journal can't be read: %.200s", e.text);
        }
        if (err != ERR_OK) {
            return false;
        }
        if (found) {
            take_record(world, &record, expected);
            expected = record.seq + 1;
        }
    }
    check_missing(world, expected, world->seen_last + 1);
    /* While it is down, what a later group does not prove may still be cut off. */
    bool grown = world->up && expected > world->seen_last;
    world->seen_last = grown ? expected - 1 : world->seen_last;
    return true;
}

static bool look(struct world *world, struct journal_reader *reader)
{
    for (size_t i = 0; i < world->plant.count; i++) {
        world->plant.messages[i]->stored = 0;
    }
    bool whole = walk(world, reader);
    journal_reader_close(&reader);
    return whole;
}

static void check_acknowledged(struct world *world)
{
    for (size_t i = 0; i < world->plant.count; i++) {
        const struct plant_message *m = world->plant.messages[i];
        if (m->acked && m->stored == 0 && !m->rotten) {
            world_complain(world,
                           "message %zu was acknowledged and is not in the journal",
                           m->number);
        }
    }
}

void check_journal(struct world *world)
{
    struct journal_reader *reader = NULL;
    struct error e;
    if (journal_reader_open(world->journal, 0, &reader, &e) == ERR_OK &&
        look(world, reader)) {
        check_acknowledged(world);
    }
}

void check_directory(struct world *world)
{
    struct journal_reader *reader = NULL;
    struct error e;
    if (journal_reader_open_directory(WORLD_JOURNAL, &world->disk, 0, &reader, &e) ==
        ERR_OK) {
        (void)look(world, reader);
    }
}

/* ---- the end ---- */

static void check_delivered(struct world *world)
{
    for (size_t i = 0; i < world->plant.count; i++) {
        const struct plant_message *m = world->plant.messages[i];
        if (m->taken && !m->forgotten && m->stored == 0 && !m->rotten) {
            world_complain(world, "message %zu never came", m->number);
        }
    }
}

static bool near(double a, double b)
{
    return fabs(a - b) <= 1e-9 * fmax(1.0, fabs(b));
}

static void compare(struct world *world, const struct receiver_summary *s,
                    const char *what, double got, double expected)
{
    bool nothing = isnan(got) && expected == 0;
    if (!nothing && !near(got, expected)) {
        world_complain(world,
                       "process '%s', window %lld, revision %u: %s is %.12g, the "
                       "messages give %.12g",
                       s->process, (long long)s->start_ns, s->revision, what, got,
                       expected);
    }
}

static void check_window(struct world *world, const struct receiver *receiver,
                         const struct sums *sums, size_t hour)
{
    static const char *const processes[] = {"kiln", "mill"};
    static const double shares[] = {0.6, 0.4};
    const struct sums_window *w = &sums->windows[hour];
    bool meter_known = w->meter_known && !sums->damaged;
    if (w->unsure) {
        return;
    }
    for (size_t p = 0; p < 2; p++) {
        const struct receiver_summary *s =
            receiver_latest(receiver, processes[p], sums_start(sums, hour));
        if (!s) {
            if (w->touched[p]) {
                world_complain(world, "process '%s', hour %zu: no summary came",
                               processes[p], hour);
            }
            continue;
        }
        world->compared++;
        double kwh = meter_known ? w->kwh : 0;
        if (p == 0) {
            compare(world, s, "direct", s->direct, w->coal_t * 25.8 * 94.6e-3);
        }
        compare(world, s, "activity", s->activity, w->clinker_t);
        if (meter_known) {
            compare(world, s, "indirect", s->indirect, shares[p] * kwh / 1000 * 0.5);
        }
        if (s->lost != w->lost[p] && !sums->damaged) {
            world_complain(world,
                           "process '%s', hour %zu: %llu messages are told to be "
                           "missing, %llu are",
                           s->process, hour, (unsigned long long)s->lost,
                           (unsigned long long)w->lost[p]);
        }
    }
}

static void check_sums(struct world *world)
{
    struct sums *sums = sums_new(&world->plant, world->true_ns);
    for (size_t i = 0; i < WORLD_SINKS; i++) {
        for (size_t hour = 0; hour < sums->count; hour++) {
            check_window(world, &world->receivers[i], sums, hour);
        }
    }
    sums_free(&sums);
}

/* ---- the same summaries everywhere ---- */

struct again {
    struct world *world;
    size_t count;
};

static enum err compare_again(void *ctx, const struct aggregate_summary *summary,
                              struct error *e)
{
    struct again *again = ctx;
    (void)e;
    for (size_t i = 0; i < WORLD_SINKS; i++) {
        const struct receiver *receiver = &again->world->receivers[i];
        bool there = false;
        for (size_t s = 0; s < receiver->count && !there; s++) {
            there = memcmp(receiver->summaries[s].key, summary->key, SINK_KEY_LEN) == 0;
        }
        if (!there) {
            world_complain(again->world,
                           "process '%s', window %lld, revision %u: a replay gives what "
                           "far side %zu has not",
                           summary->process->id, (long long)summary->from_ns,
                           summary->revision, i);
        }
    }
    again->count++;
    return ERR_OK;
}

static enum err replay_all(struct world *world, struct refold *refold, struct error *e)
{
    struct journal_reader *reader = NULL;
    enum err err = journal_reader_open(world->journal, 0, &reader, e);
    bool found = err == ERR_OK;
    while (err == ERR_OK && found) {
        struct record record;
        err = journal_read_next(reader, 0, &record, &found, e);
        if (err == ERR_OK && found) {
            err = refold_take(refold, &record, e);
        }
    }
    journal_reader_close(&reader);
    return err;
}

static void check_replay(struct world *world, uint64_t summaries)
{
    struct again again = {.world = world};
    struct refold_settings settings = {
        .software = WORLD_SOFTWARE, .summary = compare_again, .ctx = &again};
    struct refold *refold = NULL;
    struct error e;
    enum err err = refold_open(&settings, &refold, &e);
    if (err == ERR_OK) {
        err = replay_all(world, refold, &e);
    }
    refold_close(&refold);
    if (err != ERR_OK) {
        world_complain(world, "the replay failed: %.200s", e.text);
    }
    if (again.count != summaries) {
        world_complain(world, "a replay gives %zu summaries, the outbox has %llu",
                       again.count, (unsigned long long)summaries);
    }
}

static void check_counts(struct world *world, uint64_t *ret_summaries)
{
    struct outbox_counts counts = {0};
    struct error e;
    size_t garbage = 0;
    enum err err = outbox_count(world->outbox, &counts, &e);
    ASSERT(err == ERR_OK);
    for (size_t i = 0; i < world->plant.count; i++) {
        const struct plant_message *m = world->plant.messages[i];
        garbage += m->garbage ? m->stored : 0;
    }
    if (counts.dead_letters != garbage && world->rots == 0) {
        world_complain(world, "%llu dead letters of %zu messages that can't be read",
                       (unsigned long long)counts.dead_letters, garbage);
    }
    for (size_t i = 0; i < WORLD_SINKS; i++) {
        if (world->receivers[i].count != counts.summaries) {
            world_complain(world, "far side %zu has %zu summaries, the outbox %llu", i,
                           world->receivers[i].count,
                           (unsigned long long)counts.summaries);
        }
    }
    *ret_summaries = counts.summaries;
}

void check_end(struct world *world)
{
    uint64_t summaries = 0;
    check_journal(world);
    check_delivered(world);
    check_counts(world, &summaries);
    check_sums(world);
    if (world->rots == 0) {
        check_replay(world, summaries);
    }
}
