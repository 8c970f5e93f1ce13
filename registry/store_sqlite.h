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
    SQL_FIND_TOTAL,
    SQL_PUT_TOTAL,
    SQL_EACH_INSTALLATION,
    SQL_EACH_PROCESS,
    SQL_EACH_SUMMARY,
    SQL_EACH_TOTAL,
    SQL_GET_ENVELOPE,
    SQL_COUNT,
    SQL_STATEMENTS,
};

struct store {
    struct sql sql;
};

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
enum err store_get_envelope(struct store *store, const uint8_t key[KEY_LEN],
                            bool *ret_found, struct buf *out, struct error *e);
enum err store_count(struct store *store, struct store_counts *ret_counts,
                     struct error *e);

/* Columns of a summary: id, key, supersedes, start, end, revision, latest, complete,
 * stored, then the amounts. */
void store_read_summary(sqlite3_stmt *statement, struct stored_summary *ret_summary);

#endif
