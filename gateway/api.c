/* SPDX-License-Identifier: Apache-2.0 */
/* The routes of the gateway's server: questions in, answers by api_*.c. */
#include "api_private.h"

#include "backup.h"
#include "core/clock.h"
#include "core/mem.h"
#include "core/number.h"
#include "web/feed.h"

#include <stdio.h>

#define LIMIT_DEFAULT 100
#define READINGS_SPAN_MAX_NS (24 * NS_PER_HOUR)
#define HOURS_SPAN_MAX_NS (INT64_C(400) * 24 * NS_PER_HOUR)

static uint64_t whole(const struct web_question *question, const char *name,
                      uint64_t initial)
{
    const char *text = question->parameter(question->ctx, name);
    uint64_t value = initial;
    return text && number_parse_u64(bytes_of(text), &value) ? value : initial;
}

static void finish(struct web_answer *answer, enum err err, const struct error *e)
{
    if (err == ERR_OK) {
        buf_add_text(&answer->body, "\n");
        return;
    }
    buf_clear(&answer->body);
    struct json_writer w = json_writer_of(&answer->body);
    answer->status = err == ERR_REJECT ? 400 : 500;
    answer->type = "application/problem+json";
    json_open(&w, '{');
    json_key(&w, "status");
    json_i64(&w, answer->status);
    json_pair(&w, "title", e->text);
    json_close(&w, '}');
}

static void status(void *ctx, const struct web_question *question,
                   struct web_answer *answer)
{
    const struct api *api = ctx;
    struct json_writer w = json_writer_of(&answer->body);
    (void)question;
    api_put_status(&api->view, &w);
    finish(answer, ERR_OK, NULL);
}

static void points(void *ctx, const struct web_question *question,
                   struct web_answer *answer)
{
    const struct api *api = ctx;
    struct json_writer w = json_writer_of(&answer->body);
    (void)question;
    api_put_points(&api->view, &w);
    finish(answer, ERR_OK, NULL);
}

static void summaries(void *ctx, const struct web_question *question,
                      struct web_answer *answer)
{
    const struct api *api = ctx;
    struct json_writer w = json_writer_of(&answer->body);
    struct error e = {0};
    struct outbox_filter filter = {
        .process = question->parameter(question->ctx, "process"),
        .from_ns = (int64_t)whole(question, "from", 0),
        .to_ns = (int64_t)whole(question, "to", 0),
        .latest = whole(question, "all", 0) == 0,
        .limit = whole(question, "limit", LIMIT_DEFAULT),
    };
    finish(answer, api_put_summaries(api->view.outbox, &filter, &w, &e), &e);
}

static void dead_letters(void *ctx, const struct web_question *question,
                         struct web_answer *answer)
{
    const struct api *api = ctx;
    struct json_writer w = json_writer_of(&answer->body);
    struct error e = {0};
    uint64_t limit = whole(question, "limit", LIMIT_DEFAULT);
    finish(answer, api_put_dead_letters(api->view.outbox, limit, &w, &e), &e);
}

static void rows(void *ctx, const struct web_question *question,
                 struct web_answer *answer)
{
    const struct api *api = ctx;
    struct json_writer w = json_writer_of(&answer->body);
    struct error e = {0};
    const char *sink = question->parameter(question->ctx, "sink");
    uint64_t limit = whole(question, "limit", LIMIT_DEFAULT);
    finish(answer, api_put_rows(api->view.outbox, sink, limit, &w, &e), &e);
}

static void explain(void *ctx, const struct web_question *question,
                    struct web_answer *answer)
{
    const struct api *api = ctx;
    struct json_writer w = json_writer_of(&answer->body);
    struct error e = {0};
    const char *process = question->parameter(question->ctx, "process");
    int64_t at_ns = (int64_t)whole(question, "at", 0);
    finish(answer,
           api_put_explain(api->view.plan, api->view.outbox, process, at_ns, &w, &e), &e);
}

