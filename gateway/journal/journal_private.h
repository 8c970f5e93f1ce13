/* SPDX-License-Identifier: Apache-2.0 */
/* The journal's inside, shared by the files of this folder. */
#ifndef JOURNAL_JOURNAL_PRIVATE_H
#define JOURNAL_JOURNAL_PRIVATE_H

#include "journal/format.h"

#include <pthread.h>
#include <stdatomic.h>

#define PATH_LEN_MAX 1024u
#define GROUP_TARGET (1u << 16) /* a group with more than one record stays below */
#define SEGMENT_SIZE_DEFAULT (1u << 22)
#define SPARES_WANTED 2u
#define SPARES_MAX 8u
#define SPARE_RETRY_MS 1000
#define READ_TRIES 3u
#define QUARANTINE_FILES_MAX 256u
#define RATE_SAMPLES 60u

/* ---- files of a journal's directory (folder.c) ---- */

/* What stands in a directory: numbers of segments, rising. */
struct folder {
    uint64_t *numbers;
    size_t count, capacity;
    bool has_spare_temporary, has_copy_temporary;
    bool is_clean; /* left by an orderly end */
};

/* Lists a directory.  The codes of disk->list; folder_deinit() frees the result. */
enum err folder_read(const struct disk *disk, const char *directory,
                     struct folder *ret_folder, struct error *e) MUST_CHECK;
void folder_deinit(struct folder *folder);

struct path {
    char text[PATH_LEN_MAX];
};
/* The path of a segment, of any file. */
struct path folder_segment(const char *directory, uint64_t number);
struct path folder_file(const char *directory, const char *name);

/* A whole segment in memory. */
struct segment_bytes {
    uint8_t *data; /* mem_free */
    size_t len;
    size_t unreadable; /* blocks the disk would not give; zero here */
};

/* Reads a segment, at most JOURNAL_SEGMENT_MAX of it; what cannot be read after some
 * tries is left zero.  ERR_REJECT: it is not there. */
enum err folder_read_segment(const struct disk *disk, const char *directory,
                             uint64_t number, struct segment_bytes *ret_bytes,
                             struct error *e) MUST_CHECK;

struct segment_look {
    enum header_state state;
    struct segment_header header; /* with HEADER_VALID */
};

/* Reads block 0 of a segment; a file shorter than that counts as HEADER_BAD. */
enum err folder_read_header(const struct disk *disk, const char *directory,
                            uint64_t number, struct segment_look *ret_look,
                            struct error *e) MUST_CHECK;

/* The header of a segment in memory. */
struct segment_look folder_look(const struct segment_bytes *bytes, uint64_t number);

/* Makes a small file durable under its name. */
enum err folder_write_file(const struct disk *disk, const char *directory,
                           const char *name, struct bytes data,
                           struct error *e) MUST_CHECK;

/* ---- walking over a segment in memory (scan.c) ---- */

struct hole {
    uint64_t offset, end;
    uint64_t first_seq, last_seq; /* records that should stand there; 0 0: unknown */
};

typedef void scan_group_fn(void *ctx, uint64_t offset, struct bytes data,
                           const struct group *group);

struct scan {
    /* given */
    struct bytes data; /* the segment from byte 0 */
    uint64_t number;
    uint64_t expected; /* seq of the first record; 0: not known */
    uint64_t end;      /* where groups must end, from the next header; 0: not known */
    scan_group_fn *each;
    void *ctx;
    /* found */
    uint64_t groups;
    uint64_t last_seq; /* of the last good group; 0: no group */
    uint64_t good_end; /* byte behind the last good group */
    uint8_t chain[FORMAT_HASH];
    struct hole *holes; /* proved damage; mem_free */
    size_t hole_count, hole_capacity;
    uint64_t torn_from, torn_to; /* bytes that were never synced; equal: none */
};

/* Walks from the first group on.  An unreadable stretch is damage where a later group
 * or `end` proves that it had been synced, and torn otherwise; from a torn stretch on
 * nothing is taken. */
void scan_run(struct scan *scan);

/* Whether what should stand at `offset`, `expected` and on, is known to have been
 * synced.  For a header asked with the first group's offset: the two are synced
 * together. */
bool scan_is_proved(const struct scan *scan, uint64_t offset);

/* ---- the journal ---- */

/* Groups laid out as they go to disk; one is filled while the other is written. */
struct batch {
    uint8_t *data;
    size_t len;        /* closed groups, padded */
    size_t done;       /* of these, written */
    struct group open; /* the group being filled, behind `len`; count 0: none */
};

struct position {
    uint64_t segment, offset, seq;
};

struct active {
    int file; /* -1: none */
    uint64_t number, size, offset;
    uint64_t next_seq; /* of the group to come; another one begins a new segment */
    bool header_pending;
    struct segment_header header;
};

struct sample {
    int64_t boot_ns;
    uint64_t bytes;
};

struct journal {
    struct journal_settings settings;
    char *directory, *gateway_id, *software;
    struct disk disk;
    struct clock clock;
    int lock_file;
    pthread_t helper;
    bool helper_runs;
    bool is_open;             /* recovery is done */
    _Atomic uint64_t durable; /* the last seq that may be acknowledged */

    /* The committer's. */
    struct batch *writing;
    struct active active;
    uint8_t chain[FORMAT_HASH];
    uint64_t written_seq;
    bool unsynced;
    int64_t unsynced_since_ns;

    pthread_mutex_t lock; /* guards all below */
    pthread_cond_t changed;
    struct batch *filling;
    uint64_t next_seq;
    uint64_t plan_offset, plan_size; /* where the open group will go */
    size_t plan_claimed;             /* spares that closed groups will need */
    uint64_t spares[SPARES_MAX];     /* numbers, the next one first */
    size_t spare_count;
    uint64_t next_number;
    uint64_t *used; /* numbers of segments written to, rising */
    size_t used_count, used_capacity;
    struct position synced; /* readers stop here */
    int64_t sync_due_ns;    /* boot clock; 0: nothing waits for a sync */
    bool failed, full, closing;
    bool spare_due; /* the helper has something to do */
    int64_t full_since_ns;
    struct error failure;     /* the first */
    struct error spare_error; /* why there is no spare */
    size_t readers;
    uint64_t first_seq, bytes, appended_bytes;
    uint64_t commits, syncs, quarantined;
    struct sample samples[RATE_SAMPLES];
    size_t sample_count;
};

/* An empty batch, JOURNAL_PENDING_MAX long. */
struct batch *batch_new(void);
void batch_free(struct batch **batch);

/* Closes the open group; the lock is held. */
void append_close_group(struct journal *journal);

/* Stops the journal for good and says so. */
enum err commit_fail(struct journal *journal, struct error *e);

/* Writes what `writing` holds; rotates as needed. */
enum err commit_write(struct journal *journal, struct error *e) MUST_CHECK;
enum err commit_sync(struct journal *journal, struct error *e) MUST_CHECK;

/* Makes spares up to SPARES_WANTED; failure is kept in spare_error.  By the helper,
 * or by the committer where there is none. */
void spare_fill(struct journal *journal);
void spare_start_helper(struct journal *journal);
void spare_stop_helper(struct journal *journal);

/* Brings the directory in order and sets the journal's state from it. */
enum err recover_run(struct journal *journal, struct error *e) MUST_CHECK;

#endif
