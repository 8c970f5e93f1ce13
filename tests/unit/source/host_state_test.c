/* SPDX-License-Identifier: Apache-2.0 */
#include "source/host_state.h"

#include "fake_broker.h"

#include <criterion/criterion.h>
#include <stdio.h>

#define WILL_FLAGS 0x2c /* a will, at QoS 1, retained */

static struct source source = {.clock = &clock_system};
static struct source_broker with_host = {.name = "plant", .sparkplug_host = "h-1"};
static struct source_broker without = {.name = "plant"};

Test(host_state, the_will_carries_the_time_of_connecting)
{
    struct connection connection = {.source = &source, .broker = &with_host};
    MQTTAsync_willOptions will = MQTTAsync_willOptions_initializer;
    cr_assert(host_state_init(&connection));
    cr_assert(host_state_will(&connection, &will));

    char wanted[HOST_STATE_TEXT_MAX];
    snprintf(wanted, sizeof wanted, "{\"online\":false,\"timestamp\":%lld}",
             (long long)connection.host.connect_ms);
    cr_assert_gt(connection.host.connect_ms, 1000000000000);
    cr_assert_str_eq(will.topicName, "spBv1.0/STATE/h-1");
    cr_assert_str_eq(will.message, wanted);
    cr_assert(will.retained && will.qos == 1);
}

Test(host_state, without_an_id_nothing_is_said)
{
    struct connection connection = {.source = &source, .broker = &without};
    MQTTAsync_willOptions will = MQTTAsync_willOptions_initializer;
    cr_assert(!host_state_init(&connection));
    cr_assert(!host_state_will(&connection, &will));
    host_state_say(&connection, true);
    cr_assert(!connection.host.born);
    cr_assert(!host_state_denied(&connection, BYTES(""), BYTES("false")));
}

Test(host_state, only_offline_on_its_own_topic_is_a_denial)
{
    struct connection connection = {.source = &source, .broker = &with_host};
    struct bytes own = BYTES("spBv1.0/STATE/h-1");
    struct bytes offline = BYTES("{\"online\":false,\"timestamp\":1}");
    cr_assert(host_state_init(&connection));
    cr_assert(!host_state_denied(&connection, own, offline), "not born yet");
    connection.host.born = true;
    cr_assert(host_state_denied(&connection, own, offline));
    cr_assert(!host_state_denied(&connection, BYTES("spBv1.0/STATE/h-2"), offline));
    cr_assert(!host_state_denied(&connection, own, BYTES("{\"online\":true}")));
    cr_assert(!host_state_denied(&connection, own, BYTES("")));
}

Test(host_state, the_birth_comes_first_and_when_subscribed)
{
    struct fake_broker fake;
    fake_broker_init(&fake);
    fake.settings.sparkplug_host = "h-1";
    struct collector *collector = collector_new(false);
    collector_open(collector, &fake.settings, 1);
    fake_broker_accept(&fake);
    cr_assert_eq(fake.connect.data[7], WILL_FLAGS);
    fake_broker_connack(&fake, false, 0);
    cr_assert(
        !source_publish(collector->source, 0, BYTES("spBv1.0/g/NCMD/n"), BYTES("x"), 0),
        "its STATE is not out yet");

    struct mqtt_raw_packet packet;
    int subscriptions = 0;
    while (mqtt_raw_read(fake.raw, 10000, &packet) && packet.type == RAW_SUBSCRIBE) {
        struct buf out;
        buf_init(&out, 64);
        int id = packet.body.data[0] << 8 | packet.body.data[1];
        int qos = packet.body.data[packet.body.len - 1] & 3;
        mqtt_raw_add_suback(&out, fake.version, id, qos);
        cr_assert(mqtt_raw_write(fake.raw, buf_bytes(&out)));
        buf_deinit(&out);
        subscriptions++;
    }
    cr_assert_eq(subscriptions, 3, "the input's, the broker's counter, its own STATE");
    cr_assert_eq(packet.type, RAW_PUBLISH);
    cr_assert_eq(packet.flags & 7, 3, "QoS 1, retained");
    cr_assert(memmem(packet.body.data, packet.body.len, "\"online\":true", 13));
    collector_free(&collector);
    fake_broker_deinit(&fake);
}
