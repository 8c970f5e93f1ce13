/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A connection to PostgreSQL by libpq: statements prepared at first use, parameters and
 * results in binary.  A connection that was lost is made anew by the next pg_begin().
 *
 * One thread at a time.
 */
#ifndef POSTGRES_LINK_H
#define POSTGRES_LINK_H

#include "core/buf.h"
#include "core/error.h"

#include <libpq-fe.h>

struct pg {
    PGconn *conn;
    const char *const *statements;
    int statement_count;
    bool *prepared;
    int backend; /* its process at the server, to see a connection that was made anew */
};

#define PG_PARAMS_MAX 24

/* What a statement is run with; views must hold until it has run. */
struct pg_params {
    int count;
    const char *values[PG_PARAMS_MAX];
    int lengths[PG_PARAMS_MAX];
    int formats[PG_PARAMS_MAX];
    uint8_t numbers[PG_PARAMS_MAX][8];
};

/* An array parameter that is being written.  Types are PostgreSQL's object ids. */
enum pg_type {
    PG_BOOL = 16,
    PG_BYTEA = 17,
    PG_INT8 = 20,
    PG_TEXT = 25,
    PG_FLOAT8 = 701,
};

struct pg_array {
    struct buf bytes;
    uint32_t count;
};

/* Connects and prepares nothing yet.  ERR_CONFIG: the address; ERR_RETRY: nobody there.
 */
enum err pg_open(struct pg *pg, const char *where, const char *const *statements,
                 int statement_count, struct error *e) MUST_CHECK;
void pg_close(struct pg *pg);

/* Begins a transaction, on a new connection when the old one was lost. */
enum err pg_begin(struct pg *pg, struct error *e) MUST_CHECK;

/* Commits.  ERR_UNCERTAIN: the connection was lost meanwhile. */
enum err pg_commit(struct pg *pg, struct error *e) MUST_CHECK;
void pg_rollback(struct pg *pg);

/* Runs texts without parameters. */
enum err pg_text(struct pg *pg, const char *text, struct error *e) MUST_CHECK;

/* Runs a statement; the caller clears the result.  A NULL `ret_result`: no rows are
 * wanted. */
enum err pg_run(struct pg *pg, int which, const struct pg_params *params,
                PGresult **ret_result, struct error *e) MUST_CHECK;

/* The next parameter of a statement. */
void pg_add_i64(struct pg_params *params, int64_t value);
void pg_add_text(struct pg_params *params, const char *text); /* NULL: null */
void pg_add_bytes(struct pg_params *params, struct bytes bytes);
void pg_add_null(struct pg_params *params);
/* Finishes the array. */
void pg_add_array(struct pg_params *params, struct pg_array *array);

/* Empties the array and makes it one of this type. */
void pg_array_begin(struct pg_array *array, enum pg_type type);
void pg_array_free(struct pg_array *array);
void pg_array_i64(struct pg_array *array, int64_t value);
void pg_array_f64(struct pg_array *array, bool known, double value);
void pg_array_bool(struct pg_array *array, bool value);
void pg_array_bytes(struct pg_array *array, struct bytes bytes);
void pg_array_null(struct pg_array *array);

/* A field of a result; null is 0, false or empty.  Views hold as long as the result. */
int64_t pg_i64(const PGresult *result, int row, int column);
double pg_f64(const PGresult *result, int row, int column);
bool pg_bool(const PGresult *result, int row, int column);
struct bytes pg_bytes(const PGresult *result, int row, int column);
const char *pg_words(const PGresult *result, int row, int column);

#endif
