/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Opens the outbox's database and writes the pipeline's transaction.
 *
 * SQLite with WAL and synchronous=FULL, one connection in the process (the version
 * Debian 12 ships can lose commits with two), every statement prepared once.  The
 * lock is held from begin to commit; the pipeline gathers first and writes in one go,
 * so that is short.
 */
#include "outbox/outbox_private.h"

#include "core/mem.h"
#include "core/wait.h"

#include <stdio.h>

#define FORMAT_VERSION 2 /* 1: the fold's state did not name the software */
#define DEAD_LETTERS_MAX 100000
#define WORDS_KEPT 10000

static const char schema[] =
    "CREATE TABLE IF NOT EXISTS state (name TEXT PRIMARY KEY, value BLOB NOT NULL)"
    " WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS slice (point TEXT, minute INTEGER, readings BLOB NOT "
    "NULL,"
    " PRIMARY KEY (point, minute)) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS sink (name TEXT PRIMARY KEY) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS summary (id INTEGER PRIMARY KEY, key BLOB NOT NULL "
    "UNIQUE,"
    " process TEXT NOT NULL, window_start INTEGER NOT NULL, window_end INTEGER NOT NULL,"
    " revision INTEGER NOT NULL, summary BLOB NOT NULL, envelope BLOB NOT NULL,"
    " UNIQUE (process, window_start, revision));"
    "CREATE INDEX IF NOT EXISTS summary_window ON summary (window_start);"
    "CREATE TABLE IF NOT EXISTS outbox (id INTEGER PRIMARY KEY, sink TEXT NOT NULL,"
    " summary INTEGER NOT NULL REFERENCES summary, process TEXT NOT NULL,"
    " status INTEGER NOT NULL DEFAULT 0, attempts INTEGER NOT NULL DEFAULT 0,"
    " error TEXT, receipt BLOB, UNIQUE (sink, summary));"
    "CREATE INDEX IF NOT EXISTS outbox_waiting ON outbox (sink, id) WHERE status = 0;"
    "CREATE TABLE IF NOT EXISTS dead_letter (id INTEGER PRIMARY KEY, seq INTEGER NOT "
    "NULL,"
    " received INTEGER NOT NULL, topic BLOB NOT NULL, payload BLOB NOT NULL,"
    " adapter TEXT NOT NULL, reason TEXT NOT NULL, detail TEXT NOT NULL,"
    " partial INTEGER NOT NULL);"
    /* By the seq that a dead letter names; the last one counts. */
    "CREATE TABLE IF NOT EXISTS retry (letter INTEGER PRIMARY KEY, seq INTEGER NOT NULL,"
    " outcome TEXT NOT NULL);"
    "CREATE TABLE IF NOT EXISTS said (seq INTEGER PRIMARY KEY, at INTEGER NOT NULL,"
    " who BLOB NOT NULL, words BLOB NOT NULL);";

