/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A broker that the test plays itself, packet by packet, on its own thread.  Each call
 * expects what a source would send next and fails the program when it doesn't come.
 */
#ifndef LIB_FAKE_BROKER_H
#define LIB_FAKE_BROKER_H

#include "collector.h"
#include "mqtt_raw.h"

struct fake_broker {
    int listener;
    char uri[48];
    struct mqtt_raw *raw; /* the connection */
    int version;          /* it speaks */
    struct bytes connect; /* body of its CONNECT, until the next read */
    struct source_filter filter;
    struct source_broker settings; /* to reach it: one filter, "plant/#" at QoS 1 */
};

void fake_broker_init(struct fake_broker *fake);
void fake_broker_deinit(struct fake_broker *fake);

/* Waits for a connection, ends the one before, reads CONNECT; no answer. */
void fake_broker_accept(struct fake_broker *fake);
/* Answers CONNECT. */
void fake_broker_connack(struct fake_broker *fake, bool session_present, int code);
/* Answers the subscriptions: of the filter with `code`, of $SYS with 0.  Returns the
 * options byte of the filter's. */
int fake_broker_suback(struct fake_broker *fake, int code);
/* Accept, success, subscriptions granted. */
void fake_broker_serve(struct fake_broker *fake, bool session_present);

/* Sends messages "id", "id + 1" ... up to `last` on plant/kiln with these packet ids. */
void fake_broker_publish(struct fake_broker *fake, int id, int last);
void fake_broker_publish_on(struct fake_broker *fake, const char *topic, int qos, int id,
                            const char *payload);

/* The next PUBACK's id; 0: none came within `timeout_ms` or the connection ended. */
int fake_broker_puback(struct fake_broker *fake, int timeout_ms);
/* True when the source ended the connection within ten seconds, and `*ret_pubacks`,
 * how many acknowledgements came before. */
bool fake_broker_ended(struct fake_broker *fake, int *ret_pubacks);

/* Source and fake in connection, with the gate proved by message 1. */
struct collector *fake_broker_start(struct fake_broker *fake);

#endif
