/* SPDX-License-Identifier: Apache-2.0 */
/* How the registry and its gateways are: for people, probes and Prometheus. */
#include "registry/api.h"

#include "core/mem.h"
#include "registry/access.h"
#include "registry/api_put.h"
#include "registry/manifest.h"
#include "registry/roster.h"

#include <stdio.h>

/* ---- gateways ---- */

/* What a gateway has brought. */
struct brought {
    int64_t processes, windows, missing;
    int64_t last_end_ns;
    struct manifest_record manifest; /* received at 0: none */
};

struct gateway_list {
    const struct gateway_settings **gateways;
    size_t count, capacity;
    struct table places; /* by id: the index and one */
    struct brought *brought;
};

static void add_gateway(struct gateway_list *list, const struct gateway_settings *gateway)
{
    list->gateways =
        mem_grow(list->gateways, list->count, &list->capacity, sizeof(void *));
    list->gateways[list->count++] = gateway;
    table_put(&list->places, bytes_of(gateway->id), (void *)(uintptr_t)list->count);
}

/* Those of the configuration, then those that were enrolled since. */
static void list_gateways(const struct service *service, struct gateway_list *list)
{
    const struct gateway_settings *gateway = NULL;
    table_init(&list->places);
    for (size_t i = 0; i < service->settings->gateway_count; i++) {
        add_gateway(list, &service->settings->gateways[i]);
    }
    for (size_t i = 0;
         service->roster && (gateway = roster_at(service->roster, i)) != NULL; i++) {
        add_gateway(list, gateway);
    }
    list->brought = mem_array(list->count, sizeof *list->brought);
}

/* NULL: no longer enrolled. */
static struct brought *find_brought(struct gateway_list *list, const char *id)
{
    uintptr_t place = (uintptr_t)table_find(&list->places, bytes_of(id));
    return place ? &list->brought[place - 1] : NULL;
}

static void add_process(void *ctx, const struct stored_process *process)
{
    struct brought *brought = find_brought(ctx, process->gateway);
    if (!brought) {
        return;
    }
    brought->processes++;
    brought->windows += process->windows;
    brought->missing += missing_windows(process);
    if (process->last_end_ns > brought->last_end_ns) {
        brought->last_end_ns = process->last_end_ns;
    }
}

static void add_manifest(void *ctx, const struct stored_record *record)
{
    struct brought *brought = find_brought(ctx, record->id);
    if (brought) {
        manifest_record_read(record->value, &brought->manifest);
    }
}

static enum err ask_gateways(void *ctx, const struct store_driver *driver,
                             struct store *store, struct ledger *ledger, struct error *e)
{
    (void)ledger;
    struct process_query query = {.limit = INT64_MAX};
    enum err err = driver->each_process(store, &query, add_process, ctx, e);
    return err == ERR_OK
               ? driver->each_record(store, MANIFEST_KIND, NULL, add_manifest, ctx, e)
               : err;
}

static void put_gateway(struct json_writer *writer,
                        const struct gateway_settings *gateway,
                        const struct brought *brought)
{
    json_open(writer, '{');
    json_pair(writer, "gateway", gateway->id);
    json_pair(writer, "operator", gateway->operator_id);
    json_key(writer, "installations");
    json_open(writer, '[');
    NODE_EACH(item, gateway->installations)
    {
        json_text(writer, item->text);
    }
    json_close(writer, ']');
    json_key(writer, "signed");
    json_bool(writer, gateway->has_public_key);
    json_key(writer, "processes");
    json_i64(writer, brought->processes);
    json_key(writer, "windows");
    json_i64(writer, brought->windows);
    json_key(writer, "missing_windows");
    json_i64(writer, brought->missing);
    if (brought->processes > 0) {
        put_time(writer, "last_window_end", "last_window_end_ns", brought->last_end_ns);
    }
    if (brought->manifest.received_ns > 0) {
        json_key(writer, "manifest");
        manifest_record_put(&brought->manifest, writer);
    }
    json_close(writer, '}');
}

