/* SPDX-License-Identifier: Apache-2.0 */
#include "core/pattern.h"

#include "core/buf.h"

#include <criterion/criterion.h>

/* `wanted` is the first group or whole match; NULL: no match; "-": the group took no
 * part. */
static void expect_first(const char *text, const char *in, const char *wanted)
{
    struct pool pool = {0};
    struct pattern *pattern = NULL;
    struct error e = {0};
    struct bytes first = {0};
    cr_assert_eq(pattern_compile(bytes_of(text), &pool, &pattern, &e), ERR_OK, "%s: %s",
                 text, e.text);
    bool found = pattern_search(pattern, bytes_of(in), &first);
    cr_expect_eq(found, wanted != NULL, "%s in '%s'", text, in);
    if (found && wanted) {
        bool same = first.data ? bytes_are(first, wanted) : strcmp(wanted, "-") == 0;
        cr_expect(same, "%s in '%s': '%.*s'", text, in, BYTES_ARG(first));
    }
    pool_deinit(&pool);
}

Test(pattern, finds_what_mappings_look_for)
{
    expect_first("^([^.]+\\.[^.]+)\\.", "Mill.PLC1.Gates.LCV", "Mill.PLC1");
    expect_first("^[^.]+\\.[^.]+\\.(.+)$", "Mill.PLC1.Gates.LCV", "Gates.LCV");
    expect_first("^([0-9A-F-]{17})", "00-02-01-AA-10-01/timer[1]", "00-02-01-AA-10-01");
    expect_first("name:([^,]+)",
                 "name:MillTemp, type:x, unit:\xc2\xb0"
                 "C",
                 "MillTemp");
    expect_first("unit:([^,]+)",
                 "name:a, unit:\xc2\xb0"
                 "C",
                 "\xc2\xb0"
                 "C");
    expect_first("(?i)^(good|192)$", "GOOD", "GOOD");
    expect_first("(?i)^(good|192)$", "goodish", NULL);
}

Test(pattern, prefers_as_perl_does)
{
    expect_first("a|ab", "ab", "a");
    expect_first("(a|ab)(c|bcd)", "abcd", "a");
    expect_first("a.*?c", "abcabc", "abc");
    expect_first("a.*c", "abcabc", "abcabc");
    expect_first("(a*)*", "aab", "aa");
    expect_first("(a+?)b?", "aab", "a");
    expect_first("x*", "aaa", "");
    expect_first("(?:a|(b))c", "ac", "-");
    expect_first("(\\d{2,3})", "12345", "123");
    expect_first("(\\d{2,3}?)", "12345", "12");
    expect_first("\\d{2,}", "a12345", "12345");
    expect_first("a{0}b", "ab", "b");
}

Test(pattern, knows_classes_escapes_and_places)
{
    expect_first("[]a]+", "x]a]", "]a]");
    expect_first("[^\\w ]", "ab _!", "!");
    expect_first("[[:alpha:]_-]+", "12ab-_3", "ab-_");
    expect_first("\\x41\\t\\.", "A\t.", "A\t.");
    expect_first("\\bcat\\b", "a cat.", "cat");
    expect_first("\\bcat\\b", "concat", NULL);
    expect_first("\\Bcat", "concat", "cat");
    expect_first("a{,2}", "a{,2}", "a{,2}");
    expect_first(".", "\n", NULL);
    expect_first("^.$", "\xe2\x82\xac", "\xe2\x82\xac");
    expect_first("[\xc2\xb0-\xc2\xb9]+", "a\xc2\xb2\xc2\xb3", "\xc2\xb2\xc2\xb3");
    expect_first("(?i)[^A]", "a", NULL);
    expect_first("(?P<n>b+)", "abb", "bb");
    expect_first("", "", "");
}

Test(pattern, bad_patterns_are_named)
{
    static const char *const bad[] = {
        "(",       ")",      "[a",    "a**",
        "*a",      "\\1",    "(?=a)", "(?<!a)",
        "[b-a]",   "a{3,2}", "\\",    "\\q",
        "a{2000}", "(?i:a)", "\\xg1", "((((a{20}){20}){20}){20})"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct pool pool = {0};
        struct pattern *pattern = NULL;
        struct error e = {0};
        cr_expect_eq(pattern_compile(bytes_of(bad[i]), &pool, &pattern, &e), ERR_CONFIG,
                     "%s", bad[i]);
        pool_deinit(&pool);
    }
}

/* Matchers that try one alternative after another need 2^n steps here. */
Test(pattern, a_bomb_costs_no_more_than_its_length)
{
    struct pool pool = {0};
    struct pattern *pattern = NULL;
    struct buf text;
    buf_init(&text, PATTERN_TEXT_MAX);
    for (int i = 0; i < 20000; i++) {
        buf_add_byte(&text, 'a');
    }
    cr_assert_eq(pattern_compile(BYTES("^(a|aa|a+)*b$"), &pool, &pattern, NULL), ERR_OK);
    cr_expect_not(pattern_search(pattern, buf_bytes(&text), NULL));
    buf_deinit(&text);
    pool_deinit(&pool);
}
