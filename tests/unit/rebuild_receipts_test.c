/* SPDX-License-Identifier: Apache-2.0 */
#include "rebuild_receipts.h"

#include "config_text.h"
#include "registry.pb-c.h"

#include <stdio.h>

#define ONE_SINK                                                                         \
    "sinks: [{id: r, sink: http, url: 'http://127.0.0.1:1/v1/summaries'}]\n"             \
    "installation:\n"
#define TWO_SINKS                                                                        \
    "sinks: [{id: r, sink: http, url: 'http://127.0.0.1:1/v1/summaries'},\n"             \
    "  {id: s, sink: http, url: 'http://127.0.0.1:2/v1/summaries'},\n"                   \
    "  {id: f, sink: file, path: /tmp/emgate-nowhere.jsonl}]\n"                          \
    "installation:\n"

struct bench {
    struct plan *plan;
    struct problems problems;
    struct outbox *outbox;
    struct rebuild_receipts receipts;
    uint64_t settled;
};

static void open_bench(struct bench *b, const char *lines)
{
    static const char *const names[] = {"r", "s", "f", NULL};
    struct buf text = plant_with("installation:\n", lines);
    struct error e;
    *b = (struct bench){0};
    b->plan = plan_of((const char *)text.data, NULL, NULL, &b->problems);
    cr_assert(b->plan, "%s", (const char *)b->problems.text.data);
    buf_deinit(&text);
    rebuild_receipts_init(&b->receipts);
    cr_assert_eq(outbox_open(":memory:", names, &b->outbox, &e), ERR_OK);
    cr_assert_eq(outbox_begin(b->outbox, &e), ERR_OK);
    for (uint8_t key = 1; key <= 3; key++) {
        struct outbox_summary s = {.process = "kiln", .window_start_ns = key};
        memset(s.key, key, sizeof s.key);
        cr_assert_eq(outbox_put_summary(b->outbox, &s, &e), ERR_OK);
    }
    cr_assert_eq(outbox_commit(b->outbox, &e), ERR_OK);
}

static void close_bench(struct bench *b)
{
    rebuild_receipts_deinit(&b->receipts);
    outbox_close(&b->outbox);
    plan_free(&b->plan);
    problems_deinit(&b->problems);
}

static void give(struct bench *b, uint8_t key, const char *registry,
                 Emgate__V1__Verdict verdict)
{
    uint8_t bytes[32];
    uint8_t packed[256];
    char name[32];
    Emgate__V1__Receipt r;
    memset(bytes, key, sizeof bytes);
    snprintf(name, sizeof name, "%s", registry);
    emgate__v1__receipt__init(&r);
    r.key = (ProtobufCBinaryData){.data = bytes, .len = sizeof bytes};
    r.registry = name;
    r.verdict = verdict;
    size_t len = emgate__v1__receipt__pack(&r, packed);
    rebuild_receipts_add(&b->receipts, (struct bytes){packed, len});
}

static void apply(struct bench *b)
{
    struct error e = {0};
    cr_assert_eq(
        rebuild_receipts_apply(&b->receipts, b->plan, b->outbox, &b->settled, &e), ERR_OK,
        "%s", e.text);
}

static struct outbox_sink_counts counts(struct bench *b, const char *sink)
{
    struct outbox_sink_counts counts;
    struct error e;
    cr_assert_eq(outbox_count_sink(b->outbox, sink, &counts, &e), ERR_OK);
    return counts;
}

Test(rebuild_receipts, with_one_registry_the_last_word_counts)
{
    struct bench b;
    open_bench(&b, ONE_SINK);
    give(&b, 1, "national", EMGATE__V1__VERDICT__VERDICT_REFUSED);
    give(&b, 1, "national", EMGATE__V1__VERDICT__VERDICT_STORED);
    give(&b, 2, "national", EMGATE__V1__VERDICT__VERDICT_CONFLICT);
    give(&b, 9, "national", EMGATE__V1__VERDICT__VERDICT_STORED); /* of nothing here */
    rebuild_receipts_add(&b.receipts, BYTES("\xff rubbish"));
    apply(&b);
    struct outbox_sink_counts r = counts(&b, "r");
    cr_assert_eq(b.settled, 2);
    cr_assert(r.done == 1 && r.set_aside == 1 && r.waiting == 1);
    cr_assert_eq(counts(&b, "f").waiting, 3, "it gives no receipts");
    close_bench(&b);
}

Test(rebuild_receipts, with_two_registries_both_must_have_said_so)
{
    struct bench b;
    open_bench(&b, TWO_SINKS);
    give(&b, 1, "national", EMGATE__V1__VERDICT__VERDICT_STORED);
    give(&b, 2, "national", EMGATE__V1__VERDICT__VERDICT_STORED);
    give(&b, 2, "sector", EMGATE__V1__VERDICT__VERDICT_STORED);
    give(&b, 3, "national", EMGATE__V1__VERDICT__VERDICT_STORED);
    give(&b, 3, "sector", EMGATE__V1__VERDICT__VERDICT_REFUSED);
    apply(&b);
    cr_assert_eq(counts(&b, "r").done, 1);
    cr_assert_eq(counts(&b, "s").done, 1);
    cr_assert_eq(counts(&b, "r").waiting, 2);
    cr_assert_eq(counts(&b, "f").waiting, 3);
    close_bench(&b);
}
