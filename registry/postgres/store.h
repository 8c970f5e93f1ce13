/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of the PostgreSQL store share.
 *
 * A transaction reads what its arrivals may touch at once (prepare), answers the ledger
 * from memory, gathers what it writes, and writes it in a few statements over arrays
 * before the commit: a trip to the server costs as much as the rules of a hundred
 * summaries.
 */
#ifndef POSTGRES_STORE_H
#define POSTGRES_STORE_H

#include "core/arena.h"
#include "core/table.h"
#include "registry/postgres/link.h"
#include "registry/store.h"

enum pg_statement {
    PG_LOCK_PROCESSES,
    PG_ADD_INSTALLATIONS,
    PG_ADD_PROCESSES,
    PG_NAME_INSTALLATION,
    PG_NAME_PROCESS,
    PG_SURROUNDINGS,
    PG_FIND_KEY,
    PG_PUT_SUMMARIES,
    PG_CLEAR_LATEST,
    PG_COUNT_WINDOWS,
    PG_ADD_TOTALS,
    PG_ADD_AREA_TOTALS,
    PG_TAKE_AREA,
    PG_SET_AREA,
    PG_CHAINS,
    PG_PUT_CHAINS,
    PG_LINK_BY_KEY,
    PG_LINK_BY_PREVIOUS,
    PG_PUT_LINK,
    PG_DROP_LINKS,
    PG_OTHER_ROOT,
    PG_PUT_REFUSAL,
    PG_TRIM_REFUSALS,
    PG_EACH_REFUSAL,
    PG_GET_REFUSAL,
    PG_PUT_CHECKPOINT,
    PG_TRIM_CHECKPOINTS,
    PG_EACH_CHECKPOINT,
    PG_PUT_CHANGE,
    PG_EACH_CHANGE,
    PG_PUT_RECORD,
    PG_DROP_RECORD,
    PG_EACH_RECORD,
    PG_EACH_KEY,
    PG_DROP_SUMMARIES,
    PG_EACH_INSTALLATION,
    PG_EACH_PROCESS,
    PG_EACH_SUMMARY,
    PG_EACH_TOTAL,
    PG_ROLLUP_AREA,
    PG_ROLLUP_PROCESS,
    PG_GET_ENVELOPE,
    PG_COUNT,
    PG_STATEMENTS,
};

extern const char *const pg_statements[PG_STATEMENTS];
extern const char *const pg_schema[]; /* ends with NULL */

/* A summary that the transaction knows: read, or to be written. */
struct pg_row {
    struct stored_summary summary; /* its id is its place in `rows`, one-based */
    int64_t process;
    const struct arrival *arrival; /* NULL: it is stored */
    bool cleared;                  /* stored as latest and is not any more */
    size_t next;                   /* of the same process, one-based */
};

struct pg_chain {
    const char *gateway;
    struct chain chain;
    int64_t links;
    bool changed;
    struct pg_chain *next;
};

/* A process whose row the transaction holds. */
struct pg_process {
    int64_t id, installation;
    const char *time_zone;
    const char
        *names[8]; /* operator, country, sector, gateway, category, route, cn, unit */
    int64_t area, last_end_ns;
    size_t rows; /* the first, one-based */
    struct pg_chain *chains;
    int64_t new_windows, new_summaries;
    int64_t first_ns, last_ns, ends_ns; /* of the new windows */
};

#define PG_TOTAL_ARRAYS (5 + 3 * AMOUNTS)

struct store {
    struct pg pg;
    struct table months;           /* partitions that are known to be there */
    struct arena arena;            /* of the transaction */
    struct table by_name;          /* installation, 0, process: struct pg_process */
    struct pg_process **processes; /* in order of id */
    size_t process_count, process_capacity;
    struct table keys;  /* of rows: places, one-based */
    struct table asked; /* keys that are stored only when they are in `keys` */
    struct pg_row *rows;
    size_t row_count, row_capacity;
    struct pg_array totals[2][PG_TOTAL_ARRAYS]; /* by scope */
    struct pg_array arrays[PG_TOTAL_ARRAYS];    /* of the statement that is being made */
};

/* Forgets what the transaction knew. */
void pg_store_forget(struct store *store);

