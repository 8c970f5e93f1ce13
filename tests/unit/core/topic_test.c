/* SPDX-License-Identifier: Apache-2.0 */
#include "core/topic.h"

#include <criterion/criterion.h>

struct match {
    const char *filter, *topic;
    bool matches;
};

Test(topic, filters_match_as_the_standard_says)
{
    static const struct match cases[] = {
        {"a/b", "a/b", true},
        {"a/b", "a/b/c", false},
        {"a/b", "a", false},
        {"a/+", "a/b", true},
        {"a/+", "a/", true},
        {"a/+", "a", false},
        {"a/+", "a/b/c", false},
        {"a/+/c", "a/b/c", true},
        {"a/#", "a", true},
        {"a/#", "a/b/c", true},
        {"a/#", "ab", false},
        {"#", "a/b", true},
        {"#", "/", true},
        {"+", "/a", false},
        {"/+", "/a", true},
        {"+/+", "/a", true},
        {"+/#", "a", true},
        {"#", "$SYS/x", false},
        {"+/x", "$SYS/x", false},
        {"$SYS/#", "$SYS/x", true},
        {"+", "a", true},
        {"a//c", "a//c", true},
        {"a/+/c", "a//c", true},
        {"A/b", "a/b", false},
        {"a/b/#", "a/b", true},
        {"a/b/#", "a/bc", false},
        {"/gw/+/d/+", "/gw/x/d/1", true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct match *c = &cases[i];
        cr_expect_eq(topic_matches(bytes_of(c->filter), bytes_of(c->topic)), c->matches,
                     "'%s' and '%s'", c->filter, c->topic);
    }
}

Test(topic, bad_filters_are_named)
{
    cr_expect_null(topic_filter_problem(BYTES("a/+/#")));
    cr_expect_null(topic_filter_problem(BYTES("/")));
    cr_expect_not_null(topic_filter_problem(BYTES("")));
    cr_expect_not_null(topic_filter_problem(BYTES("a#")));
    cr_expect_not_null(topic_filter_problem(BYTES("a/#/b")));
    cr_expect_not_null(topic_filter_problem(BYTES("a+/b")));
    cr_expect_not_null(topic_filter_problem(BYTES("a\0b")));
    cr_expect_not_null(topic_filter_problem(BYTES("\xff")));
}

static void expect_level(const char *topic, int position, bool rest, const char *wanted)
{
    struct bytes text = {0};
    bool found = topic_level(bytes_of(topic), position, rest, &text);
    cr_expect_eq(found, wanted != NULL, "%s level %d", topic, position);
    cr_expect(!found || bytes_are(text, wanted), "%s level %d", topic, position);
}

Test(topic, levels_are_counted_from_both_ends)
{
    expect_level("a/b/c", 0, false, "a");
    expect_level("a/b/c", 2, false, "c");
    expect_level("a/b/c", 3, false, NULL);
    expect_level("a/b/c", -1, false, "c");
    expect_level("a/b/c", -3, false, "a");
    expect_level("a/b/c", -4, false, NULL);
    expect_level("a/b/c", 1, true, "b/c");
    expect_level("/a//", 0, false, "");
    expect_level("/a//", 2, false, "");
    expect_level("/a//", -1, true, "");
}
