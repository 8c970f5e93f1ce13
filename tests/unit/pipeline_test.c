/* SPDX-License-Identifier: Apache-2.0 */
/* Journal to outbox: what is committed, when, and what a restart makes of it. */
#include "pipeline.h"

#include "fold_rig.h"

#include <stdatomic.h>
#include <stdlib.h>

#define WAIT_MS 20000

struct bench {
    char directory[64];
    char path[128];
    struct journal *journal;
    struct outbox *outbox;
    struct pipeline *pipeline;
    _Atomic bool failed;
    uint64_t appended;
};

static void note_failure(void *ctx, const struct error *e)
{
    struct bench *bench = ctx;
    fprintf(stderr, "pipeline: %s\n", e->text);
    bench->failed = true;
}

static void open_stores(struct bench *bench)
{
    static const char *const sinks[] = {"registry", NULL};
    struct error e;
    struct journal_settings settings = {.directory = bench->path,
                                        .gateway_id = "test",
                                        .software = "test",
                                        .sync = JOURNAL_SYNC_ALWAYS};
    char file[160];
    snprintf(bench->path, sizeof bench->path, "%s/journal", bench->directory);
    snprintf(file, sizeof file, "%s/outbox.db", bench->directory);
    cr_assert_eq(
        journal_open(&settings, &disk_system, &clock_system, &bench->journal, &e), ERR_OK,
        "%s", e.text);
    cr_assert_eq(outbox_open(file, sinks, &bench->outbox, &e), ERR_OK, "%s", e.text);
}

static void start(struct bench *bench)
{
    struct error e;
    open_stores(bench);
    struct pipeline_settings settings = {.journal = bench->journal,
                                         .outbox = bench->outbox,
                                         .software = "test",
                                         .failed = note_failure,
                                         .ctx = bench,
                                         .clock = &clock_system};
    cr_assert_eq(pipeline_open(&settings, &bench->pipeline, &e), ERR_OK, "%s", e.text);
    cr_assert_eq(pipeline_start(bench->pipeline, &e), ERR_OK);
}

static void stop(struct bench *bench)
{
    pipeline_close(&bench->pipeline);
    outbox_close(&bench->outbox);
    journal_close(&bench->journal);
}

static struct bench *open_bench(void)
{
    struct bench *bench = mem_new(struct bench);
    snprintf(bench->directory, sizeof bench->directory, "/tmp/emgate-pipeline-XXXXXX");
    cr_assert(mkdtemp(bench->directory));
    start(bench);
    return bench;
}

static void clear(struct bench *bench)
{
    char command[128];
    stop(bench);
    snprintf(command, sizeof command, "rm -rf '%s'", bench->directory);
    (void)!system(command);
    mem_free(&bench);
}

static void append(struct bench *bench, enum record_type type, struct bytes payload)
{
    struct error e;
    cr_assert_eq(journal_append(bench->journal, type, payload, &bench->appended, &e),
                 ERR_OK, "%s", e.text);
}

static void commit(struct bench *bench)
{
    struct error e;
    cr_assert_eq(journal_commit(bench->journal, &e), ERR_OK, "%s", e.text);
}

static void append_config(struct bench *bench, const char *text)
{
    struct bundle bundle = bundle_of(text, NULL, NULL);
    struct buf stored;
    buf_init(&stored, 1 << 20);
    bundle_put(&bundle, &stored);
    append(bench, RECORD_CONFIG, buf_bytes(&stored));
    buf_deinit(&stored);
    bundle_deinit(&bundle);
}

static void append_course(struct bench *bench, int from, int to)
{
    struct rig_records *records = mem_new(struct rig_records);
    for (int i = from; i < to; i++) {
        for (char device = 'a'; device <= 'c'; device++) {
            rig_add_device(records, 0, device, i);
        }
    }
    for (size_t i = 0; i < records->count; i++) {
        append(bench, RECORD_MESSAGE, buf_bytes(&records->list[i].payload));
    }
    rig_free(records);
    commit(bench);
}

