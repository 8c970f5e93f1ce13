/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence_cost JOURNAL DIRECTORY: what tree and signatures cost of the pipeline's time.
 *
 * Takes the records of JOURNAL into a new journal in DIRECTORY as the gateway does, in
 * commits of 100, synced, and folds them; between, does tree, signatures and checkpoints
 * once more apart, to time them.  Prints the times of one run and their ratio, also to
 * the fold alone.  Exit 1 where evidence takes 5 % of the pipeline's time or more.
 */
#include "core/clock.h"
#include "evidence/checkpoint.h"
#include "evidence/dsse.h"
#include "refold.h"

#include <stdio.h>

#define SHARE_MAX 0.05
#define ARENA_SIZE ((size_t)4 << 20)
#define COMMIT_RECORDS 100
#define CHECKPOINT_RECORDS 5000 /* a commit of the pipeline, and so a checkpoint */

struct cost {
    struct merkle log;
    struct key_pair *pair;
    struct arena arena;
    struct journal *journal; /* the new one */
    struct journal_reader *reader;
    struct refold *refold;
    int64_t journal_ns, fold_ns, evidence_ns;
    uint64_t records, summaries, checkpoints;
};

static int64_t now_ns(void)
{
    return clock_boot_ns(&clock_system);
}

static enum err sign_summary(void *ctx, const struct aggregate_summary *summary,
                             struct error *e)
{
    struct cost *cost = ctx;
    const struct key_pair *pair = cost->pair;
    int64_t began_ns = now_ns();
    (void)e;
    arena_reset(&cost->arena);
    (void)dsse_envelope(DSSE_SUMMARY, summary->bytes, &pair, 1, &cost->arena);
    cost->evidence_ns += now_ns() - began_ns;
    cost->summaries++;
    return ERR_OK;
}

/* The fold has its own tree inside: this one is the second, so that it can be timed, and
 * the share that comes out is too high rather than too low. */
static void add_leaf(struct cost *cost, const struct record *record)
{
    uint8_t leaf[MERKLE_HASH_LEN];
    int64_t began_ns = now_ns();
    fold_log_record(&cost->log, record, leaf);
    if (record->seq % CHECKPOINT_RECORDS == 0) {
        struct checkpoint c = {.origin = "emgate/bench", .size = cost->log.count};
        struct buf note;
        buf_init(&note, CHECKPOINT_MAX);
        merkle_root(&cost->log, c.root);
        checkpoint_put(&c, cost->pair, &note);
        buf_deinit(&note);
        cost->checkpoints++;
    }
    cost->evidence_ns += now_ns() - began_ns;
    cost->records++;
}

/* Folds what the new journal has durable. */
static enum err fold_durable(struct cost *cost, struct error *e)
{
    bool found = true;
    enum err err = ERR_OK;
    while (err == ERR_OK && found) {
        struct record record;
        int64_t evidence_ns = cost->evidence_ns;
        int64_t began_ns = now_ns();
        err = journal_read_next(cost->reader, 0, &record, &found, e);
        if (err == ERR_OK && found) {
            add_leaf(cost, &record);
            err = refold_take(cost->refold, &record, e);
        }
        cost->fold_ns += now_ns() - began_ns - (cost->evidence_ns - evidence_ns);
    }
    return err;
}

static enum err take(struct cost *cost, const struct record *record, struct error *e)
{
    uint64_t seq = 0;
    int64_t began_ns = now_ns();
    enum err err = journal_append(cost->journal, record->type, record->payload, &seq, e);
    bool due = seq % COMMIT_RECORDS == 0;
    if (err == ERR_OK && due) {
        err = journal_commit(cost->journal, e);
    }
    cost->journal_ns += now_ns() - began_ns;
    return err == ERR_OK && due ? fold_durable(cost, e) : err;
}

static enum err take_all(struct cost *cost, const char *from, struct error *e)
{
    struct journal_reader *reader = NULL;
    bool found = true;
    enum err err = journal_reader_open_directory(from, &disk_system, 0, &reader, e);
    while (err == ERR_OK && found) {
        struct record record;
        err = journal_read_next(reader, 0, &record, &found, e);
        if (err == ERR_OK && found) {
            err = take(cost, &record, e);
        }
    }
    journal_reader_close(&reader);
    return err;
}

static enum err run(struct cost *cost, const char *from, const char *to, struct error *e)
{
    struct refold_settings settings = {
        .software = "bench", .summary = sign_summary, .ctx = cost};
    struct journal_settings journal = {
        .directory = to, .gateway_id = "bench", .software = "bench"};
    enum err err = refold_open(&settings, &cost->refold, e);
    if (err == ERR_OK) {
        err = journal_open(&journal, &disk_system, &clock_system, &cost->journal, e);
    }
    if (err == ERR_OK) {
        err = journal_reader_open(cost->journal, 0, &cost->reader, e);
    }
    if (err == ERR_OK) {
        err = take_all(cost, from, e);
    }
    journal_reader_close(&cost->reader);
    journal_close(&cost->journal);
    refold_close(&cost->refold);
    return err;
}

int main(int argc, char **argv)
{
    static const uint8_t seed[KEY_PUBLIC_LEN] = {1};
    struct cost cost = {.pair = key_of_seed(seed)};
    struct error e;
    if (argc != 3) {
        fprintf(stderr, "usage: evidence_cost JOURNAL DIRECTORY\n");
        return 64;
    }
    merkle_init(&cost.log);
    arena_init(&cost.arena, ARENA_SIZE);
    enum err err = run(&cost, argv[1], argv[2], &e);
    arena_deinit(&cost.arena);
    key_close(&cost.pair);
    if (err != ERR_OK || cost.records == 0) {
        fprintf(stderr, "evidence_cost: %s\n", err != ERR_OK ? e.text : "no records");
        return 74;
    }
    double evidence = (double)cost.evidence_ns;
    double fold = (double)cost.fold_ns;
    double share = evidence / (fold + (double)cost.journal_ns);
    printf("records=%llu summaries=%llu checkpoints=%llu journal_ms=%.1f fold_ms=%.1f "
           "evidence_ms=%.1f of_pipeline=%.2f%% of_fold=%.2f%%\n",
           (unsigned long long)cost.records, (unsigned long long)cost.summaries,
           (unsigned long long)cost.checkpoints, (double)cost.journal_ns / 1e6,
           fold / 1e6, evidence / 1e6, 100 * share, 100 * evidence / fold);
    return share < SHARE_MAX ? 0 : 1;
}
