/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The fold's aggregation: samples of points in, summaries of processes out.
 *
 * A function of what it is given and nothing else: time enters as the journal's time of
 * each record, so the same journal gives the same summaries, byte for byte, wherever it
 * was interrupted.  State is saved with the journal cursor; slices go through a store.
 *
 * One thread (the pipeline's).  The plan is borrowed for life.
 */
#ifndef AGGREGATE_AGGREGATE_H
#define AGGREGATE_AGGREGATE_H

#include "aggregate/process.h"
#include "aggregate/series.h"
#include "core/merkle.h"

struct aggregate;

/* Borrows all three for its life. */
struct aggregate *aggregate_new(const struct plan *plan, const struct slice_store *store,
                                const char *software);
void aggregate_free(struct aggregate **aggregate);

/* A message of this device came, numbered when `boot` is not 0. */
struct aggregate_news {
    struct bytes device;
    uint64_t boot, sequence;
    int64_t event_ns; /* of its readings */
    int64_t now_ns;
};
void aggregate_hear(struct aggregate *aggregate, const struct aggregate_news *news);

/* The journal's tree, which summaries name as it stands when they are made: borrowed
 * for life.  Without it they name none. */
void aggregate_use_log(struct aggregate *aggregate, const struct merkle *log);

/* What is added from here on comes from the record with this hash. */
void aggregate_set_record(struct aggregate *aggregate,
                          const uint8_t leaf[MERKLE_HASH_LEN]);

/* Told of each record that a window of a process gets as one it rests on: for whoever
 * has to show these records later. */
typedef void aggregate_touched_fn(void *ctx, const char *process, int64_t start_ns,
                                  uint64_t record);
void aggregate_listen(struct aggregate *aggregate, aggregate_touched_fn *touched,
                      void *ctx);

enum aggregate_added {
    AGGREGATE_ADDED,
    AGGREGATE_DUPLICATE, /* was there before; counted, changes nothing */
    AGGREGATE_TOO_LATE,  /* its window can no longer be amended: set it aside */
    AGGREGATE_FUTURE,    /* further ahead than allowed: set it aside */
    AGGREGATE_FULL,      /* more readings in a minute than are kept */
};

/* One sample of the plan's point `point`, from the journal's `record`. */
enum err aggregate_add(struct aggregate *aggregate, size_t point, struct sample sample,
                       uint64_t record, int64_t now_ns, enum aggregate_added *ret_added,
                       struct error *e) MUST_CHECK;

/* A reading of the point at this time could not be used; it counts as rejected in its
 * window, if one can still have it. */
enum err aggregate_reject(struct aggregate *aggregate, size_t point, int64_t event_ns,
                          int64_t now_ns, struct error *e) MUST_CHECK;

/* A laboratory's result was entered: it counts from its time on, and closed windows that
 * it is valid in are made again as far as they can be amended. */
void aggregate_enter_result(struct aggregate *aggregate,
                            const struct laboratory_result *result, int64_t now_ns);

/* All that were entered, in the order of entry; a view. */
const struct laboratory *aggregate_get_laboratory(const struct aggregate *aggregate);

/* A source lost something we know of: noted in the summaries of the windows that this
 * time falls into. */
void aggregate_gap(struct aggregate *aggregate, int64_t at_ns, const char *reason);

struct aggregate_summary {
    uint8_t key[32]; /* SHA-256 of `bytes` */
    const struct plan_process *process;
    int64_t from_ns, to_ns;
    uint32_t revision;
    struct bytes bytes; /* until the call returns */
};
typedef enum err aggregate_summary_fn(void *ctx, const struct aggregate_summary *summary,
                                      struct error *e);

/* Makes the summaries that are due at journal time `now_ns`; `record` is the last one
 * folded.  Calls `each` for every one, process by process. */
enum err aggregate_close_due(struct aggregate *aggregate, int64_t now_ns, uint64_t record,
                             aggregate_summary_fn *each, void *ctx,
                             struct error *e) MUST_CHECK;

/* Writes changed slices to the store and lets go of old ones. */
enum err aggregate_flush(struct aggregate *aggregate, struct error *e) MUST_CHECK;

/* The state beside the slices, as bytes and back.  load() comes right after new(): what
 * the plan no longer has is forgotten, what is new begins.  ERR_CORRUPT. */
void aggregate_save(const struct aggregate *aggregate, struct buf *out);
enum err aggregate_load(struct aggregate *aggregate, struct bytes saved,
                        struct error *e) MUST_CHECK;

/* The minute before which no slice is needed any more. */
int64_t aggregate_oldest_minute(const struct aggregate *aggregate);

/* ---- for status pages ---- */

/* A copy of what stands now. */
struct aggregate_point_status {
    bool has;
    int64_t at_ns;
    double value;
    uint32_t flags;               /* of enum sample_flag */
    uint64_t count;               /* samples taken since start */
    uint32_t causes[CAUSE_COUNT]; /* why readings of its last window were not used */
};
void aggregate_get_point(const struct aggregate *aggregate, size_t point,
                         struct aggregate_point_status *ret_status);

/* The same of a process; `now_ns` moves its watermark. */
struct aggregate_process_status {
    bool started;
    int64_t next_ns;      /* start of the window that is open */
    int64_t watermark_ns; /* INT64_MIN: unknown */
    size_t alarms;        /* of the window made last since start */
};
void aggregate_get_process(const struct aggregate *aggregate, size_t process,
                           int64_t now_ns, struct aggregate_process_status *ret_status);

/* What the open window of a process would be if it closed at `to_ns`; for pages only,
 * nothing is stored.  Results live in `arena`. */
enum err aggregate_peek(struct aggregate *aggregate, size_t process, int64_t from_ns,
                        int64_t to_ns, struct arena *arena,
                        struct process_value *ret_value, struct error *e) MUST_CHECK;

#endif
