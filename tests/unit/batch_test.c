/* SPDX-License-Identifier: Apache-2.0 */
/* When the pipeline's batch is due, and that it keeps copies. */
#include "pipeline_private.h"

#include "core/clock.h"
#include "core/mem.h"

#include <criterion/criterion.h>

static int64_t now_ns;

static int64_t read_clock(void *ctx)
{
    (void)ctx;
    return now_ns;
}

static const struct clock clock_of_test = {.wall_ns = read_clock, .boot_ns = read_clock};

static struct pipeline *open_batch(void)
{
    struct pipeline *p = mem_new(struct pipeline);
    p->settings.clock = &clock_of_test;
    arena_init(&p->arena, 1 << 20);
    now_ns = 1000 * NS_PER_S;
    return p;
}

static void clear(struct pipeline *p)
{
    mem_free(&p->summaries);
    mem_free(&p->letters);
    arena_deinit(&p->arena);
    mem_free(&p);
}

static void add_record(struct pipeline *p)
{
    if (p->batch_records++ == 0) {
        p->batch_since_ns = now_ns;
    }
}

static void add_letter(struct pipeline *p)
{
    struct error e;
    char topic[] = "a/b";
    struct dead_letter letter = {.topic = bytes_of(topic),
                                 .payload = BYTES("raw"),
                                 .adapter = "native",
                                 .reason = "malformed",
                                 .detail = "words"};
    cr_assert_eq(batch_dead_letter(p, &letter, &e), ERR_OK);
    memset(topic, 'x', sizeof topic - 1); /* the message goes, its copy stays */
}

Test(batch, empty_is_never_due)
{
    struct pipeline *p = open_batch();
    now_ns += 1000 * NS_PER_S;
    cr_assert(!batch_is_due(p, true) && !batch_is_due(p, false));
    clear(p);
}

Test(batch, with_nothing_but_the_cursor_waits_ten_seconds)
{
    struct pipeline *p = open_batch();
    add_record(p);
    cr_assert(!batch_is_due(p, true));
    now_ns += 9 * NS_PER_S;
    cr_assert(!batch_is_due(p, true));
    now_ns += 2 * NS_PER_S;
    cr_assert(batch_is_due(p, false));
    clear(p);
}

Test(batch, with_results_goes_when_nothing_more_comes_or_after_two_seconds)
{
    struct pipeline *p = open_batch();
    add_record(p);
    add_letter(p);
    cr_assert(batch_is_due(p, true));
    cr_assert(!batch_is_due(p, false));
    now_ns += 2 * NS_PER_S;
    cr_assert(batch_is_due(p, false));
    clear(p);
}

Test(batch, of_many_records_is_due)
{
    struct pipeline *p = open_batch();
    for (int i = 0; i < 49999; i++) {
        add_record(p);
    }
    cr_assert(!batch_is_due(p, false));
    add_record(p);
    cr_assert(batch_is_due(p, false));
    batch_clear(p);
    cr_assert(!batch_is_due(p, true));
    clear(p);
}

Test(batch, keeps_copies_of_dead_letters)
{
    struct pipeline *p = open_batch();
    add_record(p);
    add_letter(p);
    add_letter(p);
    cr_assert_eq(p->letter_count, 2);
    cr_assert(bytes_are(p->letters[0].topic, "a/b"));
    cr_assert(bytes_are(p->letters[1].payload, "raw"));
    cr_assert_str_eq(p->letters[1].reason, "malformed");
    clear(p);
}

Test(batch, that_is_half_full_is_due_and_one_that_is_full_fails)
{
    struct pipeline *p = open_batch();
    static uint8_t block[300000];
    struct dead_letter letter = {
        .payload = {block, sizeof block}, .reason = "r", .detail = "d"};
    struct error e;
    add_record(p);
    cr_assert_eq(batch_dead_letter(p, &letter, &e), ERR_OK);
    cr_assert(!batch_is_due(p, false));
    cr_assert_eq(batch_dead_letter(p, &letter, &e), ERR_OK);
    cr_assert(batch_is_due(p, false));
    cr_assert_eq(batch_dead_letter(p, &letter, &e), ERR_OK);
    cr_assert_eq(batch_dead_letter(p, &letter, &e), ERR_SYSTEM);
    clear(p);
}
