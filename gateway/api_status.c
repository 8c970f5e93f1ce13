/* SPDX-License-Identifier: Apache-2.0 */
/* The state of every stage, as JSON for people and as metrics for Prometheus. */
#include "api.h"

#include "aggregate/slice.h"
#include "certificates.h"
#include "core/timetext.h"
#include "tls/certificate.h"

#include <stdio.h>

/* A time that may not have come yet. */
static void put_time(struct json_writer *w, const char *key, int64_t ns)
{
    json_key(w, key);
    if (ns > 0) {
        json_time(w, ns);
    } else {
        json_nothing(w);
    }
}

/* ---- the stages ---- */

static void put_brokers(const struct gateway_view *view, struct json_writer *w)
{
    json_key(w, "brokers");
    json_open(w, '[');
    for (size_t i = 0; i < view->plan->broker_count; i++) {
        struct source_status s;
        source_get_status(intake_source(view->intake), i, &s);
        json_open(w, '{');
        json_pair(w, "name", view->plan->brokers[i].name);
        json_pair(w, "uri", view->plan->brokers[i].uri);
        json_pair_bool(w, "connected", s.connected);
        json_pair_bool(w, "subscribed", s.subscribed);
        json_pair_bool(w, "session_present", s.session_present);
        json_pair(w, "protocol", s.version == 5 ? "5" : "3.1.1");
        put_time(w, "since", s.since_ns);
        put_time(w, "last_message", s.last_message_ns);
        json_pair_u64(w, "messages", s.messages);
        json_pair_u64(w, "bytes", s.bytes);
        json_pair_u64(w, "connects", s.connects);
        json_pair_u64(w, "unacknowledged", s.parked);
        json_pair_u64(w, "broker_dropped", s.broker_dropped);
        json_pair(w, "cross_publish", crossing_names[intake_crossing(view->intake, i)]);
        json_pair(w, "last_error", s.last_error);
        json_close(w, '}');
    }
    json_close(w, ']');
}

static void put_journal(const struct gateway_view *view, struct json_writer *w)
{
    struct journal_status s;
    journal_get_status(view->journal, &s);
    uint64_t room = s.disk_free;
    if (s.quota > 0) {
        uint64_t left = s.quota > s.bytes ? s.quota - s.bytes : 0;
        room = left < room ? left : room;
    }
    json_key(w, "journal");
    json_open(w, '{');
    json_pair_u64(w, "last_record", s.last_seq);
    json_pair_u64(w, "durable_record", s.durable_seq);
    json_pair_u64(w, "segments", s.segments);
    json_pair_u64(w, "bytes", s.bytes);
    json_pair_u64(w, "quota", s.quota);
    json_pair_u64(w, "disk_free", s.disk_free);
    json_pair_u64(w, "bytes_per_day", s.bytes_per_day);
    json_key(w, "days_left");
    if (s.bytes_per_day > 0) {
        json_double(w, (double)room / (double)s.bytes_per_day);
    } else {
        json_nothing(w);
    }
    json_pair_bool(w, "full", s.full);
    put_time(w, "full_since", s.full_since_ns);
    json_pair_u64(w, "commits", s.commits);
    json_pair_u64(w, "syncs", s.syncs);
    json_pair_u64(w, "quarantined", s.quarantined);
    json_pair(w, "problem", intake_problem(view->intake));
    json_close(w, '}');
}

static void put_counters(const struct fold_counters *c, struct json_writer *w)
{
    json_pair_u64(w, "messages", c->messages);
    json_pair_u64(w, "accepted", c->accepted);
    json_pair_u64(w, "accepted_empty", c->empty);
    json_pair_u64(w, "partial", c->partial);
    json_pair_u64(w, "rejected", c->rejected);
    json_pair_u64(w, "readings", c->readings);
    json_pair_u64(w, "samples", c->samples);
    json_pair_u64(w, "duplicates", c->duplicates);
    json_pair_u64(w, "unmapped", c->unmapped);
    json_pair_u64(w, "summaries", c->summaries);
    json_key(w, "reasons");
    json_open(w, '{');
    for (size_t i = 0; i < c->reason_count; i++) {
        json_pair_u64(w, c->reasons[i].reason, c->reasons[i].count);
    }
    json_close(w, '}');
}