/* By default the last hour before `to`; at most a day. */
static void readings(void *ctx, const struct web_question *question,
                     struct web_answer *answer)
{
    const struct api *api = ctx;
    struct json_writer w = json_writer_of(&answer->body);
    struct error e = {0};
    const char *point = question->parameter(question->ctx, "point");
    int64_t now_ns = clock_wall_ns(&clock_system);
    int64_t to_ns = (int64_t)whole(question, "to", (uint64_t)now_ns);
    int64_t from_ns = (int64_t)whole(question, "from", (uint64_t)(to_ns - NS_PER_HOUR));
    from_ns =
        to_ns - from_ns > READINGS_SPAN_MAX_NS ? to_ns - READINGS_SPAN_MAX_NS : from_ns;
    finish(answer,
           api_put_readings(api->view.plan, api->view.outbox, point ? point : "", from_ns,
                            to_ns, &w, &e),
           &e);
}

/* POST: letters to be decoded again, `id` or those behind `after` up to `until`. */
static void retry(void *ctx, const struct web_question *question,
                  struct web_answer *answer)
{
    const struct api *api = ctx;
    struct json_writer w = json_writer_of(&answer->body);
    struct error e = {0};
    struct outbox_letter_filter filter = {.id = (int64_t)whole(question, "id", 0),
                                          .after = (int64_t)whole(question, "after", 0),
                                          .until = (int64_t)whole(question, "until", 0)};
    struct retry_result result = {0};
    enum err err =
        retry_dead_letters(api->view.journal, api->view.outbox, &filter, &result, &e);
    if (err == ERR_OK) {
        api_put_retry(&result, &w);
    }
    finish(answer, err, &e);
}

/* POST: a snapshot of the database in the state directory; what is durable then.  The
 * socket has one thread, so there is one at a time. */
static void backup(void *ctx, const struct web_question *question,
                   struct web_answer *answer)
{
    const struct api *api = ctx;
    struct json_writer w = json_writer_of(&answer->body);
    struct journal_status status;
    struct error e = {0};
    (void)question;
    enum err err = backup_snapshot(api->view.outbox, api->view.plan->state_directory, &e);
    journal_get_status(api->view.journal, &status);
    if (err == ERR_OK) {
        json_open(&w, '{');
        json_pair(&w, "file", BACKUP_SNAPSHOT);
        json_key(&w, "durable");
        json_u64(&w, status.durable_seq);
        json_close(&w, '}');
    }
    finish(answer, err, &e);
}

static void tap(void *ctx, const struct web_question *question, struct web_answer *answer)
{
    const struct api *api = ctx;
    const char *stage = question->parameter(question->ctx, "stage");
    struct tap_question asked = {.after = whole(question, "after", 0),
                                 .point = question->parameter(question->ctx, "point")};
    struct error e;
    answer->type = "application/x-ndjson";
    if (stage && !tap_stage_find(stage, &asked.stage)) {
        finish(answer, error_set(&e, ERR_REJECT, "no such stage"), &e);
        return;
    }
    tap_ask(api->view.tap, &asked, &answer->body);
}

typedef enum err put_period_fn(const struct plan *plan, struct outbox *outbox,
                               const struct api_period *period,
                               struct json_writer *writer, struct error *e);

/* By default the 31 days before `to`. */
static void over_period(const struct api *api, const struct web_question *question,
                        put_period_fn *put, struct web_answer *answer)
{
    struct json_writer w = json_writer_of(&answer->body);
    struct error e = {0};
    const char *process = question->parameter(question->ctx, "process");
    int64_t to_ns =
        (int64_t)whole(question, "to", (uint64_t)clock_wall_ns(&clock_system));
    int64_t month_ns = INT64_C(31) * 24 * NS_PER_HOUR;
    struct api_period period = {
        .process = process ? process : "",
        .from_ns = (int64_t)whole(
            question, "from", (uint64_t)((to_ns - month_ns) / NS_PER_HOUR * NS_PER_HOUR)),
        .to_ns = to_ns};
    if (period.from_ns > to_ns || to_ns - period.from_ns > HOURS_SPAN_MAX_NS) {
        web_refuse(answer, 400, "want from before to, at most 400 days");
        return;
    }
    finish(answer, put(api->view.plan, api->view.outbox, &period, &w, &e), &e);
}

