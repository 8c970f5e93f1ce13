/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A fixed set of slots, one a message under way.
 *
 * free -> under way -> free          confirmed
 *              \-----> failed -> under way ...
 *
 * The library calls back on its own thread while it holds its lock, so no call into it is
 * made under ours.
 */
#include "simulate/publisher.h"

#include "core/buf.h"
#include "core/clock.h"
#include "core/mem.h"
#include "core/wait.h"

#include <MQTTAsync.h>
#include <pthread.h>
#include <stdio.h>

#define SLOTS 100
#define PAYLOAD_MAX ((size_t)1 << 20)
#define URI_MAX 256
#define WAIT_MS 200
#define DISCONNECT_MS 500

enum slot_state { SLOT_FREE, SLOT_UNDER_WAY, SLOT_FAILED };

struct slot {
    struct publisher *publisher;
    enum slot_state state; /* under the lock */
    struct buf topic, payload;
};

struct publisher {
    MQTTAsync client;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool connected, refused; /* under the lock, from here */
    char why[128];           /* the last refusal */
    struct publisher_counts counts;
    struct slot slots[SLOTS];
};

/* ---- on the library's thread ---- */

/* The library's type, hence no const.  NOLINTNEXTLINE(readability-non-const-parameter) */
static void on_connected(void *context, char *cause)
{
    struct publisher *publisher = context;
    (void)cause;
    pthread_mutex_lock(&publisher->lock);
    publisher->connected = true;
    pthread_cond_broadcast(&publisher->changed);
    pthread_mutex_unlock(&publisher->lock);
}

static void on_connect_failed(void *context, MQTTAsync_failureData *data)
{
    struct publisher *publisher = context;
    pthread_mutex_lock(&publisher->lock);
    publisher->refused = true;
    snprintf(publisher->why, sizeof publisher->why, "%s",
             data && data->message ? data->message : "connection refused");
    pthread_cond_broadcast(&publisher->changed);
    pthread_mutex_unlock(&publisher->lock);
}

static void settle(struct slot *slot, enum slot_state state)
{
    struct publisher *publisher = slot->publisher;
    pthread_mutex_lock(&publisher->lock);
    slot->state = state;
    if (state == SLOT_FREE) {
        publisher->counts.confirmed++;
        publisher->counts.under_way--;
    }
    pthread_cond_broadcast(&publisher->changed);
    pthread_mutex_unlock(&publisher->lock);
}

static void on_confirmed(void *context, MQTTAsync_successData *data)
{
    (void)data;
    settle(context, SLOT_FREE);
}

static void on_failed(void *context, MQTTAsync_failureData *data)
{
    (void)data;
    settle(context, SLOT_FAILED);
}

/* A publisher subscribes to nothing; the library wants to know all the same. */
static int on_message(void *context, char *topic, int topic_len,
                      MQTTAsync_message *message)
{
    (void)context;
    (void)topic_len;
    MQTTAsync_freeMessage(&message);
    MQTTAsync_free(topic);
    return 1;
}

/* ---- on the caller's thread ---- */

/* Waits under the lock until something changed or `ms` passed. */
static void wait_changed(struct publisher *publisher, int64_t ms)
{
    struct timespec until = wait_end(ms * NS_PER_MS);
    (void)pthread_cond_timedwait(&publisher->changed, &publisher->lock, &until);
}

static bool library_uri(const char *uri, char *ret_uri)
{
    static const char *const schemes[][2] = {
        {"mqtt://", "tcp://"}, {"mqtts://", "ssl://"}, {"tcp://", "tcp://"}};
    for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++) {
        size_t len = strlen(schemes[i][0]);
        if (strncmp(uri, schemes[i][0], len) == 0) {
            int written = snprintf(ret_uri, URI_MAX, "%s%s", schemes[i][1], uri + len);
            return written > 0 && written < URI_MAX;
        }
    }
    return false;
}

