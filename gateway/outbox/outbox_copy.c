/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A copy of the database while it is written: SQLite's backup over our own connection, a
 * few pages under the lock, then a turn for the others.  What this connection changes
 * meanwhile goes into the copy too, so it is that of the moment when it ends.
 */
#include "outbox/outbox_private.h"

#include <sodium.h>
#include <string.h>

#define STEP_PAGES 256

static enum err copy_failed(sqlite3 *to, int rc, const char *doing, struct error *e)
{
    return error_set(e, (rc & 0xff) == SQLITE_FULL ? ERR_FULL : ERR_SYSTEM,
                     "outbox: %s: %s", doing, sqlite3_errmsg(to));
}

/* A step at a time, until it is done. */
static int copy_pages(struct outbox *outbox, sqlite3_backup *backup)
{
    int rc = SQLITE_OK;
    while (rc == SQLITE_OK || rc == SQLITE_BUSY || rc == SQLITE_LOCKED) {
        pthread_mutex_lock(&outbox->lock);
        rc = sqlite3_backup_step(backup, STEP_PAGES);
        pthread_mutex_unlock(&outbox->lock);
    }
    return rc;
}

static enum err copy_to(struct outbox *outbox, sqlite3 *to, struct error *e)
{
    pthread_mutex_lock(&outbox->lock);
    sqlite3_backup *backup = sqlite3_backup_init(to, "main", outbox->db, "main");
    pthread_mutex_unlock(&outbox->lock);
    if (!backup) {
        return copy_failed(to, sqlite3_errcode(to), "begin a copy", e);
    }
    int rc = copy_pages(outbox, backup);
    pthread_mutex_lock(&outbox->lock);
    int ended = sqlite3_backup_finish(backup);
    pthread_mutex_unlock(&outbox->lock);
    if (rc != SQLITE_DONE || ended != SQLITE_OK) {
        return copy_failed(to, rc, "copy", e);
    }
    /* One file, without a log of changes beside it. */
    rc = sqlite3_exec(to, "PRAGMA journal_mode = DELETE", NULL, NULL, NULL);
    return rc == SQLITE_OK ? ERR_OK : copy_failed(to, rc, "finish a copy", e);
}

enum err outbox_copy(struct outbox *outbox, const char *path, struct error *e)
{
    sqlite3 *to = NULL;
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    int rc = sqlite3_open_v2(path, &to, flags, NULL);
    enum err err =
        rc == SQLITE_OK ? copy_to(outbox, to, e) : copy_failed(to, rc, "make a copy", e);
    sqlite3_close(to);
    return err == ERR_OK ? ERR_OK : error_wrap(e, "'%s'", path);
}

/* ---- whether a file is whole ---- */

static enum err check_pages(struct outbox *outbox, struct error *e)
{
    sqlite3_stmt *statement = NULL;
    int rc =
        sqlite3_prepare_v2(outbox->db, "PRAGMA integrity_check(1)", -1, &statement, NULL);
    if (rc != SQLITE_OK || sqlite3_step(statement) != SQLITE_ROW) {
        sqlite3_finalize(statement);
        return outbox_failed(outbox, "check", e);
    }
    const char *said = (const char *)sqlite3_column_text(statement, 0);
    enum err err =
        said && strcmp(said, "ok") == 0
            ? ERR_OK
            : error_set(e, ERR_CORRUPT, "outbox: damaged: %.200s", said ? said : "");
    sqlite3_finalize(statement);
    return err;
}

struct keys {
    uint64_t count;
    bool differs;
};

static bool check_key(void *ctx, const struct outbox_summary *summary)
{
    struct keys *keys = ctx;
    uint8_t hash[OUTBOX_KEY_LEN];
    crypto_hash_sha256(hash, summary->summary.data, summary->summary.len);
    keys->count++;
    keys->differs = memcmp(hash, summary->key, sizeof hash) != 0;
    return !keys->differs;
}

enum err outbox_check(const char *path, uint64_t *ret_summaries, struct error *e)
{
    struct outbox *outbox = NULL;
    struct outbox_filter all = {0};
    struct keys keys = {0};
    enum err err = outbox_open_reader(path, &outbox, e);
    if (err == ERR_OK) {
        err = check_pages(outbox, e);
    }
    if (err == ERR_OK) {
        err = outbox_each_summary(outbox, &all, check_key, &keys, e);
    }
    if (err == ERR_OK && keys.differs) {
        err = error_set(e, ERR_CORRUPT,
                        "'%s': a summary's bytes are not those of its key", path);
    }
    outbox_close(&outbox);
    *ret_summaries = keys.count;
    return err;
}
