/* SPDX-License-Identifier: Apache-2.0 */
#include "sql/sql.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { PUT, GET, STATEMENTS };
static const char *const statements[STATEMENTS] = {
    [PUT] = "INSERT INTO thing (name, data) VALUES (?1, ?2)",
    [GET] = "SELECT name, data FROM thing ORDER BY rowid"};
static const struct sql_shape shape = {
    .name = "test",
    .schema = "CREATE TABLE IF NOT EXISTS thing (name TEXT, data BLOB)",
    .version = 2,
    .statements = statements,
    .statement_count = STATEMENTS};

Test(sql, what_is_bound_comes_back)
{
    struct sql sql;
    struct error e = {0};
    cr_assert_eq(sql_open(&sql, &shape, ":memory:", &e), ERR_OK, "%s", e.text);
    sqlite3_stmt *put = sql_statement(&sql, PUT);
    sql_bind_text(put, 1, "a");
    sql_bind_blob(put, 2, BYTES("\0\1"));
    cr_assert_eq(sql_run(&sql, put, &e), ERR_OK);
    put = sql_statement(&sql, PUT); /* nothing bound any more */
    cr_assert_eq(sql_run(&sql, put, &e), ERR_OK);

    sqlite3_stmt *get = sql_statement(&sql, GET);
    bool row = false;
    cr_assert_eq(sql_step(&sql, get, &row, &e), ERR_OK);
    cr_assert(row);
    cr_assert_str_eq(sql_text(get, 0), "a");
    cr_assert(bytes_equal(sql_blob(get, 1), BYTES("\0\1")));
    cr_assert_eq(sql_step(&sql, get, &row, &e), ERR_OK);
    cr_assert_str_eq(sql_text(get, 0), "");
    cr_assert_eq(sql_blob(get, 1).len, 0);
    cr_assert_eq(sql_step(&sql, get, &row, &e), ERR_OK);
    cr_assert_not(row);
    sql_close(&sql);
}

Test(sql, a_newer_format_and_a_file_that_is_none_are_told_apart)
{
    char path[] = "/tmp/emgate-sql-XXXXXX";
    struct sql sql;
    struct error e = {0};
    int fd = mkstemp(path);
    cr_assert_eq(sql_open(&sql, &shape, path, &e), ERR_OK, "%s", e.text);
    sql_close(&sql);
    struct sql_shape older = shape;
    older.version = 1;

    cr_assert_eq(sql_open(&sql, &older, path, &e), ERR_CONFIG);
    cr_assert_not_null(strstr(e.text, "format 2 is newer than this program's 1"));
    for (int i = 0; i < 200; i++) {
        cr_assert_eq(pwrite(fd, "not a database, not at all", 26, 26 * i), 26);
    }
    cr_assert_eq(sql_open(&sql, &shape, path, &e), ERR_CORRUPT);

    cr_assert_eq(sql_open(&sql, &shape, "/nowhere/at/all", &e), ERR_SYSTEM);
    close(fd);
    unlink(path);
}
