/* SPDX-License-Identifier: Apache-2.0 */
/* Opening, preparing, binding: what every SQLite store does alike. */
#include "sql/sql.h"

#include "core/mem.h"

enum err sql_failed(const struct sql *sql, const char *doing, struct error *e)
{
    int code = sqlite3_errcode(sql->db) & 0xff;
    enum err ours = ERR_SYSTEM;
    if (code == SQLITE_FULL) {
        ours = ERR_FULL;
    } else if (code == SQLITE_CORRUPT || code == SQLITE_NOTADB) {
        ours = ERR_CORRUPT;
    } else if (code == SQLITE_BUSY || code == SQLITE_LOCKED) {
        ours = ERR_RETRY;
    }
    return error_set(e, ours, "%s: %s: %s", sql->shape->name, doing,
                     sqlite3_errmsg(sql->db));
}

static enum err run_text(const struct sql *sql, const char *text, const char *doing,
                         struct error *e)
{
    int rc = sqlite3_exec(sql->db, text, NULL, NULL, NULL);
    return rc == SQLITE_OK ? ERR_OK : sql_failed(sql, doing, e);
}

static enum err read_version(const struct sql *sql, int *ret_version, struct error *e)
{
    sqlite3_stmt *statement = NULL;
    int rc = sqlite3_prepare_v2(sql->db, "PRAGMA user_version", -1, &statement, NULL);
    bool read = rc == SQLITE_OK && sqlite3_step(statement) == SQLITE_ROW;
    *ret_version = read ? sqlite3_column_int(statement, 0) : 0;
    sqlite3_finalize(statement);
    return read ? ERR_OK : sql_failed(sql, "read the format's version", e);
}

static enum err check_version(const struct sql *sql, struct error *e)
{
    int version = 0;
    if (read_version(sql, &version, e) != ERR_OK) {
        return e ? e->code : ERR_SYSTEM;
    }
    if (version > sql->shape->version) {
        return error_set(e, ERR_CONFIG, "%s: format %d is newer than this program's %d",
                         sql->shape->name, version, sql->shape->version);
    }
    char text[64];
    sqlite3_snprintf(sizeof text, text, "PRAGMA user_version = %d", sql->shape->version);
    return run_text(sql, text, "write the format's version", e);
}

static enum err prepare_all(const struct sql *sql, struct error *e)
{
    for (int i = 0; i < sql->shape->statement_count; i++) {
        if (sqlite3_prepare_v3(sql->db, sql->shape->statements[i], -1,
                               SQLITE_PREPARE_PERSISTENT, &sql->statements[i],
                               NULL) != SQLITE_OK) {
            return sql_failed(sql, sql->shape->statements[i], e);
        }
    }
    return ERR_OK;
}

static enum err set_up(const struct sql *sql, struct error *e)
{
    enum err err = run_text(sql,
                            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
                            "PRAGMA foreign_keys = ON; PRAGMA busy_timeout = 5000;",
                            "set up", e);
    if (err == ERR_OK) {
        err = check_version(sql, e);
    }
    if (err == ERR_OK) {
        err = run_text(sql, sql->shape->schema, "make tables", e);
    }
    if (err == ERR_OK && sql->shape->more) {
        err = run_text(sql, sql->shape->more, "make tables", e);
    }
    return err == ERR_OK ? prepare_all(sql, e) : err;
}

enum err sql_open(struct sql *sql, const struct sql_shape *shape, const char *path,
                  struct error *e)
{
    *sql = (struct sql){.shape = shape};
    sql->statements = mem_array((size_t)shape->statement_count, sizeof(sqlite3_stmt *));
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    enum err err = ERR_OK;
    if (sqlite3_open_v2(path, &sql->db, flags, NULL) != SQLITE_OK) {
        bool closed = (sqlite3_errcode(sql->db) & 0xff) == SQLITE_CANTOPEN;
        err = sql_failed(
            sql, closed ? "its directory must be there, and writable" : "open", e);
    }
    if (err == ERR_OK) {
        err = set_up(sql, e);
    }
    if (err != ERR_OK) {
        error_wrap(e, "'%s'", path);
        sql_close(sql);
    }
    return err;
}

void sql_close(struct sql *sql)
{
    for (int i = 0; sql->statements && i < sql->shape->statement_count; i++) {
        sqlite3_finalize(sql->statements[i]);
    }
    mem_free(&sql->statements);
    sqlite3_close(sql->db);
    sql->db = NULL;
}

sqlite3_stmt *sql_statement(const struct sql *sql, int which)
{
    ASSERT(which >= 0 && which < sql->shape->statement_count);
    sqlite3_stmt *statement = sql->statements[which];
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
    return statement;
}

enum err sql_run(const struct sql *sql, sqlite3_stmt *statement, struct error *e)
{
    int rc = sqlite3_step(statement);
    enum err err =
        rc == SQLITE_DONE ? ERR_OK : sql_failed(sql, sqlite3_sql(statement), e);
    sqlite3_reset(statement);
    return err;
}

enum err sql_step(const struct sql *sql, sqlite3_stmt *statement, bool *ret_row,
                  struct error *e)
{
    int rc = sqlite3_step(statement);
    *ret_row = rc == SQLITE_ROW;
    if (rc == SQLITE_ROW) {
        return ERR_OK;
    }
    enum err err =
        rc == SQLITE_DONE ? ERR_OK : sql_failed(sql, sqlite3_sql(statement), e);
    sqlite3_reset(statement);
    return err;
}

void sql_bind_text(sqlite3_stmt *statement, int index, const char *text)
{
    int rc = text ? sqlite3_bind_text(statement, index, text, -1, SQLITE_STATIC)
                  : sqlite3_bind_null(statement, index);
    ASSERT(rc == SQLITE_OK);
}

void sql_bind_blob(sqlite3_stmt *statement, int index, struct bytes blob)
{
    int rc = blob.len ? sqlite3_bind_blob64(statement, index, blob.data, blob.len,
                                            SQLITE_STATIC)
                      : sqlite3_bind_zeroblob(statement, index, 0);
    ASSERT(rc == SQLITE_OK);
}

struct bytes sql_blob(sqlite3_stmt *statement, int index)
{
    const void *data = sqlite3_column_blob(statement, index);
    return (struct bytes){.data = data,
                          .len = (size_t)sqlite3_column_bytes(statement, index)};
}

const char *sql_text(sqlite3_stmt *statement, int index)
{
    const unsigned char *text = sqlite3_column_text(statement, index);
    return text ? (const char *)text : "";
}
