/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What holds for the whole fold, from messages to summaries, whatever the numbers: twice
 * the readings are twice the emissions, windows and streams add up, order of arrival does
 * not show, and the processes with what belongs to no good of CBAM are the installation.
 */
#include "fold.h"

#include "fold_rig.h"
#include "seeded.h"

#include <math.h>

#define STEPS 60 /* of ten seconds */
#define MINUTES 10
#define TRIALS 6
#define NEAR 1e-9

/* `whole` is the installation; `first`, `second` and `other` share its fuel by what they
 * make and its power by percent, `other` being the goods outside CBAM; `parts` has the
 * fuel in two streams.  A meter's reading can be given away once only, so that there are
 * three that say the same. */
static const char text[] =
    "gateway: {id: test-01, state: /tmp/emgate-test}\n"
    "brokers:\n"
    "  - {name: plant, uri: 'mqtt://127.0.0.1:1883'}\n"
    "inputs:\n"
    "  - {topic: emgate/v1/+/telemetry, adapter: native}\n"
    "installation:\n"
    "  {id: I-1, name: Works, sector: cement, country: PK, time_zone: Asia/Karachi}\n"
    "points:\n"
    "  - {id: coal1, device: a, metric: c1, kind: rate, unit: t/h, interval: 10s}\n"
    "  - {id: coal2, device: a, metric: c2, kind: rate, unit: t/h, interval: 10s}\n"
    "  - {id: coal3, device: a, metric: c3, kind: rate, unit: t/h, interval: 10s}\n"
    "  - {id: made1, device: b, metric: m1, kind: counter, unit: t, interval: 10s}\n"
    "  - {id: made2, device: b, metric: m2, kind: counter, unit: t, interval: 10s}\n"
    "  - {id: made3, device: b, metric: m3, kind: counter, unit: t, interval: 10s}\n"
    "  - {id: power1, device: c, metric: p1, kind: counter, unit: kWh, interval: 10s}\n"
    "  - {id: power2, device: c, metric: p2, kind: counter, unit: kWh, interval: 10s}\n"
    "  - {id: power3, device: c, metric: p3, kind: counter, unit: kWh, interval: 10s}\n"
    "windows: {length: %s, skew: 1s, lateness: 2s, idle: 30s, settle: 2s,\n"
    "          amend_until: 1h, future: 5m}\n"
    "processes:\n";

#define FUEL                                                                             \
    "inputs: {fuel_quantity: {point: coal%d},\n"                                         \
    "         ncv: {value: 25.8 GJ/t, source: s},\n"                                     \
    "         emission_factor: {value: 94.6 t CO2/TJ, source: s}}}\n"

struct part {
    const char *id, *made, *fuel; /* the last: its share */
    int meter;
    unsigned power; /* percent */
};

static size_t put_process(char *at, size_t room, const struct part *part)
{
    return (size_t)snprintf(
        at, room,
        "  - id: %s\n    category: cement_clinker\n    activity: [{point: %s}]\n"
        "    streams:\n      - {id: fuel, method: combustion, %s,\n         " FUEL
        "      - {id: el, method: electricity, share: %u %%, inputs: {electricity:\n"
        "         {point: power%d}, ef: {value: 0.5 t CO2/MWh, source: s}}}\n",
        part->id, part->made, part->fuel, part->meter, part->power, part->meter);
}

#define BY_MASS(own, a, b)                                                               \
    "split: {by: mass, own: [{point: " own "}], others: [{point: " a "}, {point: " b "}" \
    "]"                                                                                  \
    "}"

static struct plan *plan_with(const char *length, unsigned first, unsigned second)
{
    char share[32];
    snprintf(share, sizeof share, "share: %u %%", first);
    const struct part parts[] = {
        {"whole", "made1", "share: 100 %", 1, 100},
        {"first", "made1", BY_MASS("made1", "made2", "made3"), 2, first},
        {"second", "made2", BY_MASS("made2", "made1", "made3"), 2, second},
        {"other", "made3", BY_MASS("made3", "made1", "made2"), 2, 100 - first - second},
        {"parts", "made1", share, 3, 100},
    };
    char whole[8192];
    size_t len = (size_t)snprintf(whole, sizeof whole, text, length);
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        len += put_process(whole + len, sizeof whole - len, &parts[i]);
    }
    snprintf(whole + len, sizeof whole - len,
             "      - {id: rest, method: combustion, share: %u %%,\n         " FUEL,
             100 - first, 3);
    return rig_plan(whole);
}