static const char *const statement_text[SQL_STATEMENTS] = {
    [SQL_BEGIN] = "BEGIN IMMEDIATE",
    [SQL_COMMIT] = "COMMIT",
    [SQL_ROLLBACK] = "ROLLBACK",
    [SQL_PUT_STATE] = "INSERT OR REPLACE INTO state (name, value) VALUES (?1, ?2)",
    [SQL_GET_STATE] = "SELECT value FROM state WHERE name = ?1",
    [SQL_PUT_SLICE] =
        "INSERT OR REPLACE INTO slice (point, minute, readings) VALUES (?1, ?2, ?3)",
    [SQL_DROP_SLICES] = "DELETE FROM slice WHERE minute < ?1",
    [SQL_EACH_SLICE] = "SELECT minute, readings FROM slice WHERE point = ?1"
                       " AND minute >= ?2 AND minute < ?3 ORDER BY minute",
    [SQL_FIND_SUMMARY] = "SELECT key FROM summary WHERE process = ?1"
                         " AND window_start = ?2 AND revision = ?3",
    [SQL_PUT_SUMMARY] =
        "INSERT INTO summary (key, process, window_start, window_end, revision, summary,"
        " envelope) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    [SQL_PUT_ROWS] = "INSERT INTO outbox (sink, summary, process)"
                     " SELECT name, ?1, ?2 FROM sink ORDER BY name",
    [SQL_PUT_DEAD_LETTER] =
        "INSERT INTO dead_letter (seq, received, topic, payload, adapter, reason, detail,"
        " partial) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    [SQL_TRIM_DEAD_LETTERS] = "DELETE FROM dead_letter WHERE id <= ?1",
    /* Processes take turns, so that one the far side will not have holds up no other;
     * within a process the oldest comes first. */
    [SQL_NEXT_ROWS] =
        "WITH waiting AS (SELECT id, summary, process, attempts,"
        " row_number() OVER (PARTITION BY process ORDER BY id) AS turn"
        " FROM outbox WHERE sink = ?1 AND status = 0)"
        " SELECT w.id, s.key, s.envelope, w.process, w.attempts FROM waiting w"
        " JOIN summary s ON s.id = w.summary ORDER BY w.turn, w.id LIMIT ?2",
    [SQL_MARK_ROW] = "UPDATE outbox SET status = ?2, error = ?3, receipt = ?4,"
                     " attempts = attempts + 1 WHERE id = ?1 AND status = 0",
    [SQL_SETTLE_ROW] = "UPDATE outbox SET status = ?3, error = ?4, receipt = ?5"
                       " WHERE sink = ?1 AND status = 0"
                       " AND summary = (SELECT id FROM summary WHERE key = ?2)",
    [SQL_TRIED_ROW] = "UPDATE outbox SET attempts = attempts + 1, error = ?2"
                      " WHERE id = ?1 AND status = 0",
    [SQL_COUNT] = "SELECT (SELECT count(*) FROM summary),"
                  " (SELECT count(*) FROM dead_letter), (SELECT max(seq) FROM said)",
    [SQL_COUNT_SINK] =
        "SELECT count(*) FILTER (WHERE o.status = 0),"
        " count(*) FILTER (WHERE o.status = 1), count(*) FILTER (WHERE o.status = 2),"
        " min(s.window_start) FILTER (WHERE o.status = 0)"
        " FROM outbox o JOIN summary s ON s.id = o.summary WHERE o.sink = ?1",
    [SQL_EACH_SUMMARY] =
        "SELECT key, process, window_start, window_end, revision, summary, envelope"
        " FROM summary s WHERE (?1 IS NULL OR process = ?1)"
        " AND (?3 = 0 OR (window_start >= ?2 AND window_start < ?3))"
        " AND (NOT ?4 OR revision = (SELECT max(revision) FROM summary l"
        "  WHERE l.process = s.process AND l.window_start = s.window_start))"
        " ORDER BY window_start DESC, process, revision DESC LIMIT ?5",
    [SQL_EACH_DEAD_LETTER] =
        "SELECT d.id, d.seq, d.received, d.topic, d.payload, d.adapter, d.reason,"
        " d.detail, d.partial, r.seq, r.outcome FROM dead_letter d"
        " LEFT JOIN retry r ON r.letter = d.seq ORDER BY d.id DESC LIMIT ?1",
    [SQL_PUT_RETRY] =
        "INSERT OR REPLACE INTO retry (letter, seq, outcome) VALUES (?1, ?2, ?3)",
    [SQL_TRIM_RETRIES] = "DELETE FROM retry WHERE letter <"
                         " (SELECT seq FROM dead_letter ORDER BY id LIMIT 1)",
    [SQL_EACH_LETTER_SEQ] =
        "SELECT d.id, d.seq FROM dead_letter d WHERE d.id >= ?1 AND d.id <= ?2 AND"
        " (?3 OR NOT EXISTS (SELECT 1 FROM retry r WHERE r.letter = d.seq))"
        " ORDER BY d.id LIMIT ?4",
    [SQL_PUT_WORDS] =
        "INSERT OR REPLACE INTO said (seq, at, who, words) VALUES (?1, ?2, ?3, ?4)",
    [SQL_TRIM_WORDS] = "DELETE FROM said WHERE seq <="
                       " (SELECT seq FROM said ORDER BY seq DESC LIMIT 1 OFFSET ?1)",
    [SQL_EACH_WORDS] = "SELECT seq, at, who, words FROM said ORDER BY seq DESC LIMIT ?1",
    [SQL_EACH_ROW] =
        "SELECT o.sink, o.status, o.attempts, o.error, s.key, s.process, s.window_start,"
        " s.window_end, s.revision FROM outbox o JOIN summary s ON s.id = o.summary"
        " WHERE (?1 IS NULL OR o.sink = ?1) ORDER BY o.id DESC LIMIT ?2",
    [SQL_EACH_SENT] = "SELECT s.process, s.window_start, s.revision, s.key FROM summary s"
                      " JOIN outbox o ON o.sink = ?1 AND o.summary = s.id"
                      " WHERE o.status = 1 AND s.window_start >= ?2"
                      " AND s.window_start < ?3 ORDER BY s.window_start, s.id",
    [SQL_SEND_AGAIN] = "UPDATE outbox SET status = 0 WHERE sink = ?1 AND status = 1"
                       " AND summary = (SELECT id FROM summary WHERE key = ?2)",
};

