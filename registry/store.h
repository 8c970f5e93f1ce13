/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the registry keeps, and the few things a database must do for it.  The rules
 * (which summary may stand, what is added up) are the ledger's; a store only files and
 * finds.
 *
 * One thread at a time, and inside a transaction for everything that writes; the intake
 * sees to both.  ERR_RETRY: not now; ERR_FULL: no room; ERR_CORRUPT, ERR_SYSTEM: stop.
 */
#ifndef REGISTRY_STORE_H
#define REGISTRY_STORE_H

#include "registry/arrival.h"
#include "registry/exact.h"

/* ---- what is filed ---- */

/* A process, made at its first summary. */
struct stored_process {
    int64_t id;
    const char *installation, *process, *gateway;
    const char *operator_id, *country, *sector, *time_zone;
    const char *category, *route, *cn, *unit;
    int64_t first_start_ns, last_start_ns, last_end_ns;
    int64_t windows;       /* distinct ones */
    bool chained;          /* `gateway` signs, and what follows is known */
    bool chain_whole;      /* its run goes back to the first summary */
    int64_t chain_waiting; /* summaries that wait for a link to it */
};

/* The chain of a process as one gateway tells it: a run of summaries, each naming the one
 * before, and what waits for a link to it (docs/decisions/0022). */
struct chain {
    bool found;
    int64_t epoch; /* how often it has been let begin anew */
    int64_t began_ns;
    bool has_first; /* the oldest names one before it: `first_names` */
    uint8_t first_names[KEY_LEN];
    uint64_t first_tree; /* records in its tree */
    uint8_t head[KEY_LEN];
    uint64_t head_tree;
    uint8_t head_root[KEY_LEN];
};

struct chain_name {
    int64_t process;
    const char *gateway;
};

/* A summary that waits, and the one that it names; zeros: it is the first. */
struct link {
    uint8_t key[KEY_LEN], previous[KEY_LEN];
    uint64_t tree_size;
    uint8_t tree_root[KEY_LEN];
};

enum link_by { LINK_BY_KEY, LINK_BY_PREVIOUS };

/* What was refused and kept, to be looked at. */
struct stored_refusal {
    int64_t id;
    const char *gateway, *reason;
    uint8_t key[KEY_LEN];
    bool conflict; /* else refused */
    int64_t first_ns, last_ns;
    int64_t times;
};

#define REFUSALS_MAX 1000 /* the newest of a gateway are kept */

struct stored_checkpoint {
    int64_t id;
    const char *gateway;
    int64_t epoch;
    uint64_t size;
    uint8_t root[KEY_LEN];
    bool proved; /* consistent with the one before, or the first */
    struct bytes note;
    int64_t stored_ns;
};

#define CHECKPOINTS_MAX 1000 /* the newest of a gateway are kept */

struct stored_change {
    const char *gateway;
    struct bytes envelope;
    int64_t stored_ns;
};

/* A small thing that is kept by its kind and id: the registry's own notes. */
struct stored_record {
    const char *kind, *id;
    struct bytes value;
    int64_t stored_ns;
};

struct stored_installation {
    int64_t id;
    const char *installation, *operator_id, *country, *sector;
    int64_t processes, windows;
    int64_t last_end_ns;
};

/* A summary, without its bytes. */
struct stored_summary {
    int64_t id;
    const char *installation, *process, *unit; /* queries only */
    uint8_t key[KEY_LEN];
    uint8_t supersedes[KEY_LEN];
    int64_t start_ns, end_ns, stored_ns;
    uint32_t revision;
    bool latest;
    bool complete;
    struct amounts amounts;
};

enum period { PERIOD_HOUR, PERIOD_DAY, PERIOD_MONTH, PERIOD_YEAR };

#define PERIOD_LABEL_MAX 24

/* Whose sum it is.  An area is all that is made of one category in one sector of one
 * country, by whomever; its process's totals are in it too. */
enum scope { SCOPE_PROCESS, SCOPE_AREA };

struct total_name {
    enum scope scope;
    int64_t owner; /* a process or an area */
    enum period period;
    const char *label;
};

/* A sum over the latest summaries of a process or an area in a day, month or year. */
struct total {
    const char *installation, *process, *unit; /* queries only */
    const char *label; /* "2026-07-15", "2026-07", "2026", in the installation's zone */
    int64_t windows;
    int64_t complete;
    struct exact sum[AMOUNTS];
    int64_t known[AMOUNTS]; /* windows in which it is known */
};

/* ---- what is asked ---- */