/* Readings of ten minutes at random, times k. */
static struct rig_records *course(struct seeded *random, double k)
{
    struct rig_records *records = mem_new(struct rig_records);
    double meters[4] = {0};
    for (int i = 0; i < STEPS + 8; i++) {
        int64_t at_ns = RIG_START_NS + (int64_t)i * 10 * NS_PER_S;
        double coal = k * seeded_within(random, 5, 20);
        struct telemetry_reading burnt[3] = {
            rig_number("c1", coal), rig_number("c2", coal), rig_number("c3", coal)};
        struct telemetry_reading made[3] = {rig_number("m1", k * meters[0]),
                                            rig_number("m2", k * meters[1]),
                                            rig_number("m3", k * meters[2])};
        struct telemetry_reading power[3] = {rig_number("p1", k * meters[3]),
                                             rig_number("p2", k * meters[3]),
                                             rig_number("p3", k * meters[3])};
        rig_add_batch(records, at_ns + NS_PER_MS, "a", at_ns, burnt, 3);
        rig_add_batch(records, at_ns + NS_PER_MS, "b", at_ns, made, 3);
        rig_add_batch(records, at_ns + NS_PER_MS, "c", at_ns, power, 3);
        rig_add(records, RECORD_TICK, at_ns + 5 * NS_PER_S);
        for (size_t m = 0; m < 4; m++) {
            meters[m] += seeded_within(random, 0.01, 2);
        }
    }
    return records;
}

static struct fold_rig *folded(const struct rig_records *records, struct plan *plan)
{
    struct fold_rig *rig = mem_new(struct fold_rig);
    rig->plan = plan;
    rig->store = slice_memory_store(&rig->memory);
    fold_rig_open_fold(rig);
    fold_rig_run(rig, records, 0, records->count);
    cr_assert_eq(rig->letter_count, 0, "%s", rig->letter);
    return rig;
}

static void drop(struct fold_rig **rig)
{
    fold_rig_deinit(*rig);
    mem_free(rig);
}

static const struct rig_summary *at(const struct fold_rig *rig, const char *process,
                                    int minute)
{
    const struct rig_summary *summary = rig_latest(rig, process, minute);
    cr_assert(summary && summary->complete && summary->has_direct &&
                  summary->has_indirect && summary->has_activity,
              "%s, minute %d", process, minute);
    return summary;
}

static double off(double value, double wanted)
{
    return fabs(value - wanted) / fmax(fabs(wanted), 1e-300);
}

static const char *const processes[] = {"whole", "first", "second", "other", "parts"};

/* The largest relative difference of any figure from k times the other's. */
static double difference(const struct fold_rig *one, double k,
                         const struct fold_rig *other)
{
    double worst = 0;
    for (size_t p = 0; p < 5; p++) {
        for (int minute = 0; minute < MINUTES; minute++) {
            const struct rig_summary *a = at(one, processes[p], minute);
            const struct rig_summary *b = at(other, processes[p], minute);
            worst = fmax(worst, off(b->direct, k * a->direct));
            worst = fmax(worst, off(b->indirect, k * a->indirect));
            worst = fmax(worst, off(b->activity, k * a->activity));
        }
    }
    return worst;
}

#define EXPECT_NEAR(value, wanted, random)                                               \
    cr_assert_leq(off(value, wanted), NEAR, "%.17g, wanted %.17g (EMGATE_SEED=%llu)",    \
                  value, wanted, (unsigned long long)(random).seed)

Test(fold_random, twice_the_readings_are_twice_the_emissions)
{
    struct seeded random = seeded_start(1);
    for (int trial = 0; trial < TRIALS; trial++) {
        struct seeded again = random;
        double k = seeded_within(&random, 0.1, 10);
        seeded_next(&again);
        struct rig_records *one = course(&random, 1);
        struct rig_records *times = course(&again, k);
        struct fold_rig *a = folded(one, plan_with("1m", 20, 50));
        struct fold_rig *b = folded(times, plan_with("1m", 20, 50));
        cr_assert_leq(difference(a, k, b), NEAR, "EMGATE_SEED=%llu",
                      (unsigned long long)random.seed);
        drop(&a);
        drop(&b);
        rig_free(one);
        rig_free(times);
    }
}

