/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The core: state' = f(state, record).  One journal record after another goes in;
 * summaries, dead letters and actions come out.
 *
 *     record -> decode -> normalise -> aggregate -> summary
 *
 * No clock, network or randomness: time is the records'.  The same journal and the same
 * configuration give the same summaries, byte for byte.  `run` folds live, `replay`
 * folds again and compares, tests fold what they like.
 *
 * One thread.
 */
#ifndef FOLD_H
#define FOLD_H

#include "aggregate/aggregate.h"
#include "core/merkle.h"
#include "decode/decode.h"
#include "journal/journal.h"
#include "normalise/normalise.h"
#include "outbox/outbox.h"

#define FOLD_REASONS_MAX 64

struct fold_reason {
    char reason[32];
    uint64_t count;
};

/* What became of everything so far.  Invariant: messages = accepted + empty + partial +
 * rejected. */
struct fold_counters {
    uint64_t records, messages;
    uint64_t accepted, empty, partial, rejected;
    uint64_t readings;   /* decoded */
    uint64_t samples;    /* taken by a point */
    uint64_t duplicates; /* repeated readings, not counted again */
    uint64_t unmapped;   /* of a known device, but no point asks for the metric */
    uint64_t summaries;
    struct fold_reason reasons[FOLD_REASONS_MAX]; /* of rejected and partial */
    size_t reason_count;
};

/* The software's name and version, as summaries tell it. */
#define FOLD_SOFTWARE_MAX 128

/* A reading and what it gave to `count` points; for onlookers, it changes nothing. */
typedef void fold_reading_fn(void *ctx, const struct message *message,
                             const struct reading *reading,
                             const struct normalised *results, size_t count);

/* Where results go; an error of theirs stops the fold. */
struct fold_out {
    void *ctx;
    enum err (*summary)(void *ctx, const struct aggregate_summary *summary,
                        struct error *e);
    enum err (*dead_letter)(void *ctx, const struct dead_letter *letter, struct error *e);
    /* Something to be sent to a broker, such as a rebirth request.  May be NULL. */
    void (*action)(void *ctx, size_t broker, int64_t record_ns,
                   const struct action *action);
    /* A dead letter was decoded again: the record it names, the retry's own, and what
     * became of it.  May be NULL. */
    enum err (*retried)(void *ctx, const struct dead_letter_retry *retry,
                        struct error *e);
    fold_reading_fn *reading; /* may be NULL */
    /* What an operator said, such as an acknowledgement.  May be NULL. */
    enum err (*words)(void *ctx, const struct entered_words *words, struct error *e);
};

struct fold;

/* The fold of one configuration.  `plan` and `store` outlive it.  Summaries name the
 * software that the last RECORD_START names; before the first one, `software`. */
enum err fold_open(const struct plan *plan, const struct slice_store *store,
                   const char *software, struct fold **ret_fold,
                   struct error *e) MUST_CHECK;
void fold_close(struct fold **fold);

/* Takes one record.  RECORD_CONFIG is the caller's business (a fold has one
 * configuration) and only counted here.  Errors are those of `out` and the store. */
enum err fold_step(struct fold *fold, const struct record *record,
                   const struct fold_out *out, struct error *e) MUST_CHECK;

/* Writes changed slices to the store. */
enum err fold_flush(struct fold *fold, struct error *e) MUST_CHECK;

/* Everything that is not in slices, as bytes and back; load() right after open(). */
void fold_save(const struct fold *fold, struct buf *out);
enum err fold_load(struct fold *fold, struct bytes saved, struct error *e) MUST_CHECK;

/* Adds a record to a tree over the journal; gives its leaf. */
void fold_log_record(struct merkle *log, const struct record *record,
                     uint8_t ret_leaf[MERKLE_HASH_LEN]);

/* The fold's tree: one leaf a record, from seq 1 on.  begin_log() hands over the records
 * before the first one folded. */
void fold_begin_log(struct fold *fold, const struct merkle *log);
const struct merkle *fold_log(const struct fold *fold);

/* The last record taken; 0: none. */
uint64_t fold_cursor(const struct fold *fold);

/* The journal's time as far as it was folded, ns. */
int64_t fold_now(const struct fold *fold);

/* Views; they hold as long as the fold. */
const struct fold_counters *fold_get_counters(const struct fold *fold);
struct aggregate *fold_get_aggregate(struct fold *fold);

#endif
