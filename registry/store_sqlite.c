/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The SQLite store: schema, statements, and what the ledger writes and finds.
 *
 *     installation  one a plant
 *     process       one a production process, with the span of its windows
 *     summary       one a revision; `latest` marks the one that counts
 *     envelope      its bytes as they came, apart so that lists stay small
 *     total         sums over latest summaries: period 1 day, 2 month, 3 year; a sum is
 *                   two integers, whole and part of 2^60 (registry/exact.h)
 *     chain, link   one run a process and gateway; what waits for it
 *     refusal, checkpoint, key_change   evidence, the bytes as they came
 */
#include "registry/store_sqlite.h"

#include "core/mem.h"

#define FORMAT_VERSION 2

#define SUMMARY_COLUMNS                                                                  \
    "s.id, s.key, s.supersedes, s.start, s.end, s.revision, s.latest, s.complete,"       \
    " s.stored, s.direct, s.indirect, s.activity, s.electricity, s.fuel, s.coverage"

#define TOTAL_COLUMNS                                                                    \
    "t.label, t.windows, t.complete, t.direct, t.direct_part, t.direct_known,"           \
    " t.indirect, t.indirect_part, t.indirect_known, t.activity, t.activity_part,"       \
    " t.activity_known, t.electricity, t.electricity_part, t.electricity_known, t.fuel," \
    " t.fuel_part, t.fuel_known, t.coverage, t.coverage_part, t.coverage_known"

#define AMOUNT_COLUMN(name)                                                              \
    " " name " INTEGER NOT NULL, " name "_part INTEGER NOT NULL, " name                  \
    "_known INTEGER NOT NULL"

static const char schema[] =
    "CREATE TABLE IF NOT EXISTS installation (id INTEGER PRIMARY KEY,"
    " name TEXT NOT NULL UNIQUE, operator TEXT NOT NULL, country TEXT NOT NULL,"
    " sector TEXT NOT NULL);"
    "CREATE TABLE IF NOT EXISTS process (id INTEGER PRIMARY KEY,"
    " installation INTEGER NOT NULL REFERENCES installation, name TEXT NOT NULL,"
    " gateway TEXT NOT NULL, category TEXT NOT NULL, route TEXT NOT NULL,"
    " cn TEXT NOT NULL, unit TEXT NOT NULL, time_zone TEXT NOT NULL,"
    " first_start INTEGER, last_start INTEGER, last_end INTEGER,"
    " windows INTEGER NOT NULL DEFAULT 0, UNIQUE (installation, name));"
    "CREATE TABLE IF NOT EXISTS summary (id INTEGER PRIMARY KEY,"
    " key BLOB NOT NULL UNIQUE, process INTEGER NOT NULL REFERENCES process,"
    " start INTEGER NOT NULL, end INTEGER NOT NULL, revision INTEGER NOT NULL,"
    " supersedes BLOB, latest INTEGER NOT NULL, complete INTEGER NOT NULL,"
    " stored INTEGER NOT NULL, direct REAL, indirect REAL, activity REAL,"
    " electricity REAL, fuel REAL, coverage REAL,"
    " UNIQUE (process, start, revision));"
    "CREATE TABLE IF NOT EXISTS envelope (summary INTEGER PRIMARY KEY REFERENCES summary,"
    " bytes BLOB NOT NULL);"
    "CREATE TABLE IF NOT EXISTS total (process INTEGER NOT NULL REFERENCES process,"
    " period INTEGER NOT NULL, label TEXT NOT NULL, windows INTEGER NOT NULL,"
    " complete INTEGER NOT NULL, "
    /* clang-format off */
    AMOUNT_COLUMN("direct") ", "
    AMOUNT_COLUMN("indirect") ", "
    AMOUNT_COLUMN("activity") ", "
    AMOUNT_COLUMN("electricity") ", "
    AMOUNT_COLUMN("fuel") ", "
    AMOUNT_COLUMN("coverage")
    /* clang-format on */
    ", PRIMARY KEY (process, period, label)) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS chain (process INTEGER NOT NULL REFERENCES process,"
    " gateway TEXT NOT NULL, epoch INTEGER NOT NULL, began INTEGER NOT NULL,"
    " first_names BLOB, first_tree INTEGER NOT NULL, head BLOB NOT NULL,"
    " head_tree INTEGER NOT NULL, head_root BLOB NOT NULL,"
    " PRIMARY KEY (process, gateway)) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS link (process INTEGER NOT NULL REFERENCES process,"
    " gateway TEXT NOT NULL, key BLOB NOT NULL, previous BLOB NOT NULL,"
    " tree_size INTEGER NOT NULL, tree_root BLOB NOT NULL,"
    " PRIMARY KEY (process, gateway, key), UNIQUE (process, gateway, previous))"
    " WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS refusal (id INTEGER PRIMARY KEY, gateway TEXT NOT NULL,"
    " key BLOB NOT NULL, conflict INTEGER NOT NULL, reason TEXT NOT NULL,"
    " first INTEGER NOT NULL, last INTEGER NOT NULL, times INTEGER NOT NULL,"
    " bytes BLOB NOT NULL, UNIQUE (gateway, key));"
    "CREATE INDEX IF NOT EXISTS refusal_gateway ON refusal (gateway, id);"
    "CREATE INDEX IF NOT EXISTS refusal_key ON refusal (key);"
    "CREATE TABLE IF NOT EXISTS checkpoint (id INTEGER PRIMARY KEY AUTOINCREMENT,"
    " gateway TEXT NOT NULL, epoch INTEGER NOT NULL, size INTEGER NOT NULL,"
    " root BLOB NOT NULL, proved INTEGER NOT NULL, note BLOB NOT NULL,"
    " stored INTEGER NOT NULL);"
    "CREATE INDEX IF NOT EXISTS checkpoint_gateway ON checkpoint (gateway, id);"
    "CREATE TABLE IF NOT EXISTS key_change (id INTEGER PRIMARY KEY,"
    " gateway TEXT NOT NULL, bytes BLOB NOT NULL, stored INTEGER NOT NULL,"
    " UNIQUE (gateway, bytes));";

