/* SPDX-License-Identifier: Apache-2.0 */
/* Birth, will and death of a Sparkplug host application. */
#include "source/host_state.h"

#include "core/log.h"

#include <stdio.h>

#define STATE_QOS 1

static void print_state(char *text, size_t size, bool online, int64_t timestamp_ms)
{
    snprintf(text, size, "{\"online\":%s,\"timestamp\":%lld}", online ? "true" : "false",
             (long long)timestamp_ms);
}

bool host_state_init(struct connection *connection)
{
    const char *id = connection->broker->sparkplug_host;
    if (!id) {
        return false;
    }
    snprintf(connection->host.topic, sizeof connection->host.topic, "spBv1.0/STATE/%s",
             id);
    return true;
}

bool host_state_will(struct connection *connection, MQTTAsync_willOptions *will)
{
    struct host_state *host = &connection->host;
    if (!host->topic[0]) {
        return false;
    }
    host->born = false;
    host->connect_ms = clock_wall_ns(connection->source->clock) / NS_PER_MS;
    print_state(host->will, sizeof host->will, false, host->connect_ms);
    will->topicName = host->topic;
    will->message = host->will;
    will->retained = 1;
    will->qos = STATE_QOS;
    return true;
}

/* A clock that was set back must not make the death older than the birth. */
static int64_t death_ms(const struct connection *connection)
{
    int64_t now_ms = clock_wall_ns(connection->source->clock) / NS_PER_MS;
    return now_ms > connection->host.connect_ms ? now_ms : connection->host.connect_ms;
}

void host_state_say(struct connection *connection, bool online)
{
    struct host_state *host = &connection->host;
    char text[HOST_STATE_TEXT_MAX];
    if (!host->topic[0] || !connection->handle || (!online && !host->born)) {
        return;
    }
    int64_t timestamp_ms = online ? host->connect_ms : death_ms(connection);
    print_state(text, sizeof text, online, timestamp_ms);
    int rc = MQTTAsync_send(connection->handle, host->topic, (int)strlen(text), text,
                            STATE_QOS, 1, NULL);
    host->born = online;
    if (rc != MQTTASYNC_SUCCESS) { /* the connection has just ended */
        log_debug("source.host_state", "broker=%s rc=%d", connection->broker->name, rc);
    }
}

bool host_state_denied(const struct connection *connection, struct bytes topic,
                       struct bytes payload)
{
    const struct host_state *host = &connection->host;
    if (!host->topic[0] || !host->born || !bytes_are(topic, host->topic)) {
        return false;
    }
    const char *word = "false";
    return memmem(payload.data, payload.len, word, strlen(word)) != NULL;
}
