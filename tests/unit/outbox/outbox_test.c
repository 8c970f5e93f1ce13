/* SPDX-License-Identifier: Apache-2.0 */
#include "outbox/outbox.h"

#include <criterion/criterion.h>
#include <stdio.h>

static struct outbox *opened(const char *const *sinks)
{
    struct outbox *outbox = NULL;
    struct error e;
    cr_assert_eq(outbox_open(":memory:", sinks, &outbox, &e), ERR_OK, "%s", e.text);
    return outbox;
}

static struct outbox_summary summary_of(uint8_t key, const char *process,
                                        int64_t window_start_ns, uint32_t revision)
{
    struct outbox_summary summary = {.process = process,
                                     .window_start_ns = window_start_ns,
                                     .window_end_ns = window_start_ns + 1,
                                     .revision = revision,
                                     .summary = BYTES("summary"),
                                     .envelope = BYTES("envelope")};
    memset(summary.key, key, sizeof summary.key);
    return summary;
}

static enum err put(struct outbox *outbox, const struct outbox_summary *summary,
                    struct error *e)
{
    cr_assert_eq(outbox_begin(outbox, e), ERR_OK);
    enum err err = outbox_put_summary(outbox, summary, e);
    if (err != ERR_OK) {
        outbox_rollback(outbox);
        return err;
    }
    return outbox_commit(outbox, e);
}

static size_t waiting(struct outbox *outbox, const char *sink)
{
    struct arena arena;
    struct outbox_row rows[16];
    size_t count = 0;
    struct error e;
    arena_init(&arena, 65536);
    cr_assert_eq(outbox_next(outbox, sink, &arena, rows, 16, &count, &e), ERR_OK);
    arena_deinit(&arena);
    return count;
}

Test(outbox, a_summary_gets_one_row_per_sink)
{
    const char *const sinks[] = {"a", "b", NULL};
    struct outbox *outbox = opened(sinks);
    struct outbox_summary summary = summary_of(1, "kiln", 0, 0);
    struct error e;

    cr_assert_eq(put(outbox, &summary, &e), ERR_OK);

    cr_assert_eq(waiting(outbox, "a"), 1);
    cr_assert_eq(waiting(outbox, "b"), 1);
    cr_assert_eq(waiting(outbox, "c"), 0);
    outbox_close(&outbox);
}

Test(outbox, the_same_summary_again_has_no_effect)
{
    const char *const sinks[] = {"a", NULL};
    struct outbox *outbox = opened(sinks);
    struct outbox_summary summary = summary_of(1, "kiln", 0, 0);
    struct error e;

    cr_assert_eq(put(outbox, &summary, &e), ERR_OK);
    cr_assert_eq(put(outbox, &summary, &e), ERR_OK);

    cr_assert_eq(waiting(outbox, "a"), 1);
    outbox_close(&outbox);
}

Test(outbox, the_same_window_with_other_bytes_is_corrupt)
{
    const char *const sinks[] = {"a", NULL};
    struct outbox *outbox = opened(sinks);
    struct outbox_summary first = summary_of(1, "kiln", 0, 0);
    struct outbox_summary other = summary_of(2, "kiln", 0, 0);
    struct error e;

    cr_assert_eq(put(outbox, &first, &e), ERR_OK);
    cr_assert_eq(put(outbox, &other, &e), ERR_CORRUPT);

    cr_assert(strstr(e.text, "made again with other bytes"), "%s", e.text);
    outbox_close(&outbox);
}

Test(outbox, a_rolled_back_transaction_leaves_nothing)
{
    const char *const sinks[] = {"a", NULL};
    struct outbox *outbox = opened(sinks);
    struct outbox_summary summary = summary_of(1, "kiln", 0, 0);
    struct error e;
    cr_assert_eq(outbox_begin(outbox, &e), ERR_OK);
    cr_assert_eq(outbox_put_summary(outbox, &summary, &e), ERR_OK);
    cr_assert_eq(outbox_put_state(outbox, "fold", BYTES("x"), &e), ERR_OK);

    outbox_rollback(outbox);

    struct arena arena;
    arena_init(&arena, 1024);
    struct bytes state = BYTES("unset");
    cr_assert_eq(outbox_get_state(outbox, "fold", &arena, &state, &e), ERR_OK);
    cr_assert_eq(state.len, 0);
    cr_assert_eq(waiting(outbox, "a"), 0);
    arena_deinit(&arena);
    outbox_close(&outbox);
}

