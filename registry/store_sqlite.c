/* SPDX-License-Identifier: Apache-2.0 */
/* The SQLite store: what the ledger writes and finds. */
#include "registry/store_sqlite.h"

#include "core/mem.h"

static enum err sqlite_open(const char *where, struct store **ret_store, struct error *e)
{
    struct store *store = mem_new(struct store);
    enum err err = sql_open(&store->sql, &store_sqlite_shape, where, e);
    if (err != ERR_OK) {
        mem_free(&store);
        return err;
    }
    *ret_store = store;
    return ERR_OK;
}

static void sqlite_close(struct store **store)
{
    if (*store) {
        sql_close(&(*store)->sql);
        mem_free(store);
    }
}

static enum err sqlite_begin(struct store *store, struct error *e)
{
    return sql_run(&store->sql, sql_statement(&store->sql, SQL_BEGIN), e);
}

static enum err sqlite_commit(struct store *store, struct error *e)
{
    return sql_run(&store->sql, sql_statement(&store->sql, SQL_COMMIT), e);
}

static void sqlite_rollback(struct store *store)
{
    sqlite3_stmt *statement = sql_statement(&store->sql, SQL_ROLLBACK);
    sqlite3_step(statement); /* one that fails has nothing to undo */
    sqlite3_reset(statement);
}

static enum err put_installation(struct store *store, const struct arrival *a,
                                 int64_t *ret_id, struct error *e)
{
    sqlite3_stmt *statement = sql_statement(&store->sql, SQL_PUT_INSTALLATION);
    sql_bind_text(statement, 1, a->installation);
    sql_bind_text(statement, 2, a->operator_id);
    sql_bind_text(statement, 3, a->country);
    sql_bind_text(statement, 4, a->sector);
    bool row = false;
    enum err err = sql_step(&store->sql, statement, &row, e);
    if (err == ERR_OK && row) {
        *ret_id = sqlite3_column_int64(statement, 0);
        err = sql_run(&store->sql, statement, e);
    }
    return err;
}

/* The names of a process as an arrival has them, in the order of SQL_FIND_PROCESS. */
static bool names_differ(sqlite3_stmt *statement, const struct arrival *a)
{
    const char *const texts[] = {a->operator_id, a->country, a->sector, a->gateway,
                                 a->category,    a->route,   a->cn,     a->unit};
    for (int i = 0; i < 8; i++) {
        if (strcmp(sql_text(statement, 3 + i), texts[i]) != 0) {
            return true;
        }
    }
    return false;
}

static enum err find_process(struct store *store, const struct arrival *a,
                             struct taken_process *ret_process, struct error *e)
{
    sqlite3_stmt *statement = sql_statement(&store->sql, SQL_FIND_PROCESS);
    sql_bind_text(statement, 1, a->installation);
    sql_bind_text(statement, 2, a->process);
    bool row = false;
    enum err err = sql_step(&store->sql, statement, &row, e);
    *ret_process = (struct taken_process){.renamed = true};
    if (err == ERR_OK && row) {
        ret_process->id = sqlite3_column_int64(statement, 0);
        ret_process->zone_differs = strcmp(sql_text(statement, 1), a->time_zone) != 0;
        ret_process->area = sqlite3_column_int64(statement, 2);
        ret_process->renamed = names_differ(statement, a);
        sqlite3_reset(statement);
    }
    return err;
}

static enum err sqlite_take_process(struct store *store, const struct arrival *a,
                                    struct taken_process *ret_process, struct error *e)
{
    int64_t installation = 0;
    enum err err = find_process(store, a, ret_process, e);
    if (err != ERR_OK || !ret_process->renamed || ret_process->zone_differs) {
        return err;
    }
    err = put_installation(store, a, &installation, e);
    if (err != ERR_OK) {
        return err;
    }
    sqlite3_stmt *statement = sql_statement(&store->sql, SQL_PUT_PROCESS);
    sqlite3_bind_int64(statement, 1, installation);
    const char *const texts[] = {a->process, a->gateway, a->category, a->route,
                                 a->cn,      a->unit,    a->time_zone};
    for (int i = 0; i < 7; i++) {
        sql_bind_text(statement, i + 2, texts[i]);
    }
    bool row = false;
    err = sql_step(&store->sql, statement, &row, e);
    if (err == ERR_OK && row) {
        ret_process->id = sqlite3_column_int64(statement, 0);
        err = sql_run(&store->sql, statement, e);
    }
    return err;
}

static enum err sqlite_find_key(struct store *store, const uint8_t key[KEY_LEN],
                                bool *ret_found, int64_t *ret_stored_ns, struct error *e)
{
    sqlite3_stmt *statement = sql_statement(&store->sql, SQL_FIND_KEY);
    sql_bind_blob(statement, 1, (struct bytes){.data = key, .len = KEY_LEN});
    enum err err = sql_step(&store->sql, statement, ret_found, e);
    if (err == ERR_OK && *ret_found) {
        *ret_stored_ns = sqlite3_column_int64(statement, 0);
        sqlite3_reset(statement);
    }
    return err;
}

