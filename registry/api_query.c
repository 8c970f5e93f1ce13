/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lists: {"items": [...], "next": "..."}; with a "next", `?after=` it gives the rest.
 */
#include "registry/api.h"

#include "core/mem.h"
#include "core/number.h"
#include "envelope.pb-c.h"
#include "model/proto_arena.h"
#include "model/summary_json.h"
#include "registry/access.h"
#include "registry/api_list.h"
#include "registry/api_put.h"
#include "summary.pb-c.h"

#include <stdio.h>

#define PROCESSES_MAX 1000
#define ENVELOPE_ARENA ((size_t)32 * 1024 * 1024)

/* ---- installations ---- */

static void put_installation(void *ctx, const struct stored_installation *i)
{
    struct list *list = ctx;
    struct json_writer *writer = &list->writer;
    json_open(writer, '{');
    json_pair(writer, "installation", i->installation);
    json_pair(writer, "operator", i->operator_id);
    json_pair(writer, "country", i->country);
    json_pair(writer, "sector", i->sector);
    json_key(writer, "processes");
    json_i64(writer, i->processes);
    json_key(writer, "windows");
    json_i64(writer, i->windows);
    put_time(writer, "last_window_end", "last_window_end_ns", i->last_end_ns);
    json_close(writer, '}');
    snprintf(list->after, AFTER_MAX, "%lld", (long long)i->id);
    list->count++;
}

struct installation_list {
    struct list list;
    int64_t after;
};

static enum err ask_installations(void *ctx, const struct store_driver *driver,
                                  struct store *store, struct ledger *ledger,
                                  struct error *e)
{
    (void)ledger;
    struct installation_list *asked = ctx;
    struct process_query query = {.operator_id = asked->list.operator_id,
                                  .after = asked->after,
                                  .limit = asked->list.limit};
    return driver->each_installation(store, &query, put_installation, &asked->list, e);
}

void api_installations(const struct service *service, const struct question *question,
                       struct answer *answer)
{
    struct installation_list asked = {0};
    if (read_after(question, 1, &asked.after, answer) &&
        list_begin(question, &asked.list, answer)) {
        list_finish(service, ask_installations, &asked.list, answer);
    }
}

/* ---- processes ---- */

struct process_list {
    struct list list;
    int64_t after;
    enum err failed; /* of a question inside a question */
    struct error *error;
};

static void put_last(void *ctx, const struct stored_summary *summary)
{
    struct json_writer *writer = ctx;
    json_key(writer, "last");
    json_open(writer, '{');
    put_summary(writer, summary);
    json_close(writer, '}');
}

static void put_named_total(void *ctx, const struct total *total)
{
    struct json_writer *writer = ctx;
    json_open(writer, '{');
    put_total(writer, total);
    json_close(writer, '}');
}

/* The newest total of each period, as "day", "month", "year". */
static enum err put_newest_totals(struct list *list, int64_t process, struct error *e)
{
    static const struct {
        enum period period;
        const char *key;
    } wanted[] = {{PERIOD_DAY, "day"}, {PERIOD_MONTH, "month"}, {PERIOD_YEAR, "year"}};
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        struct total_query query = {
            .process = process, .period = wanted[i].period, .limit = 1};
        json_key(&list->writer, wanted[i].key);
        enum err err = list->driver->each_total(list->store, &query, put_named_total,
                                                &list->writer, e);
        if (err != ERR_OK) {
            return err;
        }
    }
    return ERR_OK;
}

