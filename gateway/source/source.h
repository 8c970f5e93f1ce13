/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The source: MQTT brokers in, messages out, acknowledged only when stored.
 *
 * Every message goes to `intake.store`, on the client library's thread; its PUBACK
 * is parked (ack_gate.h) until source_release() says that the message's sequence is
 * durable.  The intake is called from one thread at a time, never with a lock that
 * source_release() needs for more than SOURCE_RELEASE_WAIT_MS; it must not call the
 * source back.
 *
 * The first messages of a process, and all of them where the gate does not work, are
 * waited for inside the library's callback: store, commit, release, one by one.
 */
#ifndef SOURCE_SOURCE_H
#define SOURCE_SOURCE_H

#include "core/clock.h"
#include "core/error.h"
#include "model/message.h"

#define SOURCE_BROKERS_MAX 16
#define SOURCE_FILTERS_MAX 64
#define SOURCE_HOST_ID_MAX 255
#define SOURCE_RELEASE_WAIT_MS 20 /* longest that source_release() waits for a lock */

struct source_filter {
    const char *topic; /* MQTT filter; a $share group is refused */
    int qos;           /* 0 or 1 */
};

enum source_protocol { SOURCE_MQTT_AUTO, SOURCE_MQTT_5, SOURCE_MQTT_311 };

struct source_broker {
    const char *name;
    const char *uri; /* mqtt://host:port or mqtts://host:port */
    const char *client_id;
    const char *user;                           /* NULL: none */
    const char *password_file;                  /* read at each connect; NULL: none */
    const char *ca_file, *cert_file, *key_file; /* TLS; read at each connect */
    enum source_protocol protocol;
    int keepalive_s;            /* 0: 30 */
    int64_t session_expiry_s;   /* MQTT 5; 0: 7 days.  3.1.1: as the broker keeps it */
    int receive_maximum;        /* MQTT 5: most that is parked; 0: 1000 */
    int64_t silence_ms;         /* data-flow watchdog: reconnect after this; 0: off */
    const char *sparkplug_host; /* host id to say STATE for; NULL: none */
    bool session_expected;      /* an earlier run left a session: without it, a gap */
    const struct source_filter *filters;
    size_t filter_count;
};

/* Where messages and events go. */
struct source_intake {
    void *ctx;
    /* Stores a message; its seq is what source_release() will count.  ERR_OK: stored,
     * acknowledge when durable.  ERR_FULL, ERR_RETRY: don't acknowledge; the source
     * holds it back and asks again.  ERR_REJECT: will never be stored (too large): the
     * intake has noted it; acknowledge.  Others: stop. */
    enum err (*store)(void *ctx, const struct message *message, uint64_t *ret_seq,
                      struct error *e);
    /* Something known to be lost or doubtful: "session lost", "broker dropped 12
     * messages".  Becomes a gap record.  Any of the source's threads, but never at the
     * same time as store(). */
    void (*gap)(void *ctx, size_t broker, const char *text);
};

struct source_status {
    bool connected;
    bool session_present; /* at the last connect */
    int64_t since_ns;     /* of the present state; wall clock */
    int64_t last_message_ns;
    uint64_t messages, bytes, connects, parked;
    uint64_t broker_dropped; /* $SYS counter, when readable */
    int version;             /* 5 or 4 (3.1.1) */
    bool holding;      /* the store is full: intake waits, nothing is acknowledged */
    bool stopped;      /* the store failed for good: no more is taken in */
    bool duplicate_id; /* another client seems to use this client id */
    unsigned filters_failed; /* subscriptions the broker refused; retried */
    bool subscribed;         /* every one of them stands, on this connection */
    char last_error[256];    /* the last one, kept until the next stable connection */
};

struct source;

/* Connects in the background and keeps at it; settings are borrowed until close.
 * ERR_CONFIG: settings the library refuses. */
enum err source_open(const struct source_broker *brokers, size_t count,
                     const struct source_intake *intake, const struct clock *clock,
                     struct source **ret_source, struct error *e) MUST_CHECK;

/* Everything up to `seq` is durable: its acknowledgements may go.  The committer's
 * thread.  Waits no longer than SOURCE_RELEASE_WAIT_MS; what it could not send then is
 * sent soon after. */
void source_release(struct source *source, uint64_t seq);

/* Publishes (rebirth requests, durable acks) at QoS 0 or 1, not retained; best
 * effort, false when not connected, when too much is queued, while the store is full,
 * or for a topic over 1,023 bytes.  Any thread but a callback's; does not wait for
 * the network. */
bool source_publish(struct source *source, size_t broker, struct bytes topic,
                    struct bytes payload, int qos);

/* A copy of what stands now.  Any thread. */
void source_get_status(struct source *source, size_t broker,
                       struct source_status *ret_status);

/* True where acknowledgements wait for commits in groups; false: the gate does not
 * work with this library and messages are waited for one by one. */
bool source_groups_acks(void);

/* Stops taking in; messages that arrive now are left to the broker.  Before a last
 * commit and source_close(), so that nothing needs to be delivered twice. */
void source_pause(struct source *source);

/* Stops taking in, lets parked acknowledgements go up to what is released, leaves the
 * session at the broker, disconnects.  Never unsubscribes. */
void source_close(struct source **source);

#endif
