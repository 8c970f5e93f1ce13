/* SPDX-License-Identifier: Apache-2.0 */
/* What the tap shows of readings and dead letters; nothing while nobody looks. */
#include "tap_lines.h"

#include "fold_rig.h"
#include "model/message.h"
#include "model/reading.h"

struct bench {
    struct plan *plan;
    struct tap *tap;
    struct tap_question question;
    char line[1024]; /* the only line of the last answer, or "" */
};

static struct bench *open_bench(enum tap_stage stage)
{
    struct bench *bench = mem_new(struct bench);
    bench->plan = rig_plan(rig_text);
    bench->tap = tap_new(&clock_system);
    bench->question.stage = stage;
    return bench;
}

static void close_bench(struct bench *bench)
{
    tap_free(&bench->tap);
    plan_free(&bench->plan);
    mem_free(&bench);
}

static unsigned long long look(struct bench *bench)
{
    struct buf out;
    unsigned long long cursor = 0;
    unsigned long long missed = 0;
    buf_init(&out, 8U << 20);
    tap_ask(bench->tap, &bench->question, &out);
    /* NOLINTNEXTLINE(cert-err34-c): this program printed it */
    cr_assert_eq(sscanf((const char *)out.data, "{\"cursor\":%llu,\"missed\":%llu}\n",
                        &cursor, &missed),
                 2);
    const char *line = strchr((const char *)out.data, '\n') + 1;
    snprintf(bench->line, sizeof bench->line, "%.*s", (int)strcspn(line, "\n"), line);
    bench->question.after = cursor;
    buf_deinit(&out);
    return missed;
}

static void put_reading(struct bench *bench, const struct normalised *results,
                        size_t count)
{
    struct message message = {.topic = BYTES("x/y"), .seq = 7};
    struct reading reading = {.device = BYTES("a"),
                              .metric = BYTES("coal"),
                              .unit = BYTES("kg/h"),
                              .value = {.kind = VALUE_INT, .integer = 12000},
                              .event_ns = RIG_START_NS};
    struct tap_reading seen = {.plan = bench->plan,
                               .message = &message,
                               .reading = &reading,
                               .results = results,
                               .count = count};
    tap_put_reading(bench->tap, &seen);
}

Test(tap_lines, a_reading_says_where_it_came_from_and_what_its_points_got)
{
    struct bench *bench = open_bench(TAP_READINGS);
    struct normalised results[2] = {{.point = 0, .sample.value = 12, .usable = true},
                                    {.point = 3, .reason = "wrong_unit"}};
    look(bench);
    put_reading(bench, results, 2);
    cr_assert_eq(look(bench), 0);
    cr_assert_str_eq(
        bench->line,
        "{\"device\":\"a\",\"metric\":\"coal\",\"value\":12000,\"unit\":\"kg/h\","
        "\"quality\":\"good\",\"ts\":\"2026-07-15T10:00:00Z\",\"topic\":\"x/y\","
        "\"record\":7,\"points\":[{\"point\":\"coal\",\"value\":12,\"unit\":\"t/h\"},"
        "{\"point\":\"power\",\"value\":null,\"unit\":\"kWh\","
        "\"reason\":\"wrong_unit\"}]}");
    close_bench(bench);
}

Test(tap_lines, nothing_is_made_while_nobody_looks)
{
    struct bench *bench = open_bench(TAP_READINGS);
    put_reading(bench, NULL, 0);
    bench->question.after = 1; /* as if it had looked before */
    cr_assert_eq(look(bench), 1);
    cr_assert_str_eq(bench->line, "");
    tap_put_reading(NULL, NULL); /* no tap at all: no effect */
    close_bench(bench);
}

Test(tap_lines, a_reject_is_the_dead_letter)
{
    struct bench *bench = open_bench(TAP_REJECTS);
    struct dead_letter letter = {.seq = 9,
                                 .received_ns = RIG_START_NS,
                                 .topic = BYTES("x/y"),
                                 .payload = BYTES("{"),
                                 .adapter = "map",
                                 .reason = "bad_json",
                                 .detail = "byte 1"};
    look(bench);
    tap_put_reject(bench->tap, &letter);
    look(bench);
    cr_assert_str_eq(bench->line,
                     "{\"record\":9,\"received\":\"2026-07-15T10:00:00Z\","
                     "\"topic\":\"x/y\",\"adapter\":\"map\",\"reason\":\"bad_json\","
                     "\"detail\":\"byte 1\",\"partial\":false,\"payload\":\"{\","
                     "\"payload_hex\":\"7b\",\"payload_len\":1}");
    close_bench(bench);
}

static enum err show_summary(void *ctx, const struct aggregate_summary *summary,
                             struct error *e)
{
    struct bench *bench = ctx;
    (void)e;
    tap_put_summary(bench->tap, summary);
    return ERR_OK;
}

static enum err no_letter(void *ctx, const struct dead_letter *letter, struct error *e)
{
    (void)ctx;
    (void)letter;
    (void)e;
    return ERR_OK;
}

Test(tap_lines, a_summary_belongs_to_the_points_it_was_made_of)
{
    struct bench *bench = open_bench(TAP_SUMMARIES);
    struct fold_rig rig;
    struct rig_records *records = rig_course(30);
    struct fold_out out = {
        .ctx = bench, .summary = show_summary, .dead_letter = no_letter};
    fold_rig_init(&rig);
    bench->question.point = "coal";
    look(bench);
    for (size_t i = 0; i < records->count && !bench->line[0]; i++) {
        struct error e;
        struct record record = {.type = records->list[i].type,
                                .seq = i + 1,
                                .wall_ns = records->list[i].wall_ns,
                                .payload = buf_bytes(&records->list[i].payload)};
        cr_assert_eq(fold_step(rig.fold, &record, &out, &e), ERR_OK);
        look(bench);
    }
    cr_assert(strstr(bench->line, "\"process\":\"kiln\""), "%s", bench->line);
    bench->question.point = "nobody";
    bench->question.after = 1;
    look(bench);
    cr_assert_str_eq(bench->line, "");
    fold_rig_deinit(&rig);
    rig_free(records);
    close_bench(bench);
}
