/* SPDX-License-Identifier: Apache-2.0 */
/* Forms of topics: filled in, refused, and asked whether they overlap. */
#include "mqtt/topic_form.h"

#include <criterion/criterion.h>

static const struct topic_facts facts = {
    .gateway = {(const uint8_t *)"g1", 2},
    .process = {(const uint8_t *)"a/b+c", 5},
    .device = {(const uint8_t *)"kiln", 4},
    .topic = {(const uint8_t *)"plant/kiln/1/t", 14}};

static void expect_fill(const char *form, const char *wanted)
{
    struct buf out;
    buf_init(&out, 4096);
    bool filled = topic_form_fill(form, &facts, &out);
    cr_expect_eq(filled, wanted != NULL, "%s", form);
    if (filled && wanted) {
        cr_expect_str_eq((const char *)out.data, wanted);
    }
    buf_deinit(&out);
}

Test(topic_form, places_are_filled_in)
{
    expect_fill("up/{gateway}/x", "up/g1/x");
    expect_fill("{topic}", "plant/kiln/1/t");
    expect_fill("all/{topic.1+}", "all/kiln/1/t");
    expect_fill("{topic.0}-{topic.-1}", "plant-t");
    expect_fill("p/{process}", "p/a_b_c");
    expect_fill("emgate/v1/{device}/telemetry", "emgate/v1/kiln/telemetry");
}

Test(topic_form, a_level_that_is_not_there_makes_no_topic)
{
    expect_fill("up/{topic.7}", NULL);
}

static void expect_problem(const char *form, const char *words)
{
    struct topic_facts given = {.topic = BYTES("t"), .gateway = BYTES("g")};
    const char *problem = topic_form_problem(form, &given);
    cr_expect_eq(problem != NULL, words != NULL, "%s: %s", form, problem ? problem : "");
    if (problem && words) {
        cr_expect_not_null(strstr(problem, words), "%s: %s", form, problem);
    }
}

Test(topic_form, what_is_wrong_with_it_is_said)
{
    expect_problem("a/{topic.1+}/{gateway}", NULL);
    expect_problem("", "1 to 1,023");
    expect_problem("a/+/b", "'+'");
    expect_problem("a/#", "'#'");
    expect_problem("a/{topic", "nothing closes");
    expect_problem("a}b", "closes nothing");
    expect_problem("{process}", "not known here");
    expect_problem("{topic.x}", "not known here");
    expect_problem("{}", "not known here");
}

static void expect_filter(const char *form, const char *wanted)
{
    struct buf out;
    buf_init(&out, 4096);
    topic_form_filter(form, &out);
    cr_expect_str_eq((const char *)out.data, wanted);
    buf_deinit(&out);
}

Test(topic_form, its_filter_holds_every_topic_it_makes)
{
    expect_filter("up/{gateway}/x", "up/+/x");
    expect_filter("up/{topic}", "up/#");
    expect_filter("{topic}", "#");
    expect_filter("a-{topic.1}/b", "+/b");
    expect_filter("a/{topic.1+}/b", "a/#");
    expect_filter("plain/text", "plain/text");
}

Test(topic_form, the_text_in_front_is_its_start)
{
    cr_assert(bytes_are(topic_form_start("up/x{topic}"), "up/x"));
    cr_assert_eq(topic_form_start("{topic}").len, 0);
}

static bool overlap(const char *a, const char *b)
{
    bool one = topic_filters_overlap(bytes_of(a), bytes_of(b));
    bool two = topic_filters_overlap(bytes_of(b), bytes_of(a));
    cr_expect_eq(one, two, "%s, %s", a, b);
    return one;
}

Test(topic_form, filters_overlap_where_a_topic_matches_both)
{
    cr_expect(overlap("a/b", "a/b"));
    cr_expect(overlap("a/#", "a/b/c"));
    cr_expect(overlap("a/#", "a"));
    cr_expect(overlap("#", "x"));
    cr_expect(overlap("a/+/c", "+/b/c"));
    cr_expect(overlap("a/+/#", "a/b"));
    cr_expect_not(overlap("a/b", "a/c"));
    cr_expect_not(overlap("a/b", "a"));
    cr_expect_not(overlap("a/+", "a/b/c"));
    cr_expect_not(overlap("up/#", "plant/#"));
    cr_expect_not(overlap("a/+/#", "a"));
}

Test(topic_form, a_filter_covers_another_where_it_matches_all_its_topics)
{
    cr_expect(topic_filter_covers(BYTES("a/#"), BYTES("a/b/+")));
    cr_expect(topic_filter_covers(BYTES("a/+"), BYTES("a/b")));
    cr_expect(topic_filter_covers(BYTES("a/#"), BYTES("a/#")));
    cr_expect(topic_filter_covers(BYTES("a/#"), BYTES("a")));
    cr_expect_not(topic_filter_covers(BYTES("a/+"), BYTES("a/#")));
    cr_expect_not(topic_filter_covers(BYTES("a/b"), BYTES("a/+")));
    cr_expect_not(topic_filter_covers(BYTES("a/+"), BYTES("a/b/c")));
    cr_expect_not(topic_filter_covers(BYTES("a/b/c"), BYTES("a/b")));
}
