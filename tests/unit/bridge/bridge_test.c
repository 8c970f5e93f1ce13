/* SPDX-License-Identifier: Apache-2.0 */
/* The bridge: order, outages, rate, crashes. */
#include "bridge/bridge.h"

#include "bridge_rig.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#define MONTH_NS (INT64_C(720) * NS_PER_HOUR)

Test(bridge, messages_go_out_in_order_to_the_topic_of_the_rule)
{
    struct bridge_rig *rig = bridge_rig_new();
    bridge_rig_open(rig);
    bridge_rig_put(rig, "plant/kiln/1");
    struct message other = {.topic = BYTES("other/x"), .payload = BYTES("no")};
    bridge_rig_put_message(rig, &other);
    bridge_rig_put_many(rig, 998);

    bridge_rig_run(rig, 1000);

    cr_assert_eq(bridge_rig_check(rig, 999), 0);
    cr_assert_str_eq(rig->far.topic, "up/plant/kiln");
    cr_assert_str_eq(rig->far.mark, "emgate-bridge=gw1");
    struct bridge_status status;
    bridge_get_status(rig->bridge, &status);
    cr_assert_eq(status.sent, 999);
    cr_assert_eq(status.backlog, 0);
    cr_assert_eq(status.lag_ns, 0);
    cr_assert(status.connected);
    bridge_rig_free(rig);
}

Test(bridge, a_month_without_the_link_drains_in_order_at_the_rate)
{
    struct bridge_rig *rig = bridge_rig_new();
    struct bridge_status status;
    rig->plan.rate = 20;
    bridge_rig_open(rig);
    rig->far.down = true;
    int64_t start_ns = rig->rig.now_ns;
    for (int hour = 0; hour < 30 * 24; hour++) {
        bridge_rig_put_many(rig, 20);
        int64_t end_ns = start_ns + INT64_C(1) * (hour + 1) * NS_PER_HOUR;
        while (rig->rig.now_ns < end_ns) {
            bridge_rig_run(rig, 1);
        }
    }
    bridge_get_status(rig->bridge, &status);
    cr_assert_eq(rig->far.count, 0);
    cr_assert_gt(status.backlog, 14000);
    cr_assert_gt(status.lag_ns, MONTH_NS - 2 * NS_PER_HOUR);
    cr_assert_gt(status.failures, 1000);

    rig->far.down = false;
    bridge_rig_run(rig, 100000);

    cr_assert_eq(bridge_rig_check(rig, 14400), 0);
    double took_s =
        (double)(rig->far.at_ns[14399] - rig->far.at_ns[0]) / (double)NS_PER_S;
    cr_assert_gt(took_s, 14400 / 20.0 - 3);
    cr_assert_lt(took_s, 14400 / 20.0 * 1.2);
    for (size_t i = 20 + 2; i < 14400; i++) { /* never more than a second's worth */
        cr_assert_gt(rig->far.at_ns[i] - rig->far.at_ns[i - 22], NS_PER_S * 9 / 10);
    }
    bridge_rig_free(rig);
}

Test(bridge, a_connection_that_breaks_repeats_only_what_was_not_acknowledged)
{
    struct bridge_rig *rig = bridge_rig_new();
    bridge_rig_open(rig);
    bridge_rig_put_many(rig, 100);
    rig->far.cut_after = 40;
    rig->far.swallow_ack = true;

    bridge_rig_run(rig, 1000);

    cr_assert_eq(bridge_rig_check(rig, 100), 1);
    cr_assert_eq(rig->far.connects, 2);
    bridge_rig_free(rig);
}

Test(bridge, what_the_remote_will_never_take_is_set_aside_and_the_rest_goes_on)
{
    struct bridge_rig *rig = bridge_rig_new();
    struct bridge_status status;
    bridge_rig_open(rig);
    bridge_rig_put_many(rig, 50);
    rig->far.poison = "7";

    bridge_rig_run(rig, 1000);

    cr_assert_eq(rig->far.count, 49);
    cr_assert_eq(rig->far.numbers[5], 6);
    cr_assert_eq(rig->far.numbers[6], 8);
    bridge_get_status(rig->bridge, &status);
    cr_assert_eq(status.set_aside, 1);
    bridge_rig_free(rig);
}

/* Dies at some turn, again and again; nothing is lost, the order holds. */
static void die_often(bool power)
{
    for (unsigned seed = 1; seed <= 25; seed++) {
        struct bridge_rig *rig = bridge_rig_new();
        rig->plan.rate = 200;
        for (unsigned round = 0; round < 12; round++) {
            bridge_rig_open(rig);
            bridge_rig_put_many(rig, 30);
            rig->far.cut_after = seed * (round + 3) % 41;
            rig->far.swallow_ack = (seed + round) % 2;
            rig->far.open = false;
            bridge_rig_run(rig, (seed * 7 + round * 5) % 37);
            rig->rig.now_ns += (seed + round) % 3 * NS_PER_S;
            bridge_rig_die(rig, power);
            rig->far.open = false;
        }
        rig->far.cut_after = 0;
        bridge_rig_open(rig);
        bridge_rig_run(rig, 10000);
        bridge_rig_check(rig, 12 * 30);
        bridge_rig_free(rig);
    }
}

Test(bridge, a_process_that_dies_loses_nothing_and_keeps_the_order)
{
    die_often(false);
}

Test(bridge, a_power_cut_loses_nothing_and_keeps_the_order)
{
    die_often(true);
}
