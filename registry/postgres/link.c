/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Binary parameters: integers and doubles are big-endian; an array is five words (one
 * dimension, may hold nulls, type, length, first index) and then each item behind its
 * length.
 */
#include "registry/postgres/link.h"

#include "core/mem.h"

#include <stdio.h>

#define ARRAY_MAX ((size_t)1024 * 1024 * 1024)
#define ARRAY_HEAD 20
#define STATE_LEN 5

/* ---- errors ---- */

static bool lost(const struct pg *pg)
{
    return PQstatus(pg->conn) != CONNECTION_OK;
}

/* By the class of the SQLSTATE: 40 conflicts, 53 no room, 57 and 08 going away. */
static enum err code_of(const struct pg *pg, const char *state)
{
    if (lost(pg) || !state) {
        return ERR_RETRY;
    }
    if (strcmp(state, "53100") == 0) {
        return ERR_FULL;
    }
    static const char *const passing[] = {"40", "53", "57", "08", "55"};
    for (size_t i = 0; i < sizeof passing / sizeof *passing; i++) {
        if (strncmp(state, passing[i], 2) == 0) {
            return ERR_RETRY;
        }
    }
    return ERR_SYSTEM;
}

static enum err failed(const struct pg *pg, const PGresult *result, const char *doing,
                       struct error *e)
{
    const char *state = result ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : NULL;
    const char *words =
        result ? PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY) : NULL;
    char text[256];
    snprintf(text, sizeof text, "%s", words ? words : PQerrorMessage(pg->conn));
    text[strcspn(text, "\n")] = 0;
    return error_set(e, code_of(pg, state), "postgres: %.60s: %s %s", doing,
                     state ? state : "", text);
}

/* ---- the connection ---- */

static void on_notice(void *ctx, const PGresult *result)
{
    (void)ctx;
    (void)result; /* "relation already exists, skipping" */
}

static enum err settle(struct pg *pg, struct error *e)
{
    PQsetNoticeReceiver(pg->conn, on_notice, NULL);
    memset(pg->prepared, 0, (size_t)pg->statement_count * sizeof *pg->prepared);
    pg->backend = PQbackendPID(pg->conn);
    return pg_text(pg,
                   "SET client_encoding = 'UTF8'; SET synchronous_commit = on;"
                   "SET lock_timeout = '20s'; SET statement_timeout = '120s'",
                   e);
}

enum err pg_open(struct pg *pg, const char *where, const char *const *statements,
                 int statement_count, struct error *e)
{
    *pg = (struct pg){.statements = statements, .statement_count = statement_count};
    pg->prepared = mem_array((size_t)statement_count, sizeof *pg->prepared);
    const char *const keys[] = {"dbname", "connect_timeout", "application_name", NULL};
    const char *const values[] = {where, "5", "emgate-registry", NULL};
    pg->conn = PQconnectdbParams(keys, values, 1);
    if (lost(pg)) {
        failed(pg, NULL, "connect", e);
        pg_close(pg);
        return ERR_RETRY;
    }
    return settle(pg, e);
}

void pg_close(struct pg *pg)
{
    PQfinish(pg->conn);
    pg->conn = NULL;
    mem_free(&pg->prepared);
}

enum err pg_text(struct pg *pg, const char *text, struct error *e)
{
    PGresult *result = PQexec(pg->conn, text);
    ExecStatusType status = PQresultStatus(result);
    enum err err = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK
                       ? ERR_OK
                       : failed(pg, result, text, e);
    PQclear(result);
    return err;
}

enum err pg_begin(struct pg *pg, struct error *e)
{
    if (!lost(pg) && pg_text(pg, "BEGIN", e) == ERR_OK) {
        return ERR_OK;
    }
    if (!lost(pg)) {
        return e ? e->code : ERR_SYSTEM;
    }
    PQreset(pg->conn);
    if (lost(pg)) {
        return failed(pg, NULL, "connect", e);
    }
    enum err err = settle(pg, e);
    return err == ERR_OK ? pg_text(pg, "BEGIN", e) : err;
}

enum err pg_commit(struct pg *pg, struct error *e)
{
    PGresult *result = PQexec(pg->conn, "COMMIT");
    enum err err = ERR_OK;
    if (PQresultStatus(result) != PGRES_COMMAND_OK) {
        err = failed(pg, result, "COMMIT", e);
    } else if (strcmp(PQcmdStatus(result), "COMMIT") != 0) { /* it was broken before */
        err = error_set(e, ERR_SYSTEM, "postgres: COMMIT became %s", PQcmdStatus(result));
    }
    PQclear(result);
    if (err != ERR_OK && lost(pg)) {
        return error_set(e, ERR_UNCERTAIN, "postgres: the connection broke at COMMIT");
    }
    return err;
}

void pg_rollback(struct pg *pg)
{
    if (!lost(pg) && PQtransactionStatus(pg->conn) != PQTRANS_IDLE) {
        PQclear(PQexec(pg->conn, "ROLLBACK"));
    }
}

static enum err prepare(struct pg *pg, int which, const char *name, struct error *e)
{
    PGresult *result = PQprepare(pg->conn, name, pg->statements[which], 0, NULL);
    enum err err = PQresultStatus(result) == PGRES_COMMAND_OK
                       ? ERR_OK
                       : failed(pg, result, pg->statements[which], e);
    PQclear(result);
    pg->prepared[which] = err == ERR_OK;
    return err;
}

