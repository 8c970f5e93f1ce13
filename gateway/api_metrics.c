/* SPDX-License-Identifier: Apache-2.0 */
/* Metrics in Prometheus's text format 0.0.4. */
#include "api.h"

static void metric(struct buf *out, const char *name, const char *kind, const char *help)
{
    buf_print(out, "# HELP emgate_%s %s\n# TYPE emgate_%s %s\n", name, help, name, kind);
}

static void number(struct buf *out, const char *name, const char *kind, const char *help,
                   uint64_t value)
{
    metric(out, name, kind, help);
    buf_print(out, "emgate_%s %llu\n", name, (unsigned long long)value);
}

static void put_journal(const struct gateway_view *view, struct buf *out)
{
    struct journal_status s;
    journal_get_status(view->journal, &s);
    number(out, "journal_bytes", "gauge", "Bytes of segments on disk.", s.bytes);
    number(out, "journal_disk_free_bytes", "gauge", "Free bytes of the file system.",
           s.disk_free);
    number(out, "journal_records_total", "counter", "Records appended, ever.",
           s.last_seq);
    number(out, "journal_commits_total", "counter", "Group commits since start.",
           s.commits);
    number(out, "journal_full", "gauge", "1 while intake is stopped for want of space.",
           s.full ? 1 : 0);
    number(out, "journal_quarantined_total", "counter", "Damaged groups set aside.",
           s.quarantined);
}

static void put_pipeline(const struct gateway_view *view, struct buf *out)
{
    struct pipeline_view p;
    pipeline_lock(view->pipeline, &p);
    static const struct fold_counters none;
    const struct fold_counters *c = p.fold ? fold_get_counters(p.fold) : &none;
    metric(out, "messages_total", "counter", "Messages folded, by outcome.");
    buf_print(out, "emgate_messages_total{outcome=\"accepted\"} %llu\n",
              (unsigned long long)c->accepted);
    buf_print(out, "emgate_messages_total{outcome=\"accepted_empty\"} %llu\n",
              (unsigned long long)c->empty);
    buf_print(out, "emgate_messages_total{outcome=\"partial\"} %llu\n",
              (unsigned long long)c->partial);
    buf_print(out, "emgate_messages_total{outcome=\"rejected\"} %llu\n",
              (unsigned long long)c->rejected);
    metric(out, "faults_total", "counter", "Messages set aside whole or in part.");
    for (size_t i = 0; i < c->reason_count; i++) {
        buf_print(out, "emgate_faults_total{reason=\"%s\"} %llu\n", c->reasons[i].reason,
                  (unsigned long long)c->reasons[i].count);
    }
    number(out, "readings_total", "counter", "Readings decoded.", c->readings);
    number(out, "samples_total", "counter", "Readings taken by a point.", c->samples);
    number(out, "duplicates_total", "counter", "Repeated readings, not counted again.",
           c->duplicates);
    number(out, "summaries_total", "counter", "Summaries made.", c->summaries);
    number(out, "folded_record", "gauge", "Last journal record folded.",
           p.fold ? fold_cursor(p.fold) : 0);
    pipeline_unlock(view->pipeline);
}

static void put_brokers(const struct gateway_view *view, struct buf *out)
{
    metric(out, "broker_connected", "gauge", "1 while connected.");
    for (size_t i = 0; i < view->plan->broker_count; i++) {
        struct source_status s;
        source_get_status(intake_source(view->intake), i, &s);
        buf_print(out, "emgate_broker_connected{broker=\"%s\"} %d\n",
                  view->plan->brokers[i].name, s.connected ? 1 : 0);
    }
    metric(out, "broker_messages_total", "counter", "Messages received since start.");
    for (size_t i = 0; i < view->plan->broker_count; i++) {
        struct source_status s;
        source_get_status(intake_source(view->intake), i, &s);
        buf_print(out, "emgate_broker_messages_total{broker=\"%s\"} %llu\n",
                  view->plan->brokers[i].name, (unsigned long long)s.messages);
    }
}

static void put_sinks(const struct gateway_view *view, struct buf *out)
{
    metric(out, "sink_waiting", "gauge", "Summaries not delivered yet.");
    for (size_t i = 0; i < view->forward_count; i++) {
        struct forward_status s;
        struct outbox_sink_counts counts = {0};
        struct error e;
        forward_get_status(view->forwards[i], &s);
        if (outbox_count_sink(view->outbox, s.id, &counts, &e) == ERR_OK) {
            buf_print(out, "emgate_sink_waiting{sink=\"%s\"} %llu\n", s.id,
                      (unsigned long long)counts.waiting);
        }
    }
}

void api_put_metrics(const struct gateway_view *view, struct buf *out)
{
    put_brokers(view, out);
    put_journal(view, out);
    put_pipeline(view, out);
    put_sinks(view, out);
}
