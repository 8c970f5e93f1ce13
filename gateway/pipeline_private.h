/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the pipeline share. */
#ifndef PIPELINE_PRIVATE_H
#define PIPELINE_PRIVATE_H

#include "chapter.h"
#include "pipeline.h"

#include <pthread.h>

struct pipeline {
    struct pipeline_settings settings;
    pthread_t thread;
    bool running;         /* the thread */
    bool begun;           /* a turn was taken, or will be */
    pthread_mutex_t lock; /* guards everything below */
    bool stop;
    struct chapter chapter; /* empty before the first configuration */
    bool config_changed;    /* the bundle is not in the outbox yet */
    struct slice_store store;
    struct journal_reader *reader;
    uint64_t cursor;    /* last record taken, fold or no fold */
    uint64_t unwatched; /* readings of the record at hand while nobody watches */
    /* The batch that waits for its commit. */
    struct arena arena;
    struct outbox_summary *summaries;
    size_t summary_count, summary_capacity;
    struct dead_letter *letters;
    size_t letter_count, letter_capacity;
    struct dead_letter_retry *retries;
    size_t retry_count, retry_capacity;
    struct entered_words *words;
    size_t words_count, words_capacity;
    size_t batch_records;
    int64_t batch_since_ns; /* boot clock */
    uint64_t committed;
    int64_t last_commit_ns;
    int64_t dropped_before;  /* slices before this minute are gone */
    uint64_t unsigned_count; /* summaries that no key was there for */
    struct buf state;
    struct buf key_changes; /* all so far, each a varint length and an Envelope */
    bool key_changed;       /* they are not in the outbox yet */
    char problem[256];
};

/* Empties the batch. */
void batch_clear(struct pipeline *pipeline);

/* Collects what the fold gives, for fold_out. */
enum err batch_summary(void *ctx, const struct aggregate_summary *summary,
                       struct error *e);
enum err batch_dead_letter(void *ctx, const struct dead_letter *letter, struct error *e);
enum err batch_retry(void *ctx, const struct dead_letter_retry *retry, struct error *e);
enum err batch_words(void *ctx, const struct entered_words *words, struct error *e);

/* True when the batch should be committed now. */
bool batch_is_due(const struct pipeline *pipeline, bool idle);

/* Writes the batch, the state and the cursor in one transaction. */
enum err batch_commit(struct pipeline *pipeline, struct error *e) MUST_CHECK;

#endif
