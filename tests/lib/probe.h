/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An adapter with its state, settings and arena, for tests: feed it messages and look
 * at what came out of the last one.
 */
#ifndef TESTS_PROBE_H
#define TESTS_PROBE_H

#include "config/node/node.h"
#include "core/clock.h"
#include "core/mem.h"
#include "decode/adapter.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#define PROBE_ARENA_SIZE (8U << 20)
#define PROBE_STATE_MAX (64U << 20)
#define PROBE_RECEIVED_NS (INT64_C(1785340900) * NS_PER_S) /* 2026-07-29T16:01:40Z */

struct probe {
    const struct adapter *adapter;
    void *state;
    struct arena arena;
    struct problems problems;
    struct document *document;
    int64_t now_ns; /* receive time of the next message */
    bool retained;
    enum err result; /* of the last message */
    struct decoding out;
    struct error e;
};

/* `settings` is YAML, or NULL for none.  Problems are the test's to look at. */
static inline struct probe *probe_new(const char *name, const char *settings)
{
    struct probe *d = mem_new(struct probe);
    d->adapter = adapter_find(bytes_of(name));
    cr_assert_not_null(d->adapter, "no adapter '%s'", name);
    d->state = mem_array(1, d->adapter->state_size + 1);
    d->now_ns = PROBE_RECEIVED_NS;
    arena_init(&d->arena, PROBE_ARENA_SIZE);
    problems_init(&d->problems);
    if (settings) {
        d->document = document_parse("settings", bytes_of(settings), &d->problems);
    }
    if (d->adapter->init) {
        d->adapter->init(d->state, d->document ? document_root(d->document) : NULL,
                         &d->problems);
    }
    return d;
}

static inline void probe_free(struct probe *d)
{
    if (d->adapter->deinit) {
        d->adapter->deinit(d->state);
    }
    document_free(&d->document);
    problems_deinit(&d->problems);
    arena_deinit(&d->arena);
    mem_free(&d->state);
    mem_free(&d);
}

static inline void probe_begin(struct probe *d)
{
    arena_reset(&d->arena);
    d->out = (struct decoding){.arena = &d->arena};
    d->e = (struct error){0};
}

/* The outcome as the gateway sees it. */
static inline enum outcome probe_feed(struct probe *d, const char *topic,
                                      struct bytes payload)
{
    probe_begin(d);
    struct message message = {.topic = bytes_of(topic),
                              .payload = payload,
                              .received_ns = d->now_ns,
                              .retained = d->retained};
    d->result = d->adapter->decode(d->state, &message, &d->out, &d->e);
    if (d->result != ERR_OK || d->arena.overflow) {
        d->out.outcome = OUTCOME_REJECTED;
        d->out.count = 0;
        snprintf(d->out.reason, sizeof d->out.reason, "%s",
                 d->arena.overflow ? "too_large" : d->e.reason);
    } else if (d->out.outcome == OUTCOME_ACCEPTED && d->out.count == 0) {
        d->out.outcome = OUTCOME_ACCEPTED_EMPTY;
    }
    return d->out.outcome;
}

static inline enum outcome probe_feed_text(struct probe *d, const char *topic,
                                           const char *payload)
{
    return probe_feed(d, topic, bytes_of(payload));
}

/* The content of a file below tests/; the caller releases it. */
static inline struct buf probe_file(const char *path)
{
    char full[1024];
    snprintf(full, sizeof full, "%s/%s", TEST_DATA, path);
    FILE *in = fopen(full, "rbe");
    cr_assert_not_null(in, "no file '%s'", full);
    struct buf content;
    buf_init(&content, PROBE_ARENA_SIZE);
    for (int byte = fgetc(in); byte != EOF; byte = fgetc(in)) {
        buf_add_byte(&content, (uint8_t)byte);
    }
    fclose(in);
    return content;
}

/* The payload is gone afterwards, so that a view into it is seen by sanitizers. */
static inline enum outcome probe_feed_file(struct probe *d, const char *topic,
                                           const char *path)
{
    struct buf payload = probe_file(path);
    enum outcome outcome = probe_feed(d, topic, buf_bytes(&payload));
    buf_deinit(&payload);
    return outcome;
}

/* How many readings of this metric there are. */
static inline size_t probe_count(const struct probe *d, const char *metric)
{
    size_t count = 0;
    for (size_t i = 0; i < d->out.count; i++) {
        count += bytes_are(d->out.readings[i].metric, metric) ? 1 : 0;
    }
    return count;
}

/* The n-th reading of this metric, from 0; it must be there. */
static inline const struct reading *probe_nth(const struct probe *d, const char *metric,
                                              size_t n)
{
    static const struct reading none;
    for (size_t i = 0; i < d->out.count; i++) {
        if (bytes_are(d->out.readings[i].metric, metric) && n-- == 0) {
            return &d->out.readings[i];
        }
    }
    cr_assert_fail("no reading of '%s' among %zu", metric, d->out.count);
    return &none;
}

static inline const struct reading *probe_find(const struct probe *d, const char *metric)
{
    return probe_nth(d, metric, 0);
}

static inline double probe_number(const struct probe *d, const char *metric)
{
    double number = 0;
    cr_assert(value_number(&probe_find(d, metric)->value, &number),
              "'%s' is not a number", metric);
    return number;
}

static inline bool probe_reason_is(const struct probe *d, const char *reason)
{
    return strcmp(d->out.reason, reason) == 0;
}

/* A second adapter whose state was saved by the first one and loaded. */
static inline struct probe *probe_restart(const struct probe *d, const char *settings)
{
    struct probe *other = probe_new(d->adapter->name, settings);
    struct buf saved;
    buf_init(&saved, PROBE_STATE_MAX);
    d->adapter->save(d->state, &saved);
    cr_assert_not(saved.overflow);
    cr_assert_eq(other->adapter->load(other->state, buf_bytes(&saved), &other->e), ERR_OK,
                 "%s", other->e.text);
    struct buf again;
    buf_init(&again, PROBE_STATE_MAX);
    other->adapter->save(other->state, &again);
    cr_assert(bytes_equal(buf_bytes(&saved), buf_bytes(&again)));
    buf_deinit(&saved);
    buf_deinit(&again);
    return other;
}

#endif
