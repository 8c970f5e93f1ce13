/* SPDX-License-Identifier: Apache-2.0 */
/* An edge node for tests: writes payloads metric by metric and feeds the adapter. */
#ifndef TESTS_SPARKPLUG_BENCH_H
#define TESTS_SPARKPLUG_BENCH_H

#include "probe.h"
#include "sparkplug_state.h"
#include "sparkplug_writer.h"

#define SENT_MS UINT64_C(1785340800000)

/* What is being written, and to whom it goes. */
struct bench {
    struct probe *d;
    struct buf payload;
    struct buf metric;
};

static inline struct bench *bench_new(const char *settings)
{
    struct bench *b = mem_new(struct bench);
    b->d = probe_new("sparkplug", settings);
    cr_assert_eq(b->d->problems.count, 0);
    buf_init(&b->payload, WRITER_MAX);
    buf_init(&b->metric, WRITER_MAX);
    return b;
}

static inline void bench_free(struct bench *b)
{
    probe_free(b->d);
    buf_deinit(&b->payload);
    buf_deinit(&b->metric);
    mem_free(&b);
}

static inline void begin(struct bench *b, uint64_t seq)
{
    buf_clear(&b->payload);
    put_number(&b->payload, 1, SENT_MS);
    put_number(&b->payload, 3, seq);
}

/* Starts a metric; fields follow, then end_metric(). */
static inline void metric(struct bench *b, const char *name, uint64_t alias,
                          uint32_t datatype)
{
    buf_clear(&b->metric);
    if (name) {
        put_text(&b->metric, 1, name);
    }
    if (alias) {
        put_number(&b->metric, 2, alias);
    }
    if (datatype) {
        put_number(&b->metric, 4, datatype);
    }
}

static inline void end_metric(struct bench *b)
{
    put_part(&b->payload, 2, &b->metric);
}

static inline enum outcome send_to(struct bench *b, const char *kind, const char *device)
{
    char topic[128];
    snprintf(topic, sizeof topic, "spBv1.0/g/%s/n%s%s", kind, device ? "/" : "",
             device ? device : "");
    return probe_feed(b->d, topic, buf_bytes(&b->payload));
}

static inline void whole(struct bench *b, const char *name, uint64_t alias,
                         uint32_t datatype, uint64_t number)
{
    metric(b, name, alias, datatype);
    put_number(&b->metric, 10, number);
    end_metric(b);
}

static inline void real(struct bench *b, const char *name, uint64_t alias, double number)
{
    metric(b, name, alias, SPARKPLUG_DOUBLE);
    put_double(&b->metric, 13, number);
    end_metric(b);
}

static inline void nbirth(struct bench *b, uint64_t seq, uint64_t bd_seq)
{
    begin(b, seq);
    whole(b, "bdSeq", 0, SPARKPLUG_INT64, bd_seq);
    real(b, "volt", 1, 24.0);
    cr_assert_eq(send_to(b, "NBIRTH", NULL), OUTCOME_ACCEPTED);
}

static inline void dbirth(struct bench *b, uint64_t seq)
{
    begin(b, seq);
    real(b, "temp", 10, 1450.5);
    real(b, "flow", 11, 3.0);
    cr_assert_eq(send_to(b, "DBIRTH", "d"), OUTCOME_ACCEPTED);
}

static inline enum outcome data_of(struct bench *b, uint64_t seq, double number)
{
    begin(b, seq);
    metric(b, NULL, 10, 0);
    put_double(&b->metric, 13, number);
    end_metric(b);
    return send_to(b, "DDATA", "d");
}

static inline enum outcome ndeath(struct bench *b, uint64_t bd_seq)
{
    buf_clear(&b->payload);
    put_number(&b->payload, 1, SENT_MS);
    whole(b, "bdSeq", 0, SPARKPLUG_INT64, bd_seq);
    return send_to(b, "NDEATH", NULL);
}

static inline size_t tick(struct bench *b, int64_t after_ns)
{
    probe_begin(b->d);
    b->d->adapter->tick(b->d->state, b->d->now_ns + after_ns, &b->d->out);
    return b->d->out.action_count;
}

static inline struct bench *born(const char *settings)
{
    struct bench *b = bench_new(settings);
    nbirth(b, 0, 7);
    dbirth(b, 1);
    return b;
}

#endif