static void hours(void *ctx, const struct web_question *question,
                  struct web_answer *answer)
{
    over_period(ctx, question, api_put_hours, answer);
}

static void sums(void *ctx, const struct web_question *question,
                 struct web_answer *answer)
{
    over_period(ctx, question, api_put_sums, answer);
}

static void metrics(void *ctx, const struct web_question *question,
                    struct web_answer *answer)
{
    const struct api *api = ctx;
    (void)question;
    answer->type = "text/plain; version=0.0.4";
    api_put_metrics(&api->view, &answer->body);
}

static void health(void *ctx, const struct web_question *question,
                   struct web_answer *answer)
{
    (void)ctx;
    (void)question;
    buf_add_text(&answer->body, "{\"alive\":true}\n");
}

/* `again`: what was found a while ago is not new enough. */
static void findings(void *ctx, const struct web_question *question,
                     struct web_answer *answer)
{
    const struct api *api = ctx;
    struct json_writer w = json_writer_of(&answer->body);
    checkup_put(api->view.checkup, whole(question, "again", 0) != 0, &w);
    finish(answer, ERR_OK, NULL);
}

static void ready(void *ctx, const struct web_question *question,
                  struct web_answer *answer)
{
    const struct api *api = ctx;
    struct json_writer w = json_writer_of(&answer->body);
    (void)question;
    answer->status = api_put_ready(&api->view, &w) ? 200 : 503;
    finish(answer, ERR_OK, NULL);
}

static const struct web_route routes[] = {
    {.path = "/", .get = page_index},
    {.path = "/page/", .get = page_file},
    {.path = "/v1/live", .get = page_live},
    {.path = "/v1/events", .get = page_live, .stream = true},
    {.path = "/v1/decode", .post = page_decode},
    {.path = "/v1/session", .get = operator_get, .post = operator_sign_in},
    {.path = "/v1/entries", .post = operator_enter},
    {.path = "/v1/words", .get = operator_words},
    {.path = "/v1/laboratory", .get = operator_laboratory},
    {.path = "/v1/status", .get = status},
    {.path = "/v1/points", .get = points},
    {.path = "/v1/summaries", .get = summaries},
    {.path = "/v1/deadletters", .get = dead_letters},
    {.path = "/v1/outbox", .get = rows},
    {.path = "/v1/explain", .get = explain},
    {.path = "/v1/readings", .get = readings},
    {.path = "/v1/hours", .get = hours},
    {.path = "/v1/sums", .get = sums},
    {.path = "/v1/tap", .get = tap},
    {.path = "/v1/findings", .get = findings},
    {.path = "/v1/deadletters/retry", .post = retry, .by_file = true},
    {.path = "/v1/backup", .post = backup, .by_file = true},
    {.path = "/metrics", .get = metrics},
    {.path = "/healthz", .get = health},
    {.path = "/readyz", .get = ready},
    {0},
};

enum err api_open(const struct gateway_view *view, struct api **ret_api, struct error *e)
{
    struct api *api = mem_new(struct api);
    char path[4096];
    api->view = *view;
    api->feed = feed_new();
    pthread_mutex_init(&api->now_lock, NULL);
    buf_init(&api->now, WEB_ANSWER_MAX);
    snprintf(path, sizeof path, "%s/%s", view->plan->state_directory, API_SOCKET);
    struct web_settings settings = {.listen = view->plan->web_listen,
                                    .tls = {view->plan->web_cert_file,
                                            view->plan->web_key_file,
                                            view->plan->web_client_ca_file},
                                    .socket_path = path,
                                    .routes = routes,
                                    .feed = api->feed,
                                    .ctx = api};
    enum err err = web_open(&settings, &api->web, e);
    if (err != ERR_OK) {
        api_close(&api);
        return err;
    }
    *ret_api = api;
    return ERR_OK;
}

enum err api_renew(struct api *api, struct error *e)
{
    return web_renew(api->web, e);
}

void api_close(struct api **api)
{
    if (*api) {
        web_close(&(*api)->web);
        feed_free(&(*api)->feed);
        buf_deinit(&(*api)->now);
        pthread_mutex_destroy(&(*api)->now_lock);
        mem_free(api);
    }
}
