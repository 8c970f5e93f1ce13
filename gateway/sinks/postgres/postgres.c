/* SPDX-License-Identifier: Apache-2.0 */
/*
 * postgres: inserts summaries into a table of a PostgreSQL database, by libpq.
 *
 *     begin
 *     for each:  insert ... on conflict do nothing
 *                select sha256(envelope) ... where key = ours     the stored hash
 *     commit
 *
 * An item is stored when the stored hash is that of its envelope and the commit came
 * back.  What an outcome means:
 *
 *     hash equal, committed     stored
 *     hash differs              conflict: other bytes stand under this key; set aside
 *     no row with our key       conflict: another summary stands for its process, window
 *                               and revision; set aside
 *     data error (22, 23)       the item is to blame: rolled back, it is set aside
 *     any other error           rolled back: surely not stored
 *     lost before the commit    surely not stored, the server rolls back
 *     lost during the commit    perhaps stored: again
 */
#include "core/arena.h"
#include "core/clock.h"
#include "core/json_writer.h"
#include "envelope.pb-c.h"
#include "model/proto_arena.h"
#include "model/summary_json.h"
#include "sinks/sink.h"
#include "summary.pb-c.h"

#include <libpq-fe.h>
#include <poll.h>
#include <sodium.h>
#include <stdio.h>

#define BATCH_MAX 100
#define HASH_LEN 32
#define ARENA_SIZE ((size_t)32 * 1024 * 1024)
#define JSON_MAX ((size_t)32 * 1024 * 1024)
#define SQL_MAX 2048
#define TABLE_MAX 127
#define STEP_MS 100 /* how soon a stop is seen */
#define PARAMS 7

struct postgres_state {
    const char *uri, *table;
    struct secret password;
    bool create;
    int64_t batch;

    PGconn *conn;
    bool ready; /* the rest is set up */
    struct arena arena;
    struct buf json, sql;
};

static const struct setting postgres_settings[] = {
    {.key = "uri",
     .type = SETTING_TEXT,
     AT(struct postgres_state, uri),
     .help = "Which database, as libpq has it, without a password; TLS by `sslmode` and "
             "`sslrootcert` in it.",
     .example = "postgresql://emgate@db.example/emissions?sslmode=verify-full"},
    {.key = "password",
     .type = SETTING_SECRET,
     AT(struct postgres_state, password),
     .initial = SETTING_UNSET,
     .help = "Read at each connect."},
    {.key = "table",
     .type = SETTING_TEXT,
     AT(struct postgres_state, table),
     .initial = "emgate_summary",
     .help = "The table, with a schema in front where wanted."},
    {.key = "create",
     .type = SETTING_BOOL,
     AT(struct postgres_state, create),
     .initial = "true",
     .help = "Creates the table where it is missing."},
    {.key = "batch",
     .type = SETTING_WHOLE,
     AT(struct postgres_state, batch),
     .initial = "100",
     .min = 1,
     .max = BATCH_MAX,
     .help = "Most summaries in one transaction."},
    {0},
};

static bool is_table_name(const char *name)
{
    size_t len = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_.");
    bool dotted = strchr(name, '.') != strrchr(name, '.') || *name == '.' ||
                  (len > 0 && name[len - 1] == '.');
    return len > 0 && len <= TABLE_MAX && name[len] == 0 && !dotted &&
           (*name < '0' || *name > '9');
}

static bool has_password(const PQconninfoOption *options)
{
    for (; options->keyword; options++) {
        if (strcmp(options->keyword, "password") == 0 && options->val) {
            return true;
        }
    }
    return false;
}

