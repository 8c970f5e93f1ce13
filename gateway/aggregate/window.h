/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The windows of one process: which are open, which were closed with which revision,
 * and which must be made again.
 *
 * From the first window that had data on, windows follow one another without a hole:
 * an hour without any data is an hour, not nothing.  `next_ns` is the start of the
 * first one not closed yet; those before it are kept in a list as long as late readings
 * may amend them.
 */
#ifndef AGGREGATE_WINDOW_H
#define AGGREGATE_WINDOW_H

#include "core/buf.h"
#include "core/check.h"
#include "core/merkle.h"

#define WINDOW_KEY_LEN 32
/* How many windows are opened at most to reach back to an early reading, or in a row
 * without data: 83 days of hours. */
#define WINDOW_CATCH_UP_MAX 2000

/* Why a window is made again. */
enum window_reason {
    WINDOW_LATE_DATA,  /* readings came after it closed */
    WINDOW_SUBSTITUTE, /* its substitutes come out otherwise, now that later data are
                          there */
    WINDOW_FACTOR,     /* a laboratory's result was entered that is valid in it */
};

struct window {
    int64_t start_ns;
    uint64_t first_record, last_record; /* that touched it; 0: none */
    uint32_t revisions;                 /* summaries made so far */
    bool dirty;                         /* must be made (again) */
    int64_t dirty_since_ns;             /* journal time */
    enum window_reason reason;          /* why it is dirty */
    uint8_t key[WINDOW_KEY_LEN];        /* of the last summary */
    struct merkle inputs;               /* the records that touched it, in order */
};

struct windows {
    int64_t length_ns;
    bool started;
    int64_t first_ns;    /* start of the first window there is */
    int64_t next_ns;     /* start of the first one not closed in turn */
    struct window *list; /* sorted by start; of closed ones the recent, of open ones those
                            with data */
    size_t count;
    size_t capacity;
    bool has_previous;
    uint8_t previous[WINDOW_KEY_LEN]; /* the process's last summary */
};

/* Nothing is open yet. */
void windows_init(struct windows *windows, int64_t length_ns);
void windows_deinit(struct windows *windows);

/* The start of the window that holds this time. */
int64_t windows_start(const struct windows *windows, int64_t at_ns);

enum window_fate {
    WINDOW_OPEN,    /* not closed yet */
    WINDOW_CLOSED,  /* closed, may be amended */
    WINDOW_FINAL,   /* too long ago */
    WINDOW_TOO_FAR, /* before everything, further than is caught up */
};

/* What a reading of this time would meet. */
enum window_fate windows_fate(const struct windows *windows, int64_t at_ns,
                              int64_t now_ns, int64_t amend_until_ns);

/* A new reading at `at_ns` changes [from_ns, to_ns]: the windows in it that exist get
 * the record, closed ones become dirty.  Opens windows as needed; the fate was OPEN or
 * CLOSED. */
typedef void window_note_fn(void *ctx, int64_t start_ns, uint64_t record);
struct window_touch {
    int64_t at_ns, from_ns, to_ns, now_ns;
    uint64_t record;
    const uint8_t *leaf;  /* the record's hash; NULL: not known, and not counted */
    window_note_fn *note; /* told of each window that gets the record; may be NULL */
    void *note_ctx;
};
void windows_touch(struct windows *windows, const struct window_touch *touch);

/* The closed windows that begin in [from_ns, to_ns) must be made again. */
void windows_make_again(struct windows *windows, int64_t from_ns, int64_t to_ns,
                        int64_t now_ns, enum window_reason reason);

/* The word of a reason in summaries. */
const char *window_reason_name(enum window_reason reason);

/* The next window to make a summary of: one that is due in turn, or a dirty one that
 * has settled.  NULL: none.  Valid until the next change. */
struct window_due {
    int64_t watermark_ns; /* event time has come this far */
    int64_t lateness_ns, settle_ns;
    int64_t now_ns;
};
struct window *windows_next_due(struct windows *windows, const struct window_due *due);

/* The summary of `window` was made with this key. */
void windows_made(struct windows *windows, struct window *window,
                  const uint8_t key[WINDOW_KEY_LEN]);

/* Forgets closed, clean windows that can no longer be amended. */
void windows_prune(struct windows *windows, int64_t before_ns);

/* The earliest time whose slices are still needed. */
int64_t windows_oldest(const struct windows *windows);

/* As stored bytes and back; a bad one sets the cursor's mark. */
void windows_put(const struct windows *windows, struct buf *out);
void windows_get(struct windows *windows, struct cursor *c);

#endif
