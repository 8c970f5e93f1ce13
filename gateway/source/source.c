/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The source: its keeper thread, and what the rest of the gateway calls.
 *
 * A release only notes the sequence and tries to send what it covers; when Paho's
 * mutex is not to be had soon (its thread holds a message because the store is full)
 * the thread that has it, or the keeper, sends.
 */
#include "source/source.h"

#include "core/log.h"
#include "core/mem.h"
#include "core/wait.h"
#include "source/source_private.h"

#include <time.h>

#define STEP_MS 250       /* the keeper's pace when nothing wakes it */
#define STEP_PARKED_MS 20 /* while acknowledgements wait */
#define CLOSE_STEPS 150   /* of STEP_PARKED_MS: 3 s for the brokers to let us go */
#define CLOSE_MOST_S 10   /* then the keeper is left behind */
#define PUBLISH_TOPIC_MAX 1024
#define KEEPALIVE_S 30
#define RECEIVE_MAXIMUM 1000
#define SESSION_EXPIRY_S (INT64_C(7) * 86400)

void source_wait_durable(struct source *source, uint64_t seq, int64_t wait_ms)
{
    struct timespec until = wait_end(wait_ms * NS_PER_MS);
    pthread_mutex_lock(&source->lock);
    if (source->released < seq) {
        pthread_cond_clockwait(&source->durable, &source->lock, CLOCK_MONOTONIC, &until);
    }
    pthread_mutex_unlock(&source->lock);
}

static size_t count_parked(const struct source *source)
{
    size_t n = 0;
    for (size_t i = 0; i < source->count; i++) {
        n += ack_gate_parked(source->connections[i].gate);
    }
    return n;
}

static void send_released(struct source *source)
{
    for (size_t i = 0; i < source->count; i++) {
        struct connection *connection = &source->connections[i];
        if (ack_gate_parked(connection->gate) > 0 &&
            !ack_gate_release(connection->gate, SOURCE_RELEASE_WAIT_MS)) {
            return;
        }
    }
}

static bool has_events(const struct source *source)
{
    for (size_t i = 0; i < source->count; i++) {
        if (source->connections[i].events) {
            return true;
        }
    }
    return false;
}

static void wait_for_events(struct source *source, int64_t wait_ms)
{
    struct timespec until = wait_end(wait_ms * NS_PER_MS);
    pthread_mutex_lock(&source->lock);
    if (!has_events(source) && !source->closing) {
        pthread_cond_clockwait(&source->wake, &source->lock, CLOCK_MONOTONIC, &until);
    }
    pthread_mutex_unlock(&source->lock);
}

static bool take_event(struct connection *connection, unsigned event)
{
    pthread_mutex_lock(&connection->source->lock);
    bool there = (connection->events & event) != 0;
    connection->events &= ~event;
    pthread_mutex_unlock(&connection->source->lock);
    return there;
}

/* Disconnects everywhere, waits for the answers for a while, destroys. */
static void disconnect_all(struct source *source)
{
    size_t open = 0;
    for (size_t i = 0; i < source->count; i++) {
        struct connection *connection = &source->connections[i];
        (void)take_event(connection, EVENT_LOST);
        open += connection->state == CONNECTION_UP && mqtt_client_disconnect(connection);
    }
    for (int step = 0; open > 0 && step < CLOSE_STEPS; step++) {
        for (size_t i = 0; i < source->count; i++) {
            open -= take_event(&source->connections[i], EVENT_LOST);
        }
        struct timespec pause = {.tv_nsec = STEP_PARKED_MS * NS_PER_MS};
        clock_nanosleep(CLOCK_MONOTONIC, 0, &pause, NULL);
    }
    for (size_t i = 0; i < source->count; i++) {
        mqtt_client_destroy(&source->connections[i]);
    }
}

static void *keep(void *argument)
{
    struct source *source = argument;
    while (!source->closing) {
        for (size_t i = 0; i < source->count; i++) {
            connection_step(&source->connections[i]);
        }
        send_released(source);
        wait_for_events(source, count_parked(source) > 0 ? STEP_PARKED_MS : STEP_MS);
    }
    send_released(source);
    disconnect_all(source);
    pthread_mutex_lock(&source->lock);
    source->keeper_runs = false;
    pthread_cond_broadcast(&source->durable);
    pthread_mutex_unlock(&source->lock);
    return NULL;
}