static void postgres_init(void *state, const struct node *settings,
                          struct problems *problems)
{
    struct postgres_state *postgres = state;
    if (!sink_read_settings(postgres_settings, settings, postgres, problems)) {
        return;
    }
    char *wrong = NULL;
    PQconninfoOption *options = PQconninfoParse(postgres->uri, &wrong);
    if (!options) {
        problem_at(problems, node_find(settings, "uri"), "uri: %s",
                   wrong ? wrong : "not understood");
    } else if (has_password(options)) {
        problem_at(problems, node_find(settings, "uri"),
                   "uri: has a password in it; put it into 'password'");
    }
    PQconninfoFree(options);
    PQfreemem(wrong);
    if (!is_table_name(postgres->table)) {
        problem_at(problems, node_find(settings, "table"),
                   "table: want lower case letters, digits, '_', and at most one '.'");
    }
}

/* ---- waiting, with a deadline ---- */

struct wait {
    int64_t until_ns;
    const atomic_bool *stop;
};

/* False when the time is over. */
static bool wait_socket(PGconn *conn, short events, const struct wait *wait)
{
    struct pollfd item = {.fd = PQsocket(conn), .events = events};
    while (!(wait->stop && atomic_load(wait->stop)) && item.fd >= 0 &&
           clock_boot_ns(&clock_system) < wait->until_ns) {
        if (poll(&item, 1, STEP_MS) > 0) {
            return true;
        }
    }
    return false;
}

/* What the server or libpq says, on one line. */
static enum err complain(const PGconn *conn, enum err code, const char *what,
                         struct error *e)
{
    const char *text = PQerrorMessage(conn);
    size_t len = strcspn(text, "\n");
    return error_set(e, code, "%s: %.*s", what, len > 0 ? (int)len : 10,
                     len > 0 ? text : "no answer");
}

static bool flush(PGconn *conn, const struct wait *wait)
{
    int left = PQflush(conn);
    while (left == 1 && wait_socket(conn, POLLOUT, wait)) {
        left = PQflush(conn);
    }
    return left == 0;
}

/* The last result of what was sent, or NULL when the connection or the time is gone. */
static PGresult *take_result(PGconn *conn, const struct wait *wait)
{
    PGresult *last = NULL;
    bool good = flush(conn, wait);
    while (good) {
        while (good && PQisBusy(conn)) {
            good = wait_socket(conn, POLLIN, wait) && PQconsumeInput(conn);
        }
        PGresult *next = good ? PQgetResult(conn) : NULL;
        if (!next) {
            break;
        }
        PQclear(last);
        last = next;
    }
    if (!good) {
        PQclear(last);
        return NULL;
    }
    return last;
}

static bool is_good(const PGresult *result)
{
    ExecStatusType status = PQresultStatus(result);
    return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
}

/* Runs a command without parameters.  ERR_RETRY. */
static enum err run(struct postgres_state *postgres, const char *sql,
                    const struct wait *wait, struct error *e)
{
    PGresult *result = NULL;
    if (PQsendQuery(postgres->conn, sql)) {
        result = take_result(postgres->conn, wait);
    }
    enum err err =
        is_good(result) ? ERR_OK : complain(postgres->conn, ERR_RETRY, postgres->uri, e);
    PQclear(result);
    return err;
}

/* ---- connecting ---- */

static void ignore_notice(void *ctx, const char *text)
{
    (void)ctx;
    (void)text;
}

static void postgres_close(void *state)
{
    struct postgres_state *postgres = state;
    PQfinish(postgres->conn);
    postgres->conn = NULL;
    if (postgres->ready) {
        arena_deinit(&postgres->arena);
        buf_deinit(&postgres->json);
        buf_deinit(&postgres->sql);
    }
    postgres->ready = false;
}

/* Connects with the first send(), which has a deadline. */
static enum err postgres_open(void *state, struct error *e)
{
    struct postgres_state *postgres = state;
    (void)e;
    postgres_close(postgres);
    arena_init(&postgres->arena, ARENA_SIZE);
    buf_init(&postgres->json, JSON_MAX);
    buf_init(&postgres->sql, SQL_MAX);
    postgres->ready = true;
    return ERR_OK;
}