/* Until so many summaries are in the outbox. */
static size_t wait_summaries(struct bench *bench, size_t count)
{
    struct outbox_counts counts = {0};
    struct error e;
    int64_t end_ns = clock_boot_ns(&clock_system) + WAIT_MS * NS_PER_MS;
    while (counts.summaries < count && !bench->failed &&
           clock_boot_ns(&clock_system) < end_ns) {
        outbox_wait(bench->outbox, 20);
        cr_assert_eq(outbox_count(bench->outbox, &counts, &e), ERR_OK);
    }
    return (size_t)counts.summaries;
}

Test(pipeline, summaries_come_out_of_durable_records)
{
    struct bench *bench = open_bench();
    append_config(bench, rig_text);
    append_course(bench, 0, 20); /* of the three minutes two close */
    cr_assert_geq(wait_summaries(bench, 4), 4);
    struct outbox_sink_counts sink = {0};
    struct error e;
    cr_assert_eq(outbox_count_sink(bench->outbox, "registry", &sink, &e), ERR_OK);
    cr_assert_geq(sink.waiting, 4);
    uint8_t hash[32];
    cr_assert(pipeline_config_hash(bench->pipeline, hash));
    cr_assert(!bench->failed);
    clear(bench);
}

Test(pipeline, nothing_is_folded_before_a_configuration)
{
    struct bench *bench = open_bench();
    uint8_t hash[32];
    append_course(bench, 0, 3);
    struct pipeline_view view;
    pipeline_lock(bench->pipeline, &view);
    cr_assert_null(view.fold);
    pipeline_unlock(bench->pipeline);
    cr_assert(!pipeline_config_hash(bench->pipeline, hash));
    clear(bench);
}

Test(pipeline, a_restart_goes_on_where_the_last_commit_left_it)
{
    struct bench *bench = open_bench();
    append_config(bench, rig_text);
    append_course(bench, 0, 13);
    size_t before = wait_summaries(bench, 2);
    stop(bench); /* commits what was folded */
    start(bench);
    struct pipeline_view view;
    pipeline_lock(bench->pipeline, &view);
    cr_assert_not_null(view.fold);
    cr_assert_eq(view.folded_seq, fold_cursor(view.fold));
    cr_assert_gt(view.folded_seq, 0);
    pipeline_unlock(bench->pipeline);
    append_course(bench, 13, 20);
    cr_assert_gt(wait_summaries(bench, 4), before);
    pipeline_lock(bench->pipeline, &view);
    const struct fold_counters *c = fold_get_counters(view.fold);
    cr_assert_eq(c->messages, 60);
    cr_assert_eq(c->accepted, 60);
    cr_assert_eq(c->duplicates, 0);
    pipeline_unlock(bench->pipeline);
    clear(bench);
}

Test(pipeline, dead_letters_are_committed_with_the_rest)
{
    struct bench *bench = open_bench();
    struct buf record;
    buf_init(&record, 4096);
    struct message message = {.topic = BYTES("emgate/v1/a/telemetry"),
                              .payload = BYTES("rubbish")};
    record_put_message(&record, &message);
    append_config(bench, rig_text);
    append(bench, RECORD_MESSAGE, buf_bytes(&record));
    commit(bench);
    struct outbox_counts counts = {0};
    struct error e;
    int64_t end_ns = clock_boot_ns(&clock_system) + WAIT_MS * NS_PER_MS;
    while (counts.dead_letters == 0 && clock_boot_ns(&clock_system) < end_ns) {
        outbox_wait(bench->outbox, 20);
        cr_assert_eq(outbox_count(bench->outbox, &counts, &e), ERR_OK);
    }
    cr_assert_eq(counts.dead_letters, 1);
    buf_deinit(&record);
    clear(bench);
}

Test(pipeline, a_configuration_that_does_not_read_stops_it_and_says_so)
{
    struct bench *bench = open_bench();
    append(bench, RECORD_CONFIG, BYTES("rubbish"));
    commit(bench);
    int64_t end_ns = clock_boot_ns(&clock_system) + WAIT_MS * NS_PER_MS;
    while (!bench->failed && clock_boot_ns(&clock_system) < end_ns) {
        outbox_wait(bench->outbox, 20);
    }
    cr_assert(bench->failed);
    struct pipeline_view view;
    pipeline_lock(bench->pipeline, &view);
    cr_assert(view.problem[0]);
    pipeline_unlock(bench->pipeline);
    clear(bench);
}
