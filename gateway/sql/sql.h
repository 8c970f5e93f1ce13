/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A SQLite database as our stores use it: WAL, synchronous=FULL, one connection in the
 * process (the version in Debian 12 can lose commits with two), every statement
 * prepared once and named by its index.  One thread at a time; the owner has the lock.
 */
#ifndef SQL_SQL_H
#define SQL_SQL_H

#include "core/bytes.h"
#include "core/error.h"

#include <sqlite3.h>

/* What a database consists of; const. */
struct sql_shape {
    const char *name;   /* for messages: "registry" */
    const char *schema; /* CREATE ... IF NOT EXISTS */
    const char *more;   /* the same, for what one text can't hold; NULL: none */
    int version;        /* of the format, in user_version */
    const char *const *statements;
    int statement_count;
};

struct sql {
    const struct sql_shape *shape;
    sqlite3 *db;
    sqlite3_stmt **statements;
};

/* ERR_CONFIG: the file has a newer format.  ERR_CORRUPT, ERR_FULL, ERR_SYSTEM. */
enum err sql_open(struct sql *sql, const struct sql_shape *shape, const char *path,
                  struct error *e) MUST_CHECK;
void sql_close(struct sql *sql);

/* The statement, reset and without bindings. */
sqlite3_stmt *sql_statement(const struct sql *sql, int which);

/* Runs a statement that gives no rows, and resets it. */
enum err sql_run(const struct sql *sql, sqlite3_stmt *statement,
                 struct error *e) MUST_CHECK;

/* Steps to the next row; at the end `*ret_row` is false and the statement reset. */
enum err sql_step(const struct sql *sql, sqlite3_stmt *statement, bool *ret_row,
                  struct error *e) MUST_CHECK;

/* SQLite's last error as ours: RETRY, FULL, CORRUPT or SYSTEM. */
enum err sql_failed(const struct sql *sql, const char *doing, struct error *e);

/* Bound until the next reset.  NULL and no bytes are bound as NULL and an empty blob. */
void sql_bind_text(sqlite3_stmt *statement, int index, const char *text);
void sql_bind_blob(sqlite3_stmt *statement, int index, struct bytes blob);

/* A column: a view until the next step.  A text that is NULL is "". */
struct bytes sql_blob(sqlite3_stmt *statement, int index);
const char *sql_text(sqlite3_stmt *statement, int index);

#endif