static enum err start(struct postgres_state *postgres, struct error *e)
{
    static const char *const keywords[] = {"dbname", "password", "application_name",
                                           "client_encoding", NULL};
    char password[SECRET_TEXT_MAX] = "";
    bool has = postgres->password.kind != SECRET_NONE;
    if (has && secret_read(&postgres->password, password, sizeof password, e) != ERR_OK) {
        e->code = ERR_RETRY;
        return ERR_RETRY;
    }
    const char *values[] = {postgres->uri, has ? password : NULL, "emgate", "UTF8", NULL};
    postgres->conn = PQconnectStartParams(keywords, values, 1);
    secret_wipe(password, sizeof password);
    if (!postgres->conn || PQstatus(postgres->conn) == CONNECTION_BAD) {
        return complain(postgres->conn, ERR_RETRY, postgres->uri, e);
    }
    PQsetNoticeProcessor(postgres->conn, ignore_notice, NULL);
    return ERR_OK;
}

static enum err finish(struct postgres_state *postgres, const struct wait *wait,
                       struct error *e)
{
    PostgresPollingStatusType status = PGRES_POLLING_WRITING;
    while (status == PGRES_POLLING_READING || status == PGRES_POLLING_WRITING) {
        short events = status == PGRES_POLLING_READING ? POLLIN : POLLOUT;
        if (!wait_socket(postgres->conn, events, wait)) {
            return error_set(e, ERR_RETRY, "%s: no connection in time", postgres->uri);
        }
        status = PQconnectPoll(postgres->conn);
    }
    return status == PGRES_POLLING_OK
               ? ERR_OK
               : complain(postgres->conn, ERR_RETRY, postgres->uri, e);
}

static enum err make_table(struct postgres_state *postgres, const struct wait *wait,
                           struct error *e)
{
    buf_clear(&postgres->sql);
    buf_print(&postgres->sql,
              "CREATE TABLE IF NOT EXISTS %s ("
              "key bytea PRIMARY KEY CHECK (octet_length(key) = 32),"
              " gateway text NOT NULL, process text NOT NULL,"
              " window_start_ns bigint NOT NULL, revision integer NOT NULL,"
              " envelope bytea NOT NULL, summary jsonb NOT NULL,"
              " stored timestamptz NOT NULL DEFAULT now(),"
              " UNIQUE (gateway, process, window_start_ns, revision))",
              postgres->table);
    return run(postgres, (const char *)postgres->sql.data, wait, e);
}

static enum err connect_now(struct postgres_state *postgres, const struct wait *wait,
                            struct error *e)
{
    if (postgres->conn) {
        return ERR_OK;
    }
    enum err err = start(postgres, e);
    if (err == ERR_OK) {
        err = finish(postgres, wait, e);
    }
    if (err == ERR_OK && PQsetnonblocking(postgres->conn, 1) != 0) {
        err = complain(postgres->conn, ERR_RETRY, postgres->uri, e);
    }
    if (err == ERR_OK) { /* a commit that comes back is on the server's disk */
        err = run(postgres, "SET synchronous_commit TO on", wait, e);
    }
    if (err == ERR_OK && postgres->create) {
        err = make_table(postgres, wait, e);
    }
    return err;
}

/* ---- one item ---- */

/* What stands in the columns. */
struct columns {
    const char *gateway, *process;
    char window_start[24], revision[12];
};

