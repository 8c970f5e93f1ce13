/* SPDX-License-Identifier: Apache-2.0 */
/* Values with a unit behind them: durations, sizes, shares. */
#include "config/node/settings.h"

#include "core/clock.h"
#include "core/number.h"

#include <math.h>
#include <stdio.h>

#define YEARS_100_NS (36525.0 * 86400e9)
#define EXACT_MAX 9007199254740992.0 /* 2^53 */

struct suffix {
    const char *name;
    double factor;
};

static const struct suffix durations[] = {
    {"d", 86400e9}, {"h", 3600e9}, {"m", 60e9}, {"s", 1e9},
    {"ms", 1e6},    {"us", 1e3},   {"ns", 1},   {NULL, 0},
};

static const struct suffix sizes[] = {
    {"TiB", 1099511627776.0},
    {"GiB", 1073741824.0},
    {"MiB", 1048576.0},
    {"KiB", 1024.0},
    {"TB", 1e12},
    {"GB", 1e9},
    {"MB", 1e6},
    {"kB", 1e3},
    {"B", 1},
    {NULL, 0},
};

/* "10s", "1.5 h": a number, at most one blank, a suffix. */
static bool parse(struct bytes text, const struct suffix *suffixes, double *ret_value)
{
    size_t len = 0;
    while (len < text.len && ((text.data[len] >= '0' && text.data[len] <= '9') ||
                              text.data[len] == '.' || text.data[len] == '-')) {
        len++;
    }
    size_t blank = len < text.len && text.data[len] == ' ' ? 1 : 0;
    struct bytes behind = bytes_slice(text, len + blank, text.len);
    double number = 0;
    if (!number_parse(bytes_slice(text, 0, len), &number)) {
        return false;
    }
    for (; suffixes->name; suffixes++) {
        if (bytes_are(behind, suffixes->name)) {
            *ret_value = number * suffixes->factor;
            return true;
        }
    }
    return false;
}

/* Only what is a whole number of the smallest unit, so nothing is rounded away. */
static bool parse_whole(struct bytes text, const struct suffix *suffixes, double limit,
                        int64_t *ret_value)
{
    double value = 0;
    if (!parse(text, suffixes, &value) || value < 0 || value > limit ||
        fabs(value - nearbyint(value)) > 1e-6) {
        return false;
    }
    *ret_value = (int64_t)nearbyint(value);
    return true;
}

bool duration_parse(struct bytes text, int64_t *ret_ns)
{
    return parse_whole(text, durations, YEARS_100_NS, ret_ns);
}

bool size_parse(struct bytes text, int64_t *ret_bytes)
{
    return parse_whole(text, sizes, EXACT_MAX, ret_bytes);
}

bool share_parse(struct bytes text, double *ret_share)
{
    double divisor = 1;
    if (text.len > 0 && text.data[text.len - 1] == '%') {
        divisor = 100;
        text.len--;
        if (text.len > 0 && text.data[text.len - 1] == ' ') {
            text.len--;
        }
    }
    double value = 0;
    if (!number_parse(text, &value) || value < 0 || value > divisor) {
        return false;
    }
    *ret_share = value / divisor;
    return true;
}

/* In the largest unit that leaves a short number. */
static void print(int64_t value, const struct suffix *suffixes, char *text)
{
    while (suffixes[1].name && ((double)value < suffixes->factor ||
                                fmod((double)value, suffixes->factor) != 0)) {
        suffixes++;
    }
    char number[NUMBER_TEXT_MAX];
    number_print((double)value / suffixes->factor, number);
    snprintf(text, VALUE_TEXT_MAX, "%s%s", number, suffixes->name);
}

void duration_print(int64_t ns, char *text)
{
    print(ns, durations, text);
}

void size_print(int64_t size, char *text)
{
    print(size, sizes, text);
}
