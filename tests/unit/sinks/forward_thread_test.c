/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A forwarder's own thread beside others that ask how it is and close it; a program of
 * its own, so that the thread sanitizer can watch it.
 */
#include "sinks/forward.h"

#include "core/mem.h"
#include "fake_outbox.h"
#include "sinks/sink.h"

#include <pthread.h>

#define ROWS 200
#define ROUNDS 20

static void quick_init(void *state, const struct node *settings,
                       struct problems *problems)
{
    (void)state;
    (void)settings;
    (void)problems;
}

static enum err quick_open(void *state, struct error *e)
{
    (void)state;
    (void)e;
    return ERR_OK;
}

/* Every third item fails once in a while, so that there is something to wait for. */
static enum err quick_send(void *state, struct sink_item *items, size_t count,
                           struct sink_call *call, struct error *e)
{
    (void)e;
    (void)call;
    unsigned *sends = state;
    ++*sends;
    for (size_t i = 0; i < count; i++) {
        items[i].result = ERR_OK;
        if (*sends % 5 == 0) {
            items[i].result = error_set(&items[i].error, ERR_RETRY, "not now");
        }
    }
    return ERR_OK;
}

static void quick_close(void *state)
{
    (void)state;
}

static const struct sink quick_sink = {.name = "quick",
                                       .summary = "stores at once",
                                       .state_size = sizeof(unsigned),
                                       .batch_max = 7,
                                       .init = quick_init,
                                       .open = quick_open,
                                       .send = quick_send,
                                       .close = quick_close};

static void *watch(void *argument)
{
    struct forward *forward = argument;
    struct forward_status status = {0};
    while (status.sent < ROWS / 2) {
        forward_get_status(forward, &status);
    }
    return NULL;
}

int main(void)
{
    struct plan_sink plan = {.id = "quick",
                             .sink = &quick_sink,
                             .retry_min_ns = NS_PER_MS,
                             .retry_max_ns = 2 * NS_PER_MS,
                             .timeout_ns = NS_PER_S};
    for (int round = 0; round < ROUNDS; round++) {
        struct outbox *outbox = mem_new(struct outbox);
        struct forward *forward = NULL;
        struct error e = {0};
        pthread_t watcher;
        for (int i = 0; i < ROWS; i++) {
            fake_outbox_put(outbox, "kiln", "envelope");
        }
        enum err err =
            forward_open(&plan, "gateway", outbox, &forward_world_system, &forward, &e);
        ASSERT(err == ERR_OK);
        ASSERT(forward_start(forward, &e) == ERR_OK);
        ASSERT(pthread_create(&watcher, NULL, watch, forward) == 0);
        pthread_join(watcher, NULL);
        forward_close(&forward); /* in the middle of its work */
        mem_free(&outbox);
    }
    return 0;
}
