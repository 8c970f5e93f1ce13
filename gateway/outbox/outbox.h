/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The outbox: the second hand-over on disk, and the gateway's memory between
 * restarts.  One SQLite file, one connection, one lock.
 *
 * One transaction carries the cursor into the journal, the fold's state, new
 * summaries, dead letters and one outbox row per sink.  Rows go from "new" to
 * "done" on a matching receipt, or to "set aside"; they are never deleted before
 * retention.  A summary made again with other bytes is ERR_CORRUPT: stop.
 */
#ifndef OUTBOX_OUTBOX_H
#define OUTBOX_OUTBOX_H

#include "core/arena.h"
#include "core/bytes.h"
#include "core/error.h"

#define OUTBOX_KEY_LEN 32

struct outbox;

/* `sinks` names every configured sink, ends in NULL; a sink that is new gets no rows
 * for older summaries.  ERR_CONFIG: a newer format.  ERR_CORRUPT: damaged file. */
enum err outbox_open(const char *path, const char *const *sinks,
                     struct outbox **ret_outbox, struct error *e) MUST_CHECK;

/* Other names in place of those: for summaries that are put from now on. */
enum err outbox_use_sinks(struct outbox *outbox, const char *const *sinks,
                          struct error *e) MUST_CHECK;

/* ERR_CONFIG: the file is of a newer format.  Touches nothing; no file is no error. */
enum err outbox_check_format(const char *path, struct error *e) MUST_CHECK;

/* The same of a file that must be there, to look at only; another process may be
 * writing it.  The functions that write fail on it. */
enum err outbox_open_reader(const char *path, struct outbox **ret_outbox,
                            struct error *e) MUST_CHECK;
void outbox_close(struct outbox **outbox);

/* Copies the database as it stands when the call ends to a file that is not there yet.
 * Any thread; the others go on meanwhile. */
enum err outbox_copy(struct outbox *outbox, const char *path, struct error *e) MUST_CHECK;

/* Reads all of a file that nobody writes: every page, every summary against its key.
 * ERR_CORRUPT: it is damaged. */
enum err outbox_check(const char *path, uint64_t *ret_summaries,
                      struct error *e) MUST_CHECK;

/* ---- the pipeline's transaction (one thread) ---- */

/* Opens the transaction; then puts a named piece of state into it. */
enum err outbox_begin(struct outbox *outbox, struct error *e) MUST_CHECK;
enum err outbox_put_state(struct outbox *outbox, const char *name, struct bytes value,
                          struct error *e) MUST_CHECK;

struct outbox_summary {
    uint8_t key[OUTBOX_KEY_LEN]; /* SHA-256 of the summary's bytes */
    const char *process;
    int64_t window_start_ns;
    int64_t window_end_ns;
    uint32_t revision;
    struct bytes summary;  /* emgate.v1.Summary, as signed */
    struct bytes envelope; /* emgate.v1.Envelope, as sent */
};

/* Stores a summary and one row per sink.  The same again: no effect.  The same
 * process, window and revision with another key: ERR_CORRUPT. */
enum err outbox_put_summary(struct outbox *outbox, const struct outbox_summary *summary,
                            struct error *e) MUST_CHECK;

/* A message that could not be used, or not wholly; sets it aside. */
struct dead_letter {
    uint64_t seq; /* of the message in the journal */
    int64_t received_ns;
    struct bytes topic;
    struct bytes payload; /* raw */
    const char *adapter;
    const char *reason; /* stable word */
    const char *detail; /* words */
    bool partial;       /* other readings of the message count */
    /* When listed: the last retry's record and outcome; 0 and "": it had none. */
    uint64_t retry_seq;
    const char *retry_outcome;
};
enum err outbox_put_dead_letter(struct outbox *outbox, const struct dead_letter *letter,
                                struct error *e) MUST_CHECK;