static enum err check_filter(const struct source_filter *filter, struct error *e)
{
    if (!filter->topic || !*filter->topic) {
        return error_set(e, ERR_CONFIG, "empty topic filter");
    }
    if (strncmp(filter->topic, "$share/", 7) == 0) {
        return error_set(e, ERR_CONFIG,
                         "'%s': a shared subscription sees a part of the messages only",
                         filter->topic);
    }
    if (filter->qos != 0 && filter->qos != 1) {
        return error_set(e, ERR_CONFIG, "'%s': QoS %d, want 0 or 1", filter->topic,
                         filter->qos);
    }
    return ERR_OK;
}

static enum err check_broker(const struct source_broker *broker, struct error *e)
{
    bool plain = broker->uri && strncmp(broker->uri, "mqtt://", 7) == 0;
    bool tls = broker->uri && strncmp(broker->uri, "mqtts://", 8) == 0;
    if (!plain && !tls) {
        return error_set(e, ERR_CONFIG, "uri '%s': want mqtt://host:port or mqtts://",
                         broker->uri ? broker->uri : "");
    }
    if (!broker->client_id || !*broker->client_id) {
        return error_set(e, ERR_CONFIG, "no client_id: without it there is no session");
    }
    if (broker->receive_maximum < 0 || broker->receive_maximum > 65535 ||
        broker->keepalive_s < 0 || broker->keepalive_s > 65535) {
        return error_set(e, ERR_CONFIG, "keepalive or receive_maximum out of range");
    }
    if (broker->sparkplug_host && strlen(broker->sparkplug_host) > SOURCE_HOST_ID_MAX) {
        return error_set(e, ERR_CONFIG, "the Sparkplug host id is longer than %d",
                         SOURCE_HOST_ID_MAX);
    }
    if (broker->filter_count > SOURCE_FILTERS_MAX) {
        return error_set(e, ERR_CONFIG, "more than %d topic filters", SOURCE_FILTERS_MAX);
    }
    for (size_t i = 0; i < broker->filter_count; i++) {
        if (check_filter(&broker->filters[i], e) != ERR_OK) {
            return e->code;
        }
    }
    return ERR_OK;
}

static void log_library(void)
{
    bool tested = false;
    const char *version = ack_gate_note_version(&tested);
    if (!tested) {
        log_warn("source.library",
                 "paho=%s: not tested with the ack gate; it is checked "
                 "with the first message",
                 version);
    }
    if (!source_groups_acks()) {
        log_warn("source.gate",
                 "paho=%s: no grouped acknowledgements in this build; each "
                 "message waits for its own commit",
                 version);
    }
}

static enum err prepare(struct source *source, struct error *e)
{
    for (size_t i = 0; i < source->count; i++) {
        const struct source_broker *broker = &source->brokers[i];
        if (check_broker(broker, e) != ERR_OK ||
            ack_gate_join(broker->client_id, source->clock, &source->released,
                          &source->connections[i].gate, e) != ERR_OK) {
            return error_wrap(e, "broker '%s'", broker->name);
        }
        connection_init(&source->connections[i], source, i, broker);
    }
    return ERR_OK;
}

static void free_source(struct source **source)
{
    for (size_t i = 0; i < (*source)->count; i++) {
        struct connection *connection = &(*source)->connections[i];
        ack_gate_leave(&connection->gate);
        if (connection->source) {
            connection_deinit(connection);
        }
    }
    mem_free(&(*source)->connections);
    mem_free(&(*source)->brokers);
    mem_free(source);
}

