/* SPDX-License-Identifier: Apache-2.0 */
/*
 *     SubmitRequest:  0x0a length gateway, (0x12 length Envelope)*
 *     SubmitResponse: (0x0a length Receipt)*
 */
#include "registry/submit.h"

#include "evidence/receipt.h"

#include <stdio.h>

#define TAG_GATEWAY 0x0a
#define TAG_ENVELOPE 0x12
#define TAG_RECEIPT 0x0a
#define RECEIPT_MAX 1024

static enum err not_a_request(struct error *e)
{
    return error_set(e, ERR_REJECT, "the body is no SubmitRequest");
}

static enum err take_gateway(struct bytes name, struct submit_request *request,
                             struct error *e)
{
    bool fits = name.len > 0 && name.len < sizeof request->gateway &&
                !memchr(name.data, 0, name.len) && !*request->gateway;
    if (!fits) {
        return error_set(e, ERR_REJECT, "'gateway' is not one name of 1 to 128 bytes");
    }
    memcpy(request->gateway, name.data, name.len);
    return ERR_OK;
}

enum err submit_parse(struct bytes body, struct submit_request *ret_request,
                      struct error *e)
{
    struct cursor cursor = cursor_of(body);
    memset(ret_request->gateway, 0, sizeof ret_request->gateway);
    ret_request->count = 0;
    while (cursor.rest.len > 0) {
        uint64_t tag = cursor_varint(&cursor);
        struct bytes field = cursor_string(&cursor);
        if (cursor.failed || (tag != TAG_GATEWAY && tag != TAG_ENVELOPE)) {
            return not_a_request(e);
        }
        if (tag == TAG_GATEWAY) {
            if (take_gateway(field, ret_request, e) != ERR_OK) {
                return ERR_REJECT;
            }
        } else if (ret_request->count == SUBMIT_ENVELOPES_MAX) {
            return error_set(e, ERR_FULL, "more than %d envelopes", SUBMIT_ENVELOPES_MAX);
        } else {
            ret_request->envelopes[ret_request->count++] = field;
        }
    }
    return *ret_request->gateway ? ERR_OK : not_a_request(e);
}

enum err submit_read(const struct submit_request *request, const struct sender *sender,
                     struct arena *scratch, struct arena *kept,
                     struct arrival *ret_arrivals, struct error *e)
{
    for (size_t i = 0; i < request->count; i++) {
        if (arrival_read(request->envelopes[i], sender, scratch, kept, &ret_arrivals[i],
                         e) != ERR_OK) {
            return error_wrap(e, "envelope %zu", i);
        }
    }
    return ERR_OK;
}

static Emgate__V1__Verdict wire_verdict(enum verdict verdict)
{
    switch (verdict) {
    case VERDICT_STORED:
        return EMGATE__V1__VERDICT__VERDICT_STORED;
    case VERDICT_CONFLICT:
        return EMGATE__V1__VERDICT__VERDICT_CONFLICT;
    case VERDICT_REFUSED:
        return EMGATE__V1__VERDICT__VERDICT_REFUSED;
    case VERDICT_LATER:
        return EMGATE__V1__VERDICT__VERDICT_LATER;
    }
    UNREACHABLE();
}

/* protobuf-c wants changeable texts; it does not change them. */
static void put_receipt(const struct arrival *arrival, const struct receipt_giver *giver,
                        struct buf *out)
{
    char id[129];
    char reason[REASON_MAX];
    uint8_t key[KEY_LEN];
    uint8_t packed[RECEIPT_MAX];
    uint8_t signature[KEY_SIGNATURE_LEN];
    snprintf(id, sizeof id, "%s", giver->registry);
    snprintf(reason, sizeof reason, "%s", arrival->judgement.reason);
    memcpy(key, arrival->key, KEY_LEN);
    Emgate__V1__Receipt receipt;
    emgate__v1__receipt__init(&receipt);
    receipt.key = (ProtobufCBinaryData){.data = key, .len = KEY_LEN};
    receipt.verdict = wire_verdict(arrival->judgement.verdict);
    receipt.reason = reason;
    receipt.registry = id;
    if (arrival->judgement.verdict == VERDICT_STORED) {
        receipt.stored_ns = arrival->judgement.stored_ns;
    }
    if (giver->signer) {
        receipt_sign(&receipt, giver->signer, signature);
    }
    ASSERT(emgate__v1__receipt__get_packed_size(&receipt) <= sizeof packed);
    size_t len = emgate__v1__receipt__pack(&receipt, packed);
    buf_add_byte(out, TAG_RECEIPT);
    buf_add_string(out, (struct bytes){.data = packed, .len = len});
}

void submit_put_receipts(const struct arrival *arrivals, size_t count,
                         const struct receipt_giver *giver, struct buf *out)
{
    for (size_t i = 0; i < count; i++) {
        put_receipt(&arrivals[i], giver, out);
    }
}
