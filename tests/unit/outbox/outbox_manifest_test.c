/* SPDX-License-Identifier: Apache-2.0 */
#include "outbox/outbox.h"

#include <criterion/criterion.h>

#define ROWS 3

/* An outbox with three summaries of one sink, of which the first two are sent. */
static struct outbox *filled(void)
{
    static const char *const sinks[] = {"a", NULL};
    struct outbox *outbox = NULL;
    struct arena arena;
    struct outbox_row rows[ROWS];
    size_t count = 0;
    struct error e;
    arena_init(&arena, 65536);
    cr_assert_eq(outbox_open(":memory:", sinks, &outbox, &e), ERR_OK, "%s", e.text);
    cr_assert_eq(outbox_begin(outbox, &e), ERR_OK);
    for (int i = 0; i < ROWS; i++) {
        struct outbox_summary summary = {.process = "kiln",
                                         .window_start_ns = 10 * i,
                                         .window_end_ns = 10 * i + 10,
                                         .summary = BYTES("summary"),
                                         .envelope = BYTES("envelope")};
        memset(summary.key, i + 1, sizeof summary.key);
        cr_assert_eq(outbox_put_summary(outbox, &summary, &e), ERR_OK);
    }
    cr_assert_eq(outbox_commit(outbox, &e), ERR_OK);
    cr_assert_eq(outbox_next(outbox, "a", &arena, rows, ROWS, &count, &e), ERR_OK);
    cr_assert_eq(count, ROWS);
    for (int i = 0; i < 2; i++) {
        cr_assert_eq(outbox_mark_done(outbox, rows[i].id, BYTES("r"), &e), ERR_OK);
    }
    arena_deinit(&arena);
    return outbox;
}

struct seen {
    size_t count;
    struct outbox_sent last;
};

static void see(void *ctx, const struct outbox_sent *sent)
{
    struct seen *seen = ctx;
    seen->count++;
    seen->last = *sent;
}

static struct seen sent_of(struct outbox *outbox, int64_t from_ns, int64_t to_ns)
{
    struct seen seen = {0};
    struct error e;
    cr_assert_eq(outbox_each_sent(outbox, "a", from_ns, to_ns, see, &seen, &e), ERR_OK);
    return seen;
}

Test(outbox_manifest, only_what_was_sent_is_listed)
{
    struct outbox *outbox = filled();
    struct seen all = sent_of(outbox, 0, 100);
    cr_expect_eq(all.count, 2);
    cr_expect_eq(all.last.window_start_ns, 10);
    cr_expect_eq(all.last.key[0], 2);
    cr_expect_eq(sent_of(outbox, 0, 10).count, 1);
    outbox_close(&outbox);
}

Test(outbox_manifest, what_was_sent_waits_again_and_nothing_else)
{
    struct outbox *outbox = filled();
    uint8_t keys[ROWS][OUTBOX_KEY_LEN];
    const uint8_t *again[ROWS];
    struct outbox_sink_counts counts;
    struct error e;
    for (int i = 0; i < ROWS; i++) {
        memset(keys[i], i + 2, OUTBOX_KEY_LEN); /* the last is nobody's */
        again[i] = keys[i];
    }
    cr_assert_eq(outbox_send_again(outbox, "a", again, ROWS, &e), ERR_OK, "%s", e.text);
    cr_assert_eq(outbox_count_sink(outbox, "a", &counts, &e), ERR_OK);
    cr_expect_eq(counts.waiting, 2);
    cr_expect_eq(counts.done, 1);
    cr_expect_eq(sent_of(outbox, 0, 100).last.key[0], 1);
    outbox_close(&outbox);
}