static const char *const statements[SQL_STATEMENTS] = {
    [SQL_BEGIN] = "BEGIN IMMEDIATE",
    [SQL_COMMIT] = "COMMIT",
    [SQL_ROLLBACK] = "ROLLBACK",
    [SQL_PUT_INSTALLATION] = "INSERT INTO installation (name, operator, country, sector)"
                             " VALUES (?1, ?2, ?3, ?4) ON CONFLICT (name) DO UPDATE SET"
                             " operator = excluded.operator, country = excluded.country,"
                             " sector = excluded.sector RETURNING id",
    [SQL_PUT_PROCESS] =
        "INSERT INTO process (installation, name, gateway, category, route, cn, unit,"
        " time_zone) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"
        " ON CONFLICT (installation, name) DO UPDATE SET gateway = excluded.gateway,"
        " category = excluded.category, route = excluded.route, cn = excluded.cn,"
        " unit = excluded.unit RETURNING id, time_zone",
    [SQL_FIND_KEY] = "SELECT stored FROM summary WHERE key = ?1",
    [SQL_FIND_REVISION] = "SELECT " SUMMARY_COLUMNS " FROM summary s"
                          " WHERE s.process = ?1 AND s.start = ?2 AND s.revision = ?3",
    [SQL_FIND_LATEST] = "SELECT " SUMMARY_COLUMNS " FROM summary s"
                        " WHERE s.process = ?1 AND s.start = ?2"
                        " ORDER BY s.revision DESC LIMIT 1",
    [SQL_FIND_BEFORE] = "SELECT end FROM summary WHERE process = ?1 AND start < ?2"
                        " ORDER BY start DESC LIMIT 1",
    [SQL_FIND_AFTER] = "SELECT start FROM summary WHERE process = ?1 AND start > ?2"
                       " ORDER BY start LIMIT 1",
    [SQL_PUT_SUMMARY] =
        "INSERT INTO summary (key, process, start, end, revision, supersedes, latest,"
        " complete, stored, direct, indirect, activity, electricity, fuel, coverage)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)",
    [SQL_PUT_ENVELOPE] = "INSERT INTO envelope (summary, bytes) VALUES (?1, ?2)",
    [SQL_CLEAR_LATEST] = "UPDATE summary SET latest = 0 WHERE id = ?1",
    [SQL_COUNT_WINDOW] = "UPDATE process SET windows = windows + 1,"
                         " first_start = min(coalesce(first_start, ?2), ?2),"
                         " last_start = max(coalesce(last_start, ?2), ?2),"
                         " last_end = max(coalesce(last_end, ?3), ?3) WHERE id = ?1",
    [SQL_FIND_TOTAL] = "SELECT " TOTAL_COLUMNS " FROM total t"
                       " WHERE t.process = ?1 AND t.period = ?2 AND t.label = ?3",
    [SQL_PUT_TOTAL] = "INSERT OR REPLACE INTO total VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7,"
                      " ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20,"
                      " ?21, ?22, ?23)",
    [SQL_EACH_INSTALLATION] =
        "SELECT i.id, i.name, i.operator, i.country, i.sector, count(p.id),"
        " sum(p.windows), max(p.last_end) FROM installation i JOIN process p"
        " ON p.installation = i.id WHERE p.windows > 0 AND i.id > ?1"
        " GROUP BY i.id ORDER BY i.id LIMIT ?2",
    [SQL_EACH_PROCESS] =
        "SELECT p.id, i.name, p.name, p.gateway, i.operator, i.country, i.sector,"
        " p.time_zone, p.category, p.route, p.cn, p.unit, p.first_start, p.last_start,"
        " p.last_end, p.windows, c.began IS NOT NULL, c.first_names IS NULL,"
        " (SELECT count(*) FROM link l WHERE l.process = p.id AND l.gateway = p.gateway)"
        " FROM process p JOIN installation i ON i.id = p.installation"
        " LEFT JOIN chain c ON c.process = p.id AND c.gateway = p.gateway"
        " WHERE p.windows > 0 AND p.id > ?3"
        " AND (?1 IS NULL OR i.name = ?1) AND (?2 IS NULL OR p.name = ?2)"
        " ORDER BY p.id LIMIT ?4",
    [SQL_EACH_SUMMARY] =
        "SELECT " SUMMARY_COLUMNS ", i.name, p.name, p.unit FROM summary s"
        " JOIN process p ON p.id = s.process JOIN installation i"
        " ON i.id = p.installation WHERE s.process = ?1 AND s.start >= ?2"
        " AND s.start < ?3 AND (?4 OR s.latest = 1)"
        " AND (s.start, s.revision) > (?5, ?6)"
        " ORDER BY s.start, s.revision LIMIT ?7",
    [SQL_EACH_TOTAL] =
        "SELECT " TOTAL_COLUMNS ", i.name, p.name, p.unit FROM total t"
        " JOIN process p ON p.id = t.process JOIN installation i"
        " ON i.id = p.installation WHERE t.process = ?1 AND t.period = ?2"
        " AND (?3 IS NULL OR t.label >= ?3) AND (?4 IS NULL OR t.label <= ?4)"
        " ORDER BY t.label DESC LIMIT ?5",
    [SQL_GET_ENVELOPE] = "SELECT e.bytes FROM summary s JOIN envelope e"
                         " ON e.summary = s.id WHERE s.key = ?1",
    [SQL_COUNT] = "SELECT (SELECT count(*) FROM installation), (SELECT count(*) FROM"
                  " process), (SELECT coalesce(max(id), 0) FROM summary)",
    [SQL_GET_CHAIN] = "SELECT epoch, began, first_names, first_tree, head, head_tree,"
                      " head_root FROM chain WHERE process = ?1 AND gateway = ?2",
    [SQL_PUT_CHAIN] = "INSERT OR REPLACE INTO chain VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7,"
                      " ?8, ?9)",
    [SQL_LINK_BY_KEY] = "SELECT key, previous, tree_size, tree_root FROM link"
                        " WHERE process = ?1 AND gateway = ?2 AND key = ?3",
    [SQL_LINK_BY_PREVIOUS] = "SELECT key, previous, tree_size, tree_root FROM link"
                             " WHERE process = ?1 AND gateway = ?2 AND previous = ?3",
    [SQL_PUT_LINK] = "INSERT INTO link VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    [SQL_DROP_LINKS] = "DELETE FROM link WHERE process = ?1 AND gateway = ?2"
                       " AND (?3 IS NULL OR key = ?3)",
    [SQL_OTHER_ROOT] = "SELECT 1 FROM chain c JOIN process p ON p.id = c.process"
                       " WHERE c.gateway = ?1 AND c.epoch = ?2 AND c.head_tree = ?3"
                       " AND c.head_root <> ?4 LIMIT 1",
    [SQL_PUT_REFUSAL] =
        "INSERT INTO refusal (gateway, key, conflict, reason, first, last, times, bytes)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?5, 1, ?6) ON CONFLICT (gateway, key) DO UPDATE SET"
        " conflict = excluded.conflict, reason = excluded.reason, last = excluded.last,"
        " times = times + 1",
    [SQL_TRIM_REFUSALS] =
        "DELETE FROM refusal WHERE gateway = ?1 AND id <= (SELECT id FROM refusal"
        " WHERE gateway = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)",
    [SQL_EACH_REFUSAL] = "SELECT id, gateway, key, conflict, reason, first, last, times"
                         " FROM refusal WHERE id > ?2 AND (?1 IS NULL OR gateway = ?1)"
                         " ORDER BY id LIMIT ?3",
    [SQL_GET_REFUSAL] = "SELECT bytes FROM refusal WHERE key = ?1 LIMIT 1",
    [SQL_PUT_CHECKPOINT] = "INSERT INTO checkpoint (gateway, epoch, size, root, note,"
                           " stored, proved) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    [SQL_TRIM_CHECKPOINTS] =
        "DELETE FROM checkpoint WHERE gateway = ?1 AND id <= (SELECT id FROM checkpoint"
        " WHERE gateway = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)",
    [SQL_EACH_CHECKPOINT] =
        "SELECT id, gateway, epoch, size, root, note, stored, proved FROM checkpoint"
        " WHERE (?2 = 0 OR id < ?2) AND (?1 IS NULL OR gateway = ?1)"
        " ORDER BY id DESC LIMIT ?3",
    [SQL_PUT_CHANGE] = "INSERT INTO key_change (gateway, bytes, stored)"
                       " VALUES (?1, ?2, ?3)",
    [SQL_EACH_CHANGE] = "SELECT gateway, bytes, stored FROM key_change ORDER BY id",
};

