/* SPDX-License-Identifier: Apache-2.0 */
#include "fold.h"

#include "fold_rig.h"

#include <stdlib.h>

#define STEPS 36 /* of ten seconds */

/* Device a says its status word beside what it has said at step `i`. */
static void add_status(struct rig_records *records, int64_t wall_ns, int i, double word)
{
    struct telemetry_reading reading = rig_number("run", word);
    rig_add_batch(records, wall_ns, "a", RIG_START_NS + (int64_t)i * 10 * NS_PER_S,
                  &reading, 1);
}

/* A course with what goes wrong: a message twice, one late, one held for two minutes,
 * rubbish, a gap, an unknown device, a device that never comes back. */
static struct rig_records *faulty_course(void)
{
    struct rig_records *records = mem_new(struct rig_records);
    for (int i = 0; i < STEPS; i++) {
        int64_t now_ns = RIG_START_NS + (int64_t)i * 10 * NS_PER_S;
        rig_add_device(records, now_ns + NS_PER_MS, 'a', i);
        if (i % 5 == 0) {
            rig_add_device(records, now_ns + NS_PER_MS, 'a', i);
        }
        if (i > 13 && i < 17) {
            add_status(records, now_ns + NS_PER_MS, i, 3);
        }
        if (i != 8 && i < 25) {
            rig_add_device(records, now_ns + 2 * NS_PER_MS, 'b', i);
        }
        rig_add_device(records, now_ns + 3 * NS_PER_MS, 'c', i % 7 == 3 ? i - 1 : i);
        if (i == 20) {
            rig_add_device(records, now_ns + 4 * NS_PER_MS, 'b', 8);
            rig_add_message(records, now_ns, "emgate/v1/a/telemetry", BYTES("rubbish"));
            rig_add_device(records, now_ns, 'x', 20);
            buf_add_text(&rig_add(records, RECORD_GAP, now_ns)->payload, "session gone");
        }
        rig_add(records, RECORD_TICK, now_ns + 5 * NS_PER_S);
    }
    for (int i = 0; i < 30; i++) {
        int64_t now_ns = RIG_START_NS + (STEPS * 10 + i * 5) * NS_PER_S;
        rig_add(records, RECORD_TICK, now_ns);
    }
    return records;
}

static void expect_same_summaries(const struct fold_rig *one, const struct fold_rig *two,
                                  size_t cut)
{
    cr_assert_eq(one->summary_count, two->summary_count, "cut at %zu: %zu and %zu", cut,
                 one->summary_count, two->summary_count);
    for (size_t i = 0; i < one->summary_count; i++) {
        cr_assert_eq(memcmp(one->summaries[i].key, two->summaries[i].key, 32), 0,
                     "cut at %zu: summary %zu of %s differs", cut, i,
                     one->summaries[i].process);
    }
}

Test(fold, cut_anywhere_gives_the_same_bytes, .timeout = 100)
{
    struct rig_records *records = faulty_course();
    struct fold_rig *whole = mem_new(struct fold_rig);
    fold_rig_init(whole);
    fold_rig_run(whole, records, 0, records->count);
    struct buf state = fold_rig_save(whole);
    cr_assert_gt(whole->summary_count, 10);
    cr_assert_eq(whole->letter_count, 2);

    for (size_t cut = 0; cut <= records->count; cut++) {
        struct fold_rig *parts = mem_new(struct fold_rig);
        fold_rig_init(parts);
        fold_rig_run(parts, records, 0, cut);
        fold_rig_restart(parts);
        fold_rig_run(parts, records, cut, records->count);
        struct buf end = fold_rig_save(parts);
        expect_same_summaries(whole, parts, cut);
        cr_assert(bytes_equal(buf_bytes(&state), buf_bytes(&end)), "cut at %zu", cut);
        buf_deinit(&end);
        fold_rig_deinit(parts);
        mem_free(&parts);
    }
    buf_deinit(&state);
    fold_rig_deinit(whole);
    mem_free(&whole);
    rig_free(records);
}

