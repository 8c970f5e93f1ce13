/* SPDX-License-Identifier: Apache-2.0 */
/* The tap: cursors, stages, points, what is kept and what a slow reader is told. */
#include "tap.h"

#include <criterion/criterion.h>
#include <stdio.h>

#define ANSWER_MAX ((size_t)16 << 20)

struct hand {
    int64_t now_ns;
};

static int64_t hand_now(void *ctx)
{
    const struct hand *hand = ctx;
    return hand->now_ns;
}

/* The cursor, the number missed and the lines of an answer. */
struct answer {
    unsigned long long cursor, missed;
    size_t lines;
    char first[64], last[64];
};

static struct answer ask(struct tap *tap, const struct tap_question *question)
{
    struct answer answer = {0};
    struct buf out;
    buf_init(&out, ANSWER_MAX);
    tap_ask(tap, question, &out);
    /* NOLINTNEXTLINE(cert-err34-c): this program printed it */
    cr_assert_eq(sscanf((const char *)out.data, "{\"cursor\":%llu,\"missed\":%llu}\n",
                        &answer.cursor, &answer.missed),
                 2);
    const char *line = strchr((const char *)out.data, '\n') + 1;
    for (const char *end; (end = strchr(line, '\n')); line = end + 1) {
        char *kept = answer.lines++ == 0 ? answer.first : answer.last;
        snprintf(answer.last, sizeof answer.last, "%.*s", (int)(end - line), line);
        memmove(kept, answer.last, sizeof answer.last);
    }
    buf_deinit(&out);
    return answer;
}

static struct answer ask_after(struct tap *tap, unsigned long long cursor)
{
    return ask(tap, &(struct tap_question){.after = cursor, .stage = TAP_READINGS});
}

static void add(struct tap *tap, const char *points, const char *line)
{
    tap_add(tap, TAP_READINGS, bytes_of(points), bytes_of(line));
}

#define WITH_TAP                                                                         \
    struct hand hand = {.now_ns = 1};                                                    \
    struct clock clock = {.wall_ns = hand_now, .boot_ns = hand_now, .ctx = &hand};       \
    struct tap *tap = tap_new(&clock)

Test(tap, begins_with_what_comes_next)
{
    WITH_TAP;
    add(tap, "", "old");
    struct answer answer = ask_after(tap, 0);
    cr_assert_eq(answer.lines, 0);
    cr_assert_eq(answer.missed, 0);
    add(tap, "", "one");
    add(tap, "", "two");
    answer = ask_after(tap, answer.cursor);
    cr_assert_eq(answer.lines, 2);
    cr_assert_str_eq(answer.first, "one");
    cr_assert_str_eq(answer.last, "two");
    cr_assert_eq(ask_after(tap, answer.cursor).lines, 0);
    tap_free(&tap);
}

Test(tap, is_open_as_long_as_somebody_asks)
{
    WITH_TAP;
    cr_assert_not(tap_is_open(tap));
    (void)ask_after(tap, 0);
    cr_assert(tap_is_open(tap));
    hand.now_ns += TAP_OPEN_NS;
    cr_assert_not(tap_is_open(tap));
    tap_free(&tap);
}

Test(tap, lines_not_made_while_closed_count_as_missed)
{
    WITH_TAP;
    struct answer answer = ask_after(tap, 0);
    add(tap, "", "kept");
    for (int i = 0; i < 5; i++) {
        tap_miss(tap, TAP_READINGS, 1);
    }
    add(tap, "", "new");
    answer = ask_after(tap, answer.cursor);
    cr_assert_eq(answer.missed, 6, "%llu", answer.missed);
    cr_assert_eq(answer.lines, 1);
    cr_assert_str_eq(answer.first, "new");
    tap_free(&tap);
}

Test(tap, stages_are_numbered_apart)
{
    WITH_TAP;
    struct tap_question rejects = {.stage = TAP_REJECTS};
    rejects.after = ask(tap, &rejects).cursor;
    add(tap, "", "a reading");
    tap_add(tap, TAP_REJECTS, BYTES(""), BYTES("a reject"));
    struct answer answer = ask(tap, &rejects);
    cr_assert_eq(answer.lines, 1);
    cr_assert_str_eq(answer.first, "a reject");
    tap_free(&tap);
}

Test(tap, a_point_gets_its_own_lines)
{
    WITH_TAP;
    struct tap_question question = {.stage = TAP_READINGS, .point = "b"};
    question.after = ask(tap, &question).cursor;
    add(tap, "a\nb\n", "both");
    add(tap, "ab\n", "another");
    add(tap, "", "nobody's");
    add(tap, "b\n", "mine");
    struct answer answer = ask(tap, &question);
    cr_assert_eq(answer.lines, 2);
    cr_assert_str_eq(answer.first, "both");
    cr_assert_str_eq(answer.last, "mine");
    tap_free(&tap);
}

/* Every line is either given or counted as missed, once, and answers stay small. */
Test(tap, loses_old_lines_visibly_within_its_memory)
{
    WITH_TAP;
    enum { LINES = 30000, LEN = 500 };
    char line[LEN + 1];
    struct answer answer = ask_after(tap, 0);
    for (int i = 0; i < LINES; i++) {
        snprintf(line, sizeof line, "%-*d", LEN, i);
        add(tap, "", line);
    }
    answer = ask_after(tap, answer.cursor);
    unsigned long long missed = answer.missed;
    unsigned long long given = 0;
    cr_assert_gt(missed, 0);
    while (answer.lines > 0) {
        cr_assert_leq(answer.lines, ((size_t)2 << 20) / LEN);
        given += answer.lines;
        answer = ask_after(tap, answer.cursor);
        cr_assert_eq(answer.missed, 0);
    }
    cr_assert_eq(given + missed, LINES);
    cr_assert_leq(given * LEN, TAP_BYTES);
    cr_assert_geq(given * LEN, TAP_BYTES / 3);
    tap_free(&tap);
}

Test(tap, a_line_that_is_too_long_counts_as_missed)
{
    WITH_TAP;
    struct buf line;
    struct answer answer = ask_after(tap, 0);
    buf_init(&line, TAP_BYTES);
    while (line.len < TAP_BYTES / 2) {
        buf_add_text(&line, "0123456789abcdef");
    }
    tap_add(tap, TAP_READINGS, BYTES(""), buf_bytes(&line));
    answer = ask_after(tap, answer.cursor);
    cr_assert_eq(answer.missed, 1);
    cr_assert_eq(answer.lines, 0);
    buf_deinit(&line);
    tap_free(&tap);
}

Test(tap, a_cursor_of_another_run_begins_anew)
{
    WITH_TAP;
    add(tap, "", "one");
    struct answer answer = ask_after(tap, 1000);
    cr_assert_eq(answer.lines, 0);
    cr_assert_eq(answer.missed, 0);
    cr_assert_eq(answer.cursor, 2);
    tap_free(&tap);
}

Test(tap, knows_its_stages_by_name)
{
    enum tap_stage stage = TAP_READINGS;
    cr_assert(tap_stage_find("rejects", &stage));
    cr_assert_eq(stage, TAP_REJECTS);
    cr_assert_not(tap_stage_find("reject", &stage));
}