static const struct sql_shape shape = {.name = "registry",
                                       .schema = schema,
                                       .version = FORMAT_VERSION,
                                       .statements = statements,
                                       .statement_count = SQL_STATEMENTS};

static enum err sqlite_open(const char *where, struct store **ret_store, struct error *e)
{
    struct store *store = mem_new(struct store);
    enum err err = sql_open(&store->sql, &shape, where, e);
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

static enum err sqlite_take_process(struct store *store, const struct arrival *a,
                                    struct taken_process *ret_process, struct error *e)
{
    int64_t installation = 0;
    enum err err = put_installation(store, a, &installation, e);
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
        ret_process->zone_differs = strcmp(sql_text(statement, 1), a->time_zone) != 0;
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

static enum err find_total(struct store *store, int64_t process, enum period period,
                           const char *label, struct total *ret_total, struct error *e)
{
    sqlite3_stmt *statement = sql_statement(&store->sql, SQL_FIND_TOTAL);
    sqlite3_bind_int64(statement, 1, process);
    sqlite3_bind_int(statement, 2, (int)period);
    sql_bind_text(statement, 3, label);
    bool row = false;
    enum err err = sql_step(&store->sql, statement, &row, e);
    if (err == ERR_OK && row) {
        store_read_total(statement, ret_total);
        sqlite3_reset(statement);
    }
    return err;
}

static enum err sqlite_add_total(struct store *store, int64_t process, enum period period,
                                 const struct total *delta, struct error *e)
{
    struct total total = {0};
    enum err err = find_total(store, process, period, delta->label, &total, e);
    if (err != ERR_OK) {
        return err;
    }
    sqlite3_stmt *statement = sql_statement(&store->sql, SQL_PUT_TOTAL);
    sqlite3_bind_int64(statement, 1, process);
    sqlite3_bind_int(statement, 2, (int)period);
    sql_bind_text(statement, 3, delta->label);
    sqlite3_bind_int64(statement, 4, total.windows + delta->windows);
    sqlite3_bind_int64(statement, 5, total.complete + delta->complete);
    for (int i = 0; i < AMOUNTS; i++) {
        struct exact sum = exact_add(total.sum[i], delta->sum[i]);
        sqlite3_bind_int64(statement, 6 + 3 * i, sum.whole);
        sqlite3_bind_int64(statement, 7 + 3 * i, sum.part);
        sqlite3_bind_int64(statement, 8 + 3 * i, total.known[i] + delta->known[i]);
    }
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
    .each_installation = store_each_installation,
    .each_process = store_each_process,
    .each_summary = store_each_summary,
    .each_total = store_each_total,
    .get_envelope = store_get_envelope,
    .count = store_count,
};
