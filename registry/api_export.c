/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GET /v1/export: the operator's emissions report of one installation over a period, as
 * `emgate export` makes it at a gateway.  GET /v1/embedded: of that the goods with their
 * specific embedded emissions.  Summaries are read in pieces, so that nobody
 * waits behind a year.
 */
#include "registry/api.h"

#include "core/mem.h"
#include "core/zone.h"
#include "envelope.pb-c.h"
#include "model/proto_arena.h"
#include "model/summary_json.h"
#include "registry/access.h"
#include "report/report.h"

#include <stdio.h>

#define PROCESSES_MAX 1000 /* of one installation, as the report has it */
#define PIECE 200
#define ARENA_SIZE ((size_t)32 * 1024 * 1024)
#define JSON_MAX ((size_t)64 * 1024 * 1024)
#define NAME_MAX_LEN 129

struct export;

/* Writes what was asked for. */
typedef void put_fn(const struct export *export, const struct question *question,
                    struct answer *answer);

/* What goes through the questions. */
struct export
{
    struct process_query who;
    char operator_id[NAME_MAX_LEN], country[NAME_MAX_LEN], time_zone[NAME_MAX_LEN];
    int64_t processes[PROCESSES_MAX];
    size_t process_count;
    int64_t from_ns, to_ns;
    struct summary_query query; /* of one process, going on from piece to piece */
    uint8_t keys[PIECE][KEY_LEN];
    size_t key_count;
    put_fn *put;
    struct report *report;
    struct arena arena;
    struct buf envelope, json;
};

static void take_process(void *ctx, const struct stored_process *process)
{
    struct export *export = ctx;
    if (export->process_count < PROCESSES_MAX) {
        export->processes[export->process_count++] = process->id;
    }
    snprintf(export->operator_id, NAME_MAX_LEN, "%s", process->operator_id);
    snprintf(export->country, NAME_MAX_LEN, "%s", process->country);
    snprintf(export->time_zone, NAME_MAX_LEN, "%s", process->time_zone);
}

static enum err ask_processes(void *ctx, const struct store_driver *driver,
                              struct store *store, struct ledger *ledger, struct error *e)
{
    (void)ledger;
    struct export *export = ctx;
    return driver->each_process(store, &export->who, take_process, export, e);
}

/* ---- the summaries ---- */

static void take_key(void *ctx, const struct stored_summary *summary)
{
    struct export *export = ctx;
    memcpy(export->keys[export->key_count++], summary->key, KEY_LEN);
    export->query.after_start_ns = summary->start_ns;
    export->query.after_revision = summary->revision;
}

/* Adds what the envelope holds to the report. */
static enum err add_summary(struct export *export, struct error *e)
{
    arena_reset(&export->arena);
    buf_clear(&export->json);
    ProtobufCAllocator allocator = proto_arena(&export->arena);
    struct json_writer writer = json_writer_of(&export->json);
    const Emgate__V1__Envelope *envelope = emgate__v1__envelope__unpack(
        &allocator, export->envelope.len, export->envelope.data);
    if (!envelope) {
        return error_set(e, ERR_CORRUPT, "a stored envelope can't be read");
    }
    struct bytes payload = {.data = envelope->payload.data, .len = envelope->payload.len};
    if (summary_json_put(payload, &export->arena, &writer, e) != ERR_OK) {
        return ERR_CORRUPT;
    }
    json_t *summary =
        json_loadb((const char *)export->json.data, export->json.len, 0, NULL);
    bool added = summary && report_add(export->report, summary);
    json_decref(summary);
    return added ? ERR_OK : error_set(e, ERR_CORRUPT, "a summary fits no report");
}

/* One piece of one process. */
static enum err ask_piece(void *ctx, const struct store_driver *driver,
                          struct store *store, struct ledger *ledger, struct error *e)
{
    (void)ledger;
    struct export *export = ctx;
    bool found = false;
    export->key_count = 0;
    enum err err = driver->each_summary(store, &export->query, take_key, export, e);
    for (size_t i = 0; err == ERR_OK && i < export->key_count; i++) {
        buf_clear(&export->envelope);
        err = driver->get_envelope(store, export->keys[i], &found, &export->envelope, e);
        if (err == ERR_OK && found) {
            err = add_summary(export, e);
        }
    }
    return err;
}

static enum err gather(const struct service *service, struct export *export,
                       struct error *e)
{
    for (size_t i = 0; i < export->process_count; i++) {
        export->query = (struct summary_query){.process = export->processes[i],
                                               .from_ns = export->from_ns,
                                               .to_ns = export->to_ns,
                                               .after_start_ns = INT64_MIN,
                                               .limit = PIECE};
        do {
            enum err err = intake_ask(service->intake, ask_piece, export, e);
            if (err != ERR_OK) {
                return err;
            }
        } while (export->key_count == PIECE);
    }
    return ERR_OK;
}

