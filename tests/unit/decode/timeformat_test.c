/* SPDX-License-Identifier: Apache-2.0 */
#include "decode/timeformat.h"

#include "core/timetext.h"

#include <criterion/criterion.h>

#define EARLIEST "1677-09-21T00:12:43.145224192Z"
#define LATEST "2262-04-11T23:47:16.854775807Z"

/* A text that begins with # stands for a number. */
static void expect_time(const char *form, const char *zone, const char *text,
                        const char *wanted)
{
    struct problems problems;
    problems_init(&problems);
    struct node form_node = {.kind = NODE_SCALAR, .text = bytes_of(form)};
    struct node zone_node = {.kind = NODE_SCALAR, .text = bytes_of(zone)};
    struct time_format format;
    time_format_init(&format, &form_node, zone ? &zone_node : NULL, &problems);
    cr_assert_eq(problems.count, 0, "%s", (const char *)problems.text.data);

    int64_t ns = 0;
    char printed[TIME_TEXT_MAX] = "";
    bool is_number = text[0] == '#';
    if (time_format_read(&format, bytes_of(is_number ? text + 1 : text), !is_number,
                         &ns)) {
        time_print_iso(ns, printed);
    }
    cr_expect_str_eq(printed, wanted ? wanted : "", "%s by %s", text, form);
    time_format_deinit(&format);
    problems_deinit(&problems);
}

Test(timeformat, epochs_keep_every_digit)
{
    expect_time("epoch_s", NULL, "#1785340810.44", "2026-07-29T16:00:10.44Z");
    expect_time("epoch_s", NULL, "1785340810", "2026-07-29T16:00:10Z");
    expect_time("epoch_s", NULL, "#1.78534081044e9", "2026-07-29T16:00:10.44Z");
    expect_time("epoch_ms", NULL, "#1795478398299", "2026-11-23T23:59:58.299Z");
    expect_time("epoch_ms", NULL, "#1795478398299.25", "2026-11-23T23:59:58.29925Z");
    expect_time("epoch_us", NULL, "1785340810440001", "2026-07-29T16:00:10.440001Z");
    expect_time("epoch_ns", NULL, "1785340810440000009",
                "2026-07-29T16:00:10.440000009Z");
    expect_time("epoch_ns", NULL, "1785340810440000009.9",
                "2026-07-29T16:00:10.440000009Z");
    expect_time("epoch_s", NULL, "#0", "1970-01-01T00:00:00Z");
    expect_time("epoch_s", NULL, "#-1.5", "1969-12-31T23:59:58.5Z");
    expect_time("epoch_s", NULL, "#0e999999999", "1970-01-01T00:00:00Z");
    expect_time("epoch_s", NULL, "#1e-999999999", "1970-01-01T00:00:00Z");
    expect_time("epoch_ms", NULL, "#99999999999999999999", LATEST);
    expect_time("epoch_ms", NULL, "#1e999999999", LATEST);
    expect_time("epoch_s", NULL, "", NULL);
    expect_time("epoch_s", NULL, "17x", NULL);
    expect_time("epoch_s", NULL, "0x17", NULL);
    expect_time("epoch_s", NULL, "2026-01-01T00:00:00Z", NULL);
}

Test(timeformat, iso_text_needs_a_zone_from_somewhere)
{
    expect_time("iso", NULL, "2026-07-15T17:37:10.1234567890123Z",
                "2026-07-15T17:37:10.123456789Z");
    expect_time("iso", NULL, "2026-07-15T17:37:10+0200", "2026-07-15T15:37:10Z");
    expect_time("iso", NULL, "2026-07-15T17:37:10", NULL);
    expect_time("iso", "Europe/Berlin", "2026-07-15T17:37:10.5",
                "2026-07-15T15:37:10.5Z");
    expect_time("iso", "Europe/Berlin", "2026-07-15T17:37:10Z", "2026-07-15T17:37:10Z");
    expect_time("iso", "Europe/Berlin", "2026-10-25T02:30:00", "2026-10-25T00:30:00Z");
    expect_time("iso", "UTC", "1969-12-31T23:59:59.5", "1969-12-31T23:59:59.5Z");
    expect_time("iso", NULL, "9999-12-31T23:59:59Z", LATEST);
    expect_time("iso", "Europe/Berlin", "1013-07-15T17:37:10", EARLIEST);
    expect_time("iso", "UTC", "#2026", NULL);
    expect_time("iso", "UTC", "yesterday", NULL);
}

Test(timeformat, patterns_take_numbers_too)
{
    expect_time("strptime:%Y%m%d%H%M%S", "Asia/Shanghai", "20260724101800",
                "2026-07-24T02:18:00Z");
    expect_time("strptime:%Y%m%d%H%M%S", "Asia/Shanghai", "#20260724101800",
                "2026-07-24T02:18:00Z");
    expect_time("strptime:%F %T %z", NULL, "2026-07-24 10:18:00 +0800",
                "2026-07-24T02:18:00Z");
}

Test(timeformat, mistakes_are_problems_at_their_place)
{
    struct problems problems;
    problems_init(&problems);
    struct node form = {.kind = NODE_SCALAR, .file = "m.yaml", .line = 3, .column = 7};
    struct node zone = {.kind = NODE_SCALAR,
                        .text = BYTES("Mars/Phobos"),
                        .file = "m.yaml",
                        .line = 4,
                        .column = 9};
    struct time_format format;

    form.text = BYTES("epoch_h");
    time_format_init(&format, &form, &zone, &problems);
    time_format_deinit(&format);
    form.text = BYTES("strptime:%Y-%m-%d");
    time_format_init(&format, &form, NULL, &problems);
    time_format_deinit(&format);

    const char *text = (const char *)problems.text.data;
    cr_assert_eq(problems.count, 3);
    cr_assert_not_null(strstr(text, "m.yaml:3:7: unknown time format 'epoch_h'"));
    cr_assert_not_null(strstr(text, "m.yaml:4:9: no time zone 'Mars/Phobos'"));
    cr_assert_not_null(strstr(text, "m.yaml:3:7: the pattern reads no zone"));
    problems_deinit(&problems);
}
