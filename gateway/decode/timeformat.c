/* SPDX-License-Identifier: Apache-2.0 */
/* Compiles time formats and reads times by them, in integers throughout. */
#include "decode/timeformat.h"

#include "core/clock.h"
#include "core/timepattern.h"
#include "core/timetext.h"
#include "core/zone.h"

#define EXPONENT_MAX 1000

static bool init_epoch(struct time_format *format, struct bytes text)
{
    static const char *const names[] = {"epoch_ns", "epoch_us", "epoch_ms", "epoch_s"};
    for (int i = 0; i < 4; i++) {
        if (bytes_are(text, names[i])) {
            format->kind = TIME_EPOCH;
            format->scale = i * 3;
            return true;
        }
    }
    return false;
}

static void init_pattern(struct time_format *format, const struct node *form,
                         const struct node *zone, struct problems *problems)
{
    format->kind = TIME_PATTERN;
    format->pattern = bytes_slice(form->text, strlen("strptime:"), form->text.len);
    const char *problem = time_pattern_problem(format->pattern);
    if (problem) {
        problem_at(problems, form, "time pattern '%.*s': %s", BYTES_ARG(format->pattern),
                   problem);
    } else if (!zone && !time_pattern_has_zone(format->pattern)) {
        problem_at(problems, form,
                   "the pattern reads no zone: 'tz' must name one, such as "
                   "'Europe/Berlin' or 'UTC'");
    }
}

void time_format_init(struct time_format *format, const struct node *form,
                      const struct node *zone, struct problems *problems)
{
    *format = (struct time_format){.kind = TIME_ISO};
    if (form->kind != NODE_SCALAR) {
        problem_at(problems, form, "a time format must be text");
    } else if (bytes_start_with(form->text, BYTES("strptime:"))) {
        init_pattern(format, form, zone, problems);
    } else if (!bytes_are(form->text, "iso") && !init_epoch(format, form->text)) {
        problem_at(problems, form,
                   "unknown time format '%.*s'; known are iso, epoch_s, epoch_ms, "
                   "epoch_us, epoch_ns, strptime:PATTERN",
                   BYTES_ARG(form->text));
    }
    struct error e = {0};
    if (zone && zone_open(zone->text, &format->zone, &e)) {
        problem_at(problems, zone, "%s", e.text);
    }
}

void time_format_deinit(struct time_format *format)
{
    zone_close(&format->zone);
}

/* Seconds and nanoseconds to one number that stops at its limits. */
static int64_t join(int64_t seconds, int nanosecond)
{
    int64_t ns = 0;
    if (__builtin_mul_overflow(seconds, NS_PER_S, &ns) ||
        __builtin_add_overflow(ns, nanosecond, &ns)) {
        return seconds < 0 ? INT64_MIN : INT64_MAX;
    }
    return ns;
}

static bool read_local(const struct time_format *format, int64_t seconds, int nanosecond,
                       int64_t *ret_ns)
{
    if (!format->zone) {
        return false;
    }
    int64_t utc = 0;
    (void)zone_to_utc(format->zone, seconds, &utc); /* twice: the earlier */
    *ret_ns = join(utc, nanosecond);
    return true;
}

static bool read_iso(const struct time_format *format, struct bytes text, int64_t *ret_ns)
{
    int64_t ns = 0;
    bool zoned = false;
    if (!time_parse_iso(text, &ns, &zoned)) {
        return false;
    }
    if (zoned) {
        *ret_ns = ns;
        return true;
    }
    struct civil local = time_to_civil(ns);
    return read_local(format, time_from_civil(&local), local.nanosecond, ret_ns);
}

static bool read_pattern(const struct time_format *format, struct bytes text,
                         int64_t *ret_ns)
{
    struct civil civil = {0};
    int offset_s = 0;
    bool zoned = false;
    if (!time_pattern_read(format->pattern, text, &civil, &offset_s, &zoned)) {
        return false;
    }
    int64_t seconds = time_from_civil(&civil);
    if (zoned) {
        *ret_ns = join(seconds - offset_s, civil.nanosecond);
        return true;
    }
    return read_local(format, seconds, civil.nanosecond, ret_ns);
}

bool time_format_read(const struct time_format *format, struct bytes text, bool is_text,
                      int64_t *ret_ns)
{
    switch (format->kind) {
    case TIME_ISO:
        return is_text && read_iso(format, text, ret_ns);
    case TIME_EPOCH:
        return time_scale_decimal(text, format->scale, ret_ns);
    case TIME_PATTERN:
        return read_pattern(format, text, ret_ns); /* 20260724 may be a number */
    }
    return false;
}

/* ---- decimals ---- */

struct decimal {
    bool negative;
    struct bytes whole, decimals; /* digits only */
    int exponent;
};

static struct bytes take_digits(struct bytes text, size_t *at)
{
    size_t start = *at;
    while (*at < text.len && text.data[*at] >= '0' && text.data[*at] <= '9') {
        (*at)++;
    }
    return bytes_slice(text, start, *at - start);
}

static bool is_one_of(struct bytes text, size_t at, uint8_t a, uint8_t b)
{
    return at < text.len && (text.data[at] == a || text.data[at] == b);
}

static bool take_exponent(struct bytes text, size_t *at, int *ret_exponent)
{
    bool negative = is_one_of(text, *at, '-', '-');
    *at += is_one_of(text, *at, '+', '-') ? 1 : 0;
    struct bytes digits = take_digits(text, at);
    int value = 0;
    for (size_t i = 0; i < digits.len && value < EXPONENT_MAX; i++) {
        value = value * 10 + (digits.data[i] - '0');
    }
    *ret_exponent = negative ? -value : value;
    return digits.len > 0;
}

static bool split_decimal(struct bytes text, struct decimal *ret_decimal)
{
    struct decimal d = {.negative = is_one_of(text, 0, '-', '-')};
    size_t at = is_one_of(text, 0, '+', '-') ? 1 : 0;
    d.whole = take_digits(text, &at);
    if (is_one_of(text, at, '.', '.')) {
        at++;
        d.decimals = take_digits(text, &at);
    }
    if (d.whole.len + d.decimals.len == 0) {
        return false;
    }
    if (is_one_of(text, at, 'e', 'E')) {
        at++;
        if (!take_exponent(text, &at, &d.exponent)) {
            return false;
        }
    }
    *ret_decimal = d;
    return at == text.len;
}

static uint8_t digit_at(const struct decimal *d, size_t i)
{
    if (i < d->whole.len) {
        return d->whole.data[i] - '0';
    }
    i -= d->whole.len;
    return i < d->decimals.len ? d->decimals.data[i] - '0' : 0;
}

bool time_scale_decimal(struct bytes text, int scale, int64_t *ret_value)
{
    struct decimal d = {0};
    if (text.len > INT32_MAX / 2 || !split_decimal(text, &d)) {
        return false;
    }
    int64_t value = 0;
    int64_t places = (int64_t)d.whole.len + d.exponent + scale;
    int64_t digits = (int64_t)(d.whole.len + d.decimals.len);
    for (int64_t i = 0; i < places && (value || i < digits); i++) {
        if (__builtin_mul_overflow(value, 10, &value) ||
            __builtin_add_overflow(value, digit_at(&d, (size_t)i), &value)) {
            *ret_value = d.negative ? INT64_MIN : INT64_MAX;
            return true;
        }
    }
    *ret_value = d.negative ? -value : value;
    return true;
}