/* A dead letter was decoded again: it stays, and is marked. */
struct dead_letter_retry {
    uint64_t letter_seq; /* the letter's */
    uint64_t seq;        /* of the retry in the journal */
    const char *outcome; /* "accepted", "accepted_empty", "partial", "rejected" */
};
enum err outbox_put_retry(struct outbox *outbox, const struct dead_letter_retry *retry,
                          struct error *e) MUST_CHECK;

/* What an operator said, as the journal has it. */
struct entered_words {
    uint64_t seq;
    int64_t at_ns;
    struct bytes who, words;
};
enum err outbox_put_words(struct outbox *outbox, const struct entered_words *words,
                          struct error *e) MUST_CHECK;

/* The stored minutes of a point: opaque bytes, replaced whole; see aggregate/slice.h. */
enum err outbox_put_slice(struct outbox *outbox, const char *point, int64_t minute,
                          struct bytes slice, struct error *e) MUST_CHECK;
/* Forgets the minutes of all points before `minute`. */
enum err outbox_drop_slices(struct outbox *outbox, int64_t minute,
                            struct error *e) MUST_CHECK;
enum err outbox_commit(struct outbox *outbox, struct error *e) MUST_CHECK;
void outbox_rollback(struct outbox *outbox);

/* A saved state value into `arena`; empty when there is none. */
enum err outbox_get_state(struct outbox *outbox, const char *name, struct arena *arena,
                          struct bytes *ret_value, struct error *e) MUST_CHECK;

typedef enum err outbox_slice_fn(void *ctx, int64_t minute, struct bytes slice,
                                 struct error *e);

/* Calls `each` for the stored minutes of a point in [from, to), in order.  May be
 * called inside or outside the pipeline's transaction, by its thread. */
enum err outbox_each_slice(struct outbox *outbox, const char *point, int64_t from,
                           int64_t to, outbox_slice_fn *each, void *ctx,
                           struct error *e) MUST_CHECK;

/* The same for any other thread: waits until no transaction is open. */
enum err outbox_read_slices(struct outbox *outbox, const char *point, int64_t from,
                            int64_t to, outbox_slice_fn *each, void *ctx,
                            struct error *e) MUST_CHECK;

/* ---- the forwarders (one thread a sink) ---- */

struct outbox_row {
    int64_t id;
    uint8_t key[OUTBOX_KEY_LEN];
    struct bytes envelope; /* in the caller's arena */
    const char *process;   /* in the caller's arena */
    uint32_t attempts;
};

/* Rows of this sink that are not done, at most `max`: the oldest of every process, then
 * the next oldest, and so on, so that none holds up another.  Order within a process is
 * kept. */
enum err outbox_next(struct outbox *outbox, const char *sink, struct arena *arena,
                     struct outbox_row *rows, size_t max, size_t *ret_count,
                     struct error *e) MUST_CHECK;
enum err outbox_mark_done(struct outbox *outbox, int64_t row, struct bytes receipt,
                          struct error *e) MUST_CHECK;
enum err outbox_mark_tried(struct outbox *outbox, int64_t row, const char *why,
                           struct error *e) MUST_CHECK;
enum err outbox_mark_set_aside(struct outbox *outbox, int64_t row, const char *why,
                               struct error *e) MUST_CHECK;

/* What is known of a summary's row from elsewhere than a forwarder: `error` NULL: it is
 * done, else set aside.  Inside the pipeline's transaction; a row that is settled, or is
 * not there, stays.  `*ret_settled` false: it did. */
struct outbox_settled {
    const char *sink;
    const uint8_t *key;
    const char *error;
    struct bytes receipt;
};
enum err outbox_settle(struct outbox *outbox, const struct outbox_settled *settled,
                       bool *ret_settled, struct error *e) MUST_CHECK;

/* ---- reconciliation (the sink's thread) ---- */

/* A summary that the sink's far side has said it has. */
struct outbox_sent {
    const char *process;
    int64_t window_start_ns;
    uint32_t revision;
    uint8_t key[OUTBOX_KEY_LEN];
};
typedef void outbox_sent_fn(void *ctx, const struct outbox_sent *sent);