/* ---- what was asked for ---- */

static bool is_one_of(const struct question *question, const char *name,
                      const char *first, const char *second, struct answer *answer)
{
    const char *text = question->parameter(question->ctx, name);
    if (!text || strcmp(text, first) == 0 || strcmp(text, second) == 0) {
        return true;
    }
    answer_problem(answer, 400, "'%s' must be %s or %s", name, first, second);
    return false;
}

static bool is(const struct question *question, const char *name, const char *word)
{
    const char *text = question->parameter(question->ctx, name);
    return text && strcmp(text, word) == 0;
}

/* Both ends in the installation's zone. */
static bool read_when(const struct question *question, struct export *export,
                      struct answer *answer)
{
    struct error e = {0};
    struct zone *zone = NULL;
    const char *from = question->parameter(question->ctx, "from");
    const char *to = question->parameter(question->ctx, "to");
    if (*export->time_zone &&
        zone_open(bytes_of(export->time_zone), &zone, &e) != ERR_OK) {
        answer_error(answer, &e);
        return false;
    }
    bool good = from && to && zone_parse_time(zone, bytes_of(from), &export->from_ns) &&
                zone_parse_time(zone, bytes_of(to), &export->to_ns) &&
                export->from_ns < export->to_ns;
    zone_close(&zone);
    if (!good) {
        answer_problem(answer, 400,
                       "want the period, 'from' before 'to', each a day such as "
                       "2026-01-01 or a time");
    }
    return good;
}

static void put_report(const struct export *export, const struct question *question,
                       struct answer *answer)
{
    enum report_detail detail =
        is(question, "detail", "summary") ? REPORT_SUMMARY : REPORT_FULL;
    answer->status = 200;
    if (is(question, "format", "csv")) {
        answer->type = "text/csv; charset=utf-8";
        report_put_csv(export->report, detail, &answer->body);
    } else {
        struct json_writer writer = json_writer_of(&answer->body);
        answer->type = "application/json";
        report_put_json(export->report, detail, &writer);
    }
}

static void put_goods(const struct export *export, const struct question *question,
                      struct answer *answer)
{
    (void)question;
    struct json_writer writer = json_writer_of(&answer->body);
    answer->status = 200;
    answer->type = "application/json";
    report_put_goods(export->report, &writer);
}

static void answer_report(const struct service *service, struct export *export,
                          const struct question *question, struct answer *answer)
{
    struct error e = {0};
    struct report_outline outline = {.identity = {.operator_id = export->operator_id,
                                                  .id = export->who.installation,
                                                  .country = export->country,
                                                  .time_zone = export->time_zone}};
    export->report = report_new(&outline, export->from_ns, export->to_ns);
    arena_init(&export->arena, ARENA_SIZE);
    buf_init(&export->json, JSON_MAX);
    buf_init(&export->envelope, JSON_MAX);
    if (gather(service, export, &e) == ERR_OK) {
        export->put(export, question, answer);
    } else {
        answer_error(answer, &e);
    }
    if (answer->body.overflow) {
        answer_problem(answer, 413, "the answer is too long; ask for less");
    }
    arena_deinit(&export->arena);
    buf_deinit(&export->json);
    buf_deinit(&export->envelope);
    report_free(&export->report);
}

static void report_on(const struct service *service, put_fn *put,
                      const struct question *question, struct answer *answer)
{
    struct error e = {0};
    struct export *export = mem_new(struct export);
    export->put = put;
    export->who = (struct process_query){
        .installation = question->parameter(question->ctx, "installation"),
        .operator_id = access_operator(question),
        .limit = PROCESSES_MAX};
    if (!export->who.installation) {
        answer_problem(answer, 400, "want 'installation'");
    } else if (intake_ask(service->intake, ask_processes, export, &e) != ERR_OK) {
        answer_error(answer, &e);
    } else if (export->process_count == 0) {
        answer_problem(answer, 404, "no summary of this installation is stored");
    } else if (read_when(question, export, answer)) {
        answer_report(service, export, question, answer);
    }
    mem_free(&export);
}

void api_export(const struct service *service, const struct question *question,
                struct answer *answer)
{
    if (is_one_of(question, "format", "json", "csv", answer) &&
        is_one_of(question, "detail", "full", "summary", answer)) {
        report_on(service, put_report, question, answer);
    }
}

void api_embedded(const struct service *service, const struct question *question,
                  struct answer *answer)
{
    report_on(service, put_goods, question, answer);
}