void api_gateways(const struct service *service, const struct question *question,
                  struct answer *answer)
{
    const char *own = access_operator(question);
    struct error e = {0};
    struct gateway_list list = {0};
    list_gateways(service, &list);
    if (intake_ask(service->intake, ask_gateways, &list, &e) != ERR_OK) {
        answer_error(answer, &e);
    } else {
        struct json_writer writer = json_writer_of(&answer->body);
        json_open(&writer, '{');
        json_key(&writer, "items");
        json_open(&writer, '[');
        for (size_t i = 0; i < list.count; i++) {
            if (!own || strcmp(list.gateways[i]->operator_id, own) == 0) {
                put_gateway(&writer, list.gateways[i], &list.brought[i]);
            }
        }
        json_close(&writer, ']');
        json_close(&writer, '}');
        answer->status = 200;
        answer->type = "application/json";
    }
    mem_free(&list.brought);
    mem_free(&list.gateways);
    table_deinit(&list.places);
}

/* ---- probes ---- */

static enum err ask_counts(void *ctx, const struct store_driver *driver,
                           struct store *store, struct ledger *ledger, struct error *e)
{
    (void)ledger;
    return driver->count(store, ctx, e);
}

void api_health(const struct service *service, const struct question *question,
                struct answer *answer)
{
    (void)question;
    struct json_writer writer = json_writer_of(&answer->body);
    json_open(&writer, '{');
    json_pair(&writer, "status", "ok");
    json_pair(&writer, "registry", service->settings->id);
    json_pair(&writer, "version", EMGATE_VERSION);
    put_time(&writer, "started", "started_ns", service->started_ns);
    json_close(&writer, '}');
    answer->status = 200;
    answer->type = "application/json";
}

void api_ready(const struct service *service, const struct question *question,
               struct answer *answer)
{
    (void)question;
    struct error e = {0};
    struct store_counts counts = {0};
    if (intake_ask(service->intake, ask_counts, &counts, &e) != ERR_OK) {
        answer_error(answer, &e);
        answer_problem(answer, 503, "store: %.400s", e.text);
        return;
    }
    struct json_writer writer = json_writer_of(&answer->body);
    json_open(&writer, '{');
    json_pair(&writer, "status", "ready");
    json_pair(&writer, "store", "ok");
    json_close(&writer, '}');
    answer->status = 200;
    answer->type = "application/json";
}

/* ---- Prometheus ---- */

static void put_metric(struct buf *out, const char *name, const char *kind,
                       const char *help, uint64_t value)
{
    buf_print(out, "# HELP emgate_registry_%s %s\n# TYPE emgate_registry_%s %s\n", name,
              help, name, kind);
    buf_print(out, "emgate_registry_%s %llu\n", name, (unsigned long long)value);
}

void api_metrics(const struct service *service, const struct question *question,
                 struct answer *answer)
{
    (void)question;
    struct error e = {0};
    struct store_counts counts = {0};
    struct intake_status s;
    intake_get_status(service->intake, &s);
    bool up = intake_ask(service->intake, ask_counts, &counts, &e) == ERR_OK;
    struct buf *out = &answer->body;
    put_metric(out, "store_up", "gauge", "1 when the store answers.", up ? 1 : 0);
    put_metric(out, "installations", "gauge", "Installations known.",
               (uint64_t)counts.installations);
    put_metric(out, "processes", "gauge", "Processes known.", (uint64_t)counts.processes);
    put_metric(out, "summaries", "gauge", "Summaries stored, revisions included.",
               (uint64_t)counts.summaries);
    put_metric(out, "stored_total", "counter", "Summaries stored.", s.stored);
    put_metric(out, "repeated_total", "counter", "Summaries that were stored before.",
               s.repeated);
    put_metric(out, "conflicts_total", "counter",
               "Summaries that contradict a stored one.", s.conflicts);
    put_metric(out, "refused_total", "counter", "Summaries refused for good.", s.refused);
    put_metric(out, "later_total", "counter", "Summaries put off, such as not enrolled.",
               s.later);
    put_metric(out, "requests_total", "counter", "Requests with summaries.", s.batches);
    put_metric(out, "commits_total", "counter", "Transactions.", s.commits);
    put_metric(out, "commit_failures_total", "counter", "Transactions that failed.",
               s.failures);
    put_metric(out, "last_stored_seconds", "gauge",
               "When a summary was last stored, since 1970; 0: not since the start.",
               (uint64_t)(s.last_stored_ns / NS_PER_S));
    answer->status = 200;
    answer->type = "text/plain; version=0.0.4; charset=utf-8";
}
