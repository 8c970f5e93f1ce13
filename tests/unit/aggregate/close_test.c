/* SPDX-License-Identifier: Apache-2.0 */
/* When windows close: watermarks, idle devices, late data, amendment. */
#include "fold_rig.h"

#define STEP(i) (RIG_START_NS + (i)*10 * NS_PER_S)

struct bench {
    struct fold_rig *rig;
    struct rig_records *records;
    size_t done;
};

static struct bench open_bench(void)
{
    struct bench bench = {.rig = mem_new(struct fold_rig),
                          .records = mem_new(struct rig_records)};
    fold_rig_init(bench.rig);
    return bench;
}

static void clear(struct bench *bench)
{
    fold_rig_deinit(bench->rig);
    mem_free(&bench->rig);
    rig_free(bench->records);
}

static void fold(struct bench *bench)
{
    fold_rig_run(bench->rig, bench->records, bench->done, bench->records->count);
    bench->done = bench->records->count;
}

static void devices(struct bench *bench, const char *names, int from, int to)
{
    for (int i = from; i <= to; i++) {
        for (const char *name = names; *name; name++) {
            rig_add_device(bench->records, STEP(i), *name, i);
        }
    }
    fold(bench);
}

static void tick(struct bench *bench, int64_t at_ns)
{
    rig_add(bench->records, RECORD_TICK, at_ns);
    fold(bench);
}

static bool closed(const struct bench *bench, int minute)
{
    return rig_latest(bench->rig, "kiln", minute) != NULL;
}

/* The last revision; all zero when there is none. */
static struct rig_summary kiln(const struct bench *bench, int minute)
{
    const struct rig_summary *latest = rig_latest(bench->rig, "kiln", minute);
    return latest ? *latest : (struct rig_summary){.revision = UINT32_MAX};
}

Test(close, waits_for_the_slowest_device)
{
    struct bench b = open_bench();
    devices(&b, "abc", 0, 5);
    devices(&b, "ab", 6, 8); /* c is behind, but was heard a moment ago */
    tick(&b, STEP(8));
    cr_assert(!closed(&b, 0));
    devices(&b, "c", 6, 8);
    tick(&b, STEP(8) + 1);
    cr_assert(closed(&b, 0) && kiln(&b, 0).complete);
    clear(&b);
}

Test(close, needs_skew_and_lateness_behind_the_end)
{
    struct bench b = open_bench();
    devices(&b, "abc", 0, 6); /* to the very end of the minute */
    tick(&b, STEP(6) + 1);
    cr_assert(!closed(&b, 0));
    devices(&b, "abc", 7, 7); /* 10 s, more than skew and lateness */
    tick(&b, STEP(7) + 1);
    cr_assert(closed(&b, 0));
    clear(&b);
}

Test(close, a_device_that_falls_silent_holds_nothing_up_for_longer_than_idle)
{
    struct bench b = open_bench();
    devices(&b, "abc", 0, 3);
    devices(&b, "ab", 4, 9); /* c was last heard at step 3, idle is 30 s */
    devices(&b, "ab", 10, 13);
    tick(&b, STEP(13) + 1);
    cr_assert(closed(&b, 0) && closed(&b, 1));
    cr_assert(kiln(&b, 0).has_direct && kiln(&b, 1).has_direct);
    cr_assert(!kiln(&b, 1).has_indirect); /* not zero: not known */
    cr_assert(!kiln(&b, 1).complete);
    clear(&b);
}

Test(close, when_all_are_silent_the_journals_own_time_goes_on)
{
    struct bench b = open_bench();
    devices(&b, "abc", 0, 6);
    tick(&b, STEP(6) + 31 * NS_PER_S); /* idle: the journal's time less idle and skew */
    cr_assert(!closed(&b, 0));
    tick(&b, STEP(6) + 34 * NS_PER_S);
    cr_assert(closed(&b, 0));
    cr_assert(kiln(&b, 0).complete);
    tick(&b, STEP(6) + 160 * NS_PER_S);
    cr_assert(closed(&b, 2)); /* an hour without data is an hour */
    cr_assert(!kiln(&b, 2).has_direct && !kiln(&b, 2).has_activity);
    clear(&b);
}

Test(close, late_readings_make_a_revision_once_they_have_settled)
{
    struct bench b = open_bench();
    devices(&b, "ab", 0, 12);
    tick(&b, STEP(12) + 1);
    cr_assert(closed(&b, 0) && kiln(&b, 0).revision == 0 && !kiln(&b, 0).has_indirect);
    for (int i = 0; i <= 12; i++) {
        rig_add_device(b.records, STEP(13), 'c', i);
    }
    fold(&b);
    tick(&b, STEP(13) + NS_PER_S);
    cr_assert_eq(kiln(&b, 0).revision, 0); /* settle is 2 s */
    tick(&b, STEP(13) + 3 * NS_PER_S);
    cr_assert_eq(kiln(&b, 0).revision, 1);
    cr_assert(kiln(&b, 0).complete);
    cr_assert_float_eq(kiln(&b, 0).indirect, 0.6 * 0.1 * 0.5, 1e-12);
    tick(&b, STEP(14));
    cr_assert_eq(kiln(&b, 0).revision, 1); /* once */
    clear(&b);
}

Test(close, repeated_readings_make_no_revision)
{
    struct bench b = open_bench();
    devices(&b, "abc", 0, 12);
    tick(&b, STEP(12) + 1);
    for (int i = 0; i <= 12; i++) {
        rig_add_device(b.records, STEP(13), 'c', i);
    }
    fold(&b);
    tick(&b, STEP(13) + 10 * NS_PER_S);
    cr_assert_eq(kiln(&b, 0).revision, 0);
    cr_assert_gt(fold_get_counters(b.rig->fold)->duplicates, 0);
    clear(&b);
}

Test(close, readings_beyond_amendment_are_set_aside)
{
    struct bench b = open_bench();
    devices(&b, "abc", 0, 12);
    tick(&b, STEP(12) + 1);
    uint32_t revision = kiln(&b, 0).revision;
    tick(&b, STEP(12) + 2 * NS_PER_HOUR); /* amend_until is 1 h */
    rig_add_batch(
        b.records, STEP(13) + 2 * NS_PER_HOUR, "a", STEP(2) + NS_PER_S,
        &(struct telemetry_reading){.name = BYTES("coal"), .value = {.number = 99}}, 1);
    fold(&b);
    tick(&b, STEP(14) + 2 * NS_PER_HOUR);
    cr_assert_str_eq(b.rig->letter, "too_late");
    cr_assert_eq(kiln(&b, 0).revision, revision);
    clear(&b);
}

Test(close, lost_messages_are_counted_until_they_come)
{
    struct bench b = open_bench();
    devices(&b, "abc", 0, 2);
    devices(&b, "ab", 3, 4);
    devices(&b, "abc", 5, 8);
    tick(&b, STEP(8) + 1);
    cr_assert_eq(kiln(&b, 0).lost, 2);
    devices(&b, "c", 3, 4);
    tick(&b, STEP(8) + 5 * NS_PER_S);
    cr_assert_eq(kiln(&b, 0).revision, 1);
    cr_assert_eq(kiln(&b, 0).lost, 0);
    clear(&b);
}
