/* SPDX-License-Identifier: Apache-2.0 */
#include "fake_broker.h"
#include "source/source.h"

#include <criterion/criterion.h>

static bool is_connected(const struct source_status *status)
{
    return status->connected;
}

static bool connected_twice(const struct source_status *status)
{
    return status->connected && status->connects == 2;
}

static bool suspects_duplicate(const struct source_status *status)
{
    return status->duplicate_id;
}

Test(connection, new_session_where_one_was_expected_is_a_gap)
{
    struct fake_broker fake;
    fake_broker_init(&fake);
    struct collector *collector = fake_broker_start(&fake);
    cr_assert_eq(collector->gaps, 0);

    fake_broker_serve(&fake, false);

    cr_assert(collector_wait(collector, &collector->gaps, 1));
    cr_assert_str_eq(collector->gap, "session lost");
    collector_free(&collector);
    fake_broker_deinit(&fake);
}

Test(connection, session_of_an_earlier_run_is_expected_when_said_so)
{
    struct fake_broker fake;
    fake_broker_init(&fake);
    fake.settings.session_expected = true;
    struct collector *collector = collector_new(false);
    collector_open(collector, &fake.settings, 1);

    fake_broker_serve(&fake, false);

    cr_assert(collector_wait(collector, &collector->gaps, 1));
    collector_free(&collector);
    fake_broker_deinit(&fake);
}

Test(connection, resumed_session_is_no_gap_and_is_subscribed_again)
{
    struct fake_broker fake;
    fake_broker_init(&fake);
    struct collector *collector = fake_broker_start(&fake);

    fake_broker_accept(&fake);
    fake_broker_connack(&fake, true, 0);
    int options = fake_broker_suback(&fake, 1);

    cr_assert_eq(options & 3, 1, "QoS");
    cr_assert_eq(options >> 4 & 3, 1, "no retained messages once more");
    cr_assert(collector_wait_status(collector, connected_twice));
    cr_assert_eq(collector->gaps, 0);
    collector_free(&collector);
    fake_broker_deinit(&fake);
}

Test(connection, silence_makes_the_connection_anew)
{
    struct fake_broker fake;
    fake_broker_init(&fake);
    fake.settings.silence_ms = 300;
    struct collector *collector = fake_broker_start(&fake);
    int pubacks = 0;

    cr_assert(fake_broker_ended(&fake, &pubacks));

    fake_broker_serve(&fake, true);
    cr_assert(collector_wait_status(collector, is_connected));
    collector_free(&collector);
    fake_broker_deinit(&fake);
}

Test(connection, cut_off_again_and_again_means_another_client_has_our_id)
{
    struct fake_broker fake;
    fake_broker_init(&fake);
    struct collector *collector = fake_broker_start(&fake);

    for (int i = 0; i < 3; i++) {
        fake_broker_serve(&fake, true);
        cr_assert(collector_wait_status(collector, is_connected));
    }
    mqtt_raw_close(&fake.raw);

    cr_assert(collector_wait_status(collector, suspects_duplicate));
    struct source_status status;
    source_get_status(collector->source, 0, &status);
    cr_assert(strstr(status.last_error, "another client uses client_id 'emgate-test'"),
              "%s", status.last_error);
    collector_free(&collector);
    fake_broker_deinit(&fake);
}

Test(connection, broker_that_tells_of_the_other_client_is_believed_at_once)
{
    struct fake_broker fake;
    fake_broker_init(&fake);
    struct collector *collector = fake_broker_start(&fake);

    cr_assert(mqtt_raw_write(fake.raw, BYTES("\xe0\x02\x8e\x00")));
    mqtt_raw_close(&fake.raw);

    cr_assert(collector_wait_status(collector, suspects_duplicate));
    collector_free(&collector);
    fake_broker_deinit(&fake);
}
