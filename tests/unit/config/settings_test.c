/* SPDX-License-Identifier: Apache-2.0 */
#include "config/node/settings.h"

#include "core/clock.h"

#include <criterion/criterion.h>

static const char *const colours[] = {"red", "green", "blue", NULL};

struct sample {
    const char *name;
    int colour;
    int64_t count;
    double mass;
    bool on;
    int64_t wait_ns;
    int64_t quota;
    double share;
    struct secret password;
    const struct node *topics;
};

static const struct setting table[] = {
    {.key = "name", .type = SETTING_TEXT, AT(struct sample, name)},
    {.key = "colour",
     .type = SETTING_WORD,
     AT(struct sample, colour),
     .initial = "green",
     .words = colours},
    {.key = "count",
     .type = SETTING_WHOLE,
     AT(struct sample, count),
     .initial = "3",
     .min = 1,
     .max = 10},
    {.key = "mass", .type = SETTING_NUMBER, AT(struct sample, mass), .initial = "1.5"},
    {.key = "on", .type = SETTING_BOOL, AT(struct sample, on), .initial = "true"},
    {.key = "wait",
     .type = SETTING_DURATION,
     AT(struct sample, wait_ns),
     .initial = "10s",
     .min = 1e9,
     .max = 60e9},
    {.key = "quota", .type = SETTING_SIZE, AT(struct sample, quota), .initial = "64MiB"},
    {.key = "share", .type = SETTING_SHARE, AT(struct sample, share), .initial = "80 %"},
    {.key = "password",
     .type = SETTING_SECRET,
     AT(struct sample, password),
     .initial = SETTING_UNSET},
    {.key = "topics",
     .type = SETTING_LIST,
     AT(struct sample, topics),
     .initial = SETTING_UNSET},
    {0},
};

struct read {
    struct problems problems;
    struct document *document;
    struct sample sample;
    bool ok;
};

static struct read read_sample(const char *yaml)
{
    struct read r = {0};
    problems_init(&r.problems);
    r.document = document_parse("a.yaml", bytes_of(yaml), &r.problems);
    r.ok = settings_read(table, document_root(r.document), &r.sample, &r.problems);
    return r;
}

static void finish(struct read *r)
{
    document_free(&r->document);
    problems_deinit(&r->problems);
}

static void expect_problem(const char *yaml, const char *words)
{
    struct read r = read_sample(yaml);
    cr_expect_not(r.ok);
    cr_expect_eq(r.problems.count, 1, "%s", (const char *)r.problems.text.data);
    cr_expect_str_eq((const char *)r.problems.text.data, words);
    finish(&r);
}

Test(settings, what_is_not_given_has_its_default)
{
    struct read r = read_sample("name: kiln\n");

    cr_assert(r.ok);
    cr_assert_str_eq(r.sample.name, "kiln");
    cr_assert_eq(r.sample.colour, 1);
    cr_assert_eq(r.sample.count, 3);
    cr_assert_eq(r.sample.mass, 1.5);
    cr_assert(r.sample.on);
    cr_assert_eq(r.sample.wait_ns, 10 * NS_PER_S);
    cr_assert_eq(r.sample.quota, 64 << 20);
    cr_assert_float_eq(r.sample.share, 0.8, 1e-15);
    cr_assert_eq(r.sample.password.kind, SECRET_NONE);
    cr_assert_null(r.sample.topics);
    finish(&r);
}

Test(settings, every_type_is_read)
{
    struct read r = read_sample(
        "{name: 'a b', colour: blue, count: 10, mass: -2e3, on: false, wait: 1.5 s, "
        "quota: 2GB, share: 0.25, password: {file: /etc/secret}, topics: [a, b/#]}");

    cr_assert(r.ok, "%s", (const char *)r.problems.text.data);
    cr_assert_str_eq(r.sample.name, "a b");
    cr_assert_eq(r.sample.colour, 2);
    cr_assert_eq(r.sample.count, 10);
    cr_assert_eq(r.sample.mass, -2000);
    cr_assert_not(r.sample.on);
    cr_assert_eq(r.sample.wait_ns, 1500 * NS_PER_MS);
    cr_assert_eq(r.sample.quota, 2000000000);
    cr_assert_eq(r.sample.share, 0.25);
    cr_assert_eq(r.sample.password.kind, SECRET_FILE);
    cr_assert_str_eq(r.sample.password.name, "/etc/secret");
    cr_assert_eq(r.sample.topics->count, 2);
    finish(&r);
}

Test(settings, a_required_key_that_is_missing_is_named)
{
    expect_problem("count: 4\n", "a.yaml:1:1: 'name' is missing\n");
}

Test(settings, a_wrong_type_says_what_is_wanted_with_an_example)
{
    expect_problem("name: x\nwait: ten\n", "a.yaml:2:7: wait: 'ten' is not a duration; "
                                           "write for example 10s, 5ms, 72h or 7d\n");
    expect_problem("name: x\nwait: 10\n", "a.yaml:2:7: wait: '10' is not a duration; "
                                          "write for example 10s, 5ms, 72h or 7d\n");
    expect_problem("name: x\ncount: 1.5\n",
                   "a.yaml:2:8: count: '1.5' is not a whole number; write for example "
                   "20\n");
    expect_problem("name: x\nmass: [1]\n",
                   "a.yaml:2:7: mass: a list is not a number; write for example 12.5\n");
    expect_problem("name: x\non: yes\n", "a.yaml:2:5: on: 'yes' is not true or false; "
                                         "write for example true\n");
    expect_problem("name: x\nshare: 120 %\n",
                   "a.yaml:2:8: share: '120 %' is not a share from 0 to 1; write for "
                   "example 80 % or 0.8\n");
}

Test(settings, a_limit_is_told_in_its_own_unit)
{
    expect_problem("name: x\nwait: 2m\n",
                   "a.yaml:2:7: wait: 2m is too large; it must be at most 1m\n");
    expect_problem("name: x\ncount: 0\n",
                   "a.yaml:2:8: count: 0 is too small; it must be at least 1\n");
}

Test(settings, an_unknown_key_or_word_names_the_nearest)
{
    expect_problem("name: x\ncuont: 4\n",
                   "a.yaml:2:1: unknown key 'cuont'; did you mean 'count'?\n");
    expect_problem("name: x\ncolour: gren\n",
                   "a.yaml:2:9: colour: must be 'red', 'green' or 'blue'; did you mean "
                   "'green'?\n");
}

Test(settings, a_secret_written_in_place_is_refused_and_not_repeated)
{
    struct read r = read_sample("name: x\npassword: hunter2\n");

    cr_assert_not(r.ok);
    cr_assert_null(strstr((const char *)r.problems.text.data, "hunter2"));
    cr_assert(strstr((const char *)r.problems.text.data, "{file: PATH}"));
    finish(&r);
}

Test(settings, the_reference_has_a_row_for_each_key)
{
    struct buf out;
    buf_init(&out, 10000);

    settings_print_reference(table, &out);

    const char *text = (const char *)out.data;
    cr_assert(strstr(text, "| `name` | text | *required* |"));
    cr_assert(strstr(text, "| `wait` | duration | `10s` | 1s to 1m |"));
    cr_assert(strstr(text, "| `colour` | word | `green` | `red`, `green`, `blue` |"));
    buf_deinit(&out);
}
