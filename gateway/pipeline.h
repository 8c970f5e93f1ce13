/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pipeline: a thread that reads durable records from the journal, folds them and
 * commits what came out to the outbox.
 *
 * The configuration that a record is folded by is the one that stands before it in the
 * journal; the fold begins where the outbox's last commit left it.  When a commit fails
 * for want of space it is taken up again from there; when a summary would be made with
 * other bytes than before, or stored state is damaged, the pipeline stops and says so.
 */
#ifndef PIPELINE_H
#define PIPELINE_H

#include "fold.h"
#include "signer.h"
#include "tap.h"

struct pipeline;

struct pipeline_settings {
    struct journal *journal;
    struct outbox *outbox;
    const char *software;
    struct signer *signer; /* signs summaries; NULL: they stay unsigned */
    struct tap *tap;       /* for who watches, borrowed; NULL: none */
    /* Something for a broker; only for records of the last minute. */
    void (*action)(void *ctx, size_t broker, const struct action *action);
    /* A configuration begins, before its first record; may be NULL. */
    enum err (*configured)(void *ctx, const struct plan *plan, struct error *e);
    /* The pipeline can't go on; called once, from its thread. */
    void (*failed)(void *ctx, const struct error *e);
    void *ctx;
    const struct clock *clock;
};

/* Loads what the outbox holds.  ERR_CORRUPT, ERR_CONFIG: the stored state or its
 * configuration can't be read. */
enum err pipeline_open(const struct pipeline_settings *settings,
                       struct pipeline **ret_pipeline, struct error *e) MUST_CHECK;

/* Starts the thread. */
enum err pipeline_start(struct pipeline *pipeline, struct error *e) MUST_CHECK;

enum pipeline_turn {
    PIPELINE_GO_ON, /* records were taken; there may be more */
    PIPELINE_IDLE,  /* the journal had none */
    PIPELINE_WAIT,  /* the store is full: wait a while before the next turn */
    PIPELINE_END,   /* it can't go on, and `failed` was called; or it is to stop */
};

/* One turn; waits up to `wait_ms` for a record.  The thread does nothing else; tests call
 * it instead of pipeline_start(). */
enum pipeline_turn pipeline_step(struct pipeline *pipeline, int64_t wait_ms);

/* Instead of a thread: folds all that the journal holds now, and commits it.  Tells how
 * many summaries there was no key for.  Errors are those of fold, journal and outbox. */
enum err pipeline_drain(struct pipeline *pipeline, uint64_t *ret_unsigned,
                        struct error *e) MUST_CHECK;

/* Commits what was folded, ends the thread and frees everything. */
void pipeline_close(struct pipeline **pipeline);

/* Hash of the configuration bundle that is folded by now; false: none yet. */
bool pipeline_config_hash(struct pipeline *pipeline, uint8_t ret_hash[32]);

/* Lends the fold and its plan to a page or command, under the pipeline's lock: keep it
 * short.  NULL before the first configuration. */
struct pipeline_view {
    struct fold *fold;
    const struct plan *plan;
    uint64_t folded_seq; /* committed cursor */
    int64_t last_commit_ns;
    char problem[256]; /* why it does not go on, or "" */
};
void pipeline_lock(struct pipeline *pipeline, struct pipeline_view *ret_view);
void pipeline_unlock(struct pipeline *pipeline);

#endif