static enum err create(struct publisher *publisher, const char *uri,
                       const char *client_id, struct error *e)
{
    char address[URI_MAX];
    if (!library_uri(uri, address)) {
        return error_set(e, ERR_CONFIG, "'%s': want mqtt://host:port", uri);
    }
    MQTTAsync_createOptions options = MQTTAsync_createOptions_initializer;
    options.sendWhileDisconnected = 1;
    options.maxBufferedMessages = SLOTS;
    int rc = MQTTAsync_createWithOptions(&publisher->client, address, client_id,
                                         MQTTCLIENT_PERSISTENCE_NONE, NULL, &options);
    if (rc == MQTTASYNC_SUCCESS) {
        rc = MQTTAsync_setCallbacks(publisher->client, publisher, NULL, on_message, NULL);
    }
    if (rc == MQTTASYNC_SUCCESS) {
        rc = MQTTAsync_setConnected(publisher->client, publisher, on_connected);
    }
    if (rc != MQTTASYNC_SUCCESS) {
        return error_set(e, ERR_CONFIG, "'%s': %s", uri, MQTTAsync_strerror(rc));
    }
    return ERR_OK;
}

/* One attempt; true when it stands. */
static bool try_connect(struct publisher *publisher)
{
    MQTTAsync_connectOptions options = MQTTAsync_connectOptions_initializer;
    MQTTAsync_SSLOptions tls = MQTTAsync_SSLOptions_initializer;
    options.keepAliveInterval = 30;
    /* Not kept: what is under way fails at a lost connection and goes out again from its
     * slot.  Paho 1.3.12 sending it again by itself reads topics that it has freed. */
    options.cleansession = 1;
    options.maxInflight = SLOTS;
    options.automaticReconnect = 1;
    options.minRetryInterval = 1;
    options.maxRetryInterval = 2;
    options.onFailure = on_connect_failed;
    options.context = publisher;
    options.ssl = &tls;
    pthread_mutex_lock(&publisher->lock);
    publisher->refused = false;
    pthread_mutex_unlock(&publisher->lock);
    bool started = MQTTAsync_connect(publisher->client, &options) == MQTTASYNC_SUCCESS;
    pthread_mutex_lock(&publisher->lock);
    for (int i = 0; i < 25 && !publisher->connected && !publisher->refused; i++) {
        wait_changed(publisher, WAIT_MS);
    }
    if (!publisher->connected && started) {
        wait_changed(publisher, WAIT_MS); /* not at once again */
    }
    bool connected = publisher->connected;
    pthread_mutex_unlock(&publisher->lock);
    return connected;
}

enum err publisher_open(const char *uri, const char *client_id, int64_t timeout_ms,
                        struct publisher **ret_publisher, struct error *e)
{
    struct publisher *publisher = mem_new(struct publisher);
    pthread_mutex_init(&publisher->lock, NULL);
    wait_init(&publisher->changed);
    for (size_t i = 0; i < SLOTS; i++) {
        publisher->slots[i].publisher = publisher;
        buf_init(&publisher->slots[i].topic, UINT16_MAX);
        buf_init(&publisher->slots[i].payload, PAYLOAD_MAX);
    }
    enum err err = create(publisher, uri, client_id, e);
    int64_t until_ns = clock_boot_ns(&clock_system) + timeout_ms * NS_PER_MS;
    while (err == ERR_OK && !try_connect(publisher)) {
        if (clock_boot_ns(&clock_system) > until_ns) {
            err = error_set(e, ERR_RETRY, "broker '%s': %s", uri,
                            publisher->why[0] ? publisher->why : "no answer");
        }
    }
    if (err != ERR_OK) {
        publisher_close(&publisher);
        return err;
    }
    *ret_publisher = publisher;
    return ERR_OK;
}

/* A slot in this state, or NULL. */
static struct slot *find_slot(struct publisher *publisher, enum slot_state state)
{
    for (size_t i = 0; i < SLOTS; i++) {
        if (publisher->slots[i].state == state) {
            return &publisher->slots[i];
        }
    }
    return NULL;
}