static void put_process_names(struct json_writer *writer, const struct stored_process *p)
{
    json_pair(writer, "installation", p->installation);
    json_pair(writer, "process", p->process);
    json_pair(writer, "category", p->category);
    json_pair(writer, "route", p->route);
    json_pair(writer, "cn", p->cn);
    json_pair(writer, "unit", p->unit);
    json_pair(writer, "operator", p->operator_id);
    json_pair(writer, "country", p->country);
    json_pair(writer, "sector", p->sector);
    json_pair(writer, "time_zone", p->time_zone);
    json_pair(writer, "gateway", p->gateway);
    put_time(writer, "first_window_start", "first_window_start_ns", p->first_start_ns);
    put_time(writer, "last_window_end", "last_window_end_ns", p->last_end_ns);
    json_key(writer, "windows");
    json_i64(writer, p->windows);
    json_key(writer, "missing_windows");
    json_i64(writer, missing_windows(p));
    if (p->chained) {
        json_key(writer, "chain");
        json_open(writer, '{');
        json_key(writer, "whole");
        json_bool(writer, p->chain_whole && p->chain_waiting == 0);
        json_key(writer, "waiting");
        json_i64(writer, p->chain_waiting);
        json_close(writer, '}');
    }
}

static void put_process(void *ctx, const struct stored_process *p)
{
    struct process_list *asked = ctx;
    struct list *list = &asked->list;
    if (asked->failed != ERR_OK) {
        return;
    }
    json_open(&list->writer, '{');
    put_process_names(&list->writer, p);
    struct summary_query last = {.process = p->id,
                                 .from_ns = p->last_start_ns,
                                 .to_ns = p->last_start_ns + 1,
                                 .after_start_ns = INT64_MIN,
                                 .limit = 1};
    asked->failed = list->driver->each_summary(list->store, &last, put_last,
                                               &list->writer, asked->error);
    if (asked->failed == ERR_OK) {
        asked->failed = put_newest_totals(list, p->id, asked->error);
    }
    json_close(&list->writer, '}');
    snprintf(list->after, AFTER_MAX, "%lld", (long long)p->id);
    list->count++;
}

static enum err ask_processes(void *ctx, const struct store_driver *driver,
                              struct store *store, struct ledger *ledger, struct error *e)
{
    (void)ledger;
    struct process_list *asked = ctx;
    struct process_query query = {.installation = asked->list.installation,
                                  .process = asked->list.process,
                                  .operator_id = asked->list.operator_id,
                                  .after = asked->after,
                                  .limit = asked->list.limit};
    asked->list.driver = driver;
    asked->list.store = store;
    asked->error = e;
    enum err err = driver->each_process(store, &query, put_process, asked, e);
    return err == ERR_OK ? asked->failed : err;
}

void api_processes(const struct service *service, const struct question *question,
                   struct answer *answer)
{
    struct process_list asked = {0};
    if (read_after(question, 1, &asked.after, answer) &&
        list_begin(question, &asked.list, answer)) {
        list_finish(service, ask_processes, &asked.list, answer);
    }
}

/* ---- the processes that a list of summaries or totals runs over ---- */

struct process_ids {
    int64_t ids[PROCESSES_MAX];
    size_t count;
};

static void take_id(void *ctx, const struct stored_process *process)
{
    struct process_ids *ids = ctx;
    if (ids->count < PROCESSES_MAX) {
        ids->ids[ids->count++] = process->id;
    }
}

static enum err find_processes(struct list *list, int64_t from_id,
                               struct process_ids *ids, struct error *e)
{
    struct process_query query = {.installation = list->installation,
                                  .process = list->process,
                                  .operator_id = list->operator_id,
                                  .after = from_id > 0 ? from_id - 1 : 0,
                                  .limit = PROCESSES_MAX};
    return list->driver->each_process(list->store, &query, take_id, ids, e);
}

/* ---- summaries ---- */

struct summary_list {
    struct list list;
    struct summary_query query;
    int64_t from_process;
};

static void put_row(void *ctx, const struct stored_summary *summary)
{
    struct summary_list *asked = ctx;
    struct list *list = &asked->list;
    json_open(&list->writer, '{');
    put_summary(&list->writer, summary);
    json_close(&list->writer, '}');
    snprintf(list->after, AFTER_MAX, "%lld.%lld.%lld", (long long)asked->query.process,
             (long long)summary->start_ns, (long long)summary->revision);
    list->count++;
}