enum err outbox_failed(struct outbox *outbox, const char *doing, struct error *e)
{
    int code = sqlite3_errcode(outbox->db) & 0xff;
    enum err ours = ERR_SYSTEM;
    if (code == SQLITE_FULL) {
        ours = ERR_FULL;
    } else if (code == SQLITE_CORRUPT || code == SQLITE_NOTADB) {
        ours = ERR_CORRUPT;
    }
    return error_set(e, ours, "outbox: %s: %s", doing, sqlite3_errmsg(outbox->db));
}

sqlite3_stmt *outbox_statement(struct outbox *outbox, enum outbox_statement which)
{
    sqlite3_stmt *statement = outbox->statements[which];
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
    return statement;
}

enum err outbox_run(struct outbox *outbox, sqlite3_stmt *statement, const char *doing,
                    struct error *e)
{
    int rc = sqlite3_step(statement);
    enum err err = rc == SQLITE_DONE ? ERR_OK : outbox_failed(outbox, doing, e);
    sqlite3_reset(statement);
    return err;
}

void outbox_bind_text(sqlite3_stmt *statement, int index, const char *text)
{
    int rc = text ? sqlite3_bind_text(statement, index, text, -1, SQLITE_STATIC)
                  : sqlite3_bind_null(statement, index);
    ASSERT(rc == SQLITE_OK);
}

void outbox_bind_blob(sqlite3_stmt *statement, int index, struct bytes blob)
{
    int rc = blob.len ? sqlite3_bind_blob64(statement, index, blob.data, blob.len,
                                            SQLITE_STATIC)
                      : sqlite3_bind_zeroblob(statement, index, 0);
    ASSERT(rc == SQLITE_OK);
}

struct bytes outbox_column(sqlite3_stmt *statement, int index)
{
    const void *data = sqlite3_column_blob(statement, index);
    return (struct bytes){.data = data,
                          .len = (size_t)sqlite3_column_bytes(statement, index)};
}

static enum err run_text(struct outbox *outbox, const char *sql, const char *doing,
                         struct error *e)
{
    int rc = sqlite3_exec(outbox->db, sql, NULL, NULL, NULL);
    return rc == SQLITE_OK ? ERR_OK : outbox_failed(outbox, doing, e);
}

static enum err refuse_newer(int64_t version, struct error *e)
{
    return error_set(e, ERR_CONFIG,
                     "outbox: format %lld is newer than this program's %d; nothing was "
                     "changed",
                     (long long)version, FORMAT_VERSION);
}

enum err outbox_check_format(const char *path, struct error *e)
{
    uint8_t head[64];
    FILE *in = fopen(path, "rbe");
    size_t got = in ? fread(head, 1, sizeof head, in) : 0;
    if (in) {
        fclose(in);
    }
    if (got < sizeof head || memcmp(head, "SQLite format 3", 16) != 0) {
        return ERR_OK; /* none, or none that can be read: opening says so */
    }
    uint32_t version = (uint32_t)head[60] << 24 | (uint32_t)head[61] << 16 |
                       (uint32_t)head[62] << 8 | head[63];
    return version <= FORMAT_VERSION ? ERR_OK : refuse_newer(version, e);
}

static enum err check_version(struct outbox *outbox, struct error *e)
{
    sqlite3_stmt *statement = NULL;
    int rc = sqlite3_prepare_v2(outbox->db, "PRAGMA user_version", -1, &statement, NULL);
    if (rc != SQLITE_OK || sqlite3_step(statement) != SQLITE_ROW) {
        sqlite3_finalize(statement);
        return outbox_failed(outbox, "read the format version", e);
    }
    int version = sqlite3_column_int(statement, 0);
    sqlite3_finalize(statement);
    if (version > FORMAT_VERSION) {
        return refuse_newer(version, e);
    }
    return ERR_OK;
}

static enum err write_version(struct outbox *outbox, struct error *e)
{
    char sql[64];
    sqlite3_snprintf(sizeof sql, sql, "PRAGMA user_version = %d", FORMAT_VERSION);
    return run_text(outbox, sql, "write the format version", e);
}