static void put_process_plan(const struct plan_process *process, struct json_writer *w)
{
    json_pair(w, "name", process->name);
    json_pair(w, "category", process->category);
    json_pair(w, "cn", process->cn);
    json_pair(w, "unit", process->functional_unit);
    json_key(w, "streams");
    json_open(w, '[');
    for (size_t i = 0; i < process->stream_count; i++) {
        json_open(w, '{');
        json_pair(w, "id", process->streams[i].id);
        json_pair(w, "name", process->streams[i].name);
        json_close(w, '}');
    }
    json_close(w, ']');
}

static void put_processes(const struct pipeline_view *p, struct json_writer *w)
{
    json_key(w, "processes");
    json_open(w, '[');
    for (size_t i = 0; p->fold && i < p->plan->process_count; i++) {
        struct aggregate_process_status s;
        aggregate_get_process(fold_get_aggregate(p->fold), i, fold_now(p->fold), &s);
        json_open(w, '{');
        json_pair(w, "id", p->plan->processes[i].id);
        put_process_plan(&p->plan->processes[i], w);
        put_time(w, "open_window", s.started ? s.next_ns : 0);
        put_time(w, "watermark", s.watermark_ns);
        json_pair_u64(w, "alarms", s.alarms);
        json_close(w, '}');
    }
    json_close(w, ']');
}

static void put_lapse(void *ctx, const struct plan_lapse *lapse)
{
    struct json_writer *w = ctx;
    json_open(w, '{');
    json_pair(w, "what", lapse->what);
    json_pair(w, "text", lapse->words);
    put_time(w, "end", lapse->end_ns);
    json_pair_bool(w, "over", lapse->over);
    json_close(w, '}');
}

static void put_certificate(void *ctx, const struct certificate_seen *seen)
{
    if (seen->days_left > PLAN_WARN_NS / NS_PER_S / DAY_S) {
        return;
    }
    struct plan_lapse lapse = {.what = seen->what,
                               .words = "certificate",
                               .end_ns = seen->end_s * NS_PER_S,
                               .over = seen->days_left < 0};
    put_lapse(ctx, &lapse);
}

/* What has to be renewed within 30 days, or should have been. */
static void put_lapses(const struct plan *plan, struct json_writer *w)
{
    json_key(w, "lapses");
    json_open(w, '[');
    int64_t now_ns = clock_wall_ns(&clock_system);
    plan_each_lapse(plan, now_ns, put_lapse, w);
    certificates_each(plan, now_ns / NS_PER_S, put_certificate, w);
    json_close(w, ']');
}

static void put_pipeline(const struct gateway_view *view, struct json_writer *w)
{
    struct pipeline_view p;
    struct journal_status journal;
    journal_get_status(view->journal, &journal);
    pipeline_lock(view->pipeline, &p);
    uint64_t cursor = p.fold ? fold_cursor(p.fold) : 0;
    json_key(w, "pipeline");
    json_open(w, '{');
    json_pair_u64(w, "folded_record", cursor);
    json_pair_u64(w, "committed_record", p.folded_seq);
    json_pair_u64(w, "backlog_records",
                  journal.durable_seq > cursor ? journal.durable_seq - cursor : 0);
    put_time(w, "last_commit", p.last_commit_ns);
    json_pair(w, "problem", p.problem);
    if (p.fold) {
        put_counters(fold_get_counters(p.fold), w);
    }
    json_close(w, '}');
    put_processes(&p, w);
    pipeline_unlock(view->pipeline);
}

