/* SPDX-License-Identifier: Apache-2.0 */
#include "source/ack_gate.h"

#include "fake_broker.h"

#include <criterion/criterion.h>

#define QUIET_MS 150 /* long enough for an acknowledgement that must not come */
#define SOON_MS 5000

Test(ack_gate, acknowledgement_waits_for_the_release_that_covers_it)
{
    struct fake_broker fake;
    fake_broker_init(&fake);
    struct collector *collector = fake_broker_start(&fake);

    fake_broker_publish(&fake, 2, 4);
    cr_assert(collector_wait(collector, &collector->stored, 4));

    cr_assert_eq(fake_broker_puback(&fake, QUIET_MS), 0);
    source_release(collector->source, 3);
    cr_assert_eq(fake_broker_puback(&fake, SOON_MS), 2);
    cr_assert_eq(fake_broker_puback(&fake, SOON_MS), 3);
    cr_assert_eq(fake_broker_puback(&fake, QUIET_MS), 0);
    source_release(collector->source, 4);
    cr_assert_eq(fake_broker_puback(&fake, SOON_MS), 4);
    collector_free(&collector);
    fake_broker_deinit(&fake);
}

/* Nothing of this process has shown yet that the gate works. */
Test(ack_gate, first_message_of_all_waits_as_well)
{
    struct fake_broker fake;
    fake_broker_init(&fake);
    struct collector *collector = collector_new(false);
    collector_open(collector, &fake.settings, 1);
    fake_broker_serve(&fake, false);

    fake_broker_publish(&fake, 7, 7);
    cr_assert(collector_wait(collector, &collector->stored, 1));

    cr_assert_eq(ack_gate_proved(), ACK_GATE_UNPROVED);
    cr_assert_eq(fake_broker_puback(&fake, QUIET_MS), 0);
    source_release(collector->source, 1);
    cr_assert_eq(fake_broker_puback(&fake, SOON_MS), 7);
    cr_assert_eq(ack_gate_proved(), ACK_GATE_WORKS);
    collector_free(&collector);
    fake_broker_deinit(&fake);
}

Test(ack_gate, many_leave_in_order)
{
    struct fake_broker fake;
    fake_broker_init(&fake);
    struct collector *collector = fake_broker_start(&fake);

    fake_broker_publish(&fake, 2, 3000);
    cr_assert(collector_wait(collector, &collector->stored, 3000));
    source_release(collector->source, 3000);

    for (int id = 2; id <= 3000; id++) {
        cr_assert_eq(fake_broker_puback(&fake, SOON_MS), id);
    }
    collector_free(&collector);
    fake_broker_deinit(&fake);
}

Test(ack_gate, parked_acknowledgements_end_with_their_connection)
{
    struct fake_broker fake;
    fake_broker_init(&fake);
    struct collector *collector = fake_broker_start(&fake);
    fake_broker_publish(&fake, 2, 3);
    cr_assert(collector_wait(collector, &collector->stored, 3));

    mqtt_raw_close(&fake.raw);
    fake_broker_serve(&fake, true);
    source_release(collector->source, 3);

    cr_assert_eq(fake_broker_puback(&fake, QUIET_MS), 0);
    fake_broker_publish(&fake, 2, 2); /* delivered again */
    cr_assert(collector_wait(collector, &collector->stored, 4));
    cr_assert_eq(fake_broker_puback(&fake, QUIET_MS), 0);
    source_release(collector->source, 4);
    cr_assert_eq(fake_broker_puback(&fake, SOON_MS), 2);
    cr_assert_eq(fake_broker_puback(&fake, QUIET_MS), 0);
    collector_free(&collector);
    fake_broker_deinit(&fake);
}

/* The second acknowledgement could hit the message that gets the id next. */
Test(ack_gate, id_that_comes_twice_is_acknowledged_once_for_the_later)
{
    struct fake_broker fake;
    fake_broker_init(&fake);
    struct collector *collector = fake_broker_start(&fake);
    fake_broker_publish(&fake, 2, 2);
    fake_broker_publish(&fake, 2, 2);
    cr_assert(collector_wait(collector, &collector->stored, 3));

    source_release(collector->source, 2);
    cr_assert_eq(fake_broker_puback(&fake, QUIET_MS), 0);
    source_release(collector->source, 3);

    cr_assert_eq(fake_broker_puback(&fake, SOON_MS), 2);
    cr_assert_eq(fake_broker_puback(&fake, QUIET_MS), 0);
    collector_free(&collector);
    fake_broker_deinit(&fake);
}

Test(ack_gate, commit_that_takes_too_long_ends_the_connection_unacknowledged)
{
    struct fake_broker fake;
    fake_broker_init(&fake);
    fake.settings.keepalive_s = 2;
    struct collector *collector = fake_broker_start(&fake);

    fake_broker_publish(&fake, 2, 5);
    int pubacks = 0;

    cr_assert(fake_broker_ended(&fake, &pubacks));
    cr_assert_eq(pubacks, 0);
    collector_free(&collector);
    fake_broker_deinit(&fake);
}

Test(ack_gate, client_ids_are_unique)
{
    struct ack_gate_client *first = NULL;
    struct ack_gate_client *second = NULL;
    _Atomic uint64_t released = 0;
    struct error e;
    cr_assert_eq(ack_gate_join("a", &clock_system, &released, &first, &e), ERR_OK);

    cr_assert_eq(ack_gate_join("a", &clock_system, &released, &second, &e), ERR_CONFIG);

    cr_assert(strstr(e.text, "two brokers have client_id 'a'"));
    ack_gate_leave(&first);
    cr_assert_eq(ack_gate_join("a", &clock_system, &released, &second, &e), ERR_OK);
    ack_gate_leave(&second);
}
