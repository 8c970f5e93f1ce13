/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence_cost [JOURNAL]: what hashes and signatures cost of the pipeline's time.  Folds
 * the records of a journal, in one run and in turns with the tree and the signatures
 * alone, and prints both times and their ratio.  Exit 1 where evidence takes 5 % or more.
 */
#include "core/clock.h"
#include "evidence/checkpoint.h"
#include "evidence/dsse.h"
#include "refold.h"

#include <stdio.h>

#define SHARE_MAX 0.05
#define ARENA_SIZE ((size_t)4 << 20)
#define CHECKPOINT_RECORDS 5000 /* a commit of the pipeline, and so a checkpoint */

struct cost {
    struct merkle log;
    struct key_pair *pair;
    struct arena arena;
    int64_t fold_ns, evidence_ns;
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

static enum err run(struct cost *cost, const char *journal, struct error *e)
{
    struct refold_settings settings = {
        .software = "bench", .summary = sign_summary, .ctx = cost};
    struct journal_reader *reader = NULL;
    struct refold *refold = NULL;
    bool found = true;
    enum err err = refold_open(&settings, &refold, e);
    if (err == ERR_OK) {
        err = journal_reader_open_directory(journal, &disk_system, 0, &reader, e);
    }
    int64_t began_ns = now_ns();
    while (err == ERR_OK && found) {
        struct record record;
        err = journal_read_next(reader, 0, &record, &found, e);
        if (err == ERR_OK && found) {
            add_leaf(cost, &record);
            err = refold_take(refold, &record, e);
        }
    }
    cost->fold_ns = now_ns() - began_ns - cost->evidence_ns;
    journal_reader_close(&reader);
    refold_close(&refold);
    return err;
}

int main(int argc, char **argv)
{
    static const uint8_t seed[KEY_PUBLIC_LEN] = {1};
    struct cost cost = {.pair = key_of_seed(seed)};
    struct error e;
    if (argc != 2) {
        fprintf(stderr, "usage: evidence_cost JOURNAL\n");
        return 64;
    }
    merkle_init(&cost.log);
    arena_init(&cost.arena, ARENA_SIZE);
    enum err err = run(&cost, argv[1], &e);
    arena_deinit(&cost.arena);
    key_close(&cost.pair);
    if (err != ERR_OK || cost.records == 0) {
        fprintf(stderr, "evidence_cost: %s\n", err != ERR_OK ? e.text : "no records");
        return 74;
    }
    double share = (double)cost.evidence_ns / (double)(cost.fold_ns + cost.evidence_ns);
    printf("records=%llu summaries=%llu checkpoints=%llu pipeline_ms=%.1f "
           "evidence_ms=%.1f share=%.2f%%\n",
           (unsigned long long)cost.records, (unsigned long long)cost.summaries,
           (unsigned long long)cost.checkpoints,
           (double)(cost.fold_ns + cost.evidence_ns) / 1e6,
           (double)cost.evidence_ns / 1e6, 100 * share);
    return share < SHARE_MAX ? 0 : 1;
}
