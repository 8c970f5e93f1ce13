/* SPDX-License-Identifier: Apache-2.0 */
/* The metrics of core/metrics.def, filled from the stages. */
#include "api.h"

#include "core/mem.h"
#include "core/metrics.h"

static void take_journal(const struct gateway_view *view, struct metrics_gateway *m)
{
    struct journal_status s;
    journal_get_status(view->journal, &s);
    m->journal_bytes = s.bytes;
    m->journal_disk_free_bytes = s.disk_free;
    m->journal_records_total = s.last_seq;
    m->journal_commits_total = s.commits;
    m->journal_syncs_total = s.syncs;
    m->journal_full = s.full;
    m->journal_quarantined_total = s.quarantined;
    m->backlog_records =
        s.durable_seq > m->folded_record ? s.durable_seq - m->folded_record : 0;
}

static void take_counters(const struct fold_counters *c, struct metrics_gateway *m)
{
    m->readings_total = c->readings;
    m->samples_total = c->samples;
    m->duplicates_total = c->duplicates;
    m->unmapped_total = c->unmapped;
    m->summaries_total = c->summaries;
}

/* By outcome and by reason. */
static void put_messages(const struct fold_counters *c, struct buf *out)
{
    static const char *const outcomes[] = {"accepted", "accepted_empty", "partial",
                                           "rejected"};
    struct metrics_outcome by_outcome[] = {
        {c->accepted}, {c->empty}, {c->partial}, {c->rejected}};
    struct metrics_reason by_reason[FOLD_REASONS_MAX];
    const char *reasons[FOLD_REASONS_MAX];
    for (size_t i = 0; i < c->reason_count; i++) {
        reasons[i] = c->reasons[i].reason;
        by_reason[i].faults_total = c->reasons[i].count;
    }
    metrics_print(&metrics_of_outcome, outcomes, by_outcome, 4, out);
    metrics_print(&metrics_of_reason, reasons, by_reason, c->reason_count, out);
}

static void put_gateway(const struct gateway_view *view, struct buf *out)
{
    struct metrics_gateway m = {0};
    struct pipeline_view p;
    struct outbox_counts stored = {0};
    struct error e;
    static const struct fold_counters none;
    pipeline_lock(view->pipeline, &p);
    const struct fold_counters *c = p.fold ? fold_get_counters(p.fold) : &none;
    m.folded_record = p.fold ? fold_cursor(p.fold) : 0;
    take_counters(c, &m);
    put_messages(c, out);
    pipeline_unlock(view->pipeline);
    take_journal(view, &m);
    if (outbox_count(view->outbox, &stored, &e) == ERR_OK) {
        m.dead_letters = stored.dead_letters;
    }
    metrics_print(&metrics_of_gateway, NULL, &m, 1, out);
}

static void put_brokers(const struct gateway_view *view, struct buf *out)
{
    size_t count = view->plan->broker_count;
    struct metrics_broker *rows = mem_array(count, sizeof *rows);
    const char **names = mem_array(count, sizeof *names);
    for (size_t i = 0; i < count; i++) {
        struct source_status s;
        source_get_status(intake_source(view->intake), i, &s);
        names[i] = view->plan->brokers[i].name;
        rows[i] = (struct metrics_broker){
            .broker_connected = s.connected,
            .broker_messages_total = s.messages,
            .broker_bytes_total = s.bytes,
            .broker_connects_total = s.connects,
            .broker_unacknowledged = s.parked,
            .broker_dropped_total = s.broker_dropped,
        };
    }
    metrics_print(&metrics_of_broker, names, rows, count, out);
    mem_free(&names);
    mem_free(&rows);
}

/* A sink that can't be counted just now has no row: missing is not zero. */
static void put_sinks(const struct gateway_view *view, struct buf *out)
{
    struct metrics_sink *rows = mem_array(view->forward_count, sizeof *rows);
    struct forward_status *s = mem_array(view->forward_count, sizeof *s);
    const char **names = mem_array(view->forward_count, sizeof *names);
    size_t count = 0;
    for (size_t i = 0; i < view->forward_count; i++) {
        struct outbox_sink_counts counts = {0};
        struct error e;
        forward_get_status(view->forwards[i], &s[count]);
        if (outbox_count_sink(view->outbox, s[count].id, &counts, &e) != ERR_OK) {
            continue;
        }
        names[count] = s[count].id;
        rows[count] = (struct metrics_sink){.sink_waiting = counts.waiting,
                                            .sink_delivered_total = counts.done,
                                            .sink_set_aside = counts.set_aside,
                                            .sink_sent_total = s[count].sent,
                                            .sink_failing_turns = s[count].failures};
        count++;
    }
    metrics_print(&metrics_of_sink, names, rows, count, out);
    mem_free(&names);
    mem_free(&s);
    mem_free(&rows);
}

void api_put_metrics(const struct gateway_view *view, struct buf *out)
{
    put_gateway(view, out);
    put_brokers(view, out);
    put_sinks(view, out);
}
