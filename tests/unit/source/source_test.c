/* SPDX-License-Identifier: Apache-2.0 */
#include "source/source.h"

#include "fake_broker.h"

#include <criterion/criterion.h>

static enum err never(void *ctx, const struct message *message, uint64_t *ret_seq,
                      struct error *e)
{
    (void)ctx, (void)message, (void)ret_seq;
    return error_set(e, ERR_SYSTEM, "not expected");
}

static void refuses(const struct source_broker *brokers, size_t count, const char *words)
{
    struct source_intake intake = {.store = never};
    struct source *source = NULL;
    struct error e = {.code = ERR_OK};

    enum err code = source_open(brokers, count, &intake, &clock_system, &source, &e);

    cr_assert_eq(code, ERR_CONFIG);
    cr_assert(strstr(e.text, words), "%s", e.text);
}

Test(source, settings_that_cannot_work_are_refused_in_words)
{
    struct source_filter shared = {.topic = "$share/g/a", .qos = 1};
    struct source_filter twice = {.topic = "a", .qos = 2};
    struct source_broker good = {.name = "a", .uri = "mqtt://h", .client_id = "id"};
    struct source_broker bad = good;

    bad.uri = "http://h";
    refuses(&bad, 1, "broker 'a': uri 'http://h'");
    bad = good;
    bad.client_id = "";
    refuses(&bad, 1, "no client_id");
    bad = good;
    bad.filters = &shared;
    bad.filter_count = 1;
    refuses(&bad, 1, "a shared subscription sees a part");
    bad.filters = &twice;
    refuses(&bad, 1, "'a': QoS 2, want 0 or 1");
    refuses((struct source_broker[]){good, good}, 2, "two brokers have client_id 'id'");
    refuses(&bad, SOURCE_BROKERS_MAX + 1, "more than 16 brokers");
}

Test(source, publishes_when_connected_and_says_no_otherwise)
{
    struct fake_broker fake;
    fake_broker_init(&fake);
    struct collector *collector = collector_new(false);
    collector_open(collector, &fake.settings, 1);
    cr_assert_not(source_publish(collector->source, 0, BYTES("a/b"), BYTES("x"), 0));
    fake_broker_serve(&fake, false);

    cr_assert(source_publish(collector->source, 0, BYTES("a/b"), BYTES("x"), 0));

    struct mqtt_raw_packet packet = {.type = 0};
    while (packet.type != RAW_PUBLISH) {
        cr_assert(mqtt_raw_read(fake.raw, 5000, &packet));
    }
    cr_assert_arr_eq(packet.body.data, "\0\3a/b\0x", 7);
    collector_free(&collector);
    fake_broker_deinit(&fake);
}

/* Also when nothing answers. */
Test(source, closes_in_any_state)
{
    struct fake_broker fake;
    fake_broker_init(&fake);
    struct collector *collector = collector_new(false);
    collector_open(collector, &fake.settings, 1);
    fake_broker_accept(&fake); /* and no CONNACK */

    collector_free(&collector);

    fake_broker_deinit(&fake);
}

Test(source, leaves_the_session_at_the_broker_when_it_closes)
{
    struct fake_broker fake;
    fake_broker_init(&fake);
    struct collector *collector = fake_broker_start(&fake);

    collector_free(&collector);

    struct mqtt_raw_packet packet;
    bool said_goodbye = false;
    while (mqtt_raw_read(fake.raw, 5000, &packet)) {
        cr_assert_neq(packet.type, 10, "UNSUBSCRIBE");
        said_goodbye = said_goodbye || packet.type == RAW_DISCONNECT;
        cr_assert(packet.type != RAW_DISCONNECT || packet.body.len <= 2,
                  "no new session expiry");
    }
    cr_assert(said_goodbye);
    fake_broker_deinit(&fake);
}
