/* SPDX-License-Identifier: Apache-2.0 */
/* Which format a message is taken for. */
#include "cli/discover_private.h"

#include "core/mem.h"

#include <criterion/criterion.h>
#include <stdio.h>

struct expected {
    const char *topic;
    const char *payload;
    const char *name, *filter;
};

static const struct expected list[] = {
    {"line/x", "m,host=a v=1 1784109600000000000", "adapter influx", NULL},
    {"spBv1.0/g/NBIRTH/n", "\x08\x01", "adapter sparkplug", "spBv1.0/#"},
    {"tele/pow1/SENSOR", "{\"Time\":\"2026-07-15T17:37:10\",\"ENERGY\":{\"Power\":12}}",
     "preset tasmota", "tele/+/SENSOR"},
    {"iotgateway",

     "{\"timestamp\":1784109600000,\"values\":[{\"id\":\"A.B.C\",\"v\":1,\"q\":true,"
     "\"t\":1784109600000}]}",
     "preset kepware", NULL},
    {"plant/kiln/state", "{\"temp\":812.5,\"ts\":1784109600000}", "plain JSON", NULL},
    {"plant/kiln/temp", "812.5", "one value a topic", NULL},
    {"plant/kiln/on", "true", "one value a topic", NULL},
    {"plant/kiln/word", "hello", NULL, NULL},
    {"plant/kiln/array", "[1,2]", NULL, NULL},
    {"plant/kiln/raw", "\x01\x02\xff", NULL, NULL},
};

Test(discover_formats, are_told_by_their_marks)
{
    struct formats *formats = mem_new(struct formats);
    formats_init(formats);
    cr_assert_gt(formats->preset_count, 15);
    for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
        struct message message = {.topic = bytes_of(list[i].topic),
                                  .payload = bytes_of(list[i].payload)};
        const char *filter = NULL;
        char name[128];
        struct format *format = formats_find(formats, &message, &filter);
        cr_expect_eq(format != NULL, list[i].name != NULL, "%s", list[i].topic);
        if (format && list[i].name) {
            cr_expect_str_eq(format_name(format, name, sizeof name), list[i].name);
        }
        if (format && list[i].filter) {
            cr_expect_str_eq(filter, list[i].filter);
        }
    }
    formats_deinit(formats);
    mem_free(&formats);
}

Test(discover_formats, json_of_no_make_gets_a_mapping_that_reads_it)
{
    struct formats *formats = mem_new(struct formats);
    struct decoding d;
    const char *filter = NULL;
    struct message message = {
        .topic = BYTES("plant/kiln/state"),
        .payload = BYTES("{\"a\":{\"b\":1.5},\"on\":true,\"w\":\"x\",\"ts\":1784109600}"),
        .received_ns = 1};
    formats_init(formats);
    struct format *format = formats_find(formats, &message, &filter);
    cr_assert(format && format->rules);
    formats_decode(formats, format, &message, &d);
    cr_assert_eq(d.count, 2, "%s", d.detail);
    cr_assert(bytes_are(d.readings[0].device, "kiln"));
    cr_assert(bytes_are(d.readings[0].metric, "a/b"));
    cr_assert_eq(d.readings[0].event_ns, INT64_C(1784109600000000000));
    struct format *again = formats_find(formats, &message, &filter);
    cr_assert_eq(format, again, "made once");
    formats_deinit(formats);
    mem_free(&formats);
}
