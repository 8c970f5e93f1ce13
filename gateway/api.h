/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the gateway tells of itself, as JSON: for its page, for Prometheus and for the
 * command line, which asks the running daemon through the socket in its state
 * directory, or writes the same answers itself when the daemon is not running.
 *
 *     GET /v1/status /v1/points /v1/summaries /v1/deadletters /v1/outbox
 *     GET /v1/explain?process=ID&at=NS
 *     GET /v1/readings?point=ID&from=NS&to=NS
 *     GET /v1/tap?after=CURSOR&stage=readings&point=ID
 *     POST /v1/backup, by the socket only
 *     POST /v1/deadletters/retry?id=ID or ?after=ID&until=ID, by the socket only
 *     GET /v1/hours?process=ID&from=NS&to=NS   GET /v1/live   GET /v1/events
 *     GET /v1/findings   GET /v1/words   GET /v1/laboratory
 *     GET /v1/sums?process=ID&from=NS&to=NS
 *     POST /v1/decode
 *     GET / /page/FILE
 *     GET /metrics /healthz /readyz
 */
#ifndef API_H
#define API_H

#include "core/json_writer.h"
#include "gateway.h"
#include "retry.h"

/* The socket's name in the state directory. */
#define API_SOCKET "control.sock"

struct api;

/* Starts the server; copies the view.  ERR_SYSTEM: an address can't be had. */
enum err api_open(const struct gateway_view *view, struct api **ret_api,
                  struct error *e) MUST_CHECK;
void api_close(struct api **api);

/* Reads the page's certificate anew; on an error the old one stays. */
enum err api_renew(struct api *api, struct error *e) MUST_CHECK;

/* Once a second: tells those who follow /v1/events; costs nothing when nobody does. */
void api_tick(struct api *api);

/* ---- the answers; each writes one JSON value ---- */

/* The gateway as a whole, its points, and the counters for Prometheus. */
void api_put_status(const struct gateway_view *view, struct json_writer *writer);
void api_put_points(const struct gateway_view *view, struct json_writer *writer);
void api_put_metrics(const struct gateway_view *view, struct buf *out);

/* Whether it can do its work; the reasons why not, as a JSON list. */
bool api_put_ready(const struct gateway_view *view, struct json_writer *writer);

/* These need the outbox only. */
enum err api_put_summaries(struct outbox *outbox, const struct outbox_filter *filter,
                           struct json_writer *writer, struct error *e) MUST_CHECK;
enum err api_put_dead_letters(struct outbox *outbox, uint64_t limit,
                              struct json_writer *writer, struct error *e) MUST_CHECK;
enum err api_put_rows(struct outbox *outbox, const char *sink, uint64_t limit,
                      struct json_writer *writer, struct error *e) MUST_CHECK;

/* The window of a process that `at_ns` lies in (0: the newest), as
 * {"key", "summary", "streams": [{id, method, formula, calculation, source}],
 * "points": [as of api_put_readings()]}, or null when there is no such summary. */
enum err api_put_explain(const struct plan *plan, struct outbox *outbox,
                         const char *process, int64_t at_ns, struct json_writer *writer,
                         struct error *e) MUST_CHECK;

/* The members of a dead letter, into an object that is open. */
void api_put_dead_letter(const struct dead_letter *letter, struct json_writer *writer);

/* {"found", "more", "appended", "last_id", "last_record", "refused", "why"}. */
void api_put_retry(const struct retry_result *result, struct json_writer *writer);

/* What a point said in the minutes of [from_ns, to_ns): {"point", "device", "metric",
 * "unit", "slices": [{"minute", "readings": [{"at", "value"}]}]}. */
enum err api_put_readings(const struct plan *plan, struct outbox *outbox,
                          const char *point, int64_t from_ns, int64_t to_ns,
                          struct json_writer *writer, struct error *e) MUST_CHECK;

/* A process's rows over [from_ns, to_ns), a step each, newest first: {"process", "unit",
 * "step_s", "columns": [names], "streams": [{id, name, term}], "rows": [[...]]}; a row
 * has the columns and then a number a stream; null: not known.  `from_ns` begins a step.
 * ERR_REJECT: there is no such process. */
struct api_period {
    const char *process;
    int64_t from_ns, to_ns;
};
enum err api_put_hours(const struct plan *plan, struct outbox *outbox,
                       const struct api_period *period, struct json_writer *writer,
                       struct error *e) MUST_CHECK;

/* The same period as one sum: {"windows", "incomplete", "lacking", "direct", "indirect",
 * "activity", "electricity", "coverage"}; `lacking` windows without a direct figure are
 * not in it. */
enum err api_put_sums(const struct plan *plan, struct outbox *outbox,
                      const struct api_period *period, struct json_writer *writer,
                      struct error *e) MUST_CHECK;

/* {"amend_s", "places": [where a laboratory's result can be entered, and what counts
 * there now], "results": [those entered, newest first]}. */
void api_put_laboratory(const struct plan *plan, const struct laboratory *laboratory,
                        struct json_writer *writer);

/* What each process emits now: [{"id", "now": {from, to, direct, indirect, activity,
 * complete, streams: {id: t CO2e}}, "open": the same since the window began}].  `fold`
 * may be NULL; under the pipeline's lock. */
void api_put_now(struct fold *fold, const struct plan *plan, struct json_writer *writer);

/* {"status", "ready", "now", "points" unless there are very many}; `now` as made by
 * api_put_now(). */
void api_put_live(const struct gateway_view *view, struct bytes now,
                  struct json_writer *writer);

#endif