Test(outbox, rows_leave_the_queue_when_done_or_set_aside)
{
    const char *const sinks[] = {"a", NULL};
    struct outbox *outbox = opened(sinks);
    struct error e;
    for (uint8_t i = 0; i < 3; i++) {
        struct outbox_summary summary = summary_of(i, "kiln", i, 0);
        cr_assert_eq(put(outbox, &summary, &e), ERR_OK);
    }
    struct arena arena;
    arena_init(&arena, 65536);
    struct outbox_row rows[3];
    size_t count = 0;
    cr_assert_eq(outbox_next(outbox, "a", &arena, rows, 3, &count, &e), ERR_OK);

    cr_assert_eq(outbox_mark_done(outbox, rows[0].id, BYTES("receipt"), &e), ERR_OK);
    cr_assert_eq(outbox_mark_set_aside(outbox, rows[1].id, "refused", &e), ERR_OK);
    cr_assert_eq(outbox_mark_tried(outbox, rows[2].id, "later", &e), ERR_OK);

    struct outbox_sink_counts counts;
    cr_assert_eq(outbox_count_sink(outbox, "a", &counts, &e), ERR_OK);
    cr_assert_eq(counts.done, 1);
    cr_assert_eq(counts.set_aside, 1);
    cr_assert_eq(counts.waiting, 1);
    arena_deinit(&arena);
    outbox_close(&outbox);
}

static enum err count_slice(void *ctx, int64_t minute, struct bytes slice,
                            struct error *e)
{
    (void)e;
    cr_assert(bytes_are(slice, "readings"));
    *(int64_t *)ctx = *(int64_t *)ctx * 100 + minute;
    return ERR_OK;
}

Test(outbox, slices_come_back_in_order_and_can_be_dropped)
{
    struct outbox *outbox = opened(NULL);
    struct error e;
    cr_assert_eq(outbox_begin(outbox, &e), ERR_OK);
    for (int64_t minute = 5; minute >= 1; minute--) {
        cr_assert_eq(outbox_put_slice(outbox, "p", minute, BYTES("readings"), &e),
                     ERR_OK);
    }
    cr_assert_eq(outbox_drop_slices(outbox, 2, &e), ERR_OK);
    cr_assert_eq(outbox_commit(outbox, &e), ERR_OK);

    int64_t seen = 0;
    cr_assert_eq(outbox_each_slice(outbox, "p", 0, 5, count_slice, &seen, &e), ERR_OK);

    cr_assert_eq(seen, 20304);
    outbox_close(&outbox);
}

Test(outbox, processes_take_turns)
{
    const char *const sinks[] = {"a", NULL};
    struct outbox *outbox = opened(sinks);
    struct error e;
    for (uint8_t i = 0; i < 5; i++) {
        struct outbox_summary summary = summary_of(i, "kiln", i, 0);
        cr_assert_eq(put(outbox, &summary, &e), ERR_OK);
    }
    struct outbox_summary other = summary_of(9, "mill", 0, 0);
    cr_assert_eq(put(outbox, &other, &e), ERR_OK);
    struct arena arena;
    arena_init(&arena, 65536);
    struct outbox_row rows[3];
    size_t count = 0;

    cr_assert_eq(outbox_next(outbox, "a", &arena, rows, 3, &count, &e), ERR_OK);

    cr_assert_eq(count, 3);
    cr_assert_str_eq(rows[0].process, "kiln");
    cr_assert_str_eq(rows[1].process, "mill");
    cr_assert_eq(rows[2].key[0], 1, "the kiln's second oldest");
    arena_deinit(&arena);
    outbox_close(&outbox);
}

/* ---- dead letters that were decoded again ---- */

struct seen_letter {
    int64_t id;
    uint64_t seq, retry_seq;
    char outcome[32];
};

struct seen_letters {
    struct seen_letter list[8];
    size_t count;
};

static bool see_letter(void *ctx, int64_t id, const struct dead_letter *letter)
{
    struct seen_letters *seen = ctx;
    struct seen_letter *kept = &seen->list[seen->count++];
    *kept = (struct seen_letter){
        .id = id, .seq = letter->seq, .retry_seq = letter->retry_seq};
    snprintf(kept->outcome, sizeof kept->outcome, "%s", letter->retry_outcome);
    return true;
}

static bool see_seq(void *ctx, int64_t id, uint64_t seq)
{
    struct seen_letters *seen = ctx;
    seen->list[seen->count++] = (struct seen_letter){.id = id, .seq = seq};
    return true;
}

static void put_letters(struct outbox *outbox, uint64_t from_seq, size_t count)
{
    struct error e;
    cr_assert_eq(outbox_begin(outbox, &e), ERR_OK);
    for (size_t i = 0; i < count; i++) {
        struct dead_letter letter = {.seq = from_seq + i,
                                     .topic = BYTES("a/b"),
                                     .payload = BYTES("{"),
                                     .adapter = "map",
                                     .reason = "bad_json",
                                     .detail = "byte 1"};
        cr_assert_eq(outbox_put_dead_letter(outbox, &letter, &e), ERR_OK);
    }
    cr_assert_eq(outbox_commit(outbox, &e), ERR_OK);
}

