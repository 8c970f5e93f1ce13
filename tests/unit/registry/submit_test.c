/* SPDX-License-Identifier: Apache-2.0 */
#include "registry/submit.h"

#include "core/mem.h"
#include "evidence/receipt.h"

#include <criterion/criterion.h>

Test(submit, envelopes_are_views_of_the_very_bytes)
{
    struct bytes body = BYTES("\x0a\x02gw\x12\x03"
                              "abc\x12\x00");
    struct submit_request *request = mem_new(struct submit_request);
    struct error e = {0};

    cr_assert_eq(submit_parse(body, request, &e), ERR_OK, "%s", e.text);

    cr_assert_str_eq(request->gateway, "gw");
    cr_assert_eq(request->count, 2);
    cr_assert_eq(request->envelopes[0].data, body.data + 6);
    cr_assert(bytes_are(request->envelopes[0], "abc"));
    mem_free(&request);
}

Test(submit, what_is_no_request_is_rejected)
{
    const struct bytes cases[] = {
        BYTES(""),                     /* no gateway */
        BYTES("\x12\x00"),             /* no gateway */
        BYTES("\x0a\x00"),             /* an empty one */
        BYTES("\x0a\x02gw\x0a\x02gw"), /* two */
        BYTES("\x0a\x03g\0w"),         /* a zero byte in it */
        BYTES("\x0a\x02gw\x12\x05x"),  /* cut */
        BYTES("\x0a\x02gw\x1a\x00"),   /* an unknown field */
        BYTES("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"),
    };
    struct submit_request *request = mem_new(struct submit_request);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct error e = {0};
        cr_assert_eq(submit_parse(cases[i], request, &e), ERR_REJECT, "case %zu", i);
    }
    mem_free(&request);
}

Test(submit, more_envelopes_than_the_limit_are_refused)
{
    struct submit_request *request = mem_new(struct submit_request);
    struct error e = {0};
    struct buf body;
    buf_init(&body, 65536);
    buf_add(&body, BYTES("\x0a\x02gw"));
    for (int i = 0; i < SUBMIT_ENVELOPES_MAX; i++) {
        buf_add(&body, BYTES("\x12\x00"));
    }
    cr_assert_eq(submit_parse(buf_bytes(&body), request, &e), ERR_OK);
    buf_add(&body, BYTES("\x12\x00"));

    cr_assert_eq(submit_parse(buf_bytes(&body), request, &e), ERR_FULL);

    buf_deinit(&body);
    mem_free(&request);
}

Test(submit, receipts_say_what_became_of_each)
{
    struct arrival arrivals[2] = {
        {.key = {1}, .judgement = {.verdict = VERDICT_STORED, .stored_ns = 42}},
        {.key = {2}, .judgement = {.verdict = VERDICT_REFUSED, .reason = "window: x"}}};
    struct buf out;
    buf_init(&out, 65536);

    uint8_t seed[KEY_PUBLIC_LEN] = {7};
    struct key_pair *signer = key_of_seed(seed);
    struct receipt_giver giver = {"registry", signer};
    submit_put_receipts(arrivals, 2, &giver, &out);

    Emgate__V1__SubmitResponse *response =
        emgate__v1__submit_response__unpack(NULL, out.len, out.data);
    cr_assert_not_null(response);
    cr_assert_eq(response->n_receipts, 2);
    cr_assert_eq(response->receipts[0]->stored_ns, 42);
    cr_assert(receipt_holds(response->receipts[0], key_get_public(signer)));
    cr_assert(receipt_holds(response->receipts[1], key_get_public(signer)));
    response->receipts[1]->verdict = EMGATE__V1__VERDICT__VERDICT_STORED;
    cr_assert_not(receipt_holds(response->receipts[1], key_get_public(signer)));
    response->receipts[1]->verdict = EMGATE__V1__VERDICT__VERDICT_REFUSED;
    cr_assert_eq(response->receipts[0]->key.len, 32);
    cr_assert_str_eq(response->receipts[1]->reason, "window: x");
    cr_assert_eq(response->receipts[1]->verdict, EMGATE__V1__VERDICT__VERDICT_REFUSED);
    emgate__v1__submit_response__free_unpacked(response, NULL);
    key_close(&signer);
    buf_deinit(&out);
}