/* What came of the last reconciliation with the far side. */
static void put_manifest(const struct forward_status *s, struct json_writer *w)
{
    if (s->manifest_ns == 0) {
        return;
    }
    json_key(w, "manifest");
    json_open(w, '{');
    put_time(w, "at", s->manifest_ns);
    json_pair_u64(w, "stated", s->manifest.stated);
    json_pair_u64(w, "differing_days", s->manifest.differing_days);
    json_pair_u64(w, "lacking", s->manifest.lacking);
    json_pair_u64(w, "unknown", s->manifest.unknown);
    json_close(w, '}');
}

static void put_sink(const struct gateway_view *view, size_t index, struct json_writer *w)
{
    struct forward_status s;
    struct outbox_sink_counts counts = {0};
    struct error e;
    forward_get_status(view->forwards[index], &s);
    json_open(w, '{');
    json_pair(w, "id", s.id);
    json_pair(w, "sink", s.sink);
    if (outbox_count_sink(view->outbox, s.id, &counts, &e) == ERR_OK) {
        json_pair_u64(w, "waiting", counts.waiting);
        json_pair_u64(w, "done", counts.done);
        json_pair_u64(w, "set_aside", counts.set_aside);
        put_time(w, "oldest_waiting", counts.oldest_window_ns);
    }
    json_pair_u64(w, "sent", s.sent);
    json_pair_u64(w, "retried", s.retried);
    json_pair_u64(w, "uncertain", s.uncertain);
    json_pair_u64(w, "failures", s.failures);
    put_time(w, "last_success", s.last_success_ns);
    put_time(w, "last_error_at", s.last_error_ns);
    json_pair(w, "last_error", s.last_error);
    put_manifest(&s, w);
    json_close(w, '}');
}

static void put_outbox(const struct gateway_view *view, struct json_writer *w)
{
    struct outbox_counts counts = {0};
    struct error e;
    json_key(w, "outbox");
    json_open(w, '{');
    if (outbox_count(view->outbox, &counts, &e) == ERR_OK) {
        json_pair_u64(w, "summaries", counts.summaries);
        json_pair_u64(w, "dead_letters", counts.dead_letters);
        json_pair_u64(w, "newest_words", counts.newest_words);
    }
    json_close(w, '}');
    json_key(w, "sinks");
    json_open(w, '[');
    for (size_t i = 0; i < view->forward_count; i++) {
        put_sink(view, i, w);
    }
    json_close(w, ']');
}

static void put_bridges(const struct gateway_view *view, struct json_writer *w)
{
    json_key(w, "bridges");
    json_open(w, '[');
    for (size_t i = 0; i < view->bridges.count; i++) {
        struct bridge_status s;
        bridge_get_status(view->bridges.list[i], &s);
        json_open(w, '{');
        json_pair(w, "id", s.id);
        json_pair(w, "uri", s.uri);
        json_pair_bool(w, "connected", s.connected);
        json_pair_u64(w, "place", s.place);
        json_pair_u64(w, "backlog_records", s.backlog);
        json_key(w, "lag_s");
        json_double(w, (double)s.lag_ns / (double)NS_PER_S);
        json_pair_u64(w, "sent", s.sent);
        json_pair_u64(w, "skipped", s.skipped);
        json_pair_u64(w, "repeated", s.repeated);
        json_pair_u64(w, "set_aside", s.set_aside);
        json_pair_u64(w, "failures", s.failures);
        put_time(w, "last_success", s.last_success_ns);
        put_time(w, "last_error_at", s.last_error_ns);
        json_pair(w, "last_error", s.last_error);
        json_close(w, '}');
    }
    json_close(w, ']');
}

void api_put_status(const struct gateway_view *view, struct json_writer *w)
{
    json_open(w, '{');
    json_pair(w, "gateway", view->plan->gateway_id);
    json_pair(w, "software", view->software);
    json_pair(w, "installation", view->plan->installation.id);
    json_pair(w, "installation_name", view->plan->installation.name);
    json_pair(w, "time_zone", view->plan->installation.time_zone);
    put_time(w, "started", view->started_ns);
    put_time(w, "now", clock_wall_ns(&clock_system));
    json_key(w, "config_hash");
    json_hex(w, (struct bytes){view->plan->hash, sizeof view->plan->hash});
    put_brokers(view, w);
    put_journal(view, w);
    put_pipeline(view, w);
    put_outbox(view, w);
    put_bridges(view, w);
    put_lapses(view->plan, w);
    json_close(w, '}');
}

