/* SPDX-License-Identifier: Apache-2.0 */
#include "registry/submit_json.h"

#include "registry/submit.h"

#include <criterion/criterion.h>

Test(submit_json, envelopes_become_a_request)
{
    struct buf out;
    struct error e;
    struct submit_request request;
    buf_init(&out, 4096);
    cr_assert_eq(submit_json_read(BYTES("{\"gateway\": \"g1\", \"summaries\": ["
                                        "{\"envelope\": \"YWJj\", \"key\": 1}, "
                                        "{\"envelope\": \"\"}]}"),
                                  &out, &e),
                 ERR_OK, "%s", e.text);
    cr_assert_eq(submit_parse(buf_bytes(&out), &request, &e), ERR_OK, "%s", e.text);
    cr_expect_str_eq(request.gateway, "g1");
    cr_assert_eq(request.count, 2);
    cr_expect(bytes_are(request.envelopes[0], "abc"));
    buf_deinit(&out);
}

Test(submit_json, what_is_none_is_refused)
{
    static const char *const none[] = {
        "",
        "[]",
        "{\"gateway\": \"g\"}",
        "{\"gateway\": 1, \"summaries\": []}",
        "{\"gateway\": \"g\", \"summaries\": [\"YWJj\"]}",
        "{\"gateway\": \"g\", \"summaries\": [{\"envelope\": \"Y\"}]}",
        "{\"gateway\": \"g\", \"gateway\": \"h\", \"summaries\": []}",
    };
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        struct buf out;
        struct error e;
        buf_init(&out, 4096);
        cr_expect_eq(submit_json_read(bytes_of(none[i]), &out, &e), ERR_REJECT, "%s",
                     none[i]);
        buf_deinit(&out);
    }
}

Test(submit_json, receipts_are_words)
{
    struct buf response;
    struct buf out;
    struct arrival arrival = {.key = {0xab}};
    struct receipt_giver giver = {.registry = "r"};
    arrival_judge(&arrival, VERDICT_REFUSED, "year: 2025");
    buf_init(&response, 4096);
    buf_init(&out, 4096);
    submit_put_receipts(&arrival, 1, &giver, &response);
    submit_json_put(buf_bytes(&response), &out);
    buf_add_byte(&out, 0);
    cr_expect_not_null(strstr((const char *)out.data,
                              "\"verdict\":\"refused\",\"reason\":\"year: 2025\""));
    cr_expect_not_null(strstr((const char *)out.data, "{\"receipts\":[{\"key\":\"ab00"));
    buf_deinit(&response);
    buf_deinit(&out);
}
