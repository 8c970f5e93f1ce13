/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The journal: append-only segments of records, the first hand-over on disk.
 *
 * A record is durable once a group commit that covers it has returned; readers see
 * durable records only, in order of `seq`, which has no holes except where damage
 * was quarantined (then a RECORD_QUARANTINE stands in the journal).  Byte layout:
 * docs/formats/journal.md.
 *
 * Threads: append from any; commit from one (the committer); each reader from one.
 */
#ifndef JOURNAL_JOURNAL_H
#define JOURNAL_JOURNAL_H

#include "core/arena.h"
#include "core/buf.h"
#include "core/clock.h"
#include "core/disk.h"
#include "core/error.h"
#include "model/message.h"

/* The largest payload of a record; smaller in segments that could not hold it. */
#define JOURNAL_PAYLOAD_MAX (1u << 20)

/* What waits for commit at most; beyond it append says ERR_FULL. */
#define JOURNAL_PENDING_MAX (1u << 22) /* 4 MiB */

#define JOURNAL_SEGMENT_MIN (1u << 14) /* 16 KiB */
#define JOURNAL_SEGMENT_MAX (1u << 26) /* 64 MiB */

/* Numbers are part of the format: never reuse one. */
enum record_type {
    RECORD_MESSAGE = 1,      /* an MQTT message, record_put_message() */
    RECORD_TICK = 2,         /* time went on; no payload */
    RECORD_CLOCK_STEP = 3,   /* i64 old wall ns, i64 new wall ns */
    RECORD_CONFIG = 4,       /* configuration bundle, full text */
    RECORD_WINDOW_CLOSE = 5, /* a summary was made: its hash */
    RECORD_GAP = 6,          /* loss that is known: text */
    RECORD_QUARANTINE = 7,   /* damage was found: seqs, place and copy of the bytes */
    RECORD_KEY_CHANGE = 8,
    RECORD_START = 9, /* software version, build id */
    RECORD_STOP = 10,
    RECORD_RECEIPT = 11, /* a registry's receipt, as received */
    RECORD_RETENTION = 12,
    RECORD_RECOVERY = 13, /* a torn tail was cut: place, SHA-256, copy of the bytes */
    RECORD_ENTRY = 14,    /* something an operator entered, record_put_entry() */
    RECORD_RETRY = 15,    /* a dead letter to decode again, record_put_retry() */
};

struct record {
    enum record_type type;
    uint64_t seq;
    int64_t wall_ns; /* our clocks when it was appended */
    int64_t boot_ns;
    struct bytes payload;
    struct bytes body; /* what its hash is over, from type to payload, as it stands in
                          the journal; empty in a record that was not read there */
};

/* The hash of a record as a leaf of the journal's tree: docs/formats/journal.md. */
void record_leaf(const struct record *record, uint8_t ret_hash[32]);

enum journal_sync { JOURNAL_SYNC_ALWAYS, JOURNAL_SYNC_INTERVAL };

struct journal_settings {
    const char *directory;
    const char *gateway_id;
    const char *software; /* version and build, for segment headers */
    enum journal_sync sync;
    int64_t sync_interval_ms; /* with JOURNAL_SYNC_INTERVAL */
    uint64_t segment_size;    /* bytes, a multiple of 4096; 0: 4 MiB */
    bool no_helper;           /* spare segments are made by commit itself: for tests */
    uint64_t quota;           /* most bytes of segments; 0: no limit but the disk */
    uint64_t reserve;         /* bytes of the file system left free; 0: none */
};

struct journal;

/* Opens or creates, recovers after a crash: cuts a torn tail (kept in quarantine/),
 * sets damaged groups aside and notes it in the journal; never refuses to start for
 * damage.  ERR_CONFIG: the directory belongs to another gateway or a newer format.
 * ERR_RETRY: another process holds it.  ERR_SYSTEM, ERR_FULL: the disk. */
enum err journal_open(const struct journal_settings *settings, const struct disk *disk,
                      const struct clock *clock, struct journal **ret_journal,
                      struct error *e) MUST_CHECK;
void journal_close(struct journal **journal);

/* Adds a record to the current group; gives its seq.  Not durable yet.
 * ERR_FULL: quota, reserve or disk, or JOURNAL_PENDING_MAX waits for commit; nothing
 * was added; try again after the next commit.
 * ERR_REJECT: larger than JOURNAL_PAYLOAD_MAX or a segment.  ERR_SYSTEM: the journal is
 * stopped after a failed write or sync; only a restart helps. */
enum err journal_append(struct journal *journal, enum record_type type,
                        struct bytes payload, uint64_t *ret_seq,
                        struct error *e) MUST_CHECK;

/* The same for a payload that names its own seq: `make` is told it and gives the payload,
 * a view until the call returns.  It runs under the journal's lock: keep it short. */
typedef struct bytes journal_make_fn(void *ctx, uint64_t seq);
enum err journal_append_made(struct journal *journal, enum record_type type,
                             journal_make_fn *make, void *ctx, uint64_t *ret_seq,
                             struct error *e) MUST_CHECK;

/* Says that others hold records up to `seq`, as a fold's cursor does.  Where the journal
 * ends before it, because a disk lost what it had synced, it gives none of these seqs
 * again and notes the gap (RECORD_QUARANTINE).  Call it after opening, before appends;
 * no effect otherwise.  Errors as journal_append. */
enum err journal_skip_seen(struct journal *journal, uint64_t seq,
                           struct error *e) MUST_CHECK;

/* Makes everything appended so far durable by the rules of `sync`: with ALWAYS
 * written and synced; with INTERVAL written, synced when the interval has passed
 * since the first write that is not.  Nothing appended and no sync due: no effect.
 * ERR_SYSTEM: final, see journal_append; ERR_FULL: nothing new is durable; call again. */
