/* SPDX-License-Identifier: Apache-2.0 */
/* What rules make of messages: circles, retained and cut ones, topics that fail. */
#include "bridge_rig.h"

#include <criterion/criterion.h>

static struct bridge_status carry(struct bridge_rig *rig, const struct message *message)
{
    struct bridge_status status;
    bridge_rig_open(rig);
    bridge_rig_put_message(rig, message);
    bridge_rig_run(rig, 100);
    bridge_get_status(rig->bridge, &status);
    return status;
}

static struct message numbered(const char *publisher)
{
    return (struct message){.topic = BYTES("plant/kiln"),
                            .payload = BYTES("1"),
                            .publisher = bytes_of(publisher)};
}

Test(carry, what_others_bridged_goes_on_with_their_names)
{
    struct bridge_rig *rig = bridge_rig_new();
    struct message message = numbered("emgate-bridge:gw7,gw8");

    carry(rig, &message);

    cr_assert_eq(rig->far.count, 1);
    cr_assert_str_eq(rig->far.mark, "emgate-bridge=gw7,gw8,gw1");
    bridge_rig_free(rig);
}

Test(carry, what_we_bridged_before_does_not_go_round_again)
{
    struct bridge_rig *rig = bridge_rig_new();
    struct message message = numbered("emgate-bridge:gw1,gw8");

    struct bridge_status status = carry(rig, &message);

    cr_assert_eq(rig->far.count, 0);
    cr_assert_eq(status.skipped, 1);
    bridge_rig_free(rig);
}

Test(carry, eight_hops_are_enough)
{
    struct bridge_rig *rig = bridge_rig_new();
    struct message message = numbered("emgate-bridge:a,b,c,d,e,f,g,h");

    struct bridge_status status = carry(rig, &message);

    cr_assert_eq(rig->far.count, 0);
    cr_assert_eq(status.skipped, 1);
    bridge_rig_free(rig);
}

Test(carry, a_topic_of_the_rules_own_making_is_not_carried)
{
    struct bridge_rig *rig = bridge_rig_new();
    rig->rules[0].topic = "#";
    struct message message = {.topic = BYTES("up/plant/kiln"), .payload = BYTES("1")};

    struct bridge_status status = carry(rig, &message);

    cr_assert_eq(rig->far.count, 0);
    cr_assert_eq(status.skipped, 1);
    bridge_rig_free(rig);
}

Test(carry, a_rule_of_another_broker_is_not_meant)
{
    struct bridge_rig *rig = bridge_rig_new();
    rig->rules[0].broker = 3;
    struct message message = numbered("");

    struct bridge_status status = carry(rig, &message);

    cr_assert_eq(rig->far.count, 0);
    cr_assert_eq(status.skipped, 0);
    bridge_rig_free(rig);
}

Test(carry, retained_stays_retained_where_the_rule_says_so)
{
    for (int retain = 0; retain <= 1; retain++) {
        struct bridge_rig *rig = bridge_rig_new();
        rig->rules[0].retain = retain != 0;
        struct message message = numbered("");
        message.retained = true;
        carry(rig, &message);
        cr_expect_eq(rig->far.retained, retain != 0);
        bridge_rig_free(rig);
    }
}

Test(carry, what_the_journal_has_in_part_only_is_set_aside)
{
    struct bridge_rig *rig = bridge_rig_new();
    struct message message = numbered("");
    message.cut = true;

    struct bridge_status status = carry(rig, &message);

    cr_assert_eq(rig->far.count, 0);
    cr_assert_eq(status.set_aside, 1);
    bridge_rig_free(rig);
}

Test(carry, two_rules_make_two_messages)
{
    struct bridge_rig *rig = bridge_rig_new();
    rig->rules[1] = rig->rules[0];
    rig->rules[1].to = "{gateway}/{topic.-1}";
    rig->plan.rule_count = 2;
    struct message message = numbered("");

    carry(rig, &message);

    cr_assert_eq(rig->far.count, 2);
    cr_assert_str_eq(rig->far.topic, "gw1/kiln");
    bridge_rig_free(rig);
}

Test(carry, a_message_without_the_level_that_the_rule_wants_is_set_aside)
{
    struct bridge_rig *rig = bridge_rig_new();
    rig->rules[0].to = "x/{topic.5}";
    struct message message = numbered("");

    struct bridge_status status = carry(rig, &message);

    cr_assert_eq(status.set_aside, 1);
    bridge_rig_free(rig);
}
