/* SPDX-License-Identifier: Apache-2.0 */
#include "decode/decoding_json.h"

#include <criterion/criterion.h>

Test(decoding_json, large_integers_are_texts_and_names_are_escaped)
{
    struct reading readings[] = {
        {.device = BYTES("<b>\""),
         .metric = BYTES("m"),
         .value = {.kind = VALUE_INT, .integer = (INT64_C(1) << 53) + 1}},
        {.device = BYTES("d"), .metric = BYTES("n"), .value = {.kind = VALUE_NONE}}};
    struct message message = {.topic = BYTES("a/b")};
    struct decoding decoding = {
        .outcome = OUTCOME_PARTIAL, .readings = readings, .count = 2};
    struct buf out;
    buf_init(&out, 4096);
    decoding_put_json(&out, "map", &message, &decoding, (struct bytes){0});
    const char *text = (const char *)out.data;
    cr_expect(strstr(text, "\"outcome\":\"partial\""));
    cr_expect(strstr(text, "\"device\":\"<b>\\\"\""));
    cr_expect(strstr(text, "\"value\":\"9007199254740993\""));
    cr_expect(strstr(text, "\"value\":null"));
    cr_expect_eq(text[out.len - 1], '\n');
    buf_deinit(&out);
}
