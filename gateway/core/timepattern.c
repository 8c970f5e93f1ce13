/* SPDX-License-Identifier: Apache-2.0 */
/* Walks pattern and text side by side; one small reader a directive. */
#include "core/timepattern.h"

struct reader {
    struct bytes text;
    size_t at;
    struct civil civil;
    int offset_s;
    bool zoned;
    int day_of_year; /* 0: not given */
    int half;        /* 0: not given, 1: AM, 2: PM */
};

static const char *const months[] = {"january",   "february", "march",    "april",
                                     "may",       "june",     "july",     "august",
                                     "september", "october",  "november", "december"};
static const char *const weekdays[] = {"monday", "tuesday",  "wednesday", "thursday",
                                       "friday", "saturday", "sunday"};
static const char *const halves[] = {"am", "pm"};

static uint8_t lower(uint8_t c)
{
    return c >= 'A' && c <= 'Z' ? (uint8_t)(c + 32) : c;
}

static bool is_blank(uint8_t c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool is_digit(const struct reader *r)
{
    return r->at < r->text.len && r->text.data[r->at] >= '0' &&
           r->text.data[r->at] <= '9';
}

/* One to `width` digits with a value in [low, high]. */
static bool number(struct reader *r, int width, int low, int high, int *ret_value)
{
    int value = 0;
    int digits = 0;
    for (; digits < width && is_digit(r); digits++) {
        value = value * 10 + (r->text.data[r->at++] - '0');
    }
    *ret_value = value;
    return digits > 0 && value >= low && value <= high;
}

static bool year4(struct reader *r)
{
    size_t start = r->at;
    return number(r, 4, 0, 9999, &r->civil.year) && r->at - start == 4;
}

static bool year2(struct reader *r)
{
    size_t start = r->at;
    int year = 0;
    if (!number(r, 2, 0, 99, &year) || r->at - start != 2) {
        return false;
    }
    r->civil.year = year + (year >= 69 ? 1900 : 2000);
    return true;
}

/* One of `count` names, in any case; where `short_too`, their first three letters
 * will do.  Gives its number from 1. */
static bool name(struct reader *r, const char *const *names, size_t count, int *ret_value)
{
    for (size_t i = 0; i < count; i++) {
        size_t len = 0;
        size_t full = strlen(names[i]);
        while (len < full && r->at + len < r->text.len &&
               lower(r->text.data[r->at + len]) == (uint8_t)names[i][len]) {
            len++;
        }
        if (len == full || len >= 3) {
            r->at += len == full ? full : 3;
            *ret_value = (int)i + 1;
            return true;
        }
    }
    return false;
}

static bool decimals(struct reader *r)
{
    int scale = 100000000;
    size_t start = r->at;
    r->civil.nanosecond = 0;
    for (; is_digit(r); r->at++) {
        r->civil.nanosecond += (r->text.data[r->at] - '0') * scale;
        scale /= 10;
    }
    return r->at > start;
}

static bool literal(struct reader *r, const char *text)
{
    size_t len = strlen(text);
    if (!bytes_are(bytes_slice(r->text, r->at, len), text)) {
        return false;
    }
    r->at += len;
    return true;
}

static bool zone_name(struct reader *r)
{
    r->zoned = true;
    r->offset_s = 0;
    return literal(r, "UTC") || literal(r, "GMT") || literal(r, "Z");
}

static bool zone_offset(struct reader *r)
{
    int hours = 0;
    int minutes = 0;
    r->zoned = true;
    r->offset_s = 0;
    if (literal(r, "Z") || literal(r, "z")) {
        return true;
    }
    bool minus = literal(r, "-");
    if ((!minus && !literal(r, "+")) || !number(r, 2, 0, 23, &hours)) {
        return false;
    }
    bool colon = literal(r, ":");
    if ((colon || is_digit(r)) && !number(r, 2, 0, 59, &minutes)) {
        return false;
    }
    r->offset_s = (hours * 3600 + minutes * 60) * (minus ? -1 : 1);
    return true;
}

static bool read_by(struct reader *r, struct bytes pattern);

static bool read_date(struct reader *r, uint8_t directive)
{
    struct civil *c = &r->civil;
    int ignored = 0;
    switch (directive) {
    case 'Y':
        return year4(r);
    case 'y':
        return year2(r);
    case 'm':
        return number(r, 2, 1, 12, &c->month);
    case 'd':
    case 'e':
        r->at += directive == 'e' && r->at < r->text.len && r->text.data[r->at] == ' ';
        return number(r, 2, 1, 31, &c->day);
    case 'j':
        return number(r, 3, 1, 366, &r->day_of_year);
    case 'b':
    case 'B':
    case 'h':
        return name(r, months, 12, &c->month);
    case 'a':
    case 'A':
        return name(r, weekdays, 7, &ignored);
    case 'F':
        return read_by(r, BYTES("%Y-%m-%d"));
    case 'D':
        return read_by(r, BYTES("%m/%d/%y"));
    default:
        return false;
    }
}

static bool read_time(struct reader *r, uint8_t directive)
{
    struct civil *c = &r->civil;
    switch (directive) {
    case 'H':
        return number(r, 2, 0, 23, &c->hour);
    case 'I':
        return number(r, 2, 1, 12, &c->hour);
    case 'p':
        return name(r, halves, 2, &r->half);
    case 'M':
        return number(r, 2, 0, 59, &c->minute);
    case 'S':
        return number(r, 2, 0, 60, &c->second);
    case 'f':
        return decimals(r);
    case 'z':
        return zone_offset(r);
    case 'Z':
        return zone_name(r);
    case 'T':
        return read_by(r, BYTES("%H:%M:%S"));
    case 'R':
        return read_by(r, BYTES("%H:%M"));
    case '%':
        return literal(r, "%");
    default:
        return false;
    }
}

#define DATE_DIRECTIVES "YymdejbBhaAFD"
#define TIME_DIRECTIVES "HIpMSfzZTR%"

static bool is_one_of(uint8_t directive, const char *directives)
{
    return directive && strchr(directives, directive) != NULL;
}

static bool blanks(struct reader *r)
{
    size_t start = r->at;
    while (r->at < r->text.len && is_blank(r->text.data[r->at])) {
        r->at++;
    }
    return r->at > start;
}

static bool read_by(struct reader *r, struct bytes pattern)
{
    for (size_t i = 0; i < pattern.len; i++) {
        uint8_t c = pattern.data[i];
        bool read = false;
        if (c == '%' && i + 1 < pattern.len) {
            c = pattern.data[++i];
            read = is_one_of(c, DATE_DIRECTIVES) ? read_date(r, c) : read_time(r, c);
        } else if (is_blank(c)) {
            while (i + 1 < pattern.len && is_blank(pattern.data[i + 1])) {
                i++;
            }
            read = blanks(r);
        } else {
            read = r->at < r->text.len && r->text.data[r->at] == c;
            r->at++;
        }
        if (!read) {
            return false;
        }
    }
    return true;
}

static bool has_any(struct bytes pattern, const char *directives)
{
    for (size_t i = 0; i + 1 < pattern.len; i++) {
        if (pattern.data[i] == '%') {
            i++;
            if (is_one_of(pattern.data[i], directives)) {
                return true;
            }
        }
    }
    return false;
}

const char *time_pattern_problem(struct bytes pattern)
{
    for (size_t i = 0; i < pattern.len; i++) {
        if (pattern.data[i] != '%') {
            continue;
        }
        i++;
        if (i == pattern.len) {
            return "it ends in a lone '%'";
        }
        if (!is_one_of(pattern.data[i], DATE_DIRECTIVES TIME_DIRECTIVES)) {
            return "unknown directive; known are %Y %y %m %d %e %j %b %B %H %I %p %M %S "
                   "%f %a %A %z %Z %F %T %R %D %%";
        }
    }
    bool day =
        has_any(pattern, "jFD") || (has_any(pattern, "mbBh") && has_any(pattern, "de"));
    if (!has_any(pattern, "YyFD") || !day) {
        return "it does not give year, month and day";
    }
    return NULL;
}

bool time_pattern_has_zone(struct bytes pattern)
{
    return has_any(pattern, "zZ");
}

/* Puts together what the directives gave. */
static bool finish(struct reader *r)
{
    struct civil *c = &r->civil;
    if (r->half) {
        c->hour = c->hour % 12 + (r->half == 2 ? 12 : 0);
    }
    if (r->day_of_year) {
        int64_t day = time_days(c->year, 1, 1) + r->day_of_year - 1;
        struct civil date = time_to_civil(day * 86400 * INT64_C(1000000000));
        c->month = date.month;
        c->day = date.day;
        return date.year == c->year && time_civil_valid(c);
    }
    return time_civil_valid(c);
}

bool time_pattern_read(struct bytes pattern, struct bytes text, struct civil *ret_civil,
                       int *ret_offset_s, bool *ret_zoned)
{
    struct reader r = {.text = text};
    if (!read_by(&r, pattern) || r.at != text.len || !finish(&r)) {
        return false;
    }
    *ret_civil = r.civil;
    *ret_offset_s = r.offset_s;
    *ret_zoned = r.zoned;
    return true;
}
