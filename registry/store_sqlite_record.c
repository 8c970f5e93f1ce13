/* SPDX-License-Identifier: Apache-2.0 */
/* Records of the SQLite store, the keys of a gateway's summaries, and deletion. */
#include "registry/store_sqlite.h"

enum err store_put_record(struct store *store, const struct stored_record *record,
                          struct error *e)
{
    sqlite3_stmt *statement = sql_statement(&store->sql, SQL_PUT_RECORD);
    sql_bind_text(statement, 1, record->kind);
    sql_bind_text(statement, 2, record->id);
    sql_bind_blob(statement, 3, record->value);
    sqlite3_bind_int64(statement, 4, record->stored_ns);
    return sql_run(&store->sql, statement, e);
}

enum err store_drop_record(struct store *store, const char *kind, const char *id,
                           struct error *e)
{
    sqlite3_stmt *statement = sql_statement(&store->sql, SQL_DROP_RECORD);
    sql_bind_text(statement, 1, kind);
    sql_bind_text(statement, 2, id);
    return sql_run(&store->sql, statement, e);
}

enum err store_each_record(struct store *store, const char *kind, const char *id,
                           record_fn *each, void *ctx, struct error *e)
{
    sqlite3_stmt *statement = sql_statement(&store->sql, SQL_EACH_RECORD);
    sql_bind_text(statement, 1, kind);
    sql_bind_text(statement, 2, id);
    bool row = false;
    enum err err = ERR_OK;
    while ((err = sql_step(&store->sql, statement, &row, e)) == ERR_OK && row) {
        struct stored_record record = {.kind = sql_text(statement, 0),
                                       .id = sql_text(statement, 1),
                                       .value = sql_blob(statement, 2),
                                       .stored_ns = sqlite3_column_int64(statement, 3)};
        each(ctx, &record);
    }
    return err;
}

enum err store_each_key(struct store *store, const struct key_query *query, key_fn *each,
                        void *ctx, struct error *e)
{
    sqlite3_stmt *statement = sql_statement(&store->sql, SQL_EACH_KEY);
    sql_bind_text(statement, 1, query->gateway);
    sqlite3_bind_int64(statement, 2, query->from_ns);
    sqlite3_bind_int64(statement, 3, query->to_ns);
    bool row = false;
    enum err err = ERR_OK;
    while ((err = sql_step(&store->sql, statement, &row, e)) == ERR_OK && row) {
        uint8_t key[KEY_LEN] = {0};
        store_copy_key(statement, 1, key);
        each(ctx, sqlite3_column_int64(statement, 0), key);
    }
    return err;
}

static enum err drop(struct store *store, enum store_statement which,
                     const struct drop_query *query, struct error *e)
{
    sqlite3_stmt *statement = sql_statement(&store->sql, (int)which);
    sql_bind_text(statement, 1, query->installation);
    sqlite3_bind_int64(statement, 2, query->before_ns);
    sqlite3_bind_int64(statement, 3, query->limit);
    return sql_run(&store->sql, statement, e);
}

enum err store_drop_summaries(struct store *store, const struct drop_query *query,
                              int64_t *ret_dropped, struct error *e)
{
    enum err err = drop(store, SQL_DROP_ENVELOPES, query, e);
    if (err == ERR_OK) {
        err = drop(store, SQL_DROP_SUMMARIES, query, e);
        *ret_dropped = sqlite3_changes64(store->sql.db);
    }
    return err;
}
