/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One broker connection's states, moved by the keeper thread.
 *
 *     IDLE -- time to try --> OPENING -- CONNACK --> UP -- ended --> IDLE
 *                             OPENING -- refused --------------------> IDLE
 *     UP -- silence, unmoved acknowledgements, full store --> CLOSING --> IDLE
 *     any -- the store failed for good --> CLOSING --> STOPPED
 *
 * Reconnecting is ours, not Paho's: the delay grows with full jitter and begins anew
 * only after a connection that lasted; every connect checks the session, makes the
 * subscriptions again and reads certificates and password again.  A link that is up
 * but brings nothing is made anew after `silence_ms`.
 */
#include "core/log.h"
#include "source/host_state.h"

#include <stdarg.h>
#include <stdio.h>
#include <sys/random.h>

#define FIRST_DELAY_MS 500
#define MOST_DELAY_MS 60000
#define FIRST_SUBSCRIBE_DELAY_MS 5000
#define MOST_SUBSCRIBE_DELAY_MS 300000
#define STABLE_NS (30 * NS_PER_S)
#define QUICK_NS (5 * NS_PER_S) /* an end so soon after the beginning is suspect */
#define QUICK_ENDS 3            /* so many in a row: another client has our id */
#define OPENING_MOST_NS (45 * NS_PER_S)
#define CLOSING_MOST_NS (10 * NS_PER_S)
#define OLD_VERSION_EVERY 4 /* failed attempts of MQTT 5 to one of 3.1.1 */
#define UNMOVED_PART 2      /* of a keepalive acknowledgements may wait */

void connection_init(struct connection *connection, struct source *source, size_t index,
                     const struct source_broker *broker)
{
    connection->source = source;
    connection->index = index;
    connection->broker = broker;
    connection->session_expected = broker->session_expected;
    connection->version = broker->protocol == SOURCE_MQTT_311 ? 4 : 5;
    pthread_mutex_init(&connection->handle_lock, NULL);
    uint64_t seed = 0;
    (void)!getrandom(&seed, sizeof seed, 0); /* a fixed seed only loses the jitter */
    backoff_init(&connection->backoff, FIRST_DELAY_MS, MOST_DELAY_MS, seed);
    backoff_init(&connection->subscribe_backoff, FIRST_SUBSCRIBE_DELAY_MS,
                 MOST_SUBSCRIBE_DELAY_MS, seed);
    for (size_t i = 0; i < broker->filter_count; i++) {
        connection->filters[i] = (struct filter){.connection = connection,
                                                 .topic = broker->filters[i].topic,
                                                 .qos = broker->filters[i].qos};
    }
    connection->filters[broker->filter_count] =
        (struct filter){.connection = connection,
                        .topic = "$SYS/broker/publish/messages/dropped",
                        .system = true};
    connection->filter_count = broker->filter_count + 1;
    if (host_state_init(connection)) {
        connection->filters[connection->filter_count++] = (struct filter){
            .connection = connection, .topic = connection->host.topic, .host = true};
    }
}

void connection_deinit(struct connection *connection)
{
    pthread_mutex_destroy(&connection->handle_lock);
}

void connection_post(struct connection *connection, unsigned events)
{
    struct source *source = connection->source;
    pthread_mutex_lock(&source->lock);
    connection->events |= events;
    pthread_cond_signal(&source->wake);
    pthread_mutex_unlock(&source->lock);
}

void connection_note_error(struct connection *connection, const char *format, ...)
{
    char text[sizeof connection->status.last_error];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    pthread_mutex_lock(&connection->source->lock);
    memcpy(connection->status.last_error, text, sizeof text);
    pthread_mutex_unlock(&connection->source->lock);
    log_warn("source.trouble", "broker=%s: %s", connection->broker->name, text);
}

static int64_t now_ns(const struct connection *connection)
{
    return clock_boot_ns(connection->source->clock);
}

static void enter(struct connection *connection, enum connection_state state)
{
    connection->state = state;
    connection->state_since_ns = now_ns(connection);
    pthread_mutex_lock(&connection->source->lock);
    connection->status.connected = state == CONNECTION_UP;
    connection->status.stopped = state == CONNECTION_STOPPED;
    connection->status.since_ns = clock_wall_ns(connection->source->clock);
    connection->status.version = connection->version;
    pthread_mutex_unlock(&connection->source->lock);
}

