/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the SQLite store share. */
#ifndef REGISTRY_STORE_SQLITE_H
#define REGISTRY_STORE_SQLITE_H

#include "registry/store.h"
#include "sql/sql.h"

enum store_statement {
    SQL_BEGIN,
    SQL_COMMIT,
    SQL_ROLLBACK,
    SQL_PUT_INSTALLATION,
    SQL_PUT_PROCESS,
    SQL_FIND_KEY,
    SQL_FIND_REVISION,
    SQL_FIND_LATEST,
    SQL_FIND_BEFORE,
    SQL_FIND_AFTER,
    SQL_PUT_SUMMARY,
    SQL_PUT_ENVELOPE,
    SQL_CLEAR_LATEST,
    SQL_COUNT_WINDOW,
    SQL_ADD_TOTAL,
    SQL_ADD_AREA_TOTAL,
    SQL_FIND_PROCESS,
    SQL_TAKE_AREA,
    SQL_SET_AREA,
    SQL_ROLLUP_AREA,
    SQL_ROLLUP_PROCESS,
    SQL_EACH_INSTALLATION,
    SQL_EACH_PROCESS,
    SQL_EACH_SUMMARY,
    SQL_EACH_TOTAL,
    SQL_GET_ENVELOPE,
    SQL_COUNT,
    SQL_GET_CHAIN,
    SQL_PUT_CHAIN,
    SQL_LINK_BY_KEY,
    SQL_LINK_BY_PREVIOUS,
    SQL_PUT_LINK,
    SQL_DROP_LINKS,
    SQL_OTHER_ROOT,
    SQL_PUT_REFUSAL,
    SQL_TRIM_REFUSALS,
    SQL_EACH_REFUSAL,
    SQL_GET_REFUSAL,
    SQL_PUT_CHECKPOINT,
    SQL_TRIM_CHECKPOINTS,
    SQL_EACH_CHECKPOINT,
    SQL_PUT_CHANGE,
    SQL_EACH_CHANGE,
    SQL_PUT_RECORD,
    SQL_DROP_RECORD,
    SQL_EACH_RECORD,
    SQL_EACH_KEY,
    SQL_DROP_ENVELOPES,
    SQL_DROP_SUMMARIES,
    SQL_STATEMENTS,
};

struct store {
    struct sql sql;
};

/* Schema and statements. */
extern const struct sql_shape store_sqlite_shape;

/* Columns of a total: label, windows, complete, then three an amount. */
void store_read_total(sqlite3_stmt *statement, struct total *ret_total);

/* The queries, registry/store_sqlite_query.c. */
enum err store_each_installation(struct store *store, const struct process_query *query,
                                 installation_fn *each, void *ctx, struct error *e);
enum err store_each_process(struct store *store, const struct process_query *query,
                            process_fn *each, void *ctx, struct error *e);
enum err store_each_summary(struct store *store, const struct summary_query *query,
                            summary_fn *each, void *ctx, struct error *e);
enum err store_each_total(struct store *store, const struct total_query *query,
                          total_fn *each, void *ctx, struct error *e);
enum err store_each_rollup(struct store *store, const struct rollup_query *query,
                           rollup_fn *each, void *ctx, struct error *e);
enum err store_get_envelope(struct store *store, const uint8_t key[KEY_LEN],
                            bool *ret_found, struct buf *out, struct error *e);
enum err store_count(struct store *store, struct store_counts *ret_counts,
                     struct error *e);

/* Chains, refusals, checkpoints, keys: registry/store_sqlite_evidence.c. */
enum err store_get_chain(struct store *store, const struct chain_name *name,
                         struct chain *ret_chain, struct error *e);
enum err store_put_chain(struct store *store, const struct chain_name *name,
                         const struct chain *chain, struct error *e);
enum err store_find_link(struct store *store, const struct chain_name *name,
                         enum link_by by, const uint8_t hash[KEY_LEN], bool *ret_found,
                         struct link *ret_link, struct error *e);
enum err store_put_link(struct store *store, const struct chain_name *name,
                        const struct link *link, struct error *e);
enum err store_drop_links(struct store *store, const struct chain_name *name,
                          const uint8_t *key, struct error *e);
enum err store_find_other_root(struct store *store,
                               const struct stored_checkpoint *checkpoint,
                               bool *ret_found, struct error *e);
enum err store_put_refusal(struct store *store, const struct arrival *arrival,
                           int64_t now_ns, struct error *e);
enum err store_put_checkpoint(struct store *store,
                              const struct stored_checkpoint *checkpoint,
                              struct error *e);
enum err store_put_change(struct store *store, const struct stored_change *change,
                          struct error *e);
enum err store_each_refusal(struct store *store, const struct gateway_query *query,
                            refusal_fn *each, void *ctx, struct error *e);
enum err store_get_refusal(struct store *store, const uint8_t key[KEY_LEN],
                           bool *ret_found, struct buf *out, struct error *e);
enum err store_each_checkpoint(struct store *store, const struct gateway_query *query,
                               checkpoint_fn *each, void *ctx, struct error *e);
enum err store_each_change(struct store *store, change_fn *each, void *ctx,
                           struct error *e);

/* Records and keys: registry/store_sqlite_record.c. */
enum err store_put_record(struct store *store, const struct stored_record *record,
                          struct error *e);
enum err store_drop_record(struct store *store, const char *kind, const char *id,
                           struct error *e);
enum err store_each_record(struct store *store, const char *kind, const char *id,
                           record_fn *each, void *ctx, struct error *e);
enum err store_each_key(struct store *store, const struct key_query *query, key_fn *each,
                        void *ctx, struct error *e);

/* store_driver.drop_summaries */
enum err store_drop_summaries(struct store *store, const struct drop_query *query,
                              int64_t *ret_dropped, struct error *e);

/* A column of KEY_LEN bytes; anything else leaves `ret_key`. */
void store_copy_key(sqlite3_stmt *statement, int column, uint8_t ret_key[KEY_LEN]);

/* Columns of a summary: id, key, supersedes, start, end, revision, latest, complete,
 * stored, then the amounts. */
void store_read_summary(sqlite3_stmt *statement, struct stored_summary *ret_summary);

#endif