static enum err ask_summaries(void *ctx, const struct store_driver *driver,
                              struct store *store, struct ledger *ledger, struct error *e)
{
    (void)ledger;
    struct summary_list *asked = ctx;
    struct process_ids ids = {0};
    asked->list.driver = driver;
    asked->list.store = store;
    enum err err = find_processes(&asked->list, asked->from_process, &ids, e);
    for (size_t i = 0; i < ids.count && err == ERR_OK; i++) {
        asked->query.process = ids.ids[i];
        asked->query.limit = asked->list.limit - asked->list.count;
        if (asked->query.limit > 0) {
            err = driver->each_summary(store, &asked->query, put_row, asked, e);
        }
        asked->query.after_start_ns = INT64_MIN;
    }
    return err;
}

void api_summaries(const struct service *service, const struct question *question,
                   struct answer *answer)
{
    int64_t after[3] = {0, INT64_MIN, 0};
    struct summary_list asked = {.query = {.from_ns = INT64_MIN, .to_ns = INT64_MAX}};
    if (!read_after(question, 3, after, answer) ||
        !read_time(question, "from", &asked.query.from_ns, answer) ||
        !read_time(question, "to", &asked.query.to_ns, answer)) {
        return;
    }
    const char *revisions = question->parameter(question->ctx, "revisions");
    asked.query.all_revisions = revisions && strcmp(revisions, "all") == 0;
    asked.from_process = after[0];
    asked.query.after_start_ns = after[1];
    asked.query.after_revision = after[2];
    if (list_begin(question, &asked.list, answer)) {
        list_finish(service, ask_summaries, &asked.list, answer);
    }
}

/* ---- one summary ---- */

struct envelope_question {
    uint8_t key[KEY_LEN];
    bool found;
    int64_t stored_ns;
    struct buf *out;
};

static enum err ask_envelope(void *ctx, const struct store_driver *driver,
                             struct store *store, struct ledger *ledger, struct error *e)
{
    (void)ledger;
    struct envelope_question *asked = ctx;
    enum err err =
        driver->find_key(store, asked->key, &asked->found, &asked->stored_ns, e);
    if (err == ERR_OK && asked->found) {
        err = driver->get_envelope(store, asked->key, &asked->found, asked->out, e);
    }
    return err;
}

static void put_signatures(struct json_writer *writer,
                           const Emgate__V1__Envelope *envelope)
{
    json_key(writer, "signatures");
    json_open(writer, '[');
    for (size_t i = 0; i < envelope->n_signatures; i++) {
        const Emgate__V1__Signature *s = envelope->signatures[i];
        json_open(writer, '{');
        json_pair(writer, "key_id", s->key_id);
        json_key(writer, "signature");
        json_hex(writer,
                 (struct bytes){.data = s->signature.data, .len = s->signature.len});
        json_close(writer, '}');
    }
    json_close(writer, ']');
}

static enum err put_whole_summary(const struct envelope_question *asked,
                                  struct bytes bytes, struct arena *arena,
                                  struct buf *out, struct error *e)
{
    ProtobufCAllocator allocator = proto_arena(arena);
    const Emgate__V1__Envelope *envelope =
        emgate__v1__envelope__unpack(&allocator, bytes.len, bytes.data);
    if (!envelope) {
        return error_set(e, ERR_CORRUPT, "a stored envelope can't be read");
    }
    struct json_writer writer = json_writer_of(out);
    json_open(&writer, '{');
    json_key(&writer, "key");
    json_hex(&writer, (struct bytes){.data = asked->key, .len = KEY_LEN});
    put_time(&writer, "stored", "stored_ns", asked->stored_ns);
    put_signatures(&writer, envelope);
    json_key(&writer, "summary");
    struct bytes payload = {.data = envelope->payload.data, .len = envelope->payload.len};
    enum err err = summary_json_put(payload, arena, &writer, e);
    json_close(&writer, '}');
    return err;
}

