/* SPDX-License-Identifier: Apache-2.0 */
#include "core/timetext.h"

#include "core/clock.h"

#include <criterion/criterion.h>

static int64_t parsed(const char *text)
{
    int64_t ns = 0;
    bool zoned = false;
    cr_assert(time_parse_iso(bytes_of(text), &ns, &zoned), "%s", text);
    return ns;
}

static void expect_print(int64_t ns, const char *want)
{
    char text[TIME_TEXT_MAX];
    cr_assert_eq(time_print_iso(ns, text), strlen(want));
    cr_assert_str_eq(text, want);
}

Test(timetext, what_is_printed_reads_back)
{
    expect_print(0, "1970-01-01T00:00:00Z");
    expect_print(INT64_C(1784136630) * NS_PER_S + 500 * NS_PER_MS,
                 "2026-07-15T17:30:30.5Z");
    cr_assert_eq(parsed("2026-07-15T17:30:30.5Z"),
                 INT64_C(1784136630) * NS_PER_S + 500 * NS_PER_MS);
    cr_assert_eq(parsed("2026-07-15 22:30:30.5+05:00"), parsed("2026-07-15T17:30:30.5Z"));
}

Test(timetext, a_time_before_the_range_is_its_start_and_prints_with_its_nanoseconds)
{
    int64_t ns = parsed("0026-07-15 17:37+05:30");

    cr_assert_eq(ns, INT64_MIN);
    expect_print(ns, "1677-09-21T00:12:43.145224192Z");
}

Test(timetext, days_that_do_not_exist_are_refused)
{
    static const char *const texts[] = {"2026-02-29T00:00", "2026-13-01T00:00",
                                        "2026-07-15T24:00", "2026-07-15", ""};
    int64_t ns = 0;
    bool zoned = false;

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        cr_assert_not(time_parse_iso(bytes_of(texts[i]), &ns, &zoned), "%s", texts[i]);
    }
}
