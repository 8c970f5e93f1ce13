/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the outbox share. */
#ifndef OUTBOX_OUTBOX_PRIVATE_H
#define OUTBOX_OUTBOX_PRIVATE_H

#include "outbox/outbox.h"

#include <pthread.h>
#include <sqlite3.h>

enum outbox_status { ROW_WAITING = 0, ROW_DONE = 1, ROW_SET_ASIDE = 2 };

/* Every statement, prepared once. */
enum outbox_statement {
    SQL_BEGIN,
    SQL_COMMIT,
    SQL_ROLLBACK,
    SQL_PUT_STATE,
    SQL_GET_STATE,
    SQL_PUT_SLICE,
    SQL_DROP_SLICES,
    SQL_EACH_SLICE,
    SQL_FIND_SUMMARY,
    SQL_PUT_SUMMARY,
    SQL_PUT_ROWS,
    SQL_PUT_DEAD_LETTER,
    SQL_TRIM_DEAD_LETTERS,
    SQL_NEXT_ROWS,
    SQL_MARK_ROW,
    SQL_SETTLE_ROW,
    SQL_TRIED_ROW,
    SQL_COUNT,
    SQL_COUNT_SINK,
    SQL_EACH_SUMMARY,
    SQL_PUT_RETRY,
    SQL_TRIM_RETRIES,
    SQL_EACH_DEAD_LETTER,
    SQL_EACH_LETTER_SEQ,
    SQL_EACH_ROW,
    SQL_PUT_WORDS,
    SQL_TRIM_WORDS,
    SQL_EACH_WORDS,
    SQL_EACH_SENT,
    SQL_SEND_AGAIN,
    SQL_STATEMENTS,
};

struct outbox {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    uint64_t changes; /* guarded by lock: counts commits and wakes */
    sqlite3 *db;
    sqlite3_stmt *statements[SQL_STATEMENTS];
};

/* The statement, reset and without bindings. */
sqlite3_stmt *outbox_statement(struct outbox *outbox, enum outbox_statement which);

/* Runs a statement that gives no rows, and resets it. */
enum err outbox_run(struct outbox *outbox, sqlite3_stmt *statement, const char *doing,
                    struct error *e) MUST_CHECK;

/* SQLite's last error as ours: FULL, CORRUPT or SYSTEM. */
enum err outbox_failed(struct outbox *outbox, const char *doing, struct error *e);

/* Bound until the next reset; a column is a view until the next step. */
void outbox_bind_text(sqlite3_stmt *statement, int index, const char *text);
void outbox_bind_blob(sqlite3_stmt *statement, int index, struct bytes blob);
struct bytes outbox_column(sqlite3_stmt *statement, int index);

#endif
