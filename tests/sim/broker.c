/* SPDX-License-Identifier: Apache-2.0 */
/* The broker's queue, and a source that is called instead of calling. */
#include "broker.h"

#include "core/mem.h"

#include <stdio.h>

#define SENT_MAX 20

struct source {
    struct source_intake intake;
    const struct clock *clock;
    struct broker *broker; /* connected to; NULL: none */
    bool expected;         /* a session */
    bool paused, stopped;
};

/* ---- source/source.h ---- */

enum err source_open(const struct source_broker *brokers, size_t count,
                     const struct source_intake *intake, const struct clock *clock,
                     struct source **ret_source, struct error *e)
{
    (void)e;
    ASSERT(count == 1);
    struct source *source = mem_new(struct source);
    source->intake = *intake;
    source->clock = clock;
    source->expected = brokers[0].session_expected;
    *ret_source = source;
    return ERR_OK;
}

void source_release(struct source *source, uint64_t seq)
{
    struct broker *broker = source->broker;
    for (size_t i = 0; broker && i < broker->sent; i++) {
        struct delivery *d = &broker->queue[i];
        if (d->sequence <= seq) {
            d->answered = true;
            d->message->acked = true;
        }
    }
}

void source_pause(struct source *source)
{
    source->paused = true;
}

void source_close(struct source **source)
{
    if (*source && (*source)->broker) {
        broker_disconnect((*source)->broker);
    }
    mem_free(source);
}

/* ---- the broker ---- */

void broker_deinit(struct broker *broker)
{
    mem_free(&broker->queue);
}

void broker_publish(struct broker *broker, struct plant_message *message)
{
    if (!broker->session) {
        return; /* for nobody */
    }
    message->taken = true;
    broker->queue =
        mem_grow(broker->queue, broker->count, &broker->capacity, sizeof *broker->queue);
    broker->queue[broker->count++] = (struct delivery){.message = message};
}

void broker_connect(struct broker *broker, struct source *source)
{
    if (broker->source || source->stopped || source->paused) {
        return;
    }
    broker->source = source;
    source->broker = broker;
    if (!broker->session && source->expected) {
        source->intake.gap(source->intake.ctx, 0, "session lost");
    }
    broker->session = true;
    source->expected = true;
}

void broker_disconnect(struct broker *broker)
{
    if (broker->source) {
        broker->source->broker = NULL;
        broker->source = NULL;
    }
    for (size_t i = 0; i < broker->sent; i++) {
        broker->queue[i].again = true;
        broker->queue[i].answered = false;
    }
    broker->sent = 0;
}

void broker_forget(struct broker *broker)
{
    broker_disconnect(broker);
    for (size_t i = 0; i < broker->count; i++) {
        broker->queue[i].message->forgotten = true;
    }
    broker->forgotten += broker->count;
    broker->count = 0;
    broker->session = false;
}

static void take_answers(struct broker *broker)
{
    size_t kept = 0;
    size_t sent = 0;
    for (size_t i = 0; i < broker->count; i++) {
        if (i < broker->sent && broker->queue[i].answered) {
            continue;
        }
        sent += i < broker->sent ? 1 : 0;
        broker->queue[kept++] = broker->queue[i];
    }
    broker->count = kept;
    broker->sent = sent;
}

/* Puts the first waiting message of another topic in front of those that wait. */
static void swap_topics(struct broker *broker)
{
    size_t first = broker->sent;
    for (size_t i = first + 1; i < broker->count; i++) {
        if (broker->queue[i].message->device != broker->queue[first].message->device) {
            struct delivery moved = broker->queue[i];
            memmove(&broker->queue[first + 1], &broker->queue[first],
                    (i - first) * sizeof moved);
            broker->queue[first] = moved;
            return;
        }
    }
}

/* False: the gateway takes no more. */
static bool send_next(struct broker *broker)
{
    struct delivery *d = &broker->queue[broker->sent];
    struct source *source = broker->source;
    struct error e;
    struct message message = {
        .topic = bytes_of(d->message->topic),
        .payload = {d->message->payload, d->message->payload_len},
        .received_ns = clock_wall_ns(source->clock),
        .qos = 1,
        .duplicate = d->again,
    };
    broker->delivered++;
    broker->redelivered += d->again ? 1 : 0;
    uint64_t sequence = 0;
    enum err err = source->intake.store(source->intake.ctx, &message, &sequence, &e);
    if (err != ERR_OK && err != ERR_REJECT) {
        source->stopped = err != ERR_FULL && err != ERR_RETRY;
        broker_disconnect(broker);
        return false;
    }
    d->sequence = sequence;
    d->answered = err == ERR_REJECT;
    broker->sent++;
    if (broker->acks_at_once) {
        d->answered = true;
        d->message->acked = true;
    }
    return true;
}

void broker_deliver(struct broker *broker, size_t count, bool change_places)
{
    take_answers(broker);
    if (change_places && broker->sent < broker->count) {
        swap_topics(broker);
    }
    bool go_on = broker->source != NULL;
    while (go_on && count > 0 && broker->sent < broker->count &&
           broker->sent < SENT_MAX) {
        go_on = send_next(broker);
        count--;
    }
}

bool broker_is_idle(const struct broker *broker)
{
    return broker->count == 0;
}
