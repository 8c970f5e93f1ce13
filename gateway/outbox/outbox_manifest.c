/* SPDX-License-Identifier: Apache-2.0 */
/* What a sink has sent, and sending it again. */
#include "outbox/outbox_private.h"

static struct outbox_sent read_sent(sqlite3_stmt *statement)
{
    struct outbox_sent sent = {.process = (const char *)sqlite3_column_text(statement, 0),
                               .window_start_ns = sqlite3_column_int64(statement, 1),
                               .revision = (uint32_t)sqlite3_column_int64(statement, 2)};
    struct bytes key = outbox_column(statement, 3);
    ASSERT(key.len == OUTBOX_KEY_LEN);
    memcpy(sent.key, key.data, key.len);
    return sent;
}

enum err outbox_each_sent(struct outbox *outbox, const char *sink, int64_t from_ns,
                          int64_t to_ns, outbox_sent_fn *each, void *ctx, struct error *e)
{
    pthread_mutex_lock(&outbox->lock);
    sqlite3_stmt *statement = outbox_statement(outbox, SQL_EACH_SENT);
    outbox_bind_text(statement, 1, sink);
    sqlite3_bind_int64(statement, 2, from_ns);
    sqlite3_bind_int64(statement, 3, to_ns);
    int rc = SQLITE_ROW;
    while ((rc = sqlite3_step(statement)) == SQLITE_ROW) {
        struct outbox_sent sent = read_sent(statement);
        each(ctx, &sent);
    }
    enum err err = rc == SQLITE_DONE ? ERR_OK : outbox_failed(outbox, "read rows", e);
    sqlite3_reset(statement);
    pthread_mutex_unlock(&outbox->lock);
    return err;
}

enum err outbox_send_again(struct outbox *outbox, const char *sink,
                           const uint8_t *const *keys, size_t count, struct error *e)
{
    enum err err = outbox_begin(outbox, e);
    if (err != ERR_OK) {
        return err;
    }
    for (size_t i = 0; err == ERR_OK && i < count; i++) {
        sqlite3_stmt *statement = outbox_statement(outbox, SQL_SEND_AGAIN);
        outbox_bind_text(statement, 1, sink);
        outbox_bind_blob(statement, 2, (struct bytes){keys[i], OUTBOX_KEY_LEN});
        err = outbox_run(outbox, statement, "send again", e);
    }
    err = err == ERR_OK ? outbox_commit(outbox, e) : err;
    if (err != ERR_OK) {
        outbox_rollback(outbox);
    }
    return err;
}
