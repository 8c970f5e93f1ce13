/* SPDX-License-Identifier: Apache-2.0 */
#include "mapping.h"

#include <criterion/criterion.h>

/* Whether the condition holds for the payload's root. */
static void expect_condition(const char *condition, const char *payload, bool holds)
{
    struct mapping m;
    struct buf yaml;
    buf_init(&yaml, 65536);
    buf_print(&yaml,
              "rules: [{topic: a/12/#, where: [%s], device: d, emit: [{metric: m, "
              "value: {path: '/yes'}}]}, {topic: '#', ignore: true}]",
              condition);
    mapping_open(&m, (const char *)yaml.data);
    const char *line = mapping_decode(&m, "a/12/x", bytes_of(payload));
    cr_expect_str_eq(line, holds ? "empty no_readings" : "empty ignored", "%s for %s",
                     condition, payload);
    mapping_close(&m);
    buf_deinit(&yaml);
}

Test(map_condition, compares_values_of_one_type)
{
    expect_condition("{path: /a, eq: 1}", "{\"a\":1.0}", true);
    expect_condition("{path: /a, eq: 9999.9999}", "{\"a\":9999.9999}", true);
    expect_condition("{path: /a, eq: 1}", "{\"a\":\"1\"}", false);
    expect_condition("{path: /a, eq: '1'}", "{\"a\":\"1\"}", true);
    expect_condition("{path: /a, eq: '1'}", "{\"a\":1}", false);
    expect_condition("{path: /a, eq: true}", "{\"a\":true}", true);
    expect_condition("{path: /a, eq: true}", "{\"a\":\"true\"}", false);
    expect_condition("{path: /a, eq: null}", "{\"a\":null}", true);
    expect_condition("{path: /a, eq: null}", "{}", false);
    expect_condition("{path: /a, eq: 9007199254740993}", "{\"a\":9007199254740992}",
                     false);
    expect_condition("{path: /a, eq: 18446744073709551615}",
                     "{\"a\":18446744073709551614}", false);
    expect_condition("{path: /a, ne: 1}", "{\"a\":2}", true);
    expect_condition("{path: /a, ne: 1}", "{\"a\":\"1\"}", true);
    expect_condition("{path: /a, ne: 1}", "{\"a\":null}", true);
    expect_condition("{path: /a, ne: 1}", "{}", false);
    expect_condition("{path: /a, in: [1, x, null]}", "{\"a\":\"x\"}", true);
    expect_condition("{path: /a, in: [1, x, null]}", "{\"a\":null}", true);
    expect_condition("{path: /a, in: [1, x]}", "{\"a\":2}", false);
}

Test(map_condition, orders_numbers_only)
{
    expect_condition("{path: /a, lt: 3}", "{\"a\":2.5}", true);
    expect_condition("{path: /a, lt: 3}", "{\"a\":3}", false);
    expect_condition("{path: /a, gt: 2147483647}", "{\"a\":2150694912}", true);
    expect_condition("{path: /a, gt: 3}", "{\"a\":{\"Code\":5}}", false);
    expect_condition("{path: /a, gt: 3}", "{\"a\":\"5\"}", false);
    expect_condition("{path: /a, gt: 3, as: number}", "{\"a\":\"5\"}", true);
    expect_condition("{path: /a, gt: 3, as: number}", "{\"a\":\"five\"}", false);
    expect_condition("{path: /a, ne: 3, as: number}", "{\"a\":\"five\"}", false);
    expect_condition("{path: /a, eq: 5, as: number}", "{\"a\":\"5.0\"}", true);
    expect_condition("{path: /a, gt: 3.6, lt: 21}", "{\"a\":4}", true);
    expect_condition("{path: /a, gt: 3.6, lt: 21}", "{\"a\":22}", false);
}