static void answer_summary(const struct envelope_question *asked, struct answer *answer)
{
    struct error e = {0};
    struct arena arena;
    struct buf bytes = answer->body;
    buf_init(&answer->body, ANSWER_MAX);
    arena_init(&arena, ENVELOPE_ARENA);
    answer->status = 200;
    answer->type = "application/json";
    if (put_whole_summary(asked, buf_bytes(&bytes), &arena, &answer->body, &e) !=
        ERR_OK) {
        answer_error(answer, &e);
    }
    arena_deinit(&arena);
    buf_deinit(&bytes);
}

/* A plant sees what names its operator. */
static bool may_see(const struct question *question, struct bytes envelope)
{
    const char *operator_id = access_operator(question);
    if (!operator_id) {
        return true;
    }
    struct arena arena;
    arena_init(&arena, ENVELOPE_ARENA);
    ProtobufCAllocator allocator = proto_arena(&arena);
    const Emgate__V1__Envelope *e =
        emgate__v1__envelope__unpack(&allocator, envelope.len, envelope.data);
    const Emgate__V1__Summary *summary = NULL;
    if (e) {
        summary =
            emgate__v1__summary__unpack(&allocator, e->payload.len, e->payload.data);
    }
    bool own = summary && strcmp(summary->operator_, operator_id) == 0;
    arena_deinit(&arena);
    return own;
}

void api_summary(const struct service *service, const struct question *question,
                 struct answer *answer)
{
    struct error e = {0};
    struct envelope_question asked = {.out = &answer->body};
    struct question again = *question;
    bool envelope = false;
    if (!read_key(question->rest, asked.key, &envelope)) {
        answer_problem(answer, 404, "a key is 64 hex digits in lower case");
        return;
    }
    if (intake_ask(service->intake, ask_envelope, &asked, &e) != ERR_OK) {
        answer_error(answer, &e);
    } else if (!asked.found || !may_see(question, buf_bytes(&answer->body))) {
        answer_problem(answer, 404, "no summary has this key");
    } else if (envelope && !access_allow(service, ACCESS_BYTES, &again, answer)) {
        return;
    } else if (envelope) {
        answer->status = 200;
        answer->type = "application/x-protobuf";
    } else {
        answer_summary(&asked, answer);
    }
}

/* ---- totals ---- */

struct total_list {
    struct list list;
    struct total_query query;
};

static void put_total_row(void *ctx, const struct total *total)
{
    struct total_list *asked = ctx;
    struct json_writer *writer = &asked->list.writer;
    json_open(writer, '{');
    json_pair(writer, "installation", total->installation);
    json_pair(writer, "process", total->process);
    put_total(writer, total);
    json_close(writer, '}');
}

static enum err ask_totals(void *ctx, const struct store_driver *driver,
                           struct store *store, struct ledger *ledger, struct error *e)
{
    (void)ledger;
    struct total_list *asked = ctx;
    struct process_ids ids = {0};
    asked->list.driver = driver;
    asked->list.store = store;
    enum err err = find_processes(&asked->list, 0, &ids, e);
    for (size_t i = 0; i < ids.count && err == ERR_OK; i++) {
        asked->query.process = ids.ids[i];
        err = driver->each_total(store, &asked->query, put_total_row, asked, e);
    }
    return err;
}

void api_totals(const struct service *service, const struct question *question,
                struct answer *answer)
{
    struct total_list asked = {0};
    if (!read_period(question, &asked.query.period, answer)) {
        return;
    }
    if (asked.query.period == PERIOD_HOUR) { /* an hour is its latest summary */
        api_summaries(service, question, answer);
        return;
    }
    asked.query.label_from = question->parameter(question->ctx, "from");
    asked.query.label_to = question->parameter(question->ctx, "to");
    if (list_begin(question, &asked.list, answer)) {
        asked.query.limit = asked.list.limit;
        list_finish(service, ask_totals, &asked.list, answer);
    }
}
