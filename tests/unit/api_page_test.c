/* SPDX-License-Identifier: Apache-2.0 */
#include "api_private.h"

#include <criterion/criterion.h>

/* The page's own files and its "try this mapping" box. */
static void expect(web_handler_fn *handle, struct web_question question, int status,
                   const char *words)
{
    struct web_answer answer = {.status = 200, .type = "application/json"};
    buf_init(&answer.body, 1 << 20);
    handle(NULL, &question, &answer);
    cr_expect_eq(answer.status, status, "%d: %s", answer.status,
                 (const char *)answer.body.data);
    struct bytes got = answer.file.data ? answer.file : buf_bytes(&answer.body);
    cr_expect(memmem(got.data, got.len, words, strlen(words)), "'%s' in %.*s", words,
              (int)(got.len < 400 ? got.len : 400), (const char *)got.data);
    buf_deinit(&answer.body);
}

static void try_body(const char *body, int status, const char *words)
{
    expect(page_decode, (struct web_question){.body = bytes_of(body)}, status, words);
}

Test(api_page, the_page_and_its_parts_are_built_in)
{
    expect(page_index, (struct web_question){0}, 200, "<!doctype html>");
    expect(page_file, (struct web_question){.rest = "app.js"}, 200, "EventSource");
    expect(page_file, (struct web_question){.rest = "chart.min.js"}, 200, "Chart.js v3");
    expect(page_file, (struct web_question){.rest = "../api.c"}, 404, "no such page");
}

Test(api_page, a_payload_is_tried_by_a_mapping)
{
    try_body("{\"topic\":\"a/b\",\"payload\":\"{\\\"t\\\":21.5}\",\"mapping\":"
             "\"rules:\\n  - topic: '+/b'\\n    device: '{topic.0}'\\n"
             "    emit: [{each: '/*', metric: '{$1}', value: {path: .}}]\"}",
             200, "\"value\":21.5");
    try_body("{\"topic\":\"a/b\",\"payload_hex\":\"5B5d\",\"adapter\":\"senml\"}", 200,
             "\"outcome\":\"accepted_empty\"");
}

Test(api_page, what_is_wrong_with_a_mapping_is_told_with_its_place)
{
    try_body("{\"topic\":\"a\",\"payload\":\"{}\",\"mapping\":\"rulez: []\"}", 422,
             "mapping:1:1");
    try_body("{\"topic\":\"a\",\"payload\":\"{}\",\"adapter\":\"none\"}", 422,
             "no adapter 'none'");
}

Test(api_page, a_question_that_makes_no_sense_is_refused)
{
    try_body("", 400, "want topic and payload");
    try_body("[1]", 400, "want topic and payload");
    try_body("{\"topic\":\"a\"}", 400, "want topic and payload");
    try_body("{\"topic\":\"a\",\"payload_hex\":\"5\"}", 400, "hex");
    try_body("{\"topic\":\"a\",\"payload_hex\":\"zz\"}", 400, "hex");
    try_body("{\"topic\":{},\"payload\":[]}", 400, "want topic and payload");
}
