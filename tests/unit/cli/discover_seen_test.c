/* SPDX-License-Identifier: Apache-2.0 */
/* What is kept of messages: groups of topics, points, and limits. */
#include "cli/discover_private.h"

#include "core/mem.h"

#include <criterion/criterion.h>
#include <stdio.h>

static struct seen *open_seen(void)
{
    struct seen *seen = mem_new(struct seen);
    seen_init(seen);
    return seen;
}

static void close_seen(struct seen *seen)
{
    seen_deinit(seen);
    mem_free(&seen);
}

static void take(struct seen *seen, const char *topic, const char *payload)
{
    struct message message = {.topic = bytes_of(topic),
                              .payload = bytes_of(payload),
                              .received_ns = INT64_C(1784109600000000000)};
    seen_take(seen, &message);
}

Test(discover_seen, topics_of_one_format_share_a_filter)
{
    struct seen *seen = open_seen();
    take(seen, "plant/a/temp", "1");
    take(seen, "plant/b/temp", "2");
    take(seen, "plant/b/power", "3");
    take(seen, "other/b/power", "3");
    take(seen, "plant/b", "3");
    cr_assert_eq(seen->group_count, 3);
    cr_assert_str_eq(seen->groups[0].filter, "plant/+/+");
    cr_assert_eq(seen->groups[0].topics, 3);
    cr_assert_str_eq(seen->groups[1].filter, "other/b/power");
    cr_assert_str_eq(seen->groups[2].filter, "plant/b");
    close_seen(seen);
}

Test(discover_seen, a_filter_takes_no_topic_of_another_format)
{
    struct seen *seen = open_seen();
    take(seen, "plant/x/word", "hello");
    take(seen, "plant/a/word", "1");
    take(seen, "plant/b/word", "2");
    for (size_t i = 0; i < seen->group_count; i++) {
        cr_assert_str_neq(seen->groups[i].filter, "plant/+/word");
    }
    cr_assert_eq(seen->group_count, 3);
    close_seen(seen);
}

Test(discover_seen, a_topic_that_starts_with_rubbish_is_told_later)
{
    struct seen *seen = open_seen();
    take(seen, "plant/a/temp", "starting");
    take(seen, "plant/a/temp", "21.5");
    cr_assert_eq(seen->group_count, 2);
    cr_assert_null(seen->groups[0].format);
    cr_assert_eq(seen->groups[0].topics, 0);
    cr_assert_eq(seen->groups[1].readings, 1);
    close_seen(seen);
}

Test(discover_seen, points_say_how_their_values_went)
{
    struct seen *seen = open_seen();
    take(seen, "l", "m,host=d v=1,w=\"x\" 1784109600000000000");
    take(seen, "l", "m,host=d v=3 1784109610000000000");
    take(seen, "l", "m,host=d v=2 1784109620000000000");
    struct seen_point *v = table_find(&seen->points, BYTES("d\0m.v"));
    struct seen_point *w = table_find(&seen->points, BYTES("d\0m.w"));
    cr_assert(v && w);
    cr_assert(v->number && v->rises && v->falls);
    cr_assert_eq(v->count, 3);
    cr_assert_eq(v->last_ns - v->first_ns, INT64_C(20000000000));
    cr_assert_str_eq(v->example, "2");
    cr_assert(w->word && !w->number);
    close_seen(seen);
}

Test(discover_seen, the_broker_itself_and_empty_payloads_are_left_out)
{
    struct seen *seen = open_seen();
    take(seen, "$SYS/broker/uptime", "1");
    take(seen, "plant/a", "");
    cr_assert_eq(seen->messages, 0);
    cr_assert_eq(seen->topics.count, 0);
    close_seen(seen);
}

Test(discover_seen, memory_has_limits_and_what_is_beyond_is_counted)
{
    struct seen *seen = open_seen();
    char topic[64];
    for (int i = 0; i < DISCOVER_TOPICS_MAX + 50; i++) {
        snprintf(topic, sizeof topic, "t/%d/v", i);
        take(seen, topic, "1");
    }
    cr_assert_eq(seen->topics.count, DISCOVER_TOPICS_MAX);
    cr_assert_eq(seen->points.count, DISCOVER_POINTS_MAX);
    cr_assert_eq(seen->skipped_topics, 50);
    cr_assert_eq(seen->skipped_points, DISCOVER_TOPICS_MAX - DISCOVER_POINTS_MAX);
    cr_assert_eq(seen->group_count, 1);
    close_seen(seen);
}