/* By minute and by process, with the goods outside CBAM. */
static void expect_installation(const struct fold_rig *rig, const struct seeded *random)
{
    for (int minute = 0; minute < MINUTES; minute++) {
        const struct rig_summary *whole = at(rig, "whole", minute);
        const struct rig_summary *first = at(rig, "first", minute);
        const struct rig_summary *second = at(rig, "second", minute);
        const struct rig_summary *other = at(rig, "other", minute);
        EXPECT_NEAR(first->direct + second->direct + other->direct, whole->direct,
                    *random);
        EXPECT_NEAR(first->indirect + second->indirect + other->indirect, whole->indirect,
                    *random);
        EXPECT_NEAR(at(rig, "parts", minute)->direct, whole->direct, *random);
    }
}

static void expect_windows_add_up(const struct fold_rig *minutes,
                                  const struct fold_rig *fives,
                                  const struct seeded *random)
{
    for (int start = 0; start < MINUTES; start += 5) {
        const struct rig_summary *five = at(fives, "whole", start);
        double direct = 0;
        double indirect = 0;
        double activity = 0;
        for (int minute = start; minute < start + 5; minute++) {
            direct += at(minutes, "whole", minute)->direct;
            indirect += at(minutes, "whole", minute)->indirect;
            activity += at(minutes, "whole", minute)->activity;
        }
        EXPECT_NEAR(direct, five->direct, *random);
        EXPECT_NEAR(indirect, five->indirect, *random);
        EXPECT_NEAR(activity, five->activity, *random);
    }
}

Test(fold_random, windows_streams_and_processes_add_up)
{
    struct seeded random = seeded_start(2);
    for (int trial = 0; trial < TRIALS; trial++) {
        unsigned first = 1 + (unsigned)seeded_below(&random, 60);
        unsigned second = 1 + (unsigned)seeded_below(&random, 38);
        struct rig_records *records = course(&random, 1);
        struct fold_rig *minutes = folded(records, plan_with("1m", first, second));
        struct fold_rig *fives = folded(records, plan_with("5m", first, second));
        expect_installation(minutes, &random);
        expect_windows_add_up(minutes, fives, &random);
        drop(&minutes);
        drop(&fives);
        rig_free(records);
    }
}

/* Payloads change places within blocks; times of receipt stay in order. */
static void shuffle(struct rig_records *records, size_t block, struct seeded *random)
{
    for (size_t from = 0; from < records->count; from += block) {
        for (size_t i = from + block - 1; i > from; i--) {
            size_t j = from + seeded_below(random, i - from + 1);
            bool messages = i < records->count && j < records->count &&
                            records->list[i].type == RECORD_MESSAGE &&
                            records->list[j].type == RECORD_MESSAGE;
            if (messages) {
                struct buf kept = records->list[i].payload;
                records->list[i].payload = records->list[j].payload;
                records->list[j].payload = kept;
            }
        }
    }
}

Test(fold_random, the_order_of_arrival_does_not_show)
{
    struct seeded random = seeded_start(3);
    for (int trial = 0; trial < TRIALS; trial++) {
        struct seeded again = random;
        struct rig_records *records = course(&random, 1);
        struct rig_records *shuffled = course(&again, 1);
        size_t block = 4 + seeded_below(&random, 96);
        shuffle(shuffled, block, &random);
        struct fold_rig *a = folded(records, plan_with("1m", 20, 50));
        struct fold_rig *b = folded(shuffled, plan_with("1m", 20, 50));
        cr_assert_eq(difference(a, 1, b), 0, "blocks of %zu (EMGATE_SEED=%llu)", block,
                     (unsigned long long)random.seed);
        drop(&a);
        drop(&b);
        rig_free(records);
        rig_free(shuffled);
    }
}

/* What a broken fold would do must be seen: it forgets a message of the coal. */
Test(fold_random, a_fold_that_forgets_a_reading_is_caught)
{
    struct seeded random = seeded_start(4);
    for (int trial = 0; trial < TRIALS; trial++) {
        struct seeded again = random;
        struct rig_records *records = course(&random, 1);
        struct rig_records *less = course(&again, 1);
        size_t forgotten = 4 * (1 + seeded_below(&random, STEPS - 2));
        less->list[forgotten].type = RECORD_TICK;
        buf_clear(&less->list[forgotten].payload);
        struct fold_rig *a = folded(records, plan_with("1m", 20, 50));
        struct fold_rig *b = folded(less, plan_with("1m", 20, 50));
        cr_assert_gt(difference(a, 1, b), NEAR, "EMGATE_SEED=%llu",
                     (unsigned long long)random.seed);
        drop(&a);
        drop(&b);
        rig_free(records);
        rig_free(less);
    }
}