enum err pg_run(struct pg *pg, int which, const struct pg_params *params,
                PGresult **ret_result, struct error *e)
{
    char name[16];
    ASSERT(which >= 0 && which < pg->statement_count);
    snprintf(name, sizeof name, "s%d", which);
    if (!pg->prepared[which] && prepare(pg, which, name, e) != ERR_OK) {
        return e ? e->code : ERR_SYSTEM;
    }
    PGresult *result = PQexecPrepared(pg->conn, name, params->count, params->values,
                                      params->lengths, params->formats, 1);
    ExecStatusType status = PQresultStatus(result);
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
        enum err err = failed(pg, result, pg->statements[which], e);
        PQclear(result);
        return err;
    }
    if (ret_result) {
        *ret_result = result;
    } else {
        PQclear(result);
    }
    return ERR_OK;
}

/* ---- parameters ---- */

static void put_u32(uint8_t *to, uint32_t value)
{
    for (int i = 0; i < 4; i++) {
        to[i] = (uint8_t)(value >> (24 - 8 * i));
    }
}

static void put_u64(uint8_t *to, uint64_t value)
{
    put_u32(to, (uint32_t)(value >> 32));
    put_u32(to + 4, (uint32_t)value);
}

static void add(struct pg_params *params, const void *value, size_t len, int format)
{
    ASSERT(params->count < PG_PARAMS_MAX && len <= INT32_MAX);
    params->values[params->count] = value;
    params->lengths[params->count] = (int)len;
    params->formats[params->count] = format;
    params->count++;
}

void pg_add_i64(struct pg_params *params, int64_t value)
{
    ASSERT(params->count < PG_PARAMS_MAX);
    uint8_t *to = params->numbers[params->count];
    put_u64(to, (uint64_t)value);
    add(params, to, 8, 1);
}

void pg_add_text(struct pg_params *params, const char *text)
{
    add(params, text, 0, 0);
}

void pg_add_bytes(struct pg_params *params, struct bytes bytes)
{
    add(params, bytes.data ? bytes.data : (const uint8_t *)"", bytes.len, 1);
}

void pg_add_null(struct pg_params *params)
{
    add(params, NULL, 0, 1);
}

void pg_add_array(struct pg_params *params, struct pg_array *array)
{
    ASSERT(!array->bytes.overflow);
    put_u32(array->bytes.data + 12, array->count);
    add(params, array->bytes.data, array->bytes.len, 1);
}

void pg_array_begin(struct pg_array *array, enum pg_type type)
{
    uint8_t head[ARRAY_HEAD] = {0};
    if (!array->bytes.max) {
        buf_init(&array->bytes, ARRAY_MAX);
    }
    buf_clear(&array->bytes);
    array->count = 0;
    put_u32(head, 1);
    put_u32(head + 4, 1);
    put_u32(head + 8, (uint32_t)type);
    put_u32(head + 16, 1);
    buf_add(&array->bytes, (struct bytes){.data = head, .len = sizeof head});
}

void pg_array_free(struct pg_array *array)
{
    buf_deinit(&array->bytes);
}

static void add_item(struct pg_array *array, const void *data, size_t len)
{
    uint8_t head[4];
    put_u32(head, (uint32_t)len);
    buf_add(&array->bytes, (struct bytes){.data = head, .len = sizeof head});
    buf_add(&array->bytes, (struct bytes){.data = data, .len = len});
    array->count++;
}

void pg_array_i64(struct pg_array *array, int64_t value)
{
    uint8_t number[8];
    put_u64(number, (uint64_t)value);
    add_item(array, number, sizeof number);
}

void pg_array_f64(struct pg_array *array, bool known, double value)
{
    uint64_t bits = 0;
    uint8_t number[8];
    if (!known) {
        pg_array_null(array);
        return;
    }
    memcpy(&bits, &value, sizeof bits);
    put_u64(number, bits);
    add_item(array, number, sizeof number);
}

void pg_array_bool(struct pg_array *array, bool value)
{
    uint8_t byte = value ? 1 : 0;
    add_item(array, &byte, 1);
}

void pg_array_bytes(struct pg_array *array, struct bytes bytes)
{
    add_item(array, bytes.data, bytes.len);
}

void pg_array_null(struct pg_array *array)
{
    static const uint8_t none[4] = {0xff, 0xff, 0xff, 0xff};
    buf_add(&array->bytes, (struct bytes){.data = none, .len = sizeof none});
    array->count++;
}

/* ---- results ---- */

struct bytes pg_bytes(const PGresult *result, int row, int column)
{
    return (struct bytes){.data = (const uint8_t *)PQgetvalue(result, row, column),
                          .len = (size_t)PQgetlength(result, row, column)};
}

const char *pg_words(const PGresult *result, int row, int column)
{
    return PQgetvalue(result, row, column);
}

int64_t pg_i64(const PGresult *result, int row, int column)
{
    struct bytes bytes = pg_bytes(result, row, column);
    uint64_t value = 0;
    for (size_t i = 0; i < bytes.len; i++) {
        value = value << 8 | bytes.data[i];
    }
    ASSERT(bytes.len == 8 || bytes.len == 0);
    return (int64_t)value;
}

double pg_f64(const PGresult *result, int row, int column)
{
    uint64_t bits = (uint64_t)pg_i64(result, row, column);
    double value = 0;
    memcpy(&value, &bits, sizeof value);
    return value;
}

bool pg_bool(const PGresult *result, int row, int column)
{
    struct bytes bytes = pg_bytes(result, row, column);
    return bytes.len == 1 && bytes.data[0] != 0;
}
