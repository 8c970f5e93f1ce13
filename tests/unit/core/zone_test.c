/* SPDX-License-Identifier: Apache-2.0 */
#include "core/zone.h"

#include "core/clock.h"
#include "core/timetext.h"

#include <criterion/criterion.h>

static struct zone *open_zone(const char *name)
{
    struct zone *zone = NULL;
    struct error e = {0};
    cr_assert_eq(zone_open(bytes_of(name), &zone, &e), ERR_OK, "%s", e.text);
    return zone;
}

static int64_t seconds(const char *text)
{
    int64_t ns = 0;
    bool zoned = false;
    cr_assert(time_parse_iso(bytes_of(text), &ns, &zoned), "%s", text);
    return ns / NS_PER_S;
}

static void expect_utc(const char *name, const char *local, const char *utc,
                       enum zone_fit fit)
{
    struct zone *zone = open_zone(name);
    int64_t s = 0;
    char text[TIME_TEXT_MAX];
    cr_expect_eq(zone_to_utc(zone, seconds(local), &s), fit, "%s %s", name, local);
    time_print_iso(s * NS_PER_S, text);
    cr_expect_str_eq(text, utc, "%s %s", name, local);
    zone_close(&zone);
    cr_assert_null(zone);
}

Test(zone, local_times_become_utc)
{
    expect_utc("Europe/Berlin", "2026-07-15T17:37:10", "2026-07-15T15:37:10Z", ZONE_ONCE);
    expect_utc("Europe/Berlin", "2026-01-15T17:37:10", "2026-01-15T16:37:10Z", ZONE_ONCE);
    expect_utc("Asia/Shanghai", "2026-07-24T10:18:00", "2026-07-24T02:18:00Z", ZONE_ONCE);
    expect_utc("Asia/Karachi", "2026-07-24T10:18:00", "2026-07-24T05:18:00Z", ZONE_ONCE);
    expect_utc("Asia/Kathmandu", "2026-01-01T00:00:00", "2025-12-31T18:15:00Z",
               ZONE_ONCE);
    expect_utc("America/St_Johns", "2026-07-01T00:00:00", "2026-07-01T02:30:00Z",
               ZONE_ONCE);
    expect_utc("UTC", "2026-07-01T00:00:00", "2026-07-01T00:00:00Z", ZONE_ONCE);
    expect_utc("Etc/GMT-3", "2026-07-01T00:00:00", "2026-06-30T21:00:00Z", ZONE_ONCE);
    expect_utc("Europe/London", "1971-01-01T00:00:00", "1970-12-31T23:00:00Z", ZONE_ONCE);
}

Test(zone, the_hour_that_happens_twice_is_the_earlier)
{
    expect_utc("Europe/Berlin", "2026-10-25T02:30:00", "2026-10-25T00:30:00Z",
               ZONE_TWICE);
    expect_utc("Europe/Berlin", "2026-10-25T03:00:00", "2026-10-25T02:00:00Z", ZONE_ONCE);
    expect_utc("America/New_York", "2026-11-01T01:00:00", "2026-11-01T05:00:00Z",
               ZONE_TWICE);
    expect_utc("Australia/Lord_Howe", "2026-04-05T01:45:00", "2026-04-04T14:45:00Z",
               ZONE_TWICE);
}

Test(zone, the_hour_that_never_happens_is_moved_on)
{
    expect_utc("Europe/Berlin", "2026-03-29T02:30:00", "2026-03-29T01:30:00Z",
               ZONE_NEVER);
    expect_utc("Europe/Berlin", "2026-03-29T03:00:00", "2026-03-29T01:00:00Z", ZONE_ONCE);
    expect_utc("America/Sao_Paulo", "2018-11-04T00:30:00", "2018-11-04T03:30:00Z",
               ZONE_NEVER);
}

/* Behind the last stored transition (2037 in many files) the rule at the end holds. */
Test(zone, the_rule_at_the_end_holds_for_ever)
{
    expect_utc("Europe/Berlin", "2061-07-15T12:00:00", "2061-07-15T10:00:00Z", ZONE_ONCE);
    expect_utc("Europe/Berlin", "2061-01-15T12:00:00", "2061-01-15T11:00:00Z", ZONE_ONCE);
    expect_utc("Australia/Sydney", "2061-01-15T12:00:00", "2061-01-15T01:00:00Z",
               ZONE_ONCE);
    expect_utc("Europe/Berlin", "2061-10-30T02:30:00", "2061-10-30T00:30:00Z",
               ZONE_TWICE);
    expect_utc("America/New_York", "2050-03-13T02:30:00", "2050-03-13T07:30:00Z",
               ZONE_NEVER);
}

Test(zone, offsets_differ_before_the_first_transition)
{
    struct zone *zone = open_zone("Europe/Berlin");
    cr_expect_eq(zone_offset_at(zone, INT64_C(-5000000000)), 3208);
    cr_expect_eq(zone_offset_at(zone, 0), 3600);
    zone_close(&zone);
}

Test(zone, names_that_are_none_are_refused)
{
    static const char *const names[] = {
        "Europe/Berlln", "",     "../../etc/passwd", "/etc/x", "zone1970.tab",
        "Europe",        "CEST?"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct zone *zone = NULL;
        struct error e = {0};
        cr_expect_eq(zone_open(bytes_of(names[i]), &zone, &e), ERR_CONFIG, "%s",
                     names[i]);
        cr_expect_null(zone);
    }
}

Test(zone, a_day_begins_where_the_zone_says)
{
    struct zone *zone = open_zone("Asia/Karachi");
    static const struct {
        const char *text;
        const char *utc;
    } cases[] = {{"2026-01-01", "2025-12-31T19:00:00Z"},
                 {"2026-01-01T05:00:00.5", "2026-01-01T00:00:00.5Z"},
                 {"2026-01-01T05:00Z", "2026-01-01T05:00:00Z"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t got = 0;
        int64_t wanted = 0;
        bool zoned = false;
        cr_assert(zone_parse_time(zone, bytes_of(cases[i].text), &got));
        cr_assert(time_parse_iso(bytes_of(cases[i].utc), &wanted, &zoned));
        cr_expect_eq(got, wanted, "%s", cases[i].text);
    }
    int64_t ns = 0;
    cr_expect(zone_parse_time(NULL, BYTES("2026-01-01"), &ns));
    cr_expect_eq(ns, seconds("2026-01-01T00:00:00") * NS_PER_S);
    cr_expect_not(zone_parse_time(zone, BYTES("2026-13-01"), &ns));
    cr_expect_not(zone_parse_time(zone, BYTES("noon today"), &ns));
    zone_close(&zone);
}
