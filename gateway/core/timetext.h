/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Times between text and nanoseconds since 1970 UTC.  Own calendar arithmetic
 * (proleptic Gregorian, no leap seconds), no locale, no process time zone; zones
 * by IANA name live in normalise/zone.h.
 */
#ifndef CORE_TIMETEXT_H
#define CORE_TIMETEXT_H

#include "core/bytes.h"
#include "core/check.h"

struct civil {
    int year;
    int month;  /* 1..12 */
    int day;    /* 1..31 */
    int hour;   /* 0..23 */
    int minute; /* 0..59 */
    int second; /* 0..60 */
    int nanosecond;
};

/* Days since 1970-01-01 of a date. */
int64_t time_days(int year, int month, int day);

/* True when every field is in range and the day exists in its month. */
MUST_CHECK bool time_civil_valid(const struct civil *civil);

/* Seconds since 1970 of the fields taken as UTC; nanoseconds are left out. */
int64_t time_from_civil(const struct civil *civil);
struct civil time_to_civil(int64_t ns);

/* Reads "2026-07-15T17:37:10[.0-9 or more decimals][Z|+hh:mm|+hhmm]"; a blank may
 * stand for T, seconds may be left out.  `*ret_zoned` tells whether a zone was
 * given; without one the result is the local time taken as UTC.  Decimals beyond
 * the ninth are cut; a time that doesn't fit is INT64_MIN or INT64_MAX.  False when the
 * text is anything else. */
MUST_CHECK bool time_parse_iso(struct bytes text, int64_t *ret_ns, bool *ret_zoned);

#define TIME_TEXT_MAX 40

/* "2026-07-15T17:37:10.5Z": as many decimals as needed.  Returns the length. */
size_t time_print_iso(int64_t ns, char *text);

#endif