Test(fold, restarted_after_every_record_gives_the_same_summaries)
{
    struct rig_records *records = faulty_course();
    struct fold_rig *whole = mem_new(struct fold_rig);
    struct fold_rig *parts = mem_new(struct fold_rig);
    fold_rig_init(whole);
    fold_rig_init(parts);
    fold_rig_run(whole, records, 0, records->count);
    for (size_t i = 0; i < records->count; i++) {
        fold_rig_run(parts, records, i, i + 1);
        fold_rig_restart(parts);
    }

    expect_same_summaries(whole, parts, 0);
    fold_rig_deinit(whole);
    fold_rig_deinit(parts);
    mem_free(&whole);
    mem_free(&parts);
    rig_free(records);
}

/* Swaps payloads within blocks; times of receipt stay in order. */
static void shuffle(struct rig_records *records, size_t block, unsigned seed)
{
    for (size_t from = 0; from < records->count; from += block) {
        for (size_t i = from + block - 1; i > from; i--) {
            size_t j = from + (size_t)rand_r(&seed) % (i - from + 1);
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

static void expect_equal_emissions(const struct fold_rig *one, const struct fold_rig *two,
                                   int minutes)
{
    static const char *const processes[] = {"kiln", "mill"};
    for (int i = 0; i < 2 * minutes; i++) {
        const struct rig_summary *a = rig_latest(one, processes[i % 2], i / 2);
        const struct rig_summary *b = rig_latest(two, processes[i % 2], i / 2);
        cr_assert(a && b, "minute %d", i / 2);
        cr_assert_eq(a->direct, b->direct);
        cr_assert_eq(a->indirect, b->indirect);
        cr_assert_eq(a->activity, b->activity);
        cr_assert_eq(a->received, b->received);
        cr_assert_eq(a->valid, b->valid);
        cr_assert(a->complete && b->complete);
    }
}

Test(fold, order_of_arrival_does_not_change_emissions)
{
    struct rig_records *records = rig_course(60);
    struct fold_rig *whole = mem_new(struct fold_rig);
    fold_rig_init(whole);
    fold_rig_run(whole, records, 0, records->count);

    /* Within a step; within a minute; far beyond the lateness, so by revisions. */
    static const size_t blocks[] = {4, 24, 96};
    for (unsigned seed = 1; seed <= 12; seed++) {
        struct rig_records *shuffled = rig_course(60);
        struct fold_rig *other = mem_new(struct fold_rig);
        shuffle(shuffled, blocks[seed % 3], seed);
        fold_rig_init(other);
        fold_rig_run(other, shuffled, 0, shuffled->count);
        expect_equal_emissions(whole, other, 8);
        fold_rig_deinit(other);
        mem_free(&other);
        rig_free(shuffled);
    }
    fold_rig_deinit(whole);
    mem_free(&whole);
    rig_free(records);
}

Test(fold, a_status_that_comes_late_takes_its_readings_out_of_their_window)
{
    struct rig_records *records = rig_course(30);
    struct fold_rig *rig = mem_new(struct fold_rig);
    fold_rig_init(rig);
    fold_rig_run(rig, records, 0, records->count);
    const struct rig_summary *before = rig_latest(rig, "kiln", 1);
    cr_assert(before);
    const struct rig_summary first = *before;
    size_t so_far = records->count;
    add_status(records, RIG_START_NS + 300 * NS_PER_S, 7, 3);
    for (int i = 0; i < 4; i++) {
        rig_add(records, RECORD_TICK, RIG_START_NS + (305 + i * 5) * NS_PER_S);
    }
    fold_rig_run(rig, records, so_far, records->count);

    const struct rig_summary *again = rig_latest(rig, "kiln", 1);
    cr_assert(again);
    cr_assert_eq(first.revision, 0);
    cr_assert_eq(again->revision, 1);
    cr_assert_eq(again->received, first.received + 1);
    cr_assert_eq(again->valid, first.valid); /* one status more, one reading less */
    cr_assert_neq(again->direct, first.direct);
    cr_assert_str_eq(first.cause, "");
    cr_assert_str_eq(again->cause, "calibration");
    cr_assert_eq(again->cause_count, 1);
    fold_rig_deinit(rig);
    mem_free(&rig);
    rig_free(records);
}

Test(fold, two_processes_share_a_meter)
{
    struct rig_records *records = rig_course(30);
    struct fold_rig *rig = mem_new(struct fold_rig);
    fold_rig_init(rig);
    fold_rig_run(rig, records, 0, records->count);
    const struct rig_summary *kiln = rig_latest(rig, "kiln", 1);
    const struct rig_summary *mill = rig_latest(rig, "mill", 1);

    cr_assert(kiln && mill);
    cr_assert_float_eq(kiln->indirect, 0.6 * 0.1 * 0.5, 1e-12); /* 100 kWh a minute */
    cr_assert_float_eq(mill->indirect, 0.4 * 0.1 * 0.5, 1e-12);
    cr_assert_float_eq(kiln->direct, 13.0 / 60 * 25.8 / 1000 * 94.6, 1e-12);
    cr_assert_float_eq(kiln->activity, 160.0 / 60, 1e-12);
    cr_assert_float_eq(mill->activity, 160.0 / 60, 1e-12);
    fold_rig_deinit(rig);
    mem_free(&rig);
    rig_free(records);
}

Test(fold, counts_every_message_once)
{
    struct rig_records *records = faulty_course();
    struct fold_rig *rig = mem_new(struct fold_rig);
    fold_rig_init(rig);
    fold_rig_run(rig, records, 0, records->count);
    const struct fold_counters *c = fold_get_counters(rig->fold);

    cr_assert_eq(c->records, records->count);
    cr_assert_eq(c->messages, c->accepted + c->empty + c->partial + c->rejected);
    cr_assert_eq(c->rejected, 2);
    cr_assert_eq(c->partial, 0);
    cr_assert_gt(c->duplicates, 0);
    fold_rig_deinit(rig);
    mem_free(&rig);
    rig_free(records);
}

Test(fold, a_gap_is_noted_in_the_window_of_its_time)
{
    struct rig_records *records = faulty_course();
    struct fold_rig *rig = mem_new(struct fold_rig);
    fold_rig_init(rig);
    fold_rig_run(rig, records, 0, records->count);

    const struct rig_summary *with = rig_latest(rig, "mill", 3);
    const struct rig_summary *without = rig_latest(rig, "mill", 2);
    cr_assert(with && without);
    cr_assert_str_eq(with->gap, "session_lost");
    cr_assert_eq(without->gap_count, 0);
    fold_rig_deinit(rig);
    mem_free(&rig);
    rig_free(records);
}

static void one_message(const char *unit, int64_t ahead_ns, const char *reason)
{
    struct rig_records *records = mem_new(struct rig_records);
    struct fold_rig *rig = mem_new(struct fold_rig);
    struct telemetry_reading reading = rig_number("coal", 12);
    reading.unit = bytes_of(unit);
    rig_add_batch(records, RIG_START_NS, "a", RIG_START_NS + ahead_ns, &reading, 1);
    fold_rig_init(rig);
    fold_rig_run(rig, records, 0, 1);

    const struct fold_counters *c = fold_get_counters(rig->fold);
    cr_expect_eq(c->rejected, 1);
    cr_expect_eq(c->partial + c->accepted + c->empty, 0);
    cr_expect_str_eq(rig->letter, reason);
    cr_expect(!rig->letter_partial);
    struct error e;
    cr_assert_eq(fold_flush(rig->fold, &e), ERR_OK);
    cr_expect_eq(rig->memory.count, ahead_ns > NS_PER_HOUR ? 0 : 1); /* slices */
    fold_rig_deinit(rig);
    mem_free(&rig);
    rig_free(records);
}

Test(fold, a_message_of_which_nothing_is_used_is_rejected)
{
    one_message("degC", 0, "wrong_unit");
    one_message("t/h", 2 * NS_PER_HOUR, "future_timestamp");
    one_message("degC", 30000 * NS_PER_HOUR, "wrong_unit");
}

Test(fold, a_reading_from_the_future_does_not_stop_windows_from_closing_on_messages)
{
    struct rig_records *records = mem_new(struct rig_records);
    struct telemetry_reading reading = rig_number("coal", 12);
    rig_add_batch(records, RIG_START_NS, "a", RIG_START_NS + 90000 * NS_PER_HOUR,
                  &reading, 1);
    for (int i = 0; i < 9; i++) { /* no tick among them */
        for (char device = 'a'; device <= 'c'; device++) {
            rig_add_device(records, RIG_START_NS + (int64_t)i * 20 * NS_PER_S, device,
                           2 * i);
        }
    }
    struct fold_rig *rig = mem_new(struct fold_rig);
    fold_rig_init(rig);
    fold_rig_run(rig, records, 0, records->count);

    cr_assert(rig_latest(rig, "mill", 0));
    fold_rig_deinit(rig);
    mem_free(&rig);
    rig_free(records);
}

Test(fold, a_message_that_was_too_long_is_set_aside)
{
    struct rig_records *records = mem_new(struct rig_records);
    struct message message = {
        .topic = BYTES("emgate/v1/a/telemetry"), .payload = BYTES("\n\x01"), .cut = true};
    record_put_message(&rig_add(records, RECORD_MESSAGE, RIG_START_NS)->payload,
                       &message);
    struct fold_rig *rig = mem_new(struct fold_rig);
    fold_rig_init(rig);
    fold_rig_run(rig, records, 0, 1);

    cr_assert_str_eq(rig->letter, "too_large");
    cr_assert_eq(fold_get_counters(rig->fold)->rejected, 1);
    fold_rig_deinit(rig);
    mem_free(&rig);
    rig_free(records);
}

Test(fold, stored_state_that_is_cut_or_of_another_version_is_corrupt)
{
    struct rig_records *records = rig_course(9);
    struct fold_rig *rig = mem_new(struct fold_rig);
    struct error e;
    fold_rig_init(rig);
    fold_rig_run(rig, records, 0, records->count);
    struct buf saved = fold_rig_save(rig);

    for (size_t len = 0; len < saved.len; len++) {
        fold_close(&rig->fold);
        fold_rig_open_fold(rig);
        cr_assert_eq(fold_load(rig->fold, bytes_slice(buf_bytes(&saved), 0, len), &e),
                     ERR_CORRUPT, "%zu of %zu bytes", len, saved.len);
    }
    buf_deinit(&saved);
    fold_rig_deinit(rig);
    mem_free(&rig);
    rig_free(records);
}

/* ---- dead letters decoded again ---- */

#define RETRY_STEPS 30
#define RETRY_NS (RETRY_STEPS * INT64_C(10) * NS_PER_S)

struct retried_rig {
    struct fold_rig rig;
    struct dead_letter_retry last;
    size_t count;
};

static enum err note_retry(void *ctx, const struct dead_letter_retry *retry,
                           struct error *e)
{
    struct retried_rig *retried = ctx;
    (void)e;
    retried->last = *retry;
    retried->count++;
    return ERR_OK;
}

static void add_retry(struct rig_records *records, int64_t wall_ns, size_t letter,
                      struct bytes stored_message)
{
    struct record record = {.type = RECORD_MESSAGE,
                            .seq = letter + 1,
                            .wall_ns = records->list[letter].wall_ns,
                            .payload = stored_message};
    struct retry retry = {.letter_seq = letter + 1};
    struct error e;
    cr_assert_eq(record_get_message(&record, &retry.message, &e), ERR_OK);
    record_put_retry(&rig_add(records, RECORD_RETRY, wall_ns)->payload, &retry);
}

static void run_retried(struct retried_rig *retried, const struct rig_records *records)
{
    struct fold_out out = {.ctx = retried,
                           .summary = rig_take_summary,
                           .dead_letter = rig_take_letter,
                           .retried = note_retry};
    fold_rig_init(&retried->rig);
    for (size_t i = 0; i < records->count; i++) {
        struct error e = {0};
        struct record record = {.type = records->list[i].type,
                                .seq = i + 1,
                                .wall_ns = records->list[i].wall_ns,
                                .payload = buf_bytes(&records->list[i].payload)};
        cr_assert_eq(fold_step(retried->rig.fold, &record, &out, &e), ERR_OK, "%s",
                     e.text);
    }
}

/* A message of device b that can't be read, and comes again when its window is long
 * closed: the window's last revision is as if it had been good at once. */
Test(fold, a_dead_letter_decoded_again_counts_at_its_own_time)
{
    struct rig_records *records = rig_course(RETRY_STEPS);
    struct rig_records *whole = rig_course(RETRY_STEPS);
    size_t place = 4 * 3 + 1; /* step 3: a, b, c, tick */
    int64_t end_ns = RIG_START_NS + RETRY_NS;
    struct buf good = records->list[place].payload;
    struct message bad = {.topic = BYTES("emgate/v1/b/telemetry"), .payload = BYTES("?")};
    buf_init(&records->list[place].payload, 1 << 20);
    record_put_message(&records->list[place].payload, &bad);
    add_retry(records, end_ns, place, buf_bytes(&good));
    rig_add(records, RECORD_TICK, end_ns + 10 * NS_PER_S);
    rig_add(whole, RECORD_TICK, end_ns);
    rig_add(whole, RECORD_TICK, end_ns + 10 * NS_PER_S);
    struct retried_rig *retried = mem_new(struct retried_rig);
    struct retried_rig *reference = mem_new(struct retried_rig);

    run_retried(retried, records);
    run_retried(reference, whole);

    cr_assert_eq(retried->rig.letter_count, 1);
    cr_assert_eq(retried->count, 1);
    cr_assert_eq(retried->last.letter_seq, place + 1);
    cr_assert_eq(retried->last.seq, records->count - 1);
    cr_assert_str_eq(retried->last.outcome, "accepted");
    const struct fold_counters *counters = fold_get_counters(retried->rig.fold);
    cr_assert_eq(counters->messages, 3 * RETRY_STEPS + 1);
    cr_assert_eq(counters->rejected, 1);
    cr_assert_eq(counters->samples, fold_get_counters(reference->rig.fold)->samples);
    const struct rig_summary *got = rig_latest(&retried->rig, "kiln", 0);
    const struct rig_summary *want = rig_latest(&reference->rig, "kiln", 0);
    cr_assert(got && want);
    cr_assert_gt(got->revision, 0);
    cr_assert_eq(got->activity, want->activity);
    cr_assert_eq(got->valid, want->valid);
    fold_rig_deinit(&retried->rig);
    fold_rig_deinit(&reference->rig);
    mem_free(&retried);
    mem_free(&reference);
    buf_deinit(&good);
    rig_free(records);
    rig_free(whole);
}

Test(fold, what_counted_before_does_not_count_twice_when_it_comes_again)
{
    struct rig_records *records = rig_course(RETRY_STEPS);
    struct retried_rig *retried = mem_new(struct retried_rig);
    int64_t end_ns = RIG_START_NS + RETRY_NS;
    add_retry(records, end_ns, 0, buf_bytes(&records->list[0].payload));

    run_retried(retried, records);

    cr_assert_str_eq(retried->last.outcome, "accepted");
    cr_assert_eq(fold_get_counters(retried->rig.fold)->duplicates, 2);
    cr_assert_eq(retried->rig.letter_count, 0);
    fold_rig_deinit(&retried->rig);
    mem_free(&retried);
    rig_free(records);
}

Test(fold, what_an_operator_enters_counts_as_a_reading_once)
{
    struct fold_rig rig;
    struct rig_records *records = rig_course(6);
    int64_t now_ns = RIG_START_NS + 70 * NS_PER_S;
    struct entry entry = {.who = BYTES("meena"),
                          .device = BYTES("a"),
                          .metric = BYTES("coal"),
                          .unit = BYTES("kg/h"),
                          .event_ns = RIG_START_NS + 65 * NS_PER_S,
                          .value = 12500};
    struct entry words = {.who = BYTES("meena"), .words = BYTES("seen")};
    struct entry nowhere = {.device = BYTES("a"), .metric = BYTES("none")};
    fold_rig_init(&rig);
    fold_rig_run(&rig, records, 0, records->count);
    uint64_t samples = fold_get_counters(rig.fold)->samples;
    size_t from = records->count;
    record_put_entry(&rig_add(records, RECORD_ENTRY, now_ns)->payload, &entry);
    record_put_entry(&rig_add(records, RECORD_ENTRY, now_ns)->payload, &entry);
    record_put_entry(&rig_add(records, RECORD_ENTRY, now_ns)->payload, &words);
    record_put_entry(&rig_add(records, RECORD_ENTRY, now_ns)->payload, &nowhere);

    fold_rig_run(&rig, records, from, records->count);

    struct aggregate_point_status status;
    aggregate_get_point(fold_get_aggregate(rig.fold), 0, &status);
    cr_expect_eq(fold_get_counters(rig.fold)->samples, samples + 1);
    cr_expect_eq(fold_get_counters(rig.fold)->duplicates, 1);
    cr_expect_eq(fold_get_counters(rig.fold)->unmapped, 1);
    cr_expect_eq(status.at_ns, entry.event_ns);
    cr_expect_float_eq(status.value, 12.5, 1e-9);
    fold_rig_deinit(&rig);
    rig_free(records);
}

Test(fold, an_entry_cut_short_is_damage)
{
    struct fold_rig rig;
    struct error e;
    struct fold_out out = {.ctx = &rig};
    struct record record = {.type = RECORD_ENTRY,
                            .seq = 1,
                            .wall_ns = RIG_START_NS,
                            .payload = BYTES("\x05m")};
    fold_rig_init(&rig);
    cr_assert_eq(fold_step(rig.fold, &record, &out, &e), ERR_CORRUPT);
    fold_rig_deinit(&rig);
}

/* A laboratory's result for the kiln's fuel, entered at step `at`, valid from minute
 * `minute` on. */
static void add_result(struct rig_records *records, int at, int minute, double value)
{
    struct entry entry = {.who = BYTES("meena"),
                          .device = BYTES(ENTRY_LABORATORY),
                          .metric = BYTES("kiln/fuel/emission_factor"),
                          .unit = BYTES("t CO2/TJ"),
                          .words = BYTES("report 7"),
                          .event_ns = RIG_START_NS + minute * NS_PER_MINUTE,
                          .value = value};
    int64_t wall_ns = RIG_START_NS + at * 10 * NS_PER_S;
    record_put_entry(&rig_add(records, RECORD_ENTRY, wall_ns)->payload, &entry);
}

Test(fold, a_laboratory_result_counts_from_its_validity_on_and_again_after_a_restart)
{
    struct rig_records *records = rig_course(30);
    struct fold_rig *whole = mem_new(struct fold_rig);
    struct fold_rig *parts = mem_new(struct fold_rig);
    add_result(records, 30, 2, 2 * 94.6);
    for (int i = 31; i < 60; i++) {
        rig_add(records, RECORD_TICK, RIG_START_NS + i * 10 * NS_PER_S);
    }
    fold_rig_init(whole);
    fold_rig_init(parts);
    fold_rig_run(whole, records, 0, records->count);
    for (size_t i = 0; i < records->count; i++) {
        fold_rig_run(parts, records, i, i + 1);
        fold_rig_restart(parts);
    }
    const struct rig_summary *before = rig_latest(whole, "kiln", 1);
    const struct rig_summary *behind = rig_latest(whole, "kiln", 2);
    const struct rig_summary *other = rig_latest(whole, "mill", 2);
    cr_assert(before && behind && other && before->has_direct && behind->has_direct);
    cr_expect_eq(before->revision, 0);
    cr_expect_eq(behind->revision, 1);
    cr_expect_float_eq(behind->direct, 2 * before->direct, 1e-9);
    cr_expect(other && other->revision == 0);
    expect_same_summaries(whole, parts, 0);
    fold_rig_deinit(whole);
    fold_rig_deinit(parts);
    mem_free(&whole);
    mem_free(&parts);
    rig_free(records);
}

static enum err keep_words(void *ctx, const struct entered_words *words, struct error *e)
{
    struct buf *kept = ctx;
    (void)e;
    buf_print(kept, "%llu %.*s: %.*s", (unsigned long long)words->seq,
              (int)words->who.len, (const char *)words->who.data, (int)words->words.len,
              (const char *)words->words.data);
    return ERR_OK;
}

Test(fold, words_go_to_who_keeps_them)
{
    struct fold_rig *rig = mem_new(struct fold_rig);
    struct entry entry = {.who = BYTES("meena"), .words = BYTES("seen")};
    struct buf payload;
    struct buf kept;
    struct error e;
    buf_init(&payload, 1 << 10);
    buf_init(&kept, 1 << 10);
    record_put_entry(&payload, &entry);
    fold_rig_init(rig);
    struct fold_out out = {.ctx = &kept, .words = keep_words};
    struct record record = {
        .type = RECORD_ENTRY, .seq = 1, .wall_ns = 5, .payload = buf_bytes(&payload)};
    cr_assert_eq(fold_step(rig->fold, &record, &out, &e), ERR_OK);
    cr_expect_str_eq((const char *)kept.data, "1 meena: seen");
    buf_deinit(&payload);
    buf_deinit(&kept);
    fold_rig_deinit(rig);
    mem_free(&rig);
}