static enum err register_sinks(struct outbox *outbox, const char *const *sinks,
                               struct error *e)
{
    enum err err = run_text(outbox, "DELETE FROM sink", "list sinks", e);
    sqlite3_stmt *statement = NULL;
    if (err == ERR_OK &&
        sqlite3_prepare_v2(outbox->db, "INSERT INTO sink (name) VALUES (?1)", -1,
                           &statement, NULL) != SQLITE_OK) {
        err = outbox_failed(outbox, "list sinks", e);
    }
    for (; err == ERR_OK && sinks && *sinks; sinks++) {
        outbox_bind_text(statement, 1, *sinks);
        err = outbox_run(outbox, statement, "list a sink", e);
    }
    sqlite3_finalize(statement);
    return err;
}

static enum err prepare_all(struct outbox *outbox, struct error *e)
{
    for (int i = 0; i < SQL_STATEMENTS; i++) {
        if (sqlite3_prepare_v3(outbox->db, statement_text[i], -1,
                               SQLITE_PREPARE_PERSISTENT, &outbox->statements[i],
                               NULL) != SQLITE_OK) {
            return outbox_failed(outbox, statement_text[i], e);
        }
    }
    return ERR_OK;
}

static enum err set_up(struct outbox *outbox, const char *const *sinks, struct error *e)
{
    /* A newer file keeps its log of changes too, where it has one. */
    sqlite3_db_config(outbox->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    enum err err = check_version(outbox, e);
    if (err != ERR_OK) {
        return err;
    }
    sqlite3_db_config(outbox->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, NULL);
    err = run_text(outbox,
                   "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
                   "PRAGMA foreign_keys = ON; PRAGMA busy_timeout = 5000;",
                   "set up", e);
    if (err == ERR_OK) {
        err = run_text(outbox, schema, "make tables", e);
    }
    if (err == ERR_OK) {
        err = write_version(outbox, e);
    }
    if (err == ERR_OK && sinks) {
        err = register_sinks(outbox, sinks, e);
    }
    return err == ERR_OK ? prepare_all(outbox, e) : err;
}

/* Without a database yet. */
static struct outbox *make(void)
{
    struct outbox *outbox = mem_new(struct outbox);
    pthread_mutex_init(&outbox->lock, NULL);
    wait_init(&outbox->changed);
    return outbox;
}

static enum err open_file(struct outbox *outbox, const char *path, int flags,
                          struct error *e)
{
    int rc = sqlite3_open_v2(path, &outbox->db, flags | SQLITE_OPEN_NOMUTEX, NULL);
    return rc == SQLITE_OK ? ERR_OK : outbox_failed(outbox, "open", e);
}

/* Gives it away, or closes it. */
static enum err finish_open(struct outbox *outbox, const char *path, enum err err,
                            struct outbox **ret_outbox, struct error *e)
{
    if (err != ERR_OK) {
        error_wrap(e, "'%s'", path);
        outbox_close(&outbox);
        return err;
    }
    *ret_outbox = outbox;
    return ERR_OK;
}

enum err outbox_use_sinks(struct outbox *outbox, const char *const *sinks,
                          struct error *e)
{
    pthread_mutex_lock(&outbox->lock);
    enum err err = register_sinks(outbox, sinks, e);
    pthread_mutex_unlock(&outbox->lock);
    return err;
}

enum err outbox_open(const char *path, const char *const *sinks,
                     struct outbox **ret_outbox, struct error *e)
{
    struct outbox *outbox = make();
    enum err err = outbox_check_format(path, e);
    if (err == ERR_OK) {
        err = open_file(outbox, path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, e);
    }
    if (err == ERR_OK) {
        err = set_up(outbox, sinks, e);
    }
    return finish_open(outbox, path, err, ret_outbox, e);
}

enum err outbox_open_reader(const char *path, struct outbox **ret_outbox, struct error *e)
{
    struct outbox *outbox = make();
    enum err err = open_file(outbox, path, SQLITE_OPEN_READONLY, e);
    if (err == ERR_OK) {
        err = run_text(outbox, "PRAGMA busy_timeout = 5000", "set up", e);
    }
    if (err == ERR_OK) {
        err = prepare_all(outbox, e);
    }
    return finish_open(outbox, path, err, ret_outbox, e);
}

void outbox_close(struct outbox **outbox)
{
    if (!*outbox) {
        return;
    }
    for (int i = 0; i < SQL_STATEMENTS; i++) {
        sqlite3_finalize((*outbox)->statements[i]);
    }
    sqlite3_close((*outbox)->db);
    pthread_cond_destroy(&(*outbox)->changed);
    pthread_mutex_destroy(&(*outbox)->lock);
    mem_free(outbox);
}

/* The lock stays held until commit or rollback. */
enum err outbox_begin(struct outbox *outbox, struct error *e)
{
    pthread_mutex_lock(&outbox->lock);
    enum err err = outbox_run(outbox, outbox_statement(outbox, SQL_BEGIN), "begin", e);
    if (err != ERR_OK) {
        pthread_mutex_unlock(&outbox->lock);
    }
    return err;
}

enum err outbox_commit(struct outbox *outbox, struct error *e)
{
    enum err err = outbox_run(outbox, outbox_statement(outbox, SQL_COMMIT), "commit", e);
    if (err != ERR_OK) {
        return err;
    }
    outbox->changes++;
    pthread_cond_broadcast(&outbox->changed);
    pthread_mutex_unlock(&outbox->lock);
    return ERR_OK;
}

void outbox_rollback(struct outbox *outbox)
{
    sqlite3_stmt *statement = outbox_statement(outbox, SQL_ROLLBACK);
    sqlite3_step(statement); /* one that fails has nothing to undo */
    sqlite3_reset(statement);
    pthread_mutex_unlock(&outbox->lock);
}

enum err outbox_put_state(struct outbox *outbox, const char *name, struct bytes value,
                          struct error *e)
{
    sqlite3_stmt *statement = outbox_statement(outbox, SQL_PUT_STATE);
    outbox_bind_text(statement, 1, name);
    outbox_bind_blob(statement, 2, value);
    return outbox_run(outbox, statement, "store state", e);
}

enum err outbox_get_state(struct outbox *outbox, const char *name, struct arena *arena,
                          struct bytes *ret_value, struct error *e)
{
    pthread_mutex_lock(&outbox->lock);
    sqlite3_stmt *statement = outbox_statement(outbox, SQL_GET_STATE);
    outbox_bind_text(statement, 1, name);
    int rc = sqlite3_step(statement);
    enum err err = ERR_OK;
    if (rc == SQLITE_ROW) {
        *ret_value = arena_copy(arena, outbox_column(statement, 0));
    } else if (rc == SQLITE_DONE) {
        *ret_value = (struct bytes){0};
    } else {
        err = outbox_failed(outbox, "read state", e);
    }
    sqlite3_reset(statement);
    pthread_mutex_unlock(&outbox->lock);
    return err;
}

enum err outbox_put_slice(struct outbox *outbox, const char *point, int64_t minute,
                          struct bytes slice, struct error *e)
{
    sqlite3_stmt *statement = outbox_statement(outbox, SQL_PUT_SLICE);
    outbox_bind_text(statement, 1, point);
    sqlite3_bind_int64(statement, 2, minute);
    outbox_bind_blob(statement, 3, slice);
    return outbox_run(outbox, statement, "store a slice", e);
}

enum err outbox_drop_slices(struct outbox *outbox, int64_t minute, struct error *e)
{
    sqlite3_stmt *statement = outbox_statement(outbox, SQL_DROP_SLICES);
    sqlite3_bind_int64(statement, 1, minute);
    return outbox_run(outbox, statement, "drop slices", e);
}

/* True when this process, window and revision is there with the same key; an error
 * when it is there with another. */
static enum err find_summary(struct outbox *outbox, const struct outbox_summary *summary,
                             bool *ret_there, struct error *e)
{
    sqlite3_stmt *statement = outbox_statement(outbox, SQL_FIND_SUMMARY);
    outbox_bind_text(statement, 1, summary->process);
    sqlite3_bind_int64(statement, 2, summary->window_start_ns);
    sqlite3_bind_int64(statement, 3, summary->revision);
    int rc = sqlite3_step(statement);
    *ret_there = rc == SQLITE_ROW;
    struct bytes key = {.data = summary->key, .len = OUTBOX_KEY_LEN};
    bool same = *ret_there && bytes_equal(outbox_column(statement, 0), key);
    sqlite3_reset(statement);
    if (rc != SQLITE_ROW && rc != SQLITE_DONE) {
        return outbox_failed(outbox, "look for a summary", e);
    }
    if (*ret_there && !same) {
        return error_set(e, ERR_CORRUPT,
                         "outbox: process '%s', window %lld, revision %u was made again "
                         "with other bytes",
                         summary->process, (long long)summary->window_start_ns,
                         summary->revision);
    }
    return ERR_OK;
}

enum err outbox_put_summary(struct outbox *outbox, const struct outbox_summary *summary,
                            struct error *e)
{
    bool there = false;
    enum err err = find_summary(outbox, summary, &there, e);
    if (err != ERR_OK || there) {
        return err;
    }
    sqlite3_stmt *statement = outbox_statement(outbox, SQL_PUT_SUMMARY);
    struct bytes key = {.data = summary->key, .len = OUTBOX_KEY_LEN};
    outbox_bind_blob(statement, 1, key);
    outbox_bind_text(statement, 2, summary->process);
    sqlite3_bind_int64(statement, 3, summary->window_start_ns);
    sqlite3_bind_int64(statement, 4, summary->window_end_ns);
    sqlite3_bind_int64(statement, 5, summary->revision);
    outbox_bind_blob(statement, 6, summary->summary);
    outbox_bind_blob(statement, 7, summary->envelope);
    err = outbox_run(outbox, statement, "store a summary", e);
    if (err != ERR_OK) {
        return err;
    }
    statement = outbox_statement(outbox, SQL_PUT_ROWS);
    sqlite3_bind_int64(statement, 1, sqlite3_last_insert_rowid(outbox->db));
    outbox_bind_text(statement, 2, summary->process);
    return outbox_run(outbox, statement, "store outbox rows", e);
}

enum err outbox_put_dead_letter(struct outbox *outbox, const struct dead_letter *letter,
                                struct error *e)
{
    sqlite3_stmt *statement = outbox_statement(outbox, SQL_PUT_DEAD_LETTER);
    sqlite3_bind_int64(statement, 1, (int64_t)letter->seq);
    sqlite3_bind_int64(statement, 2, letter->received_ns);
    outbox_bind_blob(statement, 3, letter->topic);
    outbox_bind_blob(statement, 4, letter->payload);
    outbox_bind_text(statement, 5, letter->adapter);
    outbox_bind_text(statement, 6, letter->reason);
    outbox_bind_text(statement, 7, letter->detail);
    sqlite3_bind_int64(statement, 8, letter->partial);
    enum err err = outbox_run(outbox, statement, "store a dead letter", e);
    int64_t oldest = sqlite3_last_insert_rowid(outbox->db) - DEAD_LETTERS_MAX;
    if (err != ERR_OK || oldest <= 0) {
        return err;
    }
    /* The raw bytes of what leaves the list stay in the journal, by their seq. */
    statement = outbox_statement(outbox, SQL_TRIM_DEAD_LETTERS);
    sqlite3_bind_int64(statement, 1, oldest);
    err = outbox_run(outbox, statement, "trim dead letters", e);
    return err == ERR_OK ? outbox_run(outbox, outbox_statement(outbox, SQL_TRIM_RETRIES),
                                      "trim retries", e)
                         : err;
}

enum err outbox_put_retry(struct outbox *outbox, const struct dead_letter_retry *retry,
                          struct error *e)
{
    sqlite3_stmt *statement = outbox_statement(outbox, SQL_PUT_RETRY);
    sqlite3_bind_int64(statement, 1, (int64_t)retry->letter_seq);
    sqlite3_bind_int64(statement, 2, (int64_t)retry->seq);
    outbox_bind_text(statement, 3, retry->outcome);
    return outbox_run(outbox, statement, "mark a dead letter", e);
}

enum err outbox_put_words(struct outbox *outbox, const struct entered_words *words,
                          struct error *e)
{
    sqlite3_stmt *statement = outbox_statement(outbox, SQL_PUT_WORDS);
    sqlite3_bind_int64(statement, 1, (int64_t)words->seq);
    sqlite3_bind_int64(statement, 2, words->at_ns);
    outbox_bind_blob(statement, 3, words->who);
    outbox_bind_blob(statement, 4, words->words);
    enum err err = outbox_run(outbox, statement, "store an operator's words", e);
    if (err != ERR_OK) {
        return err;
    }
    statement = outbox_statement(outbox, SQL_TRIM_WORDS);
    sqlite3_bind_int64(statement, 1, WORDS_KEPT);
    return outbox_run(outbox, statement, "trim operators' words", e);
}