static void retry_later(struct connection *connection)
{
    int64_t wait_ms = backoff_next_ms(&connection->backoff);
    connection->retry_at_ns = now_ns(connection) + wait_ms * NS_PER_MS;
    enter(connection, CONNECTION_IDLE);
    log_info("source.retry", "broker=%s wait_ms=%lld", connection->broker->name,
             (long long)wait_ms);
}

/* MQTT 5 unless it was refused; some old brokers just hang up on it, so that now and
 * then 3.1.1 is tried as well. */
static void choose_version(struct connection *connection)
{
    int version = 5;
    if (connection->broker->protocol == SOURCE_MQTT_311 || connection->keep_version) {
        version = 4;
    } else if (connection->broker->protocol == SOURCE_MQTT_AUTO) {
        bool old = connection->refusals % OLD_VERSION_EVERY == OLD_VERSION_EVERY - 1;
        version = old ? 4 : 5;
    }
    if (version != connection->version && connection->handle) {
        mqtt_client_destroy(connection);
    }
    connection->version = version;
}

static void open_now(struct connection *connection)
{
    struct error e;
    choose_version(connection);
    enter(connection, CONNECTION_OPENING);
    pthread_mutex_lock(&connection->source->lock);
    connection->events &= EVENT_STORE_FAILED; /* the others are of the last connection */
    pthread_mutex_unlock(&connection->source->lock);
    if (mqtt_client_open(connection, &e) != ERR_OK) {
        connection->refusals++;
        connection_note_error(connection, "%s", e.text);
        retry_later(connection);
    }
}

static void subscribe(struct connection *connection, bool failed_only)
{
    for (size_t i = 0; i < connection->filter_count; i++) {
        struct filter *filter = &connection->filters[i];
        pthread_mutex_lock(&connection->source->lock);
        bool failed = filter->failed;
        bool session_present = connection->session_present;
        filter->failed = false;
        filter->granted = filter->granted && failed_only;
        pthread_mutex_unlock(&connection->source->lock);
        if (failed || !failed_only) {
            mqtt_client_subscribe(connection, filter, session_present);
        }
    }
}

static void on_opened(struct connection *connection)
{
    connection->refusals = 0;
    connection->last_message_ns = now_ns(connection);
    connection->resubscribe_at_ns = 0;
    enter(connection, CONNECTION_UP);
    pthread_mutex_lock(&connection->source->lock);
    bool present = connection->session_present;
    connection->status.session_present = present;
    connection->status.connects++;
    pthread_mutex_unlock(&connection->source->lock);
    log_info("source.connected", "broker=%s uri=%s mqtt=%s session=%s",
             connection->broker->name, connection->broker->uri,
             connection->version == 5 ? "5" : "3.1.1", present ? "resumed" : "new");
    if (!present && connection->session_expected) {
        connection_note_error(
            connection,
            "session lost: the broker did not know client '%s' any more; "
            "what it had queued for us is gone",
            connection->broker->client_id);
        intake_gap(connection, "session lost");
    }
    connection->session_expected = true;
    backoff_reset(&connection->subscribe_backoff);
    subscribe(connection, false);
}

static void suspect_duplicate(struct connection *connection, bool told)
{
    int64_t lasted_ns = now_ns(connection) - connection->state_since_ns;
    connection->quick_ends = lasted_ns < QUICK_NS ? connection->quick_ends + 1 : 0;
    if (!told && connection->quick_ends < QUICK_ENDS) {
        return;
    }
    pthread_mutex_lock(&connection->source->lock);
    connection->status.duplicate_id = true;
    pthread_mutex_unlock(&connection->source->lock);
    connection_note_error(connection,
                          "%s another client uses client_id '%s': stop it or give it "
                          "another id",
                          told ? "the broker says that"
                               : "the connection is cut again and "
                                 "again, probably",
                          connection->broker->client_id);
}

static void close_now(struct connection *connection, const char *why)
{
    connection_note_error(connection, "%s; connecting again", why);
    enter(connection, CONNECTION_CLOSING);
    if (!mqtt_client_disconnect(connection)) {
        retry_later(connection);
    }
}

static void stay_stable(struct connection *connection, int64_t now)
{
    if (now - connection->state_since_ns < STABLE_NS ||
        connection->backoff.attempts == 0) {
        return;
    }
    backoff_reset(&connection->backoff);
    connection->quick_ends = 0;
    pthread_mutex_lock(&connection->source->lock);
    connection->status.duplicate_id = false;
    pthread_mutex_unlock(&connection->source->lock);
}