Test(map_condition, knows_existence_and_type)
{
    expect_condition("{path: /a, exists: true}", "{\"a\":null}", true);
    expect_condition("{path: /a, exists: true}", "{}", false);
    expect_condition("{path: /a, exists: false}", "{}", true);
    expect_condition("{path: /a/b, exists: false}", "{\"a\":1}", true);
    expect_condition("{path: /a, exists: false}", "{\"a\":null}", false);
    expect_condition("{path: /a, type: number}", "{\"a\":1}", true);
    expect_condition("{path: /a, type: number}", "{\"a\":\"1\"}", false);
    expect_condition("{path: /a, type: string}", "{\"a\":\"1\"}", true);
    expect_condition("{path: /a, type: bool}", "{\"a\":false}", true);
    expect_condition("{path: /a, type: null}", "{\"a\":null}", true);
    expect_condition("{path: /a, type: object}", "{\"a\":{}}", true);
    expect_condition("{path: /a, type: [array, object]}", "{\"a\":[]}", true);
    expect_condition("{path: /a, type: null}", "{}", false);
}

Test(map_condition, searches_patterns)
{
    expect_condition("{path: /a, re: 'oo'}", "{\"a\":\"good\"}", true);
    expect_condition("{path: /a, re: '(?i)^(good|192)$'}", "{\"a\":\"GOOD\"}", true);
    expect_condition("{path: /a, re: '(?i)^(good|192)$'}", "{\"a\":192}", true);
    expect_condition("{path: /a, re: ''}", "{\"a\":{}}", false);
    expect_condition("{path: /a, re: ''}", "{}", false);
}

Test(map_condition, masks_bits)
{
    expect_condition("{path: /a, mask: 192, equals: 192}", "{\"a\":216}", true);
    expect_condition("{path: /a, mask: 192, equals: 192}", "{\"a\":64}", false);
    expect_condition("{path: /a, mask: 0x0C, equals: 0}", "{\"a\":19}", true);
    expect_condition("{path: /a, mask: 0x0C, equals: 0}", "{\"a\":\"19\"}", false);
    expect_condition("{path: /a, mask: 0x0C, equals: 0, as: number}", "{\"a\":\"19\"}",
                     true);
    expect_condition("{path: /a, mask: 1, equals: 1}", "{\"a\":1.5}", false);
    expect_condition("{path: /a, mask: 1, equals: 1}", "{\"a\":3.0}", true);
    expect_condition("{path: /a, mask: 1, equals: 1}", "{\"a\":-1}", true);
    expect_condition("{path: /a, mask: 1, equals: 1}", "{\"a\":true}", false);
}

Test(map_condition, looks_at_more_than_the_payload)
{
    expect_condition("{ref: topic.2, eq: x}", "{}", true);
    expect_condition("{ref: topic.1, eq: 12}", "{}", true);
    expect_condition("{ref: topic.1, gt: 11, as: number}", "{}", true);
    expect_condition("{ref: topic.7, exists: false}", "{}", true);
    expect_condition("{ref: key, exists: true}", "{}", false);
    expect_condition("{ref: '/b | /a', eq: 1}", "{\"a\":1,\"b\":null}", true);
    expect_condition("{ref: '/b | ''z''', eq: z}", "{}", true);
    expect_condition("{path: '/{topic.2}', eq: 1}", "{\"x\":1}", true);
}

Test(map_condition, is_combined)
{
    expect_condition("{all: [{path: /a, eq: 1}, {path: /b, eq: 2}]}", "{\"a\":1,\"b\":2}",
                     true);
    expect_condition("{all: [{path: /a, eq: 1}, {path: /b, eq: 2}]}", "{\"a\":1}", false);
    expect_condition("{any: [{path: /a, eq: 1}, {path: /b, eq: 2}]}", "{\"b\":2}", true);
    expect_condition("{any: []}", "{}", false);
    expect_condition("{all: []}", "{}", true);
    expect_condition("{not: {path: /a, eq: 1}}", "{}", true);
    expect_condition("{not: {any: [{path: /a, exists: true}]}}", "{\"a\":1}", false);
    expect_condition("{path: /a, eq: 1}, {not: {path: /b, exists: true}}", "{\"a\":1}",
                     true);
}