static void mark(struct outbox *outbox, uint64_t letter_seq, uint64_t seq,
                 const char *outcome)
{
    struct error e;
    struct dead_letter_retry retry = {
        .letter_seq = letter_seq, .seq = seq, .outcome = outcome};
    cr_assert_eq(outbox_begin(outbox, &e), ERR_OK);
    cr_assert_eq(outbox_put_retry(outbox, &retry, &e), ERR_OK);
    cr_assert_eq(outbox_commit(outbox, &e), ERR_OK);
}

static struct seen_letters letters_for(struct outbox *outbox, int64_t id, int64_t after,
                                       uint64_t limit)
{
    struct seen_letters seen = {0};
    struct outbox_letter_filter filter = {.id = id, .after = after, .limit = limit};
    struct error e;
    cr_assert_eq(outbox_each_letter_seq(outbox, &filter, see_seq, &seen, &e), ERR_OK);
    return seen;
}

Test(outbox, a_retry_marks_its_letter_and_the_last_one_counts)
{
    struct outbox *outbox = opened(NULL);
    struct seen_letters seen = {0};
    struct error e;
    put_letters(outbox, 10, 2);
    mark(outbox, 10, 20, "rejected");
    mark(outbox, 10, 21, "accepted");

    cr_assert_eq(outbox_each_dead_letter(outbox, 0, see_letter, &seen, &e), ERR_OK);

    cr_assert_eq(seen.count, 2);
    cr_assert_eq(seen.list[0].retry_seq, 0);
    cr_assert_str_eq(seen.list[0].outcome, "");
    cr_assert_eq(seen.list[1].retry_seq, 21);
    cr_assert_str_eq(seen.list[1].outcome, "accepted");
    outbox_close(&outbox);
}

Test(outbox, letters_without_a_retry_are_found_in_order)
{
    struct outbox *outbox = opened(NULL);
    put_letters(outbox, 10, 4);
    mark(outbox, 11, 20, "rejected");

    struct seen_letters seen = letters_for(outbox, 0, 0, 10);
    cr_assert_eq(seen.count, 3);
    cr_assert_eq(seen.list[0].seq, 10);
    cr_assert_eq(seen.list[1].seq, 12);
    seen = letters_for(outbox, 0, seen.list[0].id, 1);
    cr_assert_eq(seen.count, 1);
    cr_assert_eq(seen.list[0].seq, 12);
    seen = letters_for(outbox, 2, 0, 10);
    cr_assert_eq(seen.count, 1);
    cr_assert_eq(seen.list[0].seq, 11, "one that is asked for may have had a retry");
    cr_assert_eq(letters_for(outbox, 99, 0, 10).count, 0);
    struct outbox_letter_filter filter = {.until = 1};
    struct error e;
    seen = (struct seen_letters){0};
    cr_assert_eq(outbox_each_letter_seq(outbox, &filter, see_seq, &seen, &e), ERR_OK);
    cr_assert_eq(seen.count, 1, "no limit, but an end");
    outbox_close(&outbox);
}

static bool count_words(void *ctx, const struct entered_words *words)
{
    struct entered_words *last = ctx;
    cr_expect_lt(words->seq, last->seq);
    cr_expect(bytes_are(words->who, "meena") && bytes_are(words->words, "seen"));
    last->seq = words->seq;
    last->at_ns += words->at_ns;
    return true;
}

Test(outbox, what_operators_said_comes_newest_first_and_the_oldest_go)
{
    const char *const sinks[] = {NULL};
    struct outbox *outbox = opened(sinks);
    struct outbox_counts counts;
    struct error e;
    cr_assert_eq(outbox_count(outbox, &counts, &e), ERR_OK);
    cr_expect_eq(counts.newest_words, 0);
    cr_assert_eq(outbox_begin(outbox, &e), ERR_OK);
    for (uint64_t seq = 1; seq <= 10005; seq++) {
        struct entered_words words = {
            .seq = seq, .at_ns = 1, .who = BYTES("meena"), .words = BYTES("seen")};
        cr_assert_eq(outbox_put_words(outbox, &words, &e), ERR_OK, "%s", e.text);
    }
    cr_assert_eq(outbox_commit(outbox, &e), ERR_OK);
    cr_assert_eq(outbox_count(outbox, &counts, &e), ERR_OK);
    cr_expect_eq(counts.newest_words, 10005);
    struct entered_words last = {.seq = UINT64_MAX};
    cr_assert_eq(outbox_each_words(outbox, 0, count_words, &last, &e), ERR_OK);
    cr_expect_eq(last.at_ns, 10000, "kept: %lld", (long long)last.at_ns);
    cr_expect_eq(last.seq, 6);
    outbox_close(&outbox);
}