static enum err read_item(struct postgres_state *postgres, const struct sink_item *item,
                          struct columns *ret_columns, struct error *e)
{
    arena_reset(&postgres->arena);
    buf_clear(&postgres->json);
    ProtobufCAllocator allocator = proto_arena(&postgres->arena);
    const Emgate__V1__Envelope *envelope =
        emgate__v1__envelope__unpack(&allocator, item->envelope.len, item->envelope.data);
    const Emgate__V1__Summary *summary =
        envelope ? emgate__v1__summary__unpack(&allocator, envelope->payload.len,
                                               envelope->payload.data)
                 : NULL;
    if (!summary) {
        return error_set(e, ERR_REJECT, "the envelope can't be read");
    }
    ret_columns->gateway = summary->gateway;
    ret_columns->process = summary->process;
    snprintf(ret_columns->window_start, sizeof ret_columns->window_start, "%lld",
             (long long)summary->window_start_ns);
    snprintf(ret_columns->revision, sizeof ret_columns->revision, "%u",
             summary->revision);
    struct json_writer writer = json_writer_of(&postgres->json);
    struct bytes payload = {.data = envelope->payload.data, .len = envelope->payload.len};
    if (summary_json_put(payload, &postgres->arena, &writer, e) != ERR_OK) {
        return ERR_REJECT;
    }
    return postgres->json.overflow ? error_set(e, ERR_REJECT, "the summary is too long")
                                   : ERR_OK;
}

/* A statement, its text around the table's name, and its parameters. */
struct statement {
    const char *front, *back;
    int count;
    const char *values[PARAMS];
    int lengths[PARAMS];
};

/* Sends a statement and takes its result.  An error of the data is the item's
 * (ERR_REJECT), any other passes (ERR_RETRY). */
static enum err ask(struct postgres_state *postgres, const struct statement *statement,
                    const struct wait *wait, PGresult **ret_result, struct error *e)
{
    static const int binary[PARAMS] = {1, 0, 0, 0, 0, 1, 0};
    buf_clear(&postgres->sql);
    buf_print(&postgres->sql, "%s %s %s", statement->front, postgres->table,
              statement->back);
    PGresult *result = NULL;
    if (PQsendQueryParams(postgres->conn, (const char *)postgres->sql.data,
                          statement->count, NULL, statement->values, statement->lengths,
                          binary, 1)) {
        result = take_result(postgres->conn, wait);
    }
    if (is_good(result)) {
        *ret_result = result;
        return ERR_OK;
    }
    const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    bool data = state && (strncmp(state, "22", 2) == 0 || strncmp(state, "23", 2) == 0);
    enum err err =
        complain(postgres->conn, data ? ERR_REJECT : ERR_RETRY, postgres->uri, e);
    PQclear(result);
    return err;
}

static enum err insert(struct postgres_state *postgres, const struct sink_item *item,
                       const struct columns *columns, const struct wait *wait,
                       struct error *e)
{
    struct statement statement = {
        .front = "INSERT INTO",
        .back = "(key, gateway, process, window_start_ns, revision, envelope, summary)"
                " VALUES ($1::bytea, $2::text, $3::text, $4::bigint, $5::integer,"
                " $6::bytea, $7::jsonb) ON CONFLICT DO NOTHING",
        .count = PARAMS,
        .values = {(const char *)item->key, columns->gateway, columns->process,
                   columns->window_start, columns->revision,
                   (const char *)item->envelope.data, (const char *)postgres->json.data},
        .lengths = {SINK_KEY_LEN, 0, 0, 0, 0, (int)item->envelope.len, 0}};
    PGresult *result = NULL;
    enum err err = ask(postgres, &statement, wait, &result, e);
    PQclear(err == ERR_OK ? result : NULL);
    return err;
}

/* Judges the item by the hash that is stored. */
static enum err compare(struct postgres_state *postgres, struct sink_item *item,
                        const struct wait *wait, struct error *e)
{
    struct statement statement = {.front = "SELECT sha256(envelope) FROM",
                                  .back = "WHERE key = $1::bytea",
                                  .count = 1,
                                  .values = {(const char *)item->key},
                                  .lengths = {SINK_KEY_LEN}};
    uint8_t hash[HASH_LEN];
    PGresult *result = NULL;
    enum err err = ask(postgres, &statement, wait, &result, e);
    if (err != ERR_OK) {
        return err;
    }
    crypto_hash_sha256(hash, item->envelope.data, item->envelope.len);
    if (PQntuples(result) == 0) {
        item->result = error_reason(&item->error, ERR_REJECT, "conflict",
                                    "ALARM: the database holds another summary for this "
                                    "process, window and revision");
    } else if (PQgetlength(result, 0, 0) != HASH_LEN ||
               memcmp(PQgetvalue(result, 0, 0), hash, HASH_LEN) != 0) {
        item->result = error_reason(&item->error, ERR_REJECT, "conflict",
                                    "ALARM: the database holds other bytes under this "
                                    "summary's key");
    } else {
        item->result = ERR_OK;
    }
    PQclear(result);
    return ERR_OK;
}

