/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside the source.  One keeper thread moves every connection through its states and
 * makes all calls of Paho that change a connection; Paho's callbacks only leave
 * events and messages.
 *
 * Locks, taken in this order: Paho's mutex (ours during callbacks), intake_lock,
 * lock.  `handle_lock` stands between the keeper and source_publish() and is never
 * taken in a callback.
 */
#ifndef SOURCE_SOURCE_PRIVATE_H
#define SOURCE_SOURCE_PRIVATE_H

#include "source/ack_gate.h"
#include "source/backoff.h"
#include "source/source.h"

#include <MQTTAsync.h>
#include <pthread.h>
#include <stdatomic.h>

enum connection_state {
    CONNECTION_IDLE,    /* waiting for retry_at_ns */
    CONNECTION_OPENING, /* CONNECT is under way */
    CONNECTION_UP,
    CONNECTION_CLOSING, /* DISCONNECT is under way */
    CONNECTION_STOPPED, /* the store failed for good */
};

enum connection_event {
    EVENT_OPENED = 1,
    EVENT_REFUSED = 2,          /* CONNECT failed */
    EVENT_WRONG_VERSION = 4,    /* ... for the protocol version */
    EVENT_LOST = 8,             /* the connection ended, for whatever reason */
    EVENT_TAKEN_OVER = 16,      /* the broker said: another client has this id */
    EVENT_STORE_FULL = 32,      /* a message was refused; disconnect */
    EVENT_STORE_FAILED = 64,    /* the store failed for good */
    EVENT_FILTER_REFUSED = 128, /* a SUBACK said no */
    EVENT_HOST_STATE = 256      /* our own STATE must be said, again */
};

struct connection;

#define HOST_STATE_TEXT_MAX 64

/* Of a Sparkplug host application (host_state.h). */
struct host_state {
    char topic[SOURCE_HOST_ID_MAX + 16]; /* empty: we are none */
    char will[HOST_STATE_TEXT_MAX];
    int64_t connect_ms; /* of this connection; its will and birth carry it */
    _Atomic bool born;  /* online was said on this connection */
};

struct filter {
    struct connection *connection;
    const char *topic;
    int qos;
    bool system; /* our own, of $SYS; not told when refused */
    bool host;   /* our own STATE topic */
    /* Under source->lock: */
    bool failed;
    bool granted; /* on this connection */
};

struct connection {
    struct source *source;
    size_t index;
    const struct source_broker *broker;
    struct ack_gate_client *gate;
    struct filter filters[SOURCE_FILTERS_MAX + 2];
    size_t filter_count;
    struct host_state host;

    /* The keeper's. */
    enum connection_state state;
    int64_t state_since_ns, retry_at_ns, resubscribe_at_ns;
    struct backoff backoff, subscribe_backoff;
    int version;         /* of MQTT, of the handle */
    bool keep_version;   /* the broker refused MQTT 5 */
    unsigned refusals;   /* in a row */
    unsigned quick_ends; /* connections in a row that ended soon after they began */
    bool session_expected;

    pthread_mutex_t handle_lock;
    MQTTAsync handle;

    /* Written on Paho's thread, read anywhere. */
    _Atomic int64_t last_message_ns; /* boot clock */
    _Atomic int64_t last_message_wall_ns;
    _Atomic uint64_t messages, bytes, broker_dropped;
    _Atomic bool holding;
    bool dropped_known; /* Paho's thread */

    /* Under source->lock. */
    unsigned events; /* of enum connection_event */
    bool session_present;
    struct source_status status;
};

struct source {
    struct connection *connections;
    size_t count;
    struct source_broker *brokers; /* with defaults filled in */
    struct source_intake intake;
    const struct clock *clock;
    pthread_mutex_t intake_lock;
    pthread_mutex_t lock;
    pthread_cond_t wake;    /* the keeper's */
    pthread_cond_t durable; /* somebody in a callback waits for a release */
    pthread_t keeper;
    bool keeper_runs;
    _Atomic uint64_t released;
    _Atomic bool paused, closing;
};

/* connection.c: states.  The keeper's thread. */
void connection_init(struct connection *connection, struct source *source, size_t index,
                     const struct source_broker *broker);
void connection_step(struct connection *connection);
/* Ends it for good and frees what it holds. */
void connection_deinit(struct connection *connection);
/* Any thread, without locks held. */
void connection_post(struct connection *connection, unsigned events);
void connection_note_error(struct connection *connection, const char *format, ...)
    PRINTF_LIKE(2, 3);

/* mqtt_client.c: what Paho is asked for.  The keeper's thread. */
enum err mqtt_client_open(struct connection *connection, struct error *e) MUST_CHECK;
void mqtt_client_subscribe(struct connection *connection, struct filter *filter,
                           bool session_present);
/* False: there is nothing to disconnect. */
bool mqtt_client_disconnect(struct connection *connection);
void mqtt_client_destroy(struct connection *connection);

/* intake.c: Paho's thread, in a callback. */
int intake_arrived(void *context, char *topic, int topic_len, MQTTAsync_message *paho);
void intake_gap(struct connection *connection, const char *text);

/* Waits for a release or until `wait_ms` passed; any thread. */
void source_wait_durable(struct source *source, uint64_t seq, int64_t wait_ms);

#endif
