/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Strict decimal numbers.  The grammar is checked here; the conversion of text
 * that passed is the C library's strtod under the "C" locale, which the programs
 * never change, and is correctly rounded.
 */
#include "core/number.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define LEN_MAX 512

static size_t skip_digits(struct bytes text, size_t at)
{
    while (at < text.len && text.data[at] >= '0' && text.data[at] <= '9') {
        at++;
    }
    return at;
}

static size_t skip_sign(struct bytes text, size_t at)
{
    bool sign = at < text.len && (text.data[at] == '-' || text.data[at] == '+');
    return sign ? at + 1 : at;
}

static bool is_decimal(struct bytes text)
{
    size_t start = skip_sign(text, 0);
    size_t at = skip_digits(text, start);
    size_t digits = at - start;
    if (at < text.len && text.data[at] == '.') {
        size_t fraction = at + 1;
        at = skip_digits(text, fraction);
        digits += at - fraction;
    }
    if (digits == 0) {
        return false;
    }
    if (at < text.len && (text.data[at] == 'e' || text.data[at] == 'E')) {
        size_t exponent = skip_sign(text, at + 1);
        at = skip_digits(text, exponent);
        if (at == exponent) {
            return false;
        }
    }
    return at == text.len;
}

bool number_parse(struct bytes text, double *ret_value)
{
    char copy[LEN_MAX + 1];
    if (text.len > LEN_MAX || !is_decimal(text)) {
        return false;
    }
    memcpy(copy, text.data, text.len);
    copy[text.len] = 0;
    double value = strtod(copy, NULL); /* NOLINT: the grammar was checked */
    if (!isfinite(value)) {
        return false;
    }
    *ret_value = value;
    return true;
}

bool number_parse_u64(struct bytes text, uint64_t *ret_value)
{
    size_t at = text.len > 0 && text.data[0] == '+' ? 1 : 0;
    uint64_t value = 0;
    if (at == text.len) {
        return false;
    }
    for (; at < text.len; at++) {
        unsigned digit = (unsigned)text.data[at] - '0';
        if (digit > 9 || __builtin_mul_overflow(value, 10U, &value) ||
            __builtin_add_overflow(value, digit, &value)) {
            return false;
        }
    }
    *ret_value = value;
    return true;
}

bool number_parse_i64(struct bytes text, int64_t *ret_value)
{
    bool negative = text.len > 0 && text.data[0] == '-';
    uint64_t size = 0;
    if (negative && text.len > 1 && text.data[1] == '+') {
        return false;
    }
    if (!number_parse_u64(negative ? bytes_slice(text, 1, text.len) : text, &size)) {
        return false;
    }
    if (size > (uint64_t)INT64_MAX + (negative ? 1 : 0)) {
        return false;
    }
    *ret_value = negative ? (int64_t)(0 - size) : (int64_t)size;
    return true;
}

size_t number_print(double value, char *text)
{
    for (int digits = 15; digits <= 17; digits++) {
        int len = snprintf(text, NUMBER_TEXT_MAX, "%.*g", digits, value);
        if (digits == 17 || strtod(text, NULL) == value) { /* NOLINT: our own text */
            return (size_t)len;
        }
    }
    UNREACHABLE();
}