/* Calls `each` for what the sink has sent of windows that start in [from, to), oldest
 * first.  Holds the outbox's lock: keep it short. */
enum err outbox_each_sent(struct outbox *outbox, const char *sink, int64_t from_ns,
                          int64_t to_ns, outbox_sent_fn *each, void *ctx,
                          struct error *e) MUST_CHECK;

/* Rows that are done wait again, all or none; any other stays what it is. */
enum err outbox_send_again(struct outbox *outbox, const char *sink,
                           const uint8_t *const *keys, size_t count,
                           struct error *e) MUST_CHECK;

/* ---- looking (any thread) ---- */

/* How much there is in all. */
struct outbox_counts {
    uint64_t summaries, dead_letters;
    uint64_t newest_words; /* record of what an operator said last; 0: nothing */
};
enum err outbox_count(struct outbox *outbox, struct outbox_counts *ret_counts,
                      struct error *e) MUST_CHECK;

/* How far one sink is. */
struct outbox_sink_counts {
    uint64_t waiting, done, set_aside;
    int64_t oldest_window_ns; /* of the waiting; 0: none waits */
};
enum err outbox_count_sink(struct outbox *outbox, const char *sink,
                           struct outbox_sink_counts *ret_counts,
                           struct error *e) MUST_CHECK;

struct outbox_filter {
    const char *process;    /* NULL: all */
    int64_t from_ns, to_ns; /* of the window start; 0, 0: all */
    bool latest;            /* only the latest revision of each window */
    uint64_t limit;         /* most rows, newest first; 0: all */
};
typedef bool outbox_summary_fn(void *ctx, const struct outbox_summary *summary);

/* Calls `each` until it returns false; newest window first.  `summary` is a view for
 * the call.  Holds the outbox's lock: keep it short. */
enum err outbox_each_summary(struct outbox *outbox, const struct outbox_filter *filter,
                             outbox_summary_fn *each, void *ctx,
                             struct error *e) MUST_CHECK;

/* The dead letters behind id `after` that were never decoded again, oldest first, or
 * with `id` that one; as outbox_each_summary(). */
typedef bool outbox_letter_seq_fn(void *ctx, int64_t id, uint64_t seq);
struct outbox_letter_filter {
    int64_t id;    /* 0: all */
    int64_t after; /* when all: only those behind this one ... */
    int64_t until; /* ... and up to this one; 0: to the newest */
    uint64_t limit;
};
enum err outbox_each_letter_seq(struct outbox *outbox,
                                const struct outbox_letter_filter *filter,
                                outbox_letter_seq_fn *each, void *ctx,
                                struct error *e) MUST_CHECK;

/* The newest `limit` dead letters; as outbox_each_summary(). */
typedef bool outbox_dead_letter_fn(void *ctx, int64_t id,
                                   const struct dead_letter *letter);
enum err outbox_each_dead_letter(struct outbox *outbox, uint64_t limit,
                                 outbox_dead_letter_fn *each, void *ctx,
                                 struct error *e) MUST_CHECK;

/* What operators said, the newest `limit`; as outbox_each_summary(). */
typedef bool outbox_words_fn(void *ctx, const struct entered_words *words);
enum err outbox_each_words(struct outbox *outbox, uint64_t limit, outbox_words_fn *each,
                           void *ctx, struct error *e) MUST_CHECK;

/* The rows of one sink that are not done; as outbox_each_summary(). */
typedef bool outbox_row_fn(void *ctx, const char *sink, const struct outbox_summary *s,
                           const char *status, uint32_t attempts, const char *error);
enum err outbox_each_row(struct outbox *outbox, const char *sink, uint64_t limit,
                         outbox_row_fn *each, void *ctx, struct error *e) MUST_CHECK;

/* Blocks until a row may be there, or `timeout_ms` passed, or outbox_wake(). */
void outbox_wait(struct outbox *outbox, int64_t timeout_ms);
void outbox_wake(struct outbox *outbox);

#endif
