/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the link share: link_open.c connects, link.c does the rest. */
#ifndef MQTT_LINK_PRIVATE_H
#define MQTT_LINK_PRIVATE_H

#include "mqtt/link.h"

#include <MQTTAsync.h>
#include <pthread.h>

#define LINK_WORDS_MAX (ERROR_TEXT_MAX / 2)

enum slot_state { SLOT_UNDER_WAY, SLOT_ACKED, SLOT_REFUSED };

struct slot {
    struct link *link;
    enum slot_state state;
    int reason;
};

struct link {
    const struct link_settings *settings;
    char client_id[80];
    MQTTAsync handle;
    int version;
    link_arrived_fn *arrived;
    void *arrived_ctx;

    pthread_mutex_t lock; /* never held while Paho is called */
    pthread_cond_t changed;
    /* Under the lock. */
    bool answered, connected, broken, woken;
    bool subscribe_answered;
    int code;                   /* of the last answer */
    char words[LINK_WORDS_MAX]; /* why it is broken or refused */
    uint64_t published, acked;
    struct slot slots[LINK_WINDOW_MAX];
};

/* Under the lock: waits a step for a change.  False when the time is over. */
bool link_wait_step(struct link *link, const struct link_wait *wait);

/* After a refusal: gives the answers to what was published behind it a moment to come;
 * Paho would leak what it was told about too late. */
void link_settle(struct link *link);

/* Under the lock: the error of a link that is broken or has no answer. */
enum err link_broken(struct link *link, struct error *e);

#endif