enum err source_open(const struct source_broker *brokers, size_t count,
                     const struct source_intake *intake, const struct clock *clock,
                     struct source **ret_source, struct error *e)
{
    if (count > SOURCE_BROKERS_MAX) {
        return error_set(e, ERR_CONFIG, "more than %d brokers", SOURCE_BROKERS_MAX);
    }
    struct source *source = mem_new(struct source);
    source->clock = clock;
    source->intake = *intake;
    source->count = count;
    source->connections = mem_array(count, sizeof *source->connections);
    source->brokers = mem_array(count, sizeof *source->brokers);
    for (size_t i = 0; i < count; i++) {
        struct source_broker broker = brokers[i];
        broker.keepalive_s = broker.keepalive_s ? broker.keepalive_s : KEEPALIVE_S;
        broker.receive_maximum =
            broker.receive_maximum ? broker.receive_maximum : RECEIVE_MAXIMUM;
        broker.session_expiry_s =
            broker.session_expiry_s ? broker.session_expiry_s : SESSION_EXPIRY_S;
        source->brokers[i] = broker;
    }
    pthread_mutex_init(&source->lock, NULL);
    pthread_mutex_init(&source->intake_lock, NULL);
    pthread_cond_init(&source->wake, NULL);
    pthread_cond_init(&source->durable, NULL);
    MQTTAsync_init_options options = MQTTAsync_init_options_initializer;
    options.do_openssl_init = 0; /* OpenSSL 3 does it by itself, once for everybody */
    MQTTAsync_global_init(&options);
    if (prepare(source, e) != ERR_OK) {
        free_source(&source);
        return e->code;
    }
    log_library();
    source->keeper_runs = true;
    if (pthread_create(&source->keeper, NULL, keep, source) != 0) {
        free_source(&source);
        return error_set(e, ERR_SYSTEM, "can't start a thread");
    }
    *ret_source = source;
    return ERR_OK;
}

void source_release(struct source *source, uint64_t seq)
{
    pthread_mutex_lock(&source->lock);
    if (seq > source->released) {
        source->released = seq;
    }
    pthread_cond_broadcast(&source->durable);
    pthread_mutex_unlock(&source->lock);
    send_released(source);
}

bool source_groups_acks(void)
{
    return ack_gate_proved() != ACK_GATE_FAILED;
}

bool source_publish(struct source *source, size_t broker, struct bytes topic,
                    struct bytes payload, int qos)
{
    ASSERT(broker < source->count);
    struct connection *connection = &source->connections[broker];
    char name[PUBLISH_TOPIC_MAX];
    if (topic.len >= sizeof name || payload.len > INT32_MAX || connection->holding) {
        return false;
    }
    if (connection->host.topic[0] && !connection->host.born) {
        return false; /* a host's first message is its STATE */
    }
    memcpy(name, topic.data, topic.len);
    name[topic.len] = 0;
    pthread_mutex_lock(&connection->handle_lock);
    bool sent = connection->handle &&
                MQTTAsync_send(connection->handle, name, (int)payload.len, payload.data,
                               qos, 0, NULL) == MQTTASYNC_SUCCESS;
    pthread_mutex_unlock(&connection->handle_lock);
    return sent;
}

void source_get_status(struct source *source, size_t broker,
                       struct source_status *ret_status)
{
    ASSERT(broker < source->count);
    struct connection *connection = &source->connections[broker];
    pthread_mutex_lock(&source->lock);
    *ret_status = connection->status;
    ret_status->subscribed = ret_status->connected;
    for (size_t i = 0; i < connection->filter_count; i++) {
        const struct filter *filter = &connection->filters[i];
        ret_status->filters_failed += filter->failed;
        ret_status->subscribed &= filter->granted || filter->system;
    }
    pthread_mutex_unlock(&source->lock);
    ret_status->messages = connection->messages;
    ret_status->bytes = connection->bytes;
    ret_status->last_message_ns = connection->last_message_wall_ns;
    ret_status->broker_dropped = connection->broker_dropped;
    ret_status->holding = connection->holding;
    ret_status->parked = ack_gate_parked(connection->gate);
}

void source_pause(struct source *source)
{
    source->paused = true;
}

void source_close(struct source **source)
{
    struct source *s = *source;
    if (!s) {
        return;
    }
    *source = NULL;
    struct timespec until = wait_end(CLOSE_MOST_S * INT64_C(1000) * NS_PER_MS);
    pthread_mutex_lock(&s->lock);
    s->paused = true;
    s->closing = true;
    pthread_cond_broadcast(&s->wake);
    int rc = 0;
    while (s->keeper_runs && rc == 0) {
        rc = pthread_cond_clockwait(&s->durable, &s->lock, CLOCK_MONOTONIC, &until);
    }
    bool ended = !s->keeper_runs;
    pthread_mutex_unlock(&s->lock);
    if (!ended) { /* a callback may not return, see intake.c; the process is ending */
        pthread_detach(s->keeper);
        return;
    }
    pthread_join(s->keeper, NULL);
    free_source(&s);
}
