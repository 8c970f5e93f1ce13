/* SPDX-License-Identifier: Apache-2.0 */
/* The SQLite store's answers to questions. */
#include "registry/store_sqlite.h"

enum err store_each_installation(struct store *store, const struct process_query *query,
                                 installation_fn *each, void *ctx, struct error *e)
{
    sqlite3_stmt *statement = sql_statement(&store->sql, SQL_EACH_INSTALLATION);
    sqlite3_bind_int64(statement, 1, query->after);
    sqlite3_bind_int64(statement, 2, query->limit);
    sql_bind_text(statement, 3, query->operator_id);
    bool row = false;
    enum err err = ERR_OK;
    while ((err = sql_step(&store->sql, statement, &row, e)) == ERR_OK && row) {
        struct stored_installation installation = {
            .id = sqlite3_column_int64(statement, 0),
            .installation = sql_text(statement, 1),
            .operator_id = sql_text(statement, 2),
            .country = sql_text(statement, 3),
            .sector = sql_text(statement, 4),
            .processes = sqlite3_column_int64(statement, 5),
            .windows = sqlite3_column_int64(statement, 6),
            .last_end_ns = sqlite3_column_int64(statement, 7),
        };
        each(ctx, &installation);
    }
    return err;
}

enum err store_each_process(struct store *store, const struct process_query *query,
                            process_fn *each, void *ctx, struct error *e)
{
    sqlite3_stmt *statement = sql_statement(&store->sql, SQL_EACH_PROCESS);
    sql_bind_text(statement, 1, query->installation);
    sql_bind_text(statement, 2, query->process);
    sqlite3_bind_int64(statement, 3, query->after);
    sqlite3_bind_int64(statement, 4, query->limit);
    sql_bind_text(statement, 5, query->operator_id);
    bool row = false;
    enum err err = ERR_OK;
    while ((err = sql_step(&store->sql, statement, &row, e)) == ERR_OK && row) {
        struct stored_process process = {
            .id = sqlite3_column_int64(statement, 0),
            .installation = sql_text(statement, 1),
            .process = sql_text(statement, 2),
            .gateway = sql_text(statement, 3),
            .operator_id = sql_text(statement, 4),
            .country = sql_text(statement, 5),
            .sector = sql_text(statement, 6),
            .time_zone = sql_text(statement, 7),
            .category = sql_text(statement, 8),
            .route = sql_text(statement, 9),
            .cn = sql_text(statement, 10),
            .unit = sql_text(statement, 11),
            .first_start_ns = sqlite3_column_int64(statement, 12),
            .last_start_ns = sqlite3_column_int64(statement, 13),
            .last_end_ns = sqlite3_column_int64(statement, 14),
            .windows = sqlite3_column_int64(statement, 15),
            .chained = sqlite3_column_int(statement, 16) != 0,
            .chain_whole = sqlite3_column_int(statement, 17) != 0,
            .chain_waiting = sqlite3_column_int64(statement, 18),
        };
        each(ctx, &process);
    }
    return err;
}

enum err store_each_summary(struct store *store, const struct summary_query *query,
                            summary_fn *each, void *ctx, struct error *e)
{
    sqlite3_stmt *statement = sql_statement(&store->sql, SQL_EACH_SUMMARY);
    sqlite3_bind_int64(statement, 1, query->process);
    sqlite3_bind_int64(statement, 2, query->from_ns);
    sqlite3_bind_int64(statement, 3, query->to_ns);
    sqlite3_bind_int(statement, 4, query->all_revisions);
    sqlite3_bind_int64(statement, 5, query->after_start_ns);
    sqlite3_bind_int64(statement, 6, query->after_revision);
    sqlite3_bind_int64(statement, 7, query->limit);
    bool row = false;
    enum err err = ERR_OK;
    while ((err = sql_step(&store->sql, statement, &row, e)) == ERR_OK && row) {
        struct stored_summary summary;
        store_read_summary(statement, &summary);
        summary.installation = sql_text(statement, 15);
        summary.process = sql_text(statement, 16);
        summary.unit = sql_text(statement, 17);
        each(ctx, &summary);
    }
    return err;
}

enum err store_each_total(struct store *store, const struct total_query *query,
                          total_fn *each, void *ctx, struct error *e)
{
    sqlite3_stmt *statement = sql_statement(&store->sql, SQL_EACH_TOTAL);
    sqlite3_bind_int64(statement, 1, query->process);
    sqlite3_bind_int(statement, 2, (int)query->period);
    sql_bind_text(statement, 3, query->label_from);
    sql_bind_text(statement, 4, query->label_to);
    sqlite3_bind_int64(statement, 5, query->limit);
    bool row = false;
    enum err err = ERR_OK;
    while ((err = sql_step(&store->sql, statement, &row, e)) == ERR_OK && row) {
        struct total total;
        store_read_total(statement, &total);
        total.installation = sql_text(statement, 21);
        total.process = sql_text(statement, 22);
        total.unit = sql_text(statement, 23);
        each(ctx, &total);
    }
    return err;
}

static bool areas_suffice(const struct rollup_query *query)
{
    return query->group <= GROUP_CATEGORY && !query->operator_id && !query->installation;
}

enum err store_each_rollup(struct store *store, const struct rollup_query *query,
                           rollup_fn *each, void *ctx, struct error *e)
{
    bool areas = areas_suffice(query);
    sqlite3_stmt *statement =
        sql_statement(&store->sql, areas ? SQL_ROLLUP_AREA : SQL_ROLLUP_PROCESS);
    sqlite3_bind_int(statement, 1, (int)query->group);
    sqlite3_bind_int(statement, 2, (int)query->period);
    const char *const texts[] = {query->label_from,  query->label_to, query->country,
                                 query->sector,      query->category, query->operator_id,
                                 query->installation};
    for (int i = 0; i < (areas ? 5 : 7); i++) {
        sql_bind_text(statement, 3 + i, texts[i]);
    }
    bool row = false;
    bool more = true;
    enum err err = ERR_OK;
    while (more && (err = sql_step(&store->sql, statement, &row, e)) == ERR_OK && row) {
        struct total total;
        store_read_total(statement, &total);
        total.unit = sql_text(statement, 22);
        more = each(ctx, sql_text(statement, 21), &total);
    }
    sqlite3_reset(statement);
    return err;
}

enum err store_get_envelope(struct store *store, const uint8_t key[KEY_LEN],
                            bool *ret_found, struct buf *out, struct error *e)
{
    sqlite3_stmt *statement = sql_statement(&store->sql, SQL_GET_ENVELOPE);
    sql_bind_blob(statement, 1, (struct bytes){.data = key, .len = KEY_LEN});
    enum err err = sql_step(&store->sql, statement, ret_found, e);
    if (err == ERR_OK && *ret_found) {
        buf_add(out, sql_blob(statement, 0));
        sqlite3_reset(statement);
    }
    return err;
}

enum err store_count(struct store *store, struct store_counts *ret_counts,
                     struct error *e)
{
    sqlite3_stmt *statement = sql_statement(&store->sql, SQL_COUNT);
    bool row = false;
    enum err err = sql_step(&store->sql, statement, &row, e);
    if (err == ERR_OK && row) {
        *ret_counts =
            (struct store_counts){.installations = sqlite3_column_int64(statement, 0),
                                  .processes = sqlite3_column_int64(statement, 1),
                                  .summaries = sqlite3_column_int64(statement, 2)};
        sqlite3_reset(statement);
    }
    return err;
}
