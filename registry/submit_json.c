/* SPDX-License-Identifier: Apache-2.0 */
/* JSON to SubmitRequest and SubmitResponse to JSON. */
#include "registry/submit_json.h"

#include "core/json_writer.h"
#include "core/mem.h"
#include "registry.pb-c.h"

#include <jansson.h>
#include <sodium.h>

#define TAG_GATEWAY 0x0a
#define TAG_ENVELOPE 0x12
#define BASE64_MAX 256

/* ---- the request ---- */

static bool put_envelope(const json_t *item, struct buf *out)
{
    const json_t *value = json_object_get(item, "envelope");
    const char *text = json_string_value(value);
    size_t text_len = json_string_length(value);
    size_t len = 0;
    if (!text) {
        return false;
    }
    uint8_t *bytes = mem_array(text_len / 4 * 3 + 3, 1);
    bool good = sodium_base642bin(bytes, text_len / 4 * 3 + 3, text, text_len, NULL, &len,
                                  NULL, sodium_base64_VARIANT_ORIGINAL) == 0;
    if (good) {
        buf_add_byte(out, TAG_ENVELOPE);
        buf_add_string(out, (struct bytes){bytes, len});
    }
    mem_free(&bytes);
    return good;
}

static bool put_request(const json_t *body, struct buf *out)
{
    const json_t *gateway = json_object_get(body, "gateway");
    const json_t *list = json_object_get(body, "summaries");
    if (!json_is_string(gateway) || !json_is_array(list)) {
        return false;
    }
    buf_add_byte(out, TAG_GATEWAY);
    buf_add_string(out, (struct bytes){(const uint8_t *)json_string_value(gateway),
                                       json_string_length(gateway)});
    for (size_t i = 0; i < json_array_size(list); i++) {
        if (!put_envelope(json_array_get(list, i), out)) {
            return false;
        }
    }
    return true;
}

enum err submit_json_read(struct bytes json, struct buf *out, struct error *e)
{
    json_t *body =
        json_loadb((const char *)json.data, json.len, JSON_REJECT_DUPLICATES, NULL);
    bool good = put_request(body, out);
    json_decref(body);
    if (!good) {
        return error_set(e, ERR_REJECT,
                         "want a JSON object with 'gateway' and 'summaries', each of "
                         "these with its 'envelope' in base64");
    }
    return out->overflow ? error_set(e, ERR_FULL, "the body is too long") : ERR_OK;
}

/* ---- the answer ---- */

static const char *verdict_word(Emgate__V1__Verdict verdict)
{
    switch (verdict) {
    case EMGATE__V1__VERDICT__VERDICT_STORED:
        return "stored";
    case EMGATE__V1__VERDICT__VERDICT_CONFLICT:
        return "conflict";
    case EMGATE__V1__VERDICT__VERDICT_REFUSED:
        return "refused";
    case EMGATE__V1__VERDICT__VERDICT_LATER:
    case _EMGATE__V1__VERDICT_IS_INT_SIZE:
        return "later";
    }
    UNREACHABLE();
}

static void put_receipt(const Emgate__V1__Receipt *receipt, struct json_writer *writer)
{
    char base64[BASE64_MAX];
    json_open(writer, '{');
    json_key(writer, "key");
    json_hex(writer, (struct bytes){receipt->key.data, receipt->key.len});
    json_pair(writer, "verdict", verdict_word(receipt->verdict));
    json_pair(writer, "reason", receipt->reason);
    json_key(writer, "stored_ns");
    json_i64(writer, receipt->stored_ns);
    json_pair(writer, "registry", receipt->registry);
    if (receipt->signature.len > 0) {
        sodium_bin2base64(base64, sizeof base64, receipt->signature.data,
                          receipt->signature.len, sodium_base64_VARIANT_ORIGINAL);
        json_pair(writer, "signature", base64);
        json_pair(writer, "key_id", receipt->key_id);
    }
    json_close(writer, '}');
}

void submit_json_put(struct bytes response, struct buf *out)
{
    struct json_writer writer = json_writer_of(out);
    Emgate__V1__SubmitResponse *receipts =
        emgate__v1__submit_response__unpack(NULL, response.len, response.data);
    ASSERT(receipts); /* we have made it */
    json_open(&writer, '{');
    json_key(&writer, "receipts");
    json_open(&writer, '[');
    for (size_t i = 0; i < receipts->n_receipts; i++) {
        put_receipt(receipts->receipts[i], &writer);
    }
    json_close(&writer, ']');
    json_close(&writer, '}');
    emgate__v1__submit_response__free_unpacked(receipts, NULL);
}
