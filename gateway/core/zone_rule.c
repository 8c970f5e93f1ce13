/* SPDX-License-Identifier: Apache-2.0 */
/* POSIX TZ rules such as "CET-1CEST,M3.5.0,M10.5.0/3" (RFC 8536, section 3.3.1). */
#include "core/clock.h"
#include "core/timetext.h"
#include "core/zone_private.h"

#define DAY_S 86400

struct reader {
    struct bytes text;
    size_t at;
};

static uint8_t peek(const struct reader *r)
{
    return r->at < r->text.len ? r->text.data[r->at] : 0;
}

static bool skip(struct reader *r, uint8_t wanted)
{
    bool there = peek(r) == wanted;
    r->at += there ? 1 : 0;
    return there;
}

static bool is_letter(uint8_t c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* "CET" or "<+03>". */
static bool skip_name(struct reader *r)
{
    size_t start = r->at;
    if (skip(r, '<')) {
        while (peek(r) && peek(r) != '>') {
            r->at++;
        }
        return skip(r, '>');
    }
    while (is_letter(peek(r))) {
        r->at++;
    }
    return r->at - start >= 3;
}

static bool number(struct reader *r, int low, int high, int *ret_value)
{
    size_t start = r->at;
    int value = 0;
    while (peek(r) >= '0' && peek(r) <= '9' && r->at - start < 4) {
        value = value * 10 + (peek(r) - '0');
        r->at++;
    }
    *ret_value = value;
    return r->at > start && value >= low && value <= high;
}

/* [+-]hh[:mm[:ss]] */
static bool hms(struct reader *r, int hours_max, int32_t *ret_s)
{
    int hours = 0;
    int minutes = 0;
    int seconds = 0;
    bool minus = skip(r, '-');
    if (!minus) {
        skip(r, '+');
    }
    if (!number(r, 0, hours_max, &hours) ||
        (skip(r, ':') && !number(r, 0, 59, &minutes)) ||
        (skip(r, ':') && !number(r, 0, 59, &seconds))) {
        return false;
    }
    *ret_s = (hours * 3600 + minutes * 60 + seconds) * (minus ? -1 : 1);
    return true;
}

static bool rule_day(struct reader *r, struct rule_day *day)
{
    bool read = false;
    *day = (struct rule_day){.time_s = 2 * 3600};
    if (skip(r, 'M')) {
        day->kind = RULE_MONTH;
        read = number(r, 1, 12, &day->month) && skip(r, '.') &&
               number(r, 1, 5, &day->week) && skip(r, '.') &&
               number(r, 0, 6, &day->weekday);
    } else if (skip(r, 'J')) {
        day->kind = RULE_JULIAN;
        read = number(r, 1, 365, &day->day);
    } else {
        day->kind = RULE_DAY_OF_YEAR;
        read = number(r, 0, 365, &day->day);
    }
    return read && (!skip(r, '/') || hms(r, 167, &day->time_s));
}

bool zone_rule_parse(struct bytes text, struct zone_rule *ret_rule)
{
    struct reader r = {.text = text};
    struct zone_rule rule = {0};
    if (!skip_name(&r) || !hms(&r, 24, &rule.standard_s)) {
        return false;
    }
    rule.standard_s = -rule.standard_s; /* POSIX counts west of Greenwich */
    if (r.at < text.len) {
        rule.has_summer = true;
        rule.summer_s = rule.standard_s + 3600;
        if (!skip_name(&r)) {
            return false;
        }
        if (peek(&r) != ',') {
            if (!hms(&r, 24, &rule.summer_s)) {
                return false;
            }
            rule.summer_s = -rule.summer_s;
        }
        if (!skip(&r, ',') || !rule_day(&r, &rule.from) || !skip(&r, ',') ||
            !rule_day(&r, &rule.to)) {
            return false;
        }
    }
    *ret_rule = rule;
    return r.at == text.len;
}

static bool leap(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/* Days since 1970 of the rule's day in a year. */
static int64_t day_in(const struct rule_day *day, int year)
{
    int64_t first = time_days(year, 1, 1);
    switch (day->kind) {
    case RULE_JULIAN:
        return first + day->day - 1 + (leap(year) && day->day >= 60 ? 1 : 0);
    case RULE_DAY_OF_YEAR:
        return first + day->day;
    case RULE_MONTH:
        break;
    }
    int64_t start = time_days(year, day->month, 1);
    int64_t end =
        day->month == 12 ? time_days(year + 1, 1, 1) : time_days(year, day->month + 1, 1);
    int64_t weekday = ((start + 4) % 7 + 7) % 7; /* 1970-01-01 was a Thursday */
    int64_t at = start + (day->weekday - weekday + 7) % 7 + 7 * (day->week - 1);
    while (at >= end) {
        at -= 7;
    }
    return at;
}

int32_t zone_rule_offset(const struct zone_rule *rule, int64_t utc_s)
{
    if (!rule->has_summer) {
        return rule->standard_s;
    }
    int64_t days = (utc_s + rule->standard_s) / DAY_S; /* coarse: only for the year */
    int year = (int)(1970 + days * 400 / 146097);
    year += time_days(year + 1, 1, 1) <= days ? 1 : 0;
    year -= time_days(year, 1, 1) > days ? 1 : 0;
    int64_t from =
        day_in(&rule->from, year) * DAY_S + rule->from.time_s - rule->standard_s;
    int64_t to = day_in(&rule->to, year) * DAY_S + rule->to.time_s - rule->summer_s;
    bool summer = from < to ? utc_s >= from && utc_s < to : utc_s >= from || utc_s < to;
    return summer ? rule->summer_s : rule->standard_s;
}