/* Lists of processes and of installations. */
struct process_query {
    const char *installation; /* NULL: all */
    const char *process;      /* NULL: all */
    const char *operator_id;  /* NULL: all */
    int64_t after;            /* id behind which to go on; 0: from the beginning */
    int64_t limit;
};

/* Lists of one process's summaries, in order of (start, revision). */
struct summary_query {
    int64_t process;
    int64_t from_ns, to_ns; /* of the window's start, [from, to) */
    bool all_revisions;     /* else the latest only */
    int64_t after_start_ns; /* go on behind this one; INT64_MIN: from the beginning */
    int64_t after_revision;
    int64_t limit;
};

/* Lists of one process's totals, newest first. */
struct total_query {
    int64_t process;
    enum period period;                /* not PERIOD_HOUR */
    const char *label_from, *label_to; /* [from, to]; NULL: open */
    int64_t limit;
};

/* What totals are added up by. */
enum group {
    GROUP_COUNTRY,
    GROUP_SECTOR,
    GROUP_CATEGORY,
    GROUP_OPERATOR,
    GROUP_INSTALLATION,
};

/* Totals in order of the group's name and label.  From areas where they suffice, else
 * from processes; never from summaries. */
struct rollup_query {
    enum group group;
    enum period period;                /* not PERIOD_HOUR */
    const char *label_from, *label_to; /* [from, to]; NULL: open */
    const char *country, *sector, *category, *operator_id, *installation; /* or NULL */
};

/* One total of the group `name`; several may have its name and label.  False: enough. */
typedef bool rollup_fn(void *ctx, const char *name, const struct total *total);

/* Lists by gateway. */
struct gateway_query {
    const char *gateway; /* NULL: all */
    int64_t after;       /* id behind which to go on; 0: from the beginning */
    int64_t limit;
};

/* The summaries, all revisions, of the processes that one gateway speaks for. */
struct key_query {
    const char *gateway;
    int64_t from_ns, to_ns; /* of the window's start, [from, to) */
};

/* The oldest summaries of an installation, of windows that start before a time. */
struct drop_query {
    const char *installation;
    int64_t before_ns;
    int64_t limit;
};

typedef void key_fn(void *ctx, int64_t start_ns, const uint8_t key[KEY_LEN]);
typedef void record_fn(void *ctx, const struct stored_record *record);
typedef void refusal_fn(void *ctx, const struct stored_refusal *refusal);
typedef void checkpoint_fn(void *ctx, const struct stored_checkpoint *checkpoint);
typedef void change_fn(void *ctx, const struct stored_change *change);
typedef void installation_fn(void *ctx, const struct stored_installation *installation);
typedef void process_fn(void *ctx, const struct stored_process *process);
typedef void summary_fn(void *ctx, const struct stored_summary *summary);
typedef void total_fn(void *ctx, const struct total *total);

struct store_counts {
    int64_t installations, processes, summaries;
};

struct store;

/* A process as an arrival found it. */
struct taken_process {
    int64_t id;
    bool zone_differs; /* it was first stored with another time zone, which stays */
    bool renamed;      /* its area may have changed */
    int64_t area;      /* 0: none yet */
};

/* Which revision of a window. */
struct revision_name {
    int64_t start_ns;
    bool latest; /* the newest that is stored, else `revision` */
    int64_t revision;
};

/* Views in rows hold for the call. */
struct store_driver {
    const char *name;
    bool several_connections; /* open() may be called again, to read meanwhile */
    enum err (*open)(const char *where, struct store **ret_store, struct error *e);
    void (*close)(struct store **store);

    enum err (*begin)(struct store *store, struct error *e);
    /* Before anything else in a transaction of arrivals: what it will ask for, or NULL
     * when the store needs no such hint. */
    enum err (*prepare)(struct store *store, struct arrival *const *arrivals,
                        size_t count, struct error *e);
    enum err (*commit)(struct store *store, struct error *e);
    void (*rollback)(struct store *store);

