/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A self-test at the start: with the gateway's own name a message is published on a topic
 * that only a device may write.  A broker that takes it does not keep devices apart, and
 * who published what is then anybody's guess.
 *
 * Tried at brokers to which the gateway shows who it is, by certificate or user, on a
 * connection of its own; again until the broker answers.  By the broker's reason with
 * MQTT 5; with 3.1.1, which has none, by whether the message comes back in 5 s.
 */
#ifndef CROSSING_H
#define CROSSING_H

#include "config/plan.h"

enum crossing_result {
    CROSSING_UNTRIED, /* not asked for, or no input has a level for devices */
    CROSSING_OPEN,    /* no answer yet */
    CROSSING_REFUSED, /* as it should be */
    CROSSING_TAKEN,   /* the broker lets anybody speak for a device */
};

/* "not tried", "no answer yet", "refused", "taken". */
extern const char *const crossing_names[];

struct crossing;

/* Starts a thread that tries each broker; logs what comes of it.  `plan` outlives it.
 * ERR_SYSTEM. */
enum err crossing_open(const struct plan *plan, struct crossing **ret_crossing,
                       struct error *e) MUST_CHECK;
void crossing_close(struct crossing **crossing);

/* What is known of a broker.  Any thread. */
enum crossing_result crossing_result(const struct crossing *crossing, size_t broker);

#define CROSSING_TOPIC_MAX 512

/* The topic to try at a broker: the first of its inputs with a level that stands for any
 * device.  False: there is none, or it is too long. */
bool crossing_topic(const struct plan *plan, size_t broker,
                    char ret_topic[CROSSING_TOPIC_MAX]);

#endif