void store_copy_key(sqlite3_stmt *statement, int column, uint8_t ret_key[KEY_LEN])
{
    struct bytes key = sql_blob(statement, column);
    if (key.len == KEY_LEN) {
        memcpy(ret_key, key.data, KEY_LEN);
    }
}

void store_read_summary(sqlite3_stmt *statement, struct stored_summary *ret_summary)
{
    struct stored_summary *s = ret_summary;
    *s = (struct stored_summary){.id = sqlite3_column_int64(statement, 0),
                                 .start_ns = sqlite3_column_int64(statement, 3),
                                 .end_ns = sqlite3_column_int64(statement, 4),
                                 .revision = (uint32_t)sqlite3_column_int64(statement, 5),
                                 .latest = sqlite3_column_int(statement, 6) != 0,
                                 .complete = sqlite3_column_int(statement, 7) != 0,
                                 .stored_ns = sqlite3_column_int64(statement, 8)};
    store_copy_key(statement, 1, s->key);
    store_copy_key(statement, 2, s->supersedes);
    for (int i = 0; i < AMOUNTS; i++) {
        s->amounts.known[i] = sqlite3_column_type(statement, 9 + i) != SQLITE_NULL;
        s->amounts.value[i] = sqlite3_column_double(statement, 9 + i);
    }
}

static enum err sqlite_find_revision(struct store *store, int64_t process,
                                     const struct revision_name *name, bool *ret_found,
                                     struct stored_summary *ret_summary, struct error *e)
{
    sqlite3_stmt *statement =
        sql_statement(&store->sql, name->latest ? SQL_FIND_LATEST : SQL_FIND_REVISION);
    sqlite3_bind_int64(statement, 1, process);
    sqlite3_bind_int64(statement, 2, name->start_ns);
    if (!name->latest) {
        sqlite3_bind_int64(statement, 3, name->revision);
    }
    enum err err = sql_step(&store->sql, statement, ret_found, e);
    if (err == ERR_OK && *ret_found) {
        store_read_summary(statement, ret_summary);
        sqlite3_reset(statement);
    }
    return err;
}

/* The one time that a neighbour's statement gives, or `none`. */
static enum err neighbour(struct store *store, int which, int64_t process,
                          int64_t *time_ns, struct error *e)
{
    sqlite3_stmt *statement = sql_statement(&store->sql, which);
    sqlite3_bind_int64(statement, 1, process);
    sqlite3_bind_int64(statement, 2, *time_ns);
    bool row = false;
    enum err err = sql_step(&store->sql, statement, &row, e);
    if (err == ERR_OK && row) {
        *time_ns = sqlite3_column_int64(statement, 0);
        sqlite3_reset(statement);
    } else if (err == ERR_OK) {
        *time_ns = which == SQL_FIND_BEFORE ? INT64_MIN : INT64_MAX;
    }
    return err;
}

static enum err sqlite_find_overlap(struct store *store, int64_t process,
                                    const struct arrival *a, bool *ret_found,
                                    struct error *e)
{
    int64_t before_ends = a->start_ns;
    int64_t after_starts = a->start_ns;
    enum err err = neighbour(store, SQL_FIND_BEFORE, process, &before_ends, e);
    if (err == ERR_OK) {
        err = neighbour(store, SQL_FIND_AFTER, process, &after_starts, e);
    }
    *ret_found = before_ends > a->start_ns || after_starts < a->end_ns;
    return err;
}

static enum err put_envelope(struct store *store, struct bytes envelope, struct error *e)
{
    sqlite3_stmt *statement = sql_statement(&store->sql, SQL_PUT_ENVELOPE);
    sqlite3_bind_int64(statement, 1, sqlite3_last_insert_rowid(store->sql.db));
    sql_bind_blob(statement, 2, envelope);
    return sql_run(&store->sql, statement, e);
}

static enum err sqlite_put_summary(struct store *store, int64_t process,
                                   const struct arrival *a, bool latest, struct error *e)
{
    sqlite3_stmt *statement = sql_statement(&store->sql, SQL_PUT_SUMMARY);
    sql_bind_blob(statement, 1, (struct bytes){.data = a->key, .len = KEY_LEN});
    sqlite3_bind_int64(statement, 2, process);
    sqlite3_bind_int64(statement, 3, a->start_ns);
    sqlite3_bind_int64(statement, 4, a->end_ns);
    sqlite3_bind_int64(statement, 5, a->revision);
    if (a->has_supersedes) {
        sql_bind_blob(statement, 6,
                      (struct bytes){.data = a->supersedes, .len = KEY_LEN});
    }
    sqlite3_bind_int(statement, 7, latest);
    sqlite3_bind_int(statement, 8, a->complete);
    sqlite3_bind_int64(statement, 9, a->judgement.stored_ns);
    for (int i = 0; i < AMOUNTS; i++) {
        if (a->amounts.known[i]) {
            sqlite3_bind_double(statement, 10 + i, a->amounts.value[i]);
        }
    }
    enum err err = sql_run(&store->sql, statement, e);
    return err == ERR_OK ? put_envelope(store, a->envelope, e) : err;
}

