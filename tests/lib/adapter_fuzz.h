/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Feeds an adapter with fuzzed bytes, as one message or, where the adapter remembers, as
 * a row of them:
 *
 *     row = { topic's number (1), length (2, little-endian), payload }...
 *
 * A topic number beyond the list is a tick.
 */
#ifndef TESTS_ADAPTER_FUZZ_H
#define TESTS_ADAPTER_FUZZ_H

#include "adapter_check.h"
#include "core/clock.h"
#include "core/mem.h"
#include "fuzz.h"

#define FUZZ_ARENA_SIZE (8U << 20)
#define FUZZ_TIME_NS (INT64_C(1785340900) * NS_PER_S)
#define FUZZ_MESSAGES_MAX 64

struct fuzz {
    const struct adapter *adapter;
    const struct node *settings;
    const char *const *topics; /* ends in NULL */
    void *state;
    struct arena *arena;
    struct problems problems;
    int64_t now_ns;
};

/* Taken once: a run should cost what the adapter costs. */
static inline struct arena *fuzz_arena(void)
{
    static struct arena arena;
    if (!arena.block) {
        arena_init(&arena, FUZZ_ARENA_SIZE);
    }
    return &arena;
}

static inline void *fuzz_state(struct fuzz *fuzz)
{
    void *state = mem_array(1, fuzz->adapter->state_size + 1);
    fuzz->adapter->init(state, fuzz->settings, &fuzz->problems);
    ASSERT(fuzz->problems.count == 0);
    return state;
}

static inline void fuzz_release(const struct fuzz *fuzz, void **state)
{
    if (fuzz->adapter->deinit) {
        fuzz->adapter->deinit(*state);
    }
    mem_free(state);
}

static inline void fuzz_message(struct fuzz *fuzz, const char *topic,
                                struct bytes payload)
{
    struct decoding out = {.arena = fuzz->arena};
    struct error e = {0};
    struct buf before;
    struct buf after;
    struct message message = {
        .topic = bytes_of(topic), .payload = payload, .received_ns = fuzz->now_ns};
    arena_reset(fuzz->arena);
    save_state(fuzz->adapter, fuzz->state, &before);
    enum err result = fuzz->adapter->decode(fuzz->state, &message, &out, &e);
    check_decoding(&out, result, &e);
    save_state(fuzz->adapter, fuzz->state, &after);
    ASSERT(result == ERR_OK || bytes_equal(buf_bytes(&before), buf_bytes(&after)));
    buf_deinit(&before);
    buf_deinit(&after);
}

static inline void fuzz_tick(struct fuzz *fuzz)
{
    struct decoding out = {.arena = fuzz->arena};
    arena_reset(fuzz->arena);
    fuzz->now_ns += NS_PER_MINUTE;
    if (fuzz->adapter->tick) {
        fuzz->adapter->tick(fuzz->state, fuzz->now_ns, &out);
        check_decoding(&out, ERR_OK, NULL);
    }
}

static inline void fuzz_row(struct fuzz *fuzz, struct bytes data)
{
    size_t topics = 0;
    while (fuzz->topics[topics]) {
        topics++;
    }
    for (int i = 0; data.len >= 3 && i < FUZZ_MESSAGES_MAX; i++) {
        size_t topic = data.data[0];
        size_t len = data.data[1] | (size_t)data.data[2] << 8;
        struct bytes payload = bytes_slice(data, 3, len);
        data = bytes_slice(data, 3 + payload.len, data.len);
        if (topic < topics) {
            fuzz_message(fuzz, fuzz->topics[topic], payload);
        } else {
            fuzz_tick(fuzz);
        }
    }
}

/* `settings` is YAML or NULL; `row` tells how the data is read. */
static inline void fuzz_adapter(const struct adapter *adapter, const char *settings,
                                const char *const *topics, bool row, struct bytes data)
{
    struct fuzz fuzz = {.adapter = adapter,
                        .topics = topics,
                        .arena = fuzz_arena(),
                        .now_ns = FUZZ_TIME_NS};
    struct document *document = NULL;
    problems_init(&fuzz.problems);
    if (settings) {
        document = document_parse("settings", bytes_of(settings), &fuzz.problems);
        fuzz.settings = document_root(document);
    }
    fuzz.state = fuzz_state(&fuzz);
    if (row) {
        fuzz_row(&fuzz, data);
    } else {
        fuzz_message(&fuzz, topics[0], data);
    }
    void *fresh = fuzz_state(&fuzz);
    check_state(adapter, fuzz.state, fresh);
    fuzz_release(&fuzz, &fresh);
    fuzz_release(&fuzz, &fuzz.state);
    problems_deinit(&fuzz.problems);
    document_free(&document);
}

#endif