/* The process, which must be held. */
struct pg_process *pg_store_process(struct store *store, int64_t id);

/* Reads and locks what the arrivals may touch. */
enum err pg_store_prepare(struct store *store, struct arrival *const *arrivals,
                          size_t count, struct error *e) MUST_CHECK;

/* Adds a row to what is known of its process. */
struct pg_row *pg_store_add_row(struct store *store, struct pg_process *process,
                                const struct stored_summary *summary);

/* Writes what was gathered. */
enum err pg_store_flush(struct store *store, struct error *e) MUST_CHECK;

/* Of these, what was added to the totals of a scope. */
enum err pg_store_add_totals(struct store *store, enum scope scope,
                             struct error *e) MUST_CHECK;

/* Columns of a summary, from the second on: key, supersedes, start, ... */
void pg_read_summary(const PGresult *result, int row, struct stored_summary *ret_summary);
void pg_read_key(const PGresult *result, int row, int column, uint8_t ret_key[KEY_LEN]);

/* The driver's functions in evidence.c, record.c and query.c, as registry/store.h has
 * them. */
enum err pg_get_chain(struct store *store, const struct chain_name *name,
                      struct chain *ret_chain, struct error *e);
enum err pg_put_chain(struct store *store, const struct chain_name *name,
                      const struct chain *chain, struct error *e);
enum err pg_find_link(struct store *store, const struct chain_name *name, enum link_by by,
                      const uint8_t hash[KEY_LEN], bool *ret_found, struct link *ret_link,
                      struct error *e);
enum err pg_put_link(struct store *store, const struct chain_name *name,
                     const struct link *link, struct error *e);
enum err pg_drop_links(struct store *store, const struct chain_name *name,
                       const uint8_t *key, struct error *e);
enum err pg_find_other_root(struct store *store,
                            const struct stored_checkpoint *checkpoint, bool *ret_found,
                            struct error *e);
enum err pg_put_refusal(struct store *store, const struct arrival *arrival,
                        int64_t now_ns, struct error *e);
enum err pg_put_checkpoint(struct store *store,
                           const struct stored_checkpoint *checkpoint, struct error *e);
enum err pg_put_change(struct store *store, const struct stored_change *change,
                       struct error *e);
enum err pg_each_refusal(struct store *store, const struct gateway_query *query,
                         refusal_fn *each, void *ctx, struct error *e);
enum err pg_get_refusal(struct store *store, const uint8_t key[KEY_LEN], bool *ret_found,
                        struct buf *out, struct error *e);
enum err pg_each_checkpoint(struct store *store, const struct gateway_query *query,
                            checkpoint_fn *each, void *ctx, struct error *e);
enum err pg_each_change(struct store *store, change_fn *each, void *ctx, struct error *e);
enum err pg_put_record(struct store *store, const struct stored_record *record,
                       struct error *e);
enum err pg_drop_record(struct store *store, const char *kind, const char *id,
                        struct error *e);
enum err pg_each_record(struct store *store, const char *kind, const char *id,
                        record_fn *each, void *ctx, struct error *e);
enum err pg_each_key(struct store *store, const struct key_query *query, key_fn *each,
                     void *ctx, struct error *e);
enum err pg_drop_summaries(struct store *store, const struct drop_query *query,
                           int64_t *ret_dropped, struct error *e);
enum err pg_each_installation(struct store *store, const struct process_query *query,
                              installation_fn *each, void *ctx, struct error *e);
enum err pg_each_process(struct store *store, const struct process_query *query,
                         process_fn *each, void *ctx, struct error *e);
enum err pg_each_summary(struct store *store, const struct summary_query *query,
                         summary_fn *each, void *ctx, struct error *e);
enum err pg_each_total(struct store *store, const struct total_query *query,
                       total_fn *each, void *ctx, struct error *e);
enum err pg_each_rollup(struct store *store, const struct rollup_query *query,
                        rollup_fn *each, void *ctx, struct error *e);
enum err pg_get_envelope(struct store *store, const uint8_t key[KEY_LEN], bool *ret_found,
                         struct buf *out, struct error *e);
enum err pg_count(struct store *store, struct store_counts *ret_counts, struct error *e);

#endif
