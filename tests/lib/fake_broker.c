/* SPDX-License-Identifier: Apache-2.0 */
/* Playing a broker. */
#include "fake_broker.h"

#include <stdio.h>
#include <unistd.h>

#define PATIENCE_MS 10000

void fake_broker_init(struct fake_broker *fake)
{
    int port = 0;
    *fake = (struct fake_broker){.filter = {.topic = "plant/#", .qos = 1}};
    fake->listener = mqtt_raw_listen(&port);
    snprintf(fake->uri, sizeof fake->uri, "mqtt://127.0.0.1:%d", port);
    fake->settings = (struct source_broker){.name = "fake",
                                            .uri = fake->uri,
                                            .client_id = "emgate-test",
                                            .filters = &fake->filter,
                                            .filter_count = 1};
}

void fake_broker_deinit(struct fake_broker *fake)
{
    mqtt_raw_close(&fake->raw);
    close(fake->listener);
}

void fake_broker_accept(struct fake_broker *fake)
{
    struct mqtt_raw_packet packet;
    mqtt_raw_close(&fake->raw);
    fake->raw = mqtt_raw_accept(fake->listener);
    ASSERT(fake->raw);
    ASSERT(mqtt_raw_read(fake->raw, PATIENCE_MS, &packet));
    ASSERT(packet.type == RAW_CONNECT);
    fake->connect = packet.body;
    fake->version = packet.body.data[6];
}

static void send_buf(struct fake_broker *fake, struct buf *out)
{
    (void)mqtt_raw_write(fake->raw, buf_bytes(out)); /* it may have hung up */
    buf_deinit(out);
}

void fake_broker_connack(struct fake_broker *fake, bool session_present, int code)
{
    struct buf out;
    buf_init(&out, 4096);
    mqtt_raw_add_connack(&out, fake->version, session_present, code);
    send_buf(fake, &out);
}

static struct mqtt_raw_packet read_subscribe(struct fake_broker *fake)
{
    struct mqtt_raw_packet packet;
    do {
        ASSERT(mqtt_raw_read(fake->raw, PATIENCE_MS, &packet));
    } while (packet.type != RAW_SUBSCRIBE);
    return packet;
}

int fake_broker_suback(struct fake_broker *fake, int code)
{
    int options = -1;
    for (int i = 0; i < 2 && options < 0; i++) {
        struct mqtt_raw_packet packet = read_subscribe(fake);
        size_t topic_at = fake->version == 5 ? 5 : 4;
        bool ours = packet.body.data[topic_at] != '$';
        struct buf out;
        buf_init(&out, 4096);
        int id = packet.body.data[0] << 8 | packet.body.data[1];
        mqtt_raw_add_suback(&out, fake->version, id, ours ? code : 0);
        options = ours ? packet.body.data[packet.body.len - 1] : options;
        send_buf(fake, &out);
    }
    return options;
}

void fake_broker_serve(struct fake_broker *fake, bool session_present)
{
    fake_broker_accept(fake);
    fake_broker_connack(fake, session_present, 0);
    fake_broker_suback(fake, 1);
}

void fake_broker_publish_on(struct fake_broker *fake, const char *topic, int qos, int id,
                            const char *payload)
{
    struct buf out;
    buf_init(&out, 4096);
    mqtt_raw_add_publish(&out, fake->version, qos, id, topic, bytes_of(payload));
    send_buf(fake, &out);
}

void fake_broker_publish(struct fake_broker *fake, int id, int last)
{
    for (; id <= last; id++) {
        char text[16];
        snprintf(text, sizeof text, "%d", id);
        fake_broker_publish_on(fake, "plant/kiln", 1, id, text);
    }
}

int fake_broker_puback(struct fake_broker *fake, int timeout_ms)
{
    struct mqtt_raw_packet packet;
    while (mqtt_raw_read(fake->raw, timeout_ms, &packet)) {
        if (packet.type == RAW_PUBACK) {
            return packet.body.data[0] << 8 | packet.body.data[1];
        }
    }
    return 0;
}

bool fake_broker_ended(struct fake_broker *fake, int *ret_pubacks)
{
    struct mqtt_raw_packet packet;
    *ret_pubacks = 0;
    while (mqtt_raw_read(fake->raw, PATIENCE_MS, &packet)) {
        if (packet.type == RAW_DISCONNECT) {
            return true;
        }
        *ret_pubacks += packet.type == RAW_PUBACK;
    }
    return read(fake->raw->fd, &packet, 1) <= 0;
}

struct collector *fake_broker_start(struct fake_broker *fake)
{
    struct collector *collector = collector_new(false);
    collector_open(collector, &fake->settings, 1);
    fake_broker_serve(fake, false);
    fake_broker_publish(fake, 1, 1);
    ASSERT(collector_wait(collector, &collector->stored, 1));
    source_release(collector->source, 1);
    ASSERT(fake_broker_puback(fake, PATIENCE_MS) == 1);
    return collector;
}