    /* The process of an arrival, made when it is new; brings its names up to date. */
    enum err (*take_process)(struct store *store, const struct arrival *arrival,
                             struct taken_process *ret_process, struct error *e);
    enum err (*find_key)(struct store *store, const uint8_t key[KEY_LEN], bool *ret_found,
                         int64_t *ret_stored_ns, struct error *e);
    enum err (*find_revision)(struct store *store, int64_t process,
                              const struct revision_name *name, bool *ret_found,
                              struct stored_summary *ret_summary, struct error *e);
    /* Whether another window of the process overlaps the arrival's. */
    enum err (*find_overlap)(struct store *store, int64_t process,
                             const struct arrival *arrival, bool *ret_found,
                             struct error *e);
    enum err (*put_summary)(struct store *store, int64_t process,
                            const struct arrival *arrival, bool latest, struct error *e);
    enum err (*clear_latest)(struct store *store, int64_t summary, struct error *e);
    /* Counts a window that is new into its process. */
    enum err (*count_window)(struct store *store, int64_t process,
                             const struct arrival *arrival, struct error *e);
    /* Adds to a total, which is made when it is not there. */
    enum err (*add_total)(struct store *store, const struct total_name *name,
                          const struct total *delta, struct error *e);
    /* The area of an arrival, made when it is new, and that a process is in it. */
    enum err (*take_area)(struct store *store, const struct arrival *arrival,
                          int64_t *ret_area, struct error *e);
    enum err (*set_area)(struct store *store, int64_t process, int64_t area,
                         struct error *e);

    /* ---- evidence ---- */

    enum err (*get_chain)(struct store *store, const struct chain_name *name,
                          struct chain *ret_chain, struct error *e);
    enum err (*put_chain)(struct store *store, const struct chain_name *name,
                          const struct chain *chain, struct error *e);
    enum err (*find_link)(struct store *store, const struct chain_name *name,
                          enum link_by by, const uint8_t hash[KEY_LEN], bool *ret_found,
                          struct link *ret_link, struct error *e);
    enum err (*put_link)(struct store *store, const struct chain_name *name,
                         const struct link *link, struct error *e);
    /* One, or all with a key of NULL. */
    enum err (*drop_links)(struct store *store, const struct chain_name *name,
                           const uint8_t *key, struct error *e);
    /* Whether a chain of the gateway ends at a tree of this size with another root. */
    enum err (*find_other_root)(struct store *store,
                                const struct stored_checkpoint *checkpoint,
                                bool *ret_found, struct error *e);
    /* Keeps what was refused; the same again is counted. */
    enum err (*put_refusal)(struct store *store, const struct arrival *arrival,
                            int64_t now_ns, struct error *e);
    enum err (*put_checkpoint)(struct store *store,
                               const struct stored_checkpoint *checkpoint,
                               struct error *e);
    enum err (*put_change)(struct store *store, const struct stored_change *change,
                           struct error *e);
    enum err (*each_refusal)(struct store *store, const struct gateway_query *query,
                             refusal_fn *each, void *ctx, struct error *e);
    enum err (*get_refusal)(struct store *store, const uint8_t key[KEY_LEN],
                            bool *ret_found, struct buf *out, struct error *e);
    /* Newest first; `after` is the id to come below. */
    enum err (*each_checkpoint)(struct store *store, const struct gateway_query *query,
                                checkpoint_fn *each, void *ctx, struct error *e);
    /* All, in the order in which they came. */
    enum err (*each_change)(struct store *store, change_fn *each, void *ctx,
                            struct error *e);

    /* ---- records ---- */

    /* Puts it in the place of one with the same kind and id. */
    enum err (*put_record)(struct store *store, const struct stored_record *record,
                           struct error *e);
    enum err (*drop_record)(struct store *store, const char *kind, const char *id,
                            struct error *e);
    /* All of a kind in order of their ids, or the one with this id. */
    enum err (*each_record)(struct store *store, const char *kind, const char *id,
                            record_fn *each, void *ctx, struct error *e);
    /* In order of their windows. */
    enum err (*each_key)(struct store *store, const struct key_query *query, key_fn *each,
                         void *ctx, struct error *e);

    /* Deletes summaries and their bytes; totals and chains stay. */
    enum err (*drop_summaries)(struct store *store, const struct drop_query *query,
                               int64_t *ret_dropped, struct error *e);

    enum err (*each_installation)(struct store *store, const struct process_query *query,
                                  installation_fn *each, void *ctx, struct error *e);
    enum err (*each_process)(struct store *store, const struct process_query *query,
                             process_fn *each, void *ctx, struct error *e);
    enum err (*each_summary)(struct store *store, const struct summary_query *query,
                             summary_fn *each, void *ctx, struct error *e);
    enum err (*each_total)(struct store *store, const struct total_query *query,
                           total_fn *each, void *ctx, struct error *e);
    enum err (*each_rollup)(struct store *store, const struct rollup_query *query,
                            rollup_fn *each, void *ctx, struct error *e);
    /* The envelope's bytes as they came, into `out`. */
    enum err (*get_envelope)(struct store *store, const uint8_t key[KEY_LEN],
                             bool *ret_found, struct buf *out, struct error *e);
    enum err (*count)(struct store *store, struct store_counts *ret_counts,
                      struct error *e);
};

extern const struct store_driver store_sqlite;

#endif