static enum err put_item(struct postgres_state *postgres, struct sink_item *item,
                         const struct wait *wait, struct error *e)
{
    struct columns columns;
    enum err err = read_item(postgres, item, &columns, e);
    if (err == ERR_OK) {
        err = insert(postgres, item, &columns, wait, e);
    }
    return err == ERR_OK ? compare(postgres, item, wait, e) : err;
}

/* ---- a batch ---- */

static void give(struct sink_item *items, size_t count, enum err result,
                 const struct error *e)
{
    for (size_t i = 0; i < count; i++) {
        if (items[i].result == ERR_REJECT) {
            continue; /* whatever became of the others */
        }
        items[i].error = *e;
        items[i].result = items[i].error.code = result;
    }
}

/* Puts all items; the transaction stays open.  ERR_REJECT: `*ret_bad` is to blame. */
static enum err put_all(struct postgres_state *postgres, struct sink_item *items,
                        size_t count, const struct wait *wait, size_t *ret_bad,
                        struct error *e)
{
    enum err err = run(postgres, "BEGIN", wait, e);
    for (size_t i = 0; err == ERR_OK && i < count; i++) {
        *ret_bad = i;
        err = put_item(postgres, &items[i], wait, e);
    }
    return err;
}

/* One transaction.  False when the connection is to be given up. */
static bool send_part(struct postgres_state *postgres, struct sink_item *items,
                      size_t count, const struct wait *wait)
{
    struct error e = {0};
    struct error ignored = {0};
    size_t bad = 0;
    enum err err = put_all(postgres, items, count, wait, &bad, &e);
    if (err == ERR_OK) {
        err = run(postgres, "COMMIT", wait, &e);
        if (err != ERR_OK) {
            give(items, count, ERR_UNCERTAIN, &e);
        }
        return err == ERR_OK;
    }
    bool rolled_back = run(postgres, "ROLLBACK", wait, &ignored) == ERR_OK;
    give(items, count, ERR_RETRY, &e);
    if (err == ERR_REJECT) {
        items[bad].result = ERR_REJECT;
        items[bad].error = e;
    }
    return rolled_back && err == ERR_REJECT;
}

static enum err postgres_send(void *state, struct sink_item *items, size_t count,
                              struct sink_call *call, struct error *e)
{
    struct postgres_state *postgres = state;
    struct wait wait = {.until_ns =
                            clock_boot_ns(&clock_system) + call->timeout_ms * NS_PER_MS,
                        .stop = call->stop};
    if (connect_now(postgres, &wait, e) != ERR_OK) {
        return ERR_RETRY;
    }
    for (size_t i = 0; i < count; i++) {
        items[i].receipt = (struct bytes){0};
        items[i].result = error_set(&items[i].error, ERR_RETRY, "not yet sent");
    }
    size_t done = 0;
    bool good = true;
    while (good && done < count) {
        size_t left = count - done;
        size_t part = left < (size_t)postgres->batch ? left : (size_t)postgres->batch;
        good = send_part(postgres, items + done, part, &wait);
        done += part;
    }
    return ERR_OK;
}

const struct sink sink_postgres = {
    .name = "postgres",
    .summary = "inserts summaries into a PostgreSQL table, compares stored hashes",
    .settings = postgres_settings,
    .state_size = sizeof(struct postgres_state),
    .batch_max = BATCH_MAX,
    .init = postgres_init,
    .open = postgres_open,
    .send = postgres_send,
    .close = postgres_close,
};