static enum err hand_over(struct slot *slot, struct error *e)
{
    MQTTAsync_responseOptions response = MQTTAsync_responseOptions_initializer;
    response.onSuccess = on_confirmed;
    response.onFailure = on_failed;
    response.context = slot;
    int rc = MQTTAsync_send(slot->publisher->client, (const char *)slot->topic.data,
                            (int)slot->payload.len, slot->payload.data, 1, 0, &response);
    if (rc != MQTTASYNC_SUCCESS) {
        settle(slot, SLOT_FAILED);
        return error_set(e, ERR_RETRY, "broker: %s", MQTTAsync_strerror(rc));
    }
    return ERR_OK;
}

/* Sends failed ones again; ends at the first that is refused once more. */
static enum err send_failed(struct publisher *publisher, struct error *e)
{
    for (;;) {
        pthread_mutex_lock(&publisher->lock);
        struct slot *slot = find_slot(publisher, SLOT_FAILED);
        if (slot) {
            slot->state = SLOT_UNDER_WAY;
            publisher->counts.again++;
        }
        pthread_mutex_unlock(&publisher->lock);
        if (!slot) {
            return ERR_OK;
        }
        enum err err = hand_over(slot, e);
        if (err != ERR_OK) {
            pthread_mutex_lock(&publisher->lock);
            wait_changed(publisher, WAIT_MS);
            pthread_mutex_unlock(&publisher->lock);
            return err;
        }
    }
}

enum err publisher_send(struct publisher *publisher, struct bytes topic,
                        struct bytes payload, struct error *e)
{
    enum err err = send_failed(publisher, e);
    if (err != ERR_OK) {
        return err;
    }
    pthread_mutex_lock(&publisher->lock);
    struct slot *slot = find_slot(publisher, SLOT_FREE);
    if (!slot) {
        wait_changed(publisher, WAIT_MS);
        slot = find_slot(publisher, SLOT_FREE);
    }
    if (slot) {
        slot->state = SLOT_UNDER_WAY;
        publisher->counts.sent++;
        publisher->counts.under_way++;
    }
    pthread_mutex_unlock(&publisher->lock);
    if (!slot) {
        return error_set(e, ERR_RETRY, "broker: %d messages are not confirmed", SLOTS);
    }
    buf_clear(&slot->topic);
    buf_add(&slot->topic, topic);
    buf_clear(&slot->payload);
    buf_add(&slot->payload, payload);
    ASSERT(!slot->topic.overflow && !slot->payload.overflow);
    /* It is ours now: when the library refuses, it goes out with the failed ones. */
    (void)hand_over(slot, NULL);
    return ERR_OK;
}

enum err publisher_drain(struct publisher *publisher, struct error *e)
{
    enum err err = send_failed(publisher, e);
    if (err != ERR_OK) {
        return err;
    }
    pthread_mutex_lock(&publisher->lock);
    if (publisher->counts.under_way > 0) {
        wait_changed(publisher, WAIT_MS);
    }
    size_t under_way = publisher->counts.under_way;
    pthread_mutex_unlock(&publisher->lock);
    if (under_way > 0) {
        return error_set(e, ERR_RETRY, "broker: %zu messages are not confirmed",
                         under_way);
    }
    return ERR_OK;
}

void publisher_get_counts(struct publisher *publisher,
                          struct publisher_counts *ret_counts)
{
    pthread_mutex_lock(&publisher->lock);
    *ret_counts = publisher->counts;
    pthread_mutex_unlock(&publisher->lock);
}

void publisher_close(struct publisher **publisher)
{
    struct publisher *p = *publisher;
    if (!p) {
        return;
    }
    if (p->client) {
        MQTTAsync_disconnectOptions options = MQTTAsync_disconnectOptions_initializer;
        options.timeout = DISCONNECT_MS;
        (void)MQTTAsync_disconnect(p->client, &options);
        pthread_mutex_lock(&p->lock);
        wait_changed(p, WAIT_MS); /* let DISCONNECT out */
        pthread_mutex_unlock(&p->lock);
        MQTTAsync_destroy(&p->client);
    }
    for (size_t i = 0; i < SLOTS; i++) {
        buf_deinit(&p->slots[i].topic);
        buf_deinit(&p->slots[i].payload);
    }
    pthread_cond_destroy(&p->changed);
    pthread_mutex_destroy(&p->lock);
    mem_free(publisher);
}
