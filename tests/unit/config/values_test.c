/* SPDX-License-Identifier: Apache-2.0 */
#include "config/node/settings.h"

#include "core/clock.h"

#include <criterion/criterion.h>

static int64_t duration(const char *text)
{
    int64_t ns = -1;
    return duration_parse(bytes_of(text), &ns) ? ns : -1;
}

static int64_t size(const char *text)
{
    int64_t value = -1;
    return size_parse(bytes_of(text), &value) ? value : -1;
}

static double share(const char *text)
{
    double value = -1;
    return share_parse(bytes_of(text), &value) ? value : -1;
}

Test(values, durations_have_a_unit)
{
    cr_expect_eq(duration("10s"), 10 * NS_PER_S);
    cr_expect_eq(duration("5 ms"), 5 * NS_PER_MS);
    cr_expect_eq(duration("1.5h"), 90 * NS_PER_MINUTE);
    cr_expect_eq(duration("7d"), 7 * 24 * NS_PER_HOUR);
    cr_expect_eq(duration("0s"), 0);
    cr_expect_eq(duration("250us"), 250000);
    cr_expect_eq(duration("10"), -1);
    cr_expect_eq(duration("s"), -1);
    cr_expect_eq(duration(""), -1);
    cr_expect_eq(duration("-1s"), -1);
    cr_expect_eq(duration("1e3s"), -1);
    cr_expect_eq(duration("1min"), -1);
    cr_expect_eq(duration("0.5ns"), -1);
    cr_expect_eq(duration("99999999d"), -1);
}

Test(values, sizes_tell_binary_from_decimal)
{
    cr_expect_eq(size("64MiB"), INT64_C(64) << 20);
    cr_expect_eq(size("4 GB"), INT64_C(4000000000));
    cr_expect_eq(size("1.5KiB"), 1536);
    cr_expect_eq(size("1B"), 1);
    cr_expect_eq(size("64M"), -1);
    cr_expect_eq(size("99999999TiB"), -1);
}

Test(values, shares_are_percent_or_parts_of_one)
{
    cr_expect_float_eq(share("80 %"), 0.8, 1e-15);
    cr_expect_float_eq(share("80%"), 0.8, 1e-15);
    cr_expect_eq(share("0.8"), 0.8);
    cr_expect_eq(share("1"), 1);
    cr_expect_eq(share("80"), -1);
    cr_expect_eq(share("-1 %"), -1);
    cr_expect_eq(share("%"), -1);
}

Test(values, they_are_printed_as_one_would_write_them)
{
    char text[VALUE_TEXT_MAX];

    duration_print(90 * NS_PER_S, text);
    cr_expect_str_eq(text, "90s");
    duration_print(72 * NS_PER_HOUR, text);
    cr_expect_str_eq(text, "3d");
    duration_print(0, text);
    cr_expect_str_eq(text, "0ns");
    size_print(INT64_C(4) << 30, text);
    cr_expect_str_eq(text, "4GiB");
    size_print(1000, text);
    cr_expect_str_eq(text, "1kB");
}