/* ---- points ---- */

static void put_point(const struct plan_point *point,
                      const struct aggregate_point_status *s, struct json_writer *w)
{
    json_open(w, '{');
    json_pair(w, "id", point->id);
    json_pair(w, "device", point->device);
    json_pair(w, "metric", point->metric);
    json_pair(w, "name", point->name);
    json_pair(w, "unit", point->unit);
    json_key(w, "interval_s");
    json_double(w, (double)point->interval_ns / NS_PER_S);
    json_pair_u64(w, "samples", s->count);
    put_time(w, "at", s->has ? s->at_ns : 0);
    json_key(w, "value");
    if (s->has && !(s->flags & SAMPLE_BAD)) {
        json_double(w, s->value);
    } else {
        json_nothing(w);
    }
    bool uncertain = s->flags & SAMPLE_UNCERTAIN;
    const char *usable = uncertain ? "uncertain" : "good";
    json_pair(w, "quality", s->flags & SAMPLE_BAD ? "bad" : (s->has ? usable : NULL));
    json_pair(w, "reason", sample_cause_name(sample_cause(s->flags)));
    json_key(w, "not_used");
    json_open(w, '{');
    for (int c = CAUSE_NONE + 1; c < CAUSE_COUNT; c++) {
        if (s->causes[c] > 0) {
            json_pair_u64(w, sample_cause_name((enum sample_cause)c), s->causes[c]);
        }
    }
    json_close(w, '}');
    json_close(w, '}');
}

void api_put_points(const struct gateway_view *view, struct json_writer *w)
{
    struct pipeline_view p;
    pipeline_lock(view->pipeline, &p);
    json_open(w, '[');
    for (size_t i = 0; p.fold && i < p.plan->point_count; i++) {
        struct aggregate_point_status s;
        aggregate_get_point(fold_get_aggregate(p.fold), i, &s);
        put_point(&p.plan->points[i], &s, w);
    }
    json_close(w, ']');
    pipeline_unlock(view->pipeline);
}

/* ---- ready ---- */

static void put_reason(struct json_writer *w, bool *ready, const char *words,
                       const char *what)
{
    char text[512];
    *ready = false;
    snprintf(text, sizeof text, "%s %s", words, what);
    json_text(w, bytes_of(text));
}

bool api_put_ready(const struct gateway_view *view, struct json_writer *w)
{
    bool ready = true;
    struct pipeline_view p;
    struct journal_status journal;
    json_open(w, '{');
    json_key(w, "reasons");
    json_open(w, '[');
    for (size_t i = 0; i < view->plan->broker_count; i++) {
        struct source_status s;
        source_get_status(intake_source(view->intake), i, &s);
        if (!s.connected) {
            put_reason(w, &ready, "not connected to broker", view->plan->brokers[i].name);
        } else if (!s.subscribed) {
            put_reason(w, &ready, "not subscribed at broker",
                       view->plan->brokers[i].name);
        }
    }
    journal_get_status(view->journal, &journal);
    if (journal.full) {
        char since[TIME_TEXT_MAX];
        time_print_iso(journal.full_since_ns, since);
        put_reason(w, &ready, "the journal is full since", since);
    }
    const char *problem = intake_problem(view->intake);
    if (problem) {
        put_reason(w, &ready, "the journal has failed:", problem);
    }
    pipeline_lock(view->pipeline, &p);
    if (p.problem[0]) {
        put_reason(w, &ready, "the pipeline waits:", p.problem);
    }
    pipeline_unlock(view->pipeline);
    json_close(w, ']');
    json_pair_bool(w, "ready", ready);
    json_close(w, '}');
    return ready;
}
