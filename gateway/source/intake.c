/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A message has arrived: store it, and tell the ack gate under which sequence.
 *
 * Paho acknowledges what the callback returns from, whatever it returns; so a message
 * that can't be stored is either held here, or the gate is told to acknowledge
 * nothing more and the connection is ended: the broker delivers it again.  The hold
 * is shorter than the time after which the broker would end the connection itself
 * (1.5 keepalives).  Never return 0: Paho would keep the message in memory, already
 * acknowledged.
 *
 * Where the gate is not proved to work, the callback returns only when the message is
 * durable, however long that takes.
 */
#include "core/number.h"
#include "source/host_state.h"

#define SYSTEM_DROPPED "$SYS/broker/publish/messages/dropped"
#define BRIDGES_MAX 512 /* the mark of eight gateways and more */
#define HOLD_STEP_MS 50
#define KEEPALIVE_PART 3 /* of a keepalive a message is held at most */

void intake_gap(struct connection *connection, const char *text)
{
    struct source *source = connection->source;
    if (!source->intake.gap) {
        return;
    }
    pthread_mutex_lock(&source->intake_lock);
    source->intake.gap(source->intake.ctx, connection->index, text);
    pthread_mutex_unlock(&source->intake_lock);
}

/* The broker's own count of messages it dropped, for all its clients. */
static void note_dropped(struct connection *connection, struct bytes payload)
{
    uint64_t count = 0;
    if (!number_parse_u64(payload, &count)) {
        return;
    }
    uint64_t before = connection->broker_dropped;
    connection->broker_dropped = count;
    if (!connection->dropped_known) {
        connection->dropped_known = true;
        return;
    }
    uint64_t rise = count >= before ? count - before : count; /* a restart begins at 0 */
    if (rise == 0) {
        return;
    }
    char text[160];
    snprintf(text, sizeof text,
             "broker '%s' dropped %llu messages for its clients, perhaps some of ours",
             connection->broker->name, (unsigned long long)rise);
    connection_note_error(connection, "%s", text);
    intake_gap(connection, text);
}

static enum err try_store(struct connection *connection, const struct message *message,
                          uint64_t *ret_seq, struct error *e)
{
    struct source *source = connection->source;
    pthread_mutex_lock(&source->intake_lock);
    enum err code = source->intake.store(source->intake.ctx, message, ret_seq, e);
    pthread_mutex_unlock(&source->intake_lock);
    return code;
}

/* Blocks as long as the message may wait.  False: give it back to the broker. */
static bool hold(struct connection *connection, int64_t since_ns)
{
    struct source *source = connection->source;
    bool gated = ack_gate_proved() == ACK_GATE_WORKS;
    int64_t most_ns = connection->broker->keepalive_s * NS_PER_S / KEEPALIVE_PART;
    if (gated && (source->closing || source->paused ||
                  clock_boot_ns(source->clock) - since_ns > most_ns)) {
        return false;
    }
    uint64_t released = source->released;
    ack_gate_release_held(connection->gate);
    source_wait_durable(source, released + 1, HOLD_STEP_MS);
    return true;
}

/* ERR_OK and a sequence, 0 for one that needs no commit; or why it was not stored. */
static enum err store(struct connection *connection, const struct message *message,
                      uint64_t *ret_seq, struct error *e)
{
    int64_t since_ns = 0;
    for (;;) {
        enum err code = try_store(connection, message, ret_seq, e);
        if (code == ERR_REJECT) {
            connection_note_error(connection, "message on '%.*s' refused: %s",
                                  BYTES_ARG(message->topic), e->text);
            *ret_seq = 0;
            return ERR_OK;
        }
        if (code != ERR_FULL && code != ERR_RETRY) {
            return code;
        }
        if (since_ns == 0) {
            since_ns = clock_boot_ns(connection->source->clock);
            connection_note_error(connection, "intake waits: %s", e->text);
        }
        connection->holding = true;
        if (!hold(connection, since_ns)) {
            return code;
        }
    }
}

static void wait_durable(struct connection *connection, uint64_t seq)
{
    struct source *source = connection->source;
    while (source->released < seq) {
        source_wait_durable(source, seq, HOLD_STEP_MS);
    }
}

/* Nothing may be acknowledged and the gate does not hold it back: stay here.  The
 * process ends, or the broker ends the connection. */
static void stay_for_ever(struct connection *connection)
{
    for (;;) {
        source_wait_durable(connection->source, UINT64_MAX, INT64_C(1000));
    }
}

