/* SPDX-License-Identifier: Apache-2.0 */
#include "fake_broker.h"
#include "source/source.h"

#include <criterion/criterion.h>

#define QUIET_MS 150
#define SOON_MS 5000

static bool is_holding(const struct source_status *status)
{
    return status->holding;
}

static bool is_stopped(const struct source_status *status)
{
    return status->stopped && !status->connected;
}

Test(intake, full_store_holds_the_message_and_goes_on_when_there_is_space)
{
    struct fake_broker fake;
    fake_broker_init(&fake);
    fake.settings.keepalive_s = 60;
    struct collector *collector = fake_broker_start(&fake);

    collector_set_answer(collector, ERR_FULL);
    fake_broker_publish(&fake, 2, 10);
    cr_assert(collector_wait_status(collector, is_holding));
    cr_assert_eq(fake_broker_puback(&fake, QUIET_MS), 0);
    collector_set_answer(collector, ERR_OK);

    cr_assert(collector_wait(collector, &collector->stored, 10));
    cr_assert_str_eq(collector->payloads[1], "2");
    source_release(collector->source, 10);
    for (int id = 2; id <= 10; id++) {
        cr_assert_eq(fake_broker_puback(&fake, SOON_MS), id);
    }
    collector_free(&collector);
    fake_broker_deinit(&fake);
}

/* While a message is held, what was stored before it may be acknowledged. */
Test(intake, releases_go_on_while_a_message_is_held)
{
    struct fake_broker fake;
    fake_broker_init(&fake);
    fake.settings.keepalive_s = 60;
    struct collector *collector = fake_broker_start(&fake);
    fake_broker_publish(&fake, 2, 3);
    cr_assert(collector_wait(collector, &collector->stored, 3));
    collector_set_answer(collector, ERR_FULL);
    fake_broker_publish(&fake, 4, 4);
    cr_assert(collector_wait_status(collector, is_holding));

    source_release(collector->source, 3);

    cr_assert_eq(fake_broker_puback(&fake, SOON_MS), 2);
    cr_assert_eq(fake_broker_puback(&fake, SOON_MS), 3);
    collector_set_answer(collector, ERR_OK);
    collector_free(&collector);
    fake_broker_deinit(&fake);
}

Test(intake, store_full_for_long_gives_messages_back_to_the_broker)
{
    struct fake_broker fake;
    fake_broker_init(&fake);
    fake.settings.keepalive_s = 3;
    struct collector *collector = fake_broker_start(&fake);
    int pubacks = 0;

    collector_set_answer(collector, ERR_FULL);
    fake_broker_publish(&fake, 2, 5);

    cr_assert(fake_broker_ended(&fake, &pubacks));
    cr_assert_eq(pubacks, 0);
    collector_set_answer(collector, ERR_OK);
    fake_broker_serve(&fake, true);
    fake_broker_publish(&fake, 2, 5);
    cr_assert(collector_wait(collector, &collector->stored, 5));
    source_release(collector->source, 5);
    cr_assert_eq(fake_broker_puback(&fake, SOON_MS), 2);
    collector_free(&collector);
    fake_broker_deinit(&fake);
}

Test(intake, rejected_message_is_acknowledged_in_its_turn)
{
    struct fake_broker fake;
    fake_broker_init(&fake);
    struct collector *collector = fake_broker_start(&fake);
    fake_broker_publish(&fake, 2, 2);
    cr_assert(collector_wait(collector, &collector->stored, 2));
    collector_set_answer(collector, ERR_REJECT);
    fake_broker_publish(&fake, 3, 3);
    cr_assert(collector_wait(collector, &collector->refused, 1));

    cr_assert_eq(fake_broker_puback(&fake, QUIET_MS), 0);
    source_release(collector->source, 2);

    cr_assert_eq(fake_broker_puback(&fake, SOON_MS), 2);
    cr_assert_eq(fake_broker_puback(&fake, SOON_MS), 3);
    collector_free(&collector);
    fake_broker_deinit(&fake);
}

Test(intake, failed_store_ends_the_connection_for_good)
{
    struct fake_broker fake;
    fake_broker_init(&fake);
    struct collector *collector = fake_broker_start(&fake);
    int pubacks = 0;

    collector_set_answer(collector, ERR_SYSTEM);
    fake_broker_publish(&fake, 2, 3);

    cr_assert(fake_broker_ended(&fake, &pubacks));
    cr_assert_eq(pubacks, 0);
    cr_assert(collector_wait_status(collector, is_stopped));
    cr_assert_eq(collector->stored, 1);
    collector_free(&collector);
    fake_broker_deinit(&fake);
}

Test(intake, rise_of_the_brokers_drop_counter_is_a_gap)
{
    struct fake_broker fake;
    fake_broker_init(&fake);
    struct collector *collector = fake_broker_start(&fake);
    const char *topic = "$SYS/broker/publish/messages/dropped";

    fake_broker_publish_on(&fake, topic, 0, 0, "5");
    fake_broker_publish_on(&fake, topic, 0, 0, "5");
    fake_broker_publish_on(&fake, topic, 0, 0, "17");

    cr_assert(collector_wait(collector, &collector->gaps, 1));
    cr_assert(strstr(collector->gap, "dropped 12 messages"), "%s", collector->gap);
    cr_assert_eq(collector->stored, 1);
    cr_assert_eq(collector->gaps, 1);
    collector_free(&collector);
    fake_broker_deinit(&fake);
}

Test(intake, message_at_qos_0_is_stored)
{
    struct fake_broker fake;
    fake_broker_init(&fake);
    struct collector *collector = fake_broker_start(&fake);

    fake_broker_publish_on(&fake, "plant/kiln", 0, 0, "zero");

    cr_assert(collector_wait(collector, &collector->stored, 2));
    cr_assert_str_eq(collector->payloads[1], "zero");
    source_release(collector->source, 2);
    cr_assert_eq(fake_broker_puback(&fake, QUIET_MS), 0);
    collector_free(&collector);
    fake_broker_deinit(&fake);
}

Test(intake, paused_source_leaves_messages_to_the_broker)
{
    struct fake_broker fake;
    fake_broker_init(&fake);
    struct collector *collector = fake_broker_start(&fake);

    source_pause(collector->source);
    fake_broker_publish(&fake, 2, 2);
    source_release(collector->source, 100);

    cr_assert_eq(fake_broker_puback(&fake, QUIET_MS), 0);
    cr_assert_eq(collector->stored, 1);
    collector_free(&collector);
    fake_broker_deinit(&fake);
}
