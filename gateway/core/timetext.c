/* SPDX-License-Identifier: Apache-2.0 */
/* Calendar arithmetic and ISO 8601 text. */
#include "core/timetext.h"

#include "core/clock.h"

#include <stdio.h>

/* Counts days by eras of 400 years, years starting in March so that the leap day
 * is the last of its year. */
int64_t time_days(int year, int month, int day)
{
    int64_t y = month <= 2 ? (int64_t)year - 1 : year;
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t year_of_era = y - era * 400;
    int64_t shifted = (month + 9) % 12;
    int64_t day_of_year = (153 * shifted + 2) / 5 + day - 1;
    int64_t day_of_era =
        year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

static bool leap(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

bool time_civil_valid(const struct civil *c)
{
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (c->month < 1 || c->month > 12 || c->day < 1) {
        return false;
    }
    int days = lengths[c->month - 1] + (c->month == 2 && leap(c->year) ? 1 : 0);
    return c->day <= days && c->hour >= 0 && c->hour <= 23 && c->minute >= 0 &&
           c->minute <= 59 && c->second >= 0 && c->second <= 60;
}

int64_t time_from_civil(const struct civil *c)
{
    int64_t days = time_days(c->year, c->month, c->day);
    return days * 86400 + c->hour * INT64_C(3600) + c->minute * INT64_C(60) + c->second;
}

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0 ? 1 : 0);
}

struct civil time_to_civil(int64_t ns)
{
    int64_t seconds = floor_div(ns, NS_PER_S);
    int64_t days = floor_div(seconds, 86400);
    int64_t rest = seconds - days * 86400;
    /* Not ns - seconds * NS_PER_S, which overflows near INT64_MIN. */
    int64_t nanosecond = ns % NS_PER_S < 0 ? ns % NS_PER_S + NS_PER_S : ns % NS_PER_S;
    int64_t shifted = days + 719468;
    int64_t era = floor_div(shifted, 146097);
    int64_t day_of_era = shifted - era * 146097;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year =
        day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t month = (5 * day_of_year + 2) / 153;
    struct civil c = {
        .day = (int)(day_of_year - (153 * month + 2) / 5 + 1),
        .month = (int)(month < 10 ? month + 3 : month - 9),
        .hour = (int)(rest / 3600),
        .minute = (int)(rest / 60 % 60),
        .second = (int)(rest % 60),
        .nanosecond = (int)nanosecond,
    };
    c.year = (int)(year_of_era + era * 400 + (c.month <= 2 ? 1 : 0));
    return c;
}

/* Reads exactly `len` digits at `*at`. */
static bool digits(struct bytes text, size_t *at, size_t len, int *ret_value)
{
    int value = 0;
    if (len > text.len - *at || *at > text.len) {
        return false;
    }
    for (size_t i = 0; i < len; i++) {
        uint8_t byte = text.data[*at + i];
        if (byte < '0' || byte > '9') {
            return false;
        }
        value = value * 10 + (byte - '0');
    }
    *at += len;
    *ret_value = value;
    return true;
}

static bool letter(struct bytes text, size_t *at, uint8_t wanted)
{
    if (*at < text.len && text.data[*at] == wanted) {
        (*at)++;
        return true;
    }
    return false;
}

/* ".123": one decimal at least; those beyond the ninth are cut. */
static bool fraction(struct bytes text, size_t *at, int *ret_ns)
{
    int scale = 100000000;
    size_t start = *at;
    *ret_ns = 0;
    while (*at < text.len && text.data[*at] >= '0' && text.data[*at] <= '9') {
        *ret_ns += (text.data[*at] - '0') * scale;
        scale /= 10;
        (*at)++;
    }
    return *at > start;
}

/* "Z", "+hh:mm", "+hhmm", "+hh" or nothing. */
static bool zone(struct bytes text, size_t *at, int *ret_offset_s, bool *ret_zoned)
{
    *ret_offset_s = 0;
    *ret_zoned = true;
    if (*at == text.len) {
        *ret_zoned = false;
        return true;
    }
    if (letter(text, at, 'Z') || letter(text, at, 'z')) {
        return true;
    }
    bool minus = letter(text, at, '-');
    int hours = 0;
    int minutes = 0;
    if ((!minus && !letter(text, at, '+')) || !digits(text, at, 2, &hours)) {
        return false;
    }
    bool colon = letter(text, at, ':');
    if ((colon || *at < text.len) && !digits(text, at, 2, &minutes)) {
        return false;
    }
    *ret_offset_s = (hours * 3600 + minutes * 60) * (minus ? -1 : 1);
    return hours <= 23 && minutes <= 59;
}

static bool date(struct bytes text, size_t *at, struct civil *c)
{
    return digits(text, at, 4, &c->year) && letter(text, at, '-') &&
           digits(text, at, 2, &c->month) && letter(text, at, '-') &&
           digits(text, at, 2, &c->day);
}

static bool time_of_day(struct bytes text, size_t *at, struct civil *c)
{
    if (!digits(text, at, 2, &c->hour) || !letter(text, at, ':') ||
        !digits(text, at, 2, &c->minute)) {
        return false;
    }
    if (!letter(text, at, ':')) {
        return true;
    }
    if (!digits(text, at, 2, &c->second)) {
        return false;
    }
    bool decimals = letter(text, at, '.') || letter(text, at, ',');
    return !decimals || fraction(text, at, &c->nanosecond);
}

bool time_parse_iso(struct bytes text, int64_t *ret_ns, bool *ret_zoned)
{
    struct civil c = {0};
    size_t at = 0;
    int offset = 0;
    bool zoned = false;
    bool read =
        date(text, &at, &c) &&
        (letter(text, &at, 'T') || letter(text, &at, 't') || letter(text, &at, ' ')) &&
        time_of_day(text, &at, &c) && zone(text, &at, &offset, &zoned);
    if (!read || at != text.len || !time_civil_valid(&c)) {
        return false;
    }
    int64_t seconds = time_from_civil(&c) - offset;
    int64_t ns = 0;
    if (__builtin_mul_overflow(seconds, NS_PER_S, &ns) ||
        __builtin_add_overflow(ns, c.nanosecond, &ns)) {
        ns = seconds < 0 ? INT64_MIN : INT64_MAX;
    }
    *ret_ns = ns;
    *ret_zoned = zoned;
    return true;
}

size_t time_print_iso(int64_t ns, char *text)
{
    struct civil c = time_to_civil(ns);
    int len = snprintf(text, TIME_TEXT_MAX, "%04d-%02d-%02dT%02d:%02d:%02d", c.year,
                       c.month, c.day, c.hour, c.minute, c.second);
    if (c.nanosecond) {
        len += snprintf(text + len, (size_t)(TIME_TEXT_MAX - len), ".%09d", c.nanosecond);
        while (text[len - 1] == '0') {
            len--;
        }
    }
    text[len++] = 'Z';
    text[len] = 0;
    return (size_t)len;
}