static void refuse(struct connection *connection, const struct message *message,
                   unsigned event)
{
    if (message->qos == 0 && event) {
        intake_gap(connection, "a message at QoS 0 could not be stored");
    }
    if (message->qos > 0 && ack_gate_proved() != ACK_GATE_WORKS) {
        connection_post(connection, event);
        stay_for_ever(connection);
    }
    ack_gate_refuse(connection->gate);
    connection_post(connection, event);
}

static void take_in(struct connection *connection, const struct message *message,
                    int message_id)
{
    struct source *source = connection->source;
    if (source->paused || ack_gate_refuses(connection->gate)) {
        refuse(connection, message, 0);
        return;
    }
    uint64_t seq = 0;
    struct error e = {.code = ERR_OK};
    enum err code = store(connection, message, &seq, &e);
    if (code != ERR_OK) {
        connection_note_error(connection, "message on '%.*s' not stored: %s",
                              BYTES_ARG(message->topic), e.text);
        bool later = code == ERR_FULL || code == ERR_RETRY;
        refuse(connection, message, later ? EVENT_STORE_FULL : EVENT_STORE_FAILED);
        return;
    }
    connection->holding = false;
    connection->messages++;
    connection->bytes += message->payload.len;
    connection->last_message_wall_ns = message->received_ns;
    connection->last_message_ns = clock_boot_ns(source->clock);
    if (message->qos == 0) {
        return;
    }
    if (ack_gate_proved() != ACK_GATE_WORKS) {
        wait_durable(connection, seq);
    }
    ack_gate_stored(connection->gate, message_id, seq);
}

/* Our own STATE, which a subscription of ours at QoS 0 brings. */
static bool is_own_state(struct connection *connection, const struct message *message)
{
    if (host_state_denied(connection, message->topic, message->payload)) {
        connection_post(connection, EVENT_HOST_STATE);
    }
    return message->qos == 0 && connection->host.topic[0] &&
           bytes_are(message->topic, connection->host.topic);
}

/* A user property with `prefix` before its value; empty: it is not there.  One that is
 * too long is `instead`. */
static struct bytes property_of(MQTTAsync_message *paho, const char *wanted,
                                const char *prefix, const char *instead,
                                char text[BRIDGES_MAX])
{
    MQTTProperties *properties = &paho->properties;
    int count = MQTTProperties_propertyCount(properties, MQTTPROPERTY_CODE_USER_PROPERTY);
    for (int i = 0; i < count; i++) {
        const MQTTProperty *property =
            MQTTProperties_getPropertyAt(properties, MQTTPROPERTY_CODE_USER_PROPERTY, i);
        struct bytes name = {(const uint8_t *)property->value.data.data,
                             (size_t)property->value.data.len};
        if (!bytes_are(name, wanted)) {
            continue;
        }
        int len = snprintf(text, BRIDGES_MAX, "%s%.*s", prefix, property->value.value.len,
                           property->value.value.data);
        return len < 0 || len >= BRIDGES_MAX
                   ? bytes_of(instead)
                   : (struct bytes){(const uint8_t *)text, (size_t)len};
    }
    return (struct bytes){0};
}

/* The bridges that carried the message, by their mark (one that is too long stands for
 * too many), or whom the broker's plugin names. */
static struct bytes publisher_of(MQTTAsync_message *paho, char text[BRIDGES_MAX])
{
    struct bytes bridges =
        property_of(paho, MESSAGE_BRIDGE_PROPERTY, MESSAGE_BRIDGE_PREFIX,
                    MESSAGE_BRIDGE_PREFIX ",,,,,,,,,", text);
    return bridges.len > 0 ? bridges
                           : property_of(paho, MESSAGE_PUBLISHER_PROPERTY,
                                         MESSAGE_PUBLISHER_PREFIX, "", text);
}

int intake_arrived(void *context, char *topic, int topic_len, MQTTAsync_message *paho)
{
    struct connection *connection = context;
    char publisher[BRIDGES_MAX];
    struct message message = {
        .publisher = publisher_of(paho, publisher),
        .topic = {(const uint8_t *)topic,
                  topic_len > 0 ? (size_t)topic_len : strlen(topic)},
        .payload = {paho->payload, (size_t)paho->payloadlen},
        .received_ns = clock_wall_ns(connection->source->clock),
        .broker = (uint8_t)connection->index,
        .qos = (uint8_t)paho->qos,
        .retained = paho->retained != 0,
        .duplicate = paho->dup != 0,
    };
    if (bytes_are(message.topic, SYSTEM_DROPPED) && paho->qos == 0) {
        note_dropped(connection, message.payload);
    } else if (is_own_state(connection, &message)) {
        /* Nobody asked for it: it is not stored. */
    } else {
        take_in(connection, &message, paho->msgid);
    }
    MQTTAsync_freeMessage(&paho);
    MQTTAsync_free(topic);
    return 1;
}
