/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The forwarders' side of the outbox: the next rows of a sink and what became of
 * them.  Waiting is on one condition that every commit and every wake signals.
 */
#include "outbox/outbox_private.h"

#include "core/clock.h"
#include "core/wait.h"

static void copy_row(sqlite3_stmt *statement, struct arena *arena,
                     struct outbox_row *ret_row)
{
    struct bytes key = outbox_column(statement, 1);
    ret_row->id = sqlite3_column_int64(statement, 0);
    ASSERT(key.len == OUTBOX_KEY_LEN);
    memcpy(ret_row->key, key.data, key.len);
    ret_row->envelope = arena_copy(arena, outbox_column(statement, 2));
    ret_row->process = (const char *)arena_copy(arena, outbox_column(statement, 3)).data;
    ret_row->attempts = (uint32_t)sqlite3_column_int64(statement, 4);
}

enum err outbox_next(struct outbox *outbox, const char *sink, struct arena *arena,
                     struct outbox_row *rows, size_t max, size_t *ret_count,
                     struct error *e)
{
    pthread_mutex_lock(&outbox->lock);
    sqlite3_stmt *statement = outbox_statement(outbox, SQL_NEXT_ROWS);
    outbox_bind_text(statement, 1, sink);
    sqlite3_bind_int64(statement, 2, (int64_t)max);
    size_t count = 0;
    int rc = SQLITE_DONE;
    while (count < max && (rc = sqlite3_step(statement)) == SQLITE_ROW) {
        struct outbox_row row;
        copy_row(statement, arena, &row);
        if (arena->overflow) { /* the rest comes with the next call */
            rc = SQLITE_DONE;
            break;
        }
        rows[count++] = row;
    }
    enum err err = ERR_OK;
    if (rc != SQLITE_DONE && rc != SQLITE_ROW) {
        err = outbox_failed(outbox, "read waiting rows", e);
    }
    sqlite3_reset(statement);
    pthread_mutex_unlock(&outbox->lock);
    *ret_count = count;
    return err;
}

static enum err mark(struct outbox *outbox, int64_t row, enum outbox_status status,
                     const char *why, struct bytes receipt, struct error *e)
{
    pthread_mutex_lock(&outbox->lock);
    sqlite3_stmt *statement = outbox_statement(outbox, SQL_MARK_ROW);
    sqlite3_bind_int64(statement, 1, row);
    sqlite3_bind_int64(statement, 2, (int64_t)status);
    outbox_bind_text(statement, 3, why);
    outbox_bind_blob(statement, 4, receipt);
    enum err err = outbox_run(outbox, statement, "mark a row", e);
    pthread_mutex_unlock(&outbox->lock);
    return err;
}

enum err outbox_mark_done(struct outbox *outbox, int64_t row, struct bytes receipt,
                          struct error *e)
{
    return mark(outbox, row, ROW_DONE, NULL, receipt, e);
}

enum err outbox_mark_set_aside(struct outbox *outbox, int64_t row, const char *why,
                               struct error *e)
{
    return mark(outbox, row, ROW_SET_ASIDE, why, (struct bytes){0}, e);
}

enum err outbox_mark_tried(struct outbox *outbox, int64_t row, const char *why,
                           struct error *e)
{
    pthread_mutex_lock(&outbox->lock);
    sqlite3_stmt *statement = outbox_statement(outbox, SQL_TRIED_ROW);
    sqlite3_bind_int64(statement, 1, row);
    outbox_bind_text(statement, 2, why);
    enum err err = outbox_run(outbox, statement, "note an attempt", e);
    pthread_mutex_unlock(&outbox->lock);
    return err;
}

enum err outbox_settle(struct outbox *outbox, const struct outbox_settled *settled,
                       bool *ret_settled, struct error *e)
{
    sqlite3_stmt *statement = outbox_statement(outbox, SQL_SETTLE_ROW);
    enum outbox_status status = settled->error ? ROW_SET_ASIDE : ROW_DONE;
    outbox_bind_text(statement, 1, settled->sink);
    outbox_bind_blob(statement, 2, (struct bytes){settled->key, OUTBOX_KEY_LEN});
    sqlite3_bind_int64(statement, 3, (int64_t)status);
    outbox_bind_text(statement, 4, settled->error);
    outbox_bind_blob(statement, 5, settled->receipt);
    enum err err = outbox_run(outbox, statement, "settle a row", e);
    *ret_settled = err == ERR_OK && sqlite3_changes(outbox->db) > 0;
    return err;
}

void outbox_wait(struct outbox *outbox, int64_t timeout_ms)
{
    struct timespec until = wait_end(timeout_ms * NS_PER_MS);
    pthread_mutex_lock(&outbox->lock);
    uint64_t before = outbox->changes;
    int rc = 0;
    while (outbox->changes == before && rc == 0) {
        rc = pthread_cond_timedwait(&outbox->changed, &outbox->lock, &until);
    }
    pthread_mutex_unlock(&outbox->lock);
}

void outbox_wake(struct outbox *outbox)
{
    pthread_mutex_lock(&outbox->lock);
    outbox->changes++;
    pthread_cond_broadcast(&outbox->changed);
    pthread_mutex_unlock(&outbox->lock);
}
