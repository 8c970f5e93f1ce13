/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A broker with one session, the gateway's, and the gateway's source.
 *
 * It keeps what MQTT promises and not more: what it has taken it delivers at least once,
 * in order for each topic, again after each connection that ended before the answer was
 * there; different topics may change places.  It may forget the session and with it all
 * that waited.
 *
 * The functions of source/source.h are here too, in place of those that use Paho: a
 * message is acknowledged when source_release() has come to its sequence, as the ack gate
 * does it.
 */
#ifndef SIM_BROKER_H
#define SIM_BROKER_H

#include "plant.h"
#include "source/source.h"

struct delivery {
    struct plant_message *message;
    uint64_t sequence; /* in the journal, once it was taken */
    bool again;        /* it was sent before */
    bool answered;     /* the acknowledgement is on its way to the broker */
};

struct broker {
    struct delivery *queue; /* the first `sent` are at the gateway */
    size_t count, capacity, sent;
    bool session;          /* the gateway's session is known */
    struct source *source; /* connected; NULL: not */
    bool acks_at_once;     /* negative control: not after the commit */
    uint64_t delivered, redelivered, forgotten;
};

void broker_deinit(struct broker *broker);

/* A device publishes. */
void broker_publish(struct broker *broker, struct plant_message *message);

/* The gateway's source connects, if it wants to. */
void broker_connect(struct broker *broker, struct source *source);

/* The connection ends, answers that are on their way are lost. */
void broker_disconnect(struct broker *broker);

/* The broker restarts without its store. */
void broker_forget(struct broker *broker);

/* Up to `count` messages go to the gateway, once the answers on their way have arrived.
 * `change_places`: the first one is of another topic where one waits. */
void broker_deliver(struct broker *broker, size_t count, bool change_places);

/* Whether nothing waits. */
bool broker_is_idle(const struct broker *broker);

#endif
