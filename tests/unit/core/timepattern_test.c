/* SPDX-License-Identifier: Apache-2.0 */
#include "core/timepattern.h"

#include "core/clock.h"

#include <criterion/criterion.h>

static void expect_time(const char *pattern, const char *text, const char *wanted)
{
    struct civil civil = {0};
    int offset = 0;
    bool zoned = false;
    char printed[TIME_TEXT_MAX] = "";
    cr_expect_null(time_pattern_problem(bytes_of(pattern)), "%s", pattern);
    bool read =
        time_pattern_read(bytes_of(pattern), bytes_of(text), &civil, &offset, &zoned);
    if (read) {
        int64_t s = time_from_civil(&civil) - offset;
        time_print_iso(s * NS_PER_S + civil.nanosecond, printed);
    }
    cr_expect_str_eq(printed, wanted ? wanted : "", "%s by %s", text, pattern);
}

Test(timepattern, reads_what_devices_write)
{
    expect_time("%Y%m%d%H%M%S", "20260724101800", "2026-07-24T10:18:00Z");
    expect_time("%d.%m.%Y %H:%M:%S", "29.07.2026   18:00:01", "2026-07-29T18:00:01Z");
    expect_time("%d.%m.%Y %H:%M:%S", "9.7.2026 8:00:01", "2026-07-09T08:00:01Z");
    expect_time("%Y-%m-%d %H:%M:%S.%f", "2026-01-02 03:04:05.5",
                "2026-01-02T03:04:05.5Z");
    expect_time("%FT%T%z", "2026-01-02T03:04:05+0130", "2026-01-02T01:34:05Z");
    expect_time("%FT%T%z", "2026-01-02T03:04:05-05:00", "2026-01-02T08:04:05Z");
    expect_time("%FT%T%z", "2026-01-02T03:04:05Z", "2026-01-02T03:04:05Z");
    expect_time("%m/%d/%y %I:%M %p", "12/31/69 12:05 am", "1969-12-31T00:05:00Z");
    expect_time("%m/%d/%y %I:%M %p", "12/31/68 1:05 PM", "2068-12-31T13:05:00Z");
    expect_time("%a, %d %b %Y %T %Z", "Wed, 09 Sep 2026 01:02:03 GMT",
                "2026-09-09T01:02:03Z");
    expect_time("%d %B %Y", "1 september 2026", "2026-09-01T00:00:00Z");
    expect_time("%Y.%j", "2024.366", "2024-12-31T00:00:00Z");
    expect_time("100%%%D", "100%01/02/26", "2026-01-02T00:00:00Z");
}

Test(timepattern, refuses_what_differs)
{
    expect_time("%Y%m%d", "20260732", NULL);
    expect_time("%Y%m%d", "20260230", NULL);
    expect_time("%Y%m%d", "2026072", "2026-07-02T00:00:00Z");
    expect_time("%Y%m%d", "202607241", NULL);
    expect_time("%Y%m%d", "0", NULL);
    expect_time("%Y%m%d", "", NULL);
    expect_time("%Y-%m-%d %H", "2026-07-24T10", NULL);
    expect_time("%Y.%j", "2026.366", NULL);
    expect_time("%FT%T%z", "2026-01-02T03:04:05", NULL);
    expect_time("%d %b %Y", "1 smarch 2026", NULL);
}

Test(timepattern, bad_patterns_are_named)
{
    cr_expect_not_null(time_pattern_problem(BYTES("%Y-%m-%Q")));
    cr_expect_not_null(time_pattern_problem(BYTES("%Y-%m-%d%")));
    cr_expect_not_null(time_pattern_problem(BYTES("%H:%M:%S")));
    cr_expect_not_null(time_pattern_problem(BYTES("%Y-%m")));
    cr_expect(time_pattern_has_zone(BYTES("%F %z")));
    cr_expect_not(time_pattern_has_zone(BYTES("%F %%z")));
}