enum err journal_commit(struct journal *journal, struct error *e) MUST_CHECK;

/* Blocks until something is appended that is not committed, a sync is due, the journal
 * has failed, or `timeout_ms` passed. */
void journal_wait_appended(struct journal *journal, int64_t timeout_ms);

/* The last seq that may be acknowledged by the rules of `sync`; 0: none.  Any thread.
 * With INTERVAL readers are behind it: they see what is synced, so that nothing they
 * were given can be gone after a power cut. */
uint64_t journal_durable(const struct journal *journal);

struct journal_status {
    uint64_t first_seq, last_seq, durable_seq;
    uint64_t segments, bytes; /* on disk */
    uint64_t quota, disk_free;
    uint64_t bytes_per_day; /* at the rate of the last hour; 0: unknown */
    bool full;              /* intake is stopped for want of space */
    int64_t full_since_ns;
    uint64_t commits, syncs, quarantined;
};
/* A copy of what stands now.  Any thread. */
void journal_get_status(struct journal *journal, struct journal_status *ret_status);

/* A reader positioned before `from_seq` (0: the first record there is). */
struct journal_reader;
enum err journal_reader_open(struct journal *journal, uint64_t from_seq,
                             struct journal_reader **ret_reader,
                             struct error *e) MUST_CHECK;

/* The same on a directory that no process may hold open for writing now, read-only:
 * for `emgate journal`, `replay`, `verify`. */
enum err journal_reader_open_directory(const char *directory, const struct disk *disk,
                                       uint64_t from_seq,
                                       struct journal_reader **ret_reader,
                                       struct error *e) MUST_CHECK;
void journal_reader_close(struct journal_reader **reader);

/* The next durable record; its payload is a view until the next call.  Waits up to
 * `timeout_ms` for one (0: not at all).  `*ret_found` false: none yet, or the end.
 * ERR_CORRUPT: damage; the text says segment and byte; the next call goes on behind
 * it. */
enum err journal_read_next(struct journal_reader *reader, int64_t timeout_ms,
                           struct record *ret_record, bool *ret_found,
                           struct error *e) MUST_CHECK;

/* Gives every record up to the end to `each`, until that fails.  Passes over damage
 * without a word: for those whose caller has checked the journal or told of it. */
typedef enum err journal_record_fn(void *ctx, const struct record *record,
                                   struct error *e);
enum err journal_read_all(struct journal_reader *reader, journal_record_fn *each,
                          void *ctx, struct error *e) MUST_CHECK;

/* The chain hash of the commit group that holds the last record given. */
void journal_reader_chain(const struct journal_reader *reader, uint8_t ret_hash[32]);

/* A message as record payload and back (a view into the payload). */
void record_put_message(struct buf *out, const struct message *message);
enum err record_get_message(const struct record *record, struct message *ret_message,
                            struct error *e) MUST_CHECK;

/* A dead letter that is to be decoded again: the message, its time of receipt, and the
 * record that the letter names. */
struct retry {
    struct message message;
    uint64_t letter_seq;
};
void record_put_retry(struct buf *out, const struct retry *retry);
enum err record_get_retry(const struct record *record, struct retry *ret_retry,
                          struct error *e) MUST_CHECK;

/* What an operator entered: a reading of a device that is a person; with the device
 * ENTRY_LABORATORY a laboratory's result, whose metric is a place
 * (aggregate/laboratory.h), whose time is the beginning of its validity and whose words
 * name the report; or, without a metric, words such as an acknowledgement. */
#define ENTRY_LABORATORY "laboratory"
struct entry {
    struct bytes who;
    struct bytes device, metric, unit;
    struct bytes words;
    int64_t event_ns;
    double value;
};
void record_put_entry(struct buf *out, const struct entry *entry);
enum err record_get_entry(const struct record *record, struct entry *ret_entry,
                          struct error *e) MUST_CHECK;

/* One segment of a directory, as `emgate journal ls --segments` shows it. */
enum segment_state { SEGMENT_USED, SEGMENT_SPARE, SEGMENT_DAMAGED };
struct journal_segment {
    uint64_t number, size;
    enum segment_state state; /* of its header */
    uint64_t first_seq;       /* with SEGMENT_USED, and the rest too */
    int64_t begun_ns;         /* our wall clock */
    const char *gateway_id, *software;
};
typedef void journal_segment_fn(void *ctx, const struct journal_segment *segment);

/* Looks at each segment's header, in order; views hold during the call of `each`. */
enum err journal_list_segments(const char *directory, const struct disk *disk,
                               journal_segment_fn *each, void *each_ctx,
                               struct error *e) MUST_CHECK;

/* "message", "clock_step"; "unknown" for a number that is none of ours. */
const char *record_type_name(enum record_type type);

/* Copies the records up to `until_seq`, which must be durable, to the directory `to`,
 * which is made, and must be empty; another process may be writing.  Kept copies of
 * damage come along.  Tells the last record there.  Errors of the disk. */
enum err journal_copy(const char *from, const char *to, const struct disk *disk,
                      uint64_t until_seq, uint64_t *ret_last_seq,
                      struct error *e) MUST_CHECK;

/* What `emgate journal verify` says of a directory. */
struct journal_report {
    uint64_t segments, groups, records, bytes;
    uint64_t first_seq, last_seq;
    uint64_t damaged_groups, missing_records;
    bool torn_tail;
    uint8_t chain[32]; /* the last chain hash */
};
typedef void journal_finding_fn(void *ctx, const char *text);

/* Checks every byte read-only; each finding is told in words. */
enum err journal_verify(const char *directory, const struct disk *disk,
                        journal_finding_fn *finding, void *finding_ctx,
                        struct journal_report *ret_report, struct error *e) MUST_CHECK;

#endif
