/* SPDX-License-Identifier: Apache-2.0 */
/* The source against a real mosquitto with our shipped configuration. */
#include "broker.h"
#include "collector.h"
#include "mqtt_raw.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>

static const struct source_filter plant_filter = {.topic = "plant/#", .qos = 1};

static struct source_broker settings_of(const struct broker *broker)
{
    return (struct source_broker){.name = "plant",
                                  .uri = broker->uri,
                                  .client_id = "emgate-test",
                                  .filters = &plant_filter,
                                  .filter_count = 1};
}

/* Messages "from".."to" at QoS 1; each one acknowledged by the broker. */
static void publish(const struct broker *broker, int from, int to)
{
    struct mqtt_raw *raw = mqtt_raw_connect(broker->port, 5, "publisher", true, 1000);
    cr_assert_not_null(raw);
    for (int i = from; i <= to; i++) {
        char text[16];
        snprintf(text, sizeof text, "%d", i);
        struct buf out;
        buf_init(&out, 4096);
        mqtt_raw_add_publish(&out, 5, 1, i % 60000 + 1, "plant/kiln", bytes_of(text));
        struct mqtt_raw_packet packet;
        cr_assert(mqtt_raw_write(raw, buf_bytes(&out)));
        cr_assert(mqtt_raw_read(raw, 10000, &packet) && packet.type == RAW_PUBACK);
        buf_deinit(&out);
    }
    mqtt_raw_close(&raw);
}

static bool is_connected(const struct source_status *status)
{
    return status->connected;
}

static bool nothing_parked(const struct source_status *status)
{
    return status->parked == 0;
}

Test(source, takes_messages_in_and_acknowledges_them)
{
    struct broker broker;
    broker_init(&broker);
    broker_start(&broker, NULL);
    struct source_broker settings = settings_of(&broker);
    struct collector *collector = collector_new(true);
    collector_open(collector, &settings, 1);
    cr_assert(collector_wait_status(collector, is_connected));

    publish(&broker, 1, 500);

    cr_assert(collector_wait(collector, &collector->stored, 500));
    cr_assert(collector_wait_status(collector, nothing_parked));
    cr_assert(source_groups_acks());
    cr_assert_str_eq(collector->payloads[499], "500");
    cr_assert_eq(collector->gaps, 0);
    collector_free(&collector);
    broker_deinit(&broker);
}