static void step_subscriptions(struct connection *connection, unsigned events,
                               int64_t now)
{
    if (events & EVENT_FILTER_REFUSED && connection->resubscribe_at_ns == 0) {
        int64_t wait_ms = backoff_next_ms(&connection->subscribe_backoff);
        connection->resubscribe_at_ns = now + wait_ms * NS_PER_MS;
    }
    if (connection->resubscribe_at_ns != 0 && now >= connection->resubscribe_at_ns) {
        connection->resubscribe_at_ns = 0;
        subscribe(connection, true);
    }
}

static void step_up(struct connection *connection, unsigned events)
{
    int64_t now = now_ns(connection);
    const struct source_broker *broker = connection->broker;
    if (events & EVENT_LOST) {
        connection_note_error(connection, "connection lost");
        suspect_duplicate(connection, (events & EVENT_TAKEN_OVER) != 0);
        retry_later(connection);
        return;
    }
    if (events & EVENT_STORE_FULL) {
        close_now(connection, "the store is full: messages are left to the broker");
        return;
    }
    int64_t waiting_since_ns = ack_gate_waiting_since_ns(connection->gate);
    int64_t most_ns = broker->keepalive_s * NS_PER_S / UNMOVED_PART;
    if (waiting_since_ns != 0 && now - waiting_since_ns > most_ns) {
        close_now(connection, "messages were not made durable in time");
        return;
    }
    int64_t silent_ns = now - connection->last_message_ns;
    if (broker->silence_ms > 0 && silent_ns > broker->silence_ms * NS_PER_MS) {
        close_now(connection, "no message for longer than 'silence'");
        return;
    }
    if (events & EVENT_HOST_STATE) {
        host_state_say(connection, true);
    }
    step_subscriptions(connection, events, now);
    stay_stable(connection, now);
}

static void step_opening(struct connection *connection, unsigned events)
{
    if (events & EVENT_OPENED) {
        on_opened(connection);
        if (events & (EVENT_LOST | EVENT_STORE_FULL |
                      EVENT_HOST_STATE)) { /* both since the last step */
            step_up(connection, events);
        }
        return;
    }
    if (events & EVENT_WRONG_VERSION &&
        connection->broker->protocol == SOURCE_MQTT_AUTO && connection->version == 5) {
        log_info("source.version", "broker=%s: MQTT 5 refused, using 3.1.1",
                 connection->broker->name);
        connection->keep_version = true;
        connection->retry_at_ns = 0;
        enter(connection, CONNECTION_IDLE);
        return;
    }
    bool late = now_ns(connection) - connection->state_since_ns > OPENING_MOST_NS;
    if (late) {
        connection_note_error(connection, "no answer to CONNECT");
        mqtt_client_destroy(connection);
    }
    if (late || events & (EVENT_REFUSED | EVENT_WRONG_VERSION)) {
        connection->refusals++;
        retry_later(connection);
    }
}

static void step_closing(struct connection *connection, unsigned events)
{
    bool late = now_ns(connection) - connection->state_since_ns > CLOSING_MOST_NS;
    if (late) {
        mqtt_client_destroy(connection);
    }
    if (late || events & EVENT_LOST) {
        retry_later(connection);
    }
}

void connection_step(struct connection *connection)
{
    struct source *source = connection->source;
    pthread_mutex_lock(&source->lock);
    unsigned events = connection->events;
    connection->events = 0;
    pthread_mutex_unlock(&source->lock);
    if (events & EVENT_STORE_FAILED) {
        log_error("source.stopped", "broker=%s: the store failed, no more is taken in",
                  connection->broker->name);
        enter(connection, CONNECTION_STOPPED);
        mqtt_client_disconnect(connection);
        return;
    }
    switch (connection->state) {
    case CONNECTION_IDLE:
        if (now_ns(connection) >= connection->retry_at_ns) {
            open_now(connection);
        }
        break;
    case CONNECTION_OPENING:
        step_opening(connection, events);
        break;
    case CONNECTION_UP:
        step_up(connection, events);
        break;
    case CONNECTION_CLOSING:
        step_closing(connection, events);
        break;
    case CONNECTION_STOPPED:
        break;
    }
}