static enum err sqlite_clear_latest(struct store *store, int64_t summary, struct error *e)
{
    sqlite3_stmt *statement = sql_statement(&store->sql, SQL_CLEAR_LATEST);
    sqlite3_bind_int64(statement, 1, summary);
    return sql_run(&store->sql, statement, e);
}

static enum err sqlite_count_window(struct store *store, int64_t process,
                                    const struct arrival *a, struct error *e)
{
    sqlite3_stmt *statement = sql_statement(&store->sql, SQL_COUNT_WINDOW);
    sqlite3_bind_int64(statement, 1, process);
    sqlite3_bind_int64(statement, 2, a->start_ns);
    sqlite3_bind_int64(statement, 3, a->end_ns);
    return sql_run(&store->sql, statement, e);
}

void store_read_total(sqlite3_stmt *statement, struct total *ret_total)
{
    *ret_total = (struct total){.label = sql_text(statement, 0),
                                .windows = sqlite3_column_int64(statement, 1),
                                .complete = sqlite3_column_int64(statement, 2)};
    for (int i = 0; i < AMOUNTS; i++) {
        ret_total->sum[i].whole = sqlite3_column_int64(statement, 3 + 3 * i);
        ret_total->sum[i].part = sqlite3_column_int64(statement, 4 + 3 * i);
        ret_total->known[i] = sqlite3_column_int64(statement, 5 + 3 * i);
    }
}

static enum err sqlite_add_total(struct store *store, const struct total_name *name,
                                 const struct total *delta, struct error *e)
{
    sqlite3_stmt *statement = sql_statement(
        &store->sql, name->scope == SCOPE_AREA ? SQL_ADD_AREA_TOTAL : SQL_ADD_TOTAL);
    sqlite3_bind_int64(statement, 1, name->owner);
    sqlite3_bind_int(statement, 2, (int)name->period);
    sql_bind_text(statement, 3, name->label);
    sqlite3_bind_int64(statement, 4, delta->windows);
    sqlite3_bind_int64(statement, 5, delta->complete);
    for (int i = 0; i < AMOUNTS; i++) {
        sqlite3_bind_int64(statement, 6 + 3 * i, delta->sum[i].whole);
        sqlite3_bind_int64(statement, 7 + 3 * i, delta->sum[i].part);
        sqlite3_bind_int64(statement, 8 + 3 * i, delta->known[i]);
    }
    return sql_run(&store->sql, statement, e);
}

static enum err sqlite_take_area(struct store *store, const struct arrival *a,
                                 int64_t *ret_area, struct error *e)
{
    sqlite3_stmt *statement = sql_statement(&store->sql, SQL_TAKE_AREA);
    sql_bind_text(statement, 1, a->country);
    sql_bind_text(statement, 2, a->sector);
    sql_bind_text(statement, 3, a->category);
    sql_bind_text(statement, 4, a->unit);
    bool row = false;
    enum err err = sql_step(&store->sql, statement, &row, e);
    if (err == ERR_OK && row) {
        *ret_area = sqlite3_column_int64(statement, 0);
        err = sql_run(&store->sql, statement, e);
    }
    return err;
}

static enum err sqlite_set_area(struct store *store, int64_t process, int64_t area,
                                struct error *e)
{
    sqlite3_stmt *statement = sql_statement(&store->sql, SQL_SET_AREA);
    sqlite3_bind_int64(statement, 1, process);
    sqlite3_bind_int64(statement, 2, area);
    return sql_run(&store->sql, statement, e);
}

const struct store_driver store_sqlite = {
    .name = "sqlite",
    .open = sqlite_open,
    .close = sqlite_close,
    .begin = sqlite_begin,
    .commit = sqlite_commit,
    .rollback = sqlite_rollback,
    .take_process = sqlite_take_process,
    .find_key = sqlite_find_key,
    .find_revision = sqlite_find_revision,
    .find_overlap = sqlite_find_overlap,
    .put_summary = sqlite_put_summary,
    .clear_latest = sqlite_clear_latest,
    .count_window = sqlite_count_window,
    .add_total = sqlite_add_total,
    .take_area = sqlite_take_area,
    .set_area = sqlite_set_area,
    .each_rollup = store_each_rollup,
    .get_chain = store_get_chain,
    .put_chain = store_put_chain,
    .find_link = store_find_link,
    .put_link = store_put_link,
    .drop_links = store_drop_links,
    .find_other_root = store_find_other_root,
    .put_refusal = store_put_refusal,
    .put_checkpoint = store_put_checkpoint,
    .put_change = store_put_change,
    .each_refusal = store_each_refusal,
    .get_refusal = store_get_refusal,
    .each_checkpoint = store_each_checkpoint,
    .each_change = store_each_change,
    .put_record = store_put_record,
    .drop_record = store_drop_record,
    .each_record = store_each_record,
    .each_key = store_each_key,
    .drop_summaries = store_drop_summaries,
    .each_installation = store_each_installation,
    .each_process = store_each_process,
    .each_summary = store_each_summary,
    .each_total = store_each_total,
    .get_envelope = store_get_envelope,
    .count = store_count,
};
