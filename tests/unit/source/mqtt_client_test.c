/* SPDX-License-Identifier: Apache-2.0 */
#include "fake_broker.h"
#include "source/source.h"

#include <criterion/criterion.h>

static bool is_connected(const struct source_status *status)
{
    return status->connected;
}

static bool filter_refused(const struct source_status *status)
{
    return !status->subscribed && status->filters_failed == 1;
}

static bool wrong_password(const struct source_status *status)
{
    return strstr(status->last_error, "password") != NULL;
}

/* Body of CONNECT: "MQTT", level, flags, keepalive, properties, client id. */
Test(mqtt_client, asks_for_a_session_that_lasts_and_a_bounded_window)
{
    struct fake_broker fake;
    fake_broker_init(&fake);
    fake.settings.keepalive_s = 20;
    fake.settings.session_expiry_s = 3600;
    fake.settings.receive_maximum = 100;
    struct collector *collector = collector_new(false);
    collector_open(collector, &fake.settings, 1);

    fake_broker_accept(&fake);

    cr_assert_eq(fake.version, 5);
    cr_assert_eq(fake.connect.data[7], 0, "clean start is off");
    cr_assert_eq(fake.connect.data[9], 20);
    cr_assert_arr_eq(fake.connect.data + 10, "\x08\x11\x00\x00\x0e\x10\x21\x00\x64", 9);
    fake_broker_connack(&fake, false, 0);
    fake_broker_suback(&fake, 1);
    collector_free(&collector);
    fake_broker_deinit(&fake);
}

static void falls_back_after(int code)
{
    struct fake_broker fake;
    fake_broker_init(&fake);
    struct collector *collector = collector_new(false);
    collector_open(collector, &fake.settings, 1);

    fake_broker_accept(&fake);
    cr_assert_eq(fake.version, 5);
    fake.version = code == 1 ? 4 : 5; /* how the broker answers */
    fake_broker_connack(&fake, false, code);
    fake_broker_accept(&fake);

    cr_assert_eq(fake.version, 4);
    cr_assert_eq(fake.connect.data[7], 0, "clean session is off");
    fake_broker_connack(&fake, false, 0);
    fake_broker_suback(&fake, 1);
    cr_assert(collector_wait_status(collector, is_connected));
    fake_broker_publish(&fake, 1, 1);
    cr_assert(collector_wait(collector, &collector->stored, 1));
    source_release(collector->source, 1);
    cr_assert_eq(fake_broker_puback(&fake, 5000), 1);
    collector_free(&collector);
    fake_broker_deinit(&fake);
}

Test(mqtt_client, takes_3_1_1_where_an_old_broker_refuses_5)
{
    falls_back_after(1);
}

Test(mqtt_client, takes_3_1_1_where_a_new_broker_does_not_allow_5)
{
    falls_back_after(0x84);
}

Test(mqtt_client, takes_3_1_1_where_the_broker_just_hangs_up)
{
    struct fake_broker fake;
    fake_broker_init(&fake);
    struct collector *collector = collector_new(false);
    collector_open(collector, &fake.settings, 1);

    fake_broker_accept(&fake);
    while (fake.version == 5) {
        fake_broker_accept(&fake);
    }

    fake_broker_connack(&fake, false, 0);
    fake_broker_suback(&fake, 1);
    cr_assert(collector_wait_status(collector, is_connected));
    collector_free(&collector);
    fake_broker_deinit(&fake);
}

Test(mqtt_client, refused_subscription_is_told_and_tried_again)
{
    struct fake_broker fake;
    fake_broker_init(&fake);
    struct collector *collector = collector_new(false);
    collector_open(collector, &fake.settings, 1);

    fake_broker_accept(&fake);
    fake_broker_connack(&fake, false, 0);
    fake_broker_suback(&fake, 0x87);
    cr_assert(collector_wait_status(collector, filter_refused));

    cr_assert_neq(fake_broker_suback(&fake, 1), -1);
    collector_free(&collector);
    fake_broker_deinit(&fake);
}

Test(mqtt_client, wrong_password_is_told)
{
    struct fake_broker fake;
    fake_broker_init(&fake);
    struct collector *collector = collector_new(false);
    collector_open(collector, &fake.settings, 1);

    fake_broker_accept(&fake);
    fake_broker_connack(&fake, false, 0x86);

    cr_assert(collector_wait_status(collector, wrong_password));
    collector_free(&collector);
    fake_broker_deinit(&fake);
}
