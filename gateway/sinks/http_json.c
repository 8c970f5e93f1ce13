/* SPDX-License-Identifier: Apache-2.0 */
/* Summaries to JSON, receipts back. */
#include "sinks/http_json.h"

#include "core/json_writer.h"
#include "envelope.pb-c.h"
#include "model/proto_arena.h"
#include "model/summary_json.h"
#include "registry.pb-c.h"

#include <jansson.h>
#include <sodium.h>
#include <stdio.h>

#define TAG_RECEIPT 0x0a
#define SIGNATURE_MAX 128
#define TEXT_MAX 512
#define PACKED_MAX 2048

/* ---- a post ---- */

static void put_base64(struct json_writer *writer, struct bytes bytes,
                       struct arena *arena)
{
    size_t size = sodium_base64_encoded_len(bytes.len, sodium_base64_VARIANT_ORIGINAL);
    char *text = arena_take(arena, size, 1);
    if (text) {
        sodium_bin2base64(text, size, bytes.data, bytes.len,
                          sodium_base64_VARIANT_ORIGINAL);
        json_pair(writer, "envelope", text);
    }
}

/* Writes the summary where the envelope holds one. */
static void put_summary(struct json_writer *writer, struct bytes bytes,
                        struct arena *arena)
{
    struct error e;
    struct buf text;
    ProtobufCAllocator allocator = proto_arena(arena);
    const Emgate__V1__Envelope *envelope =
        emgate__v1__envelope__unpack(&allocator, bytes.len, bytes.data);
    if (!envelope) {
        return;
    }
    buf_init(&text, writer->out->max);
    struct json_writer summary = json_writer_of(&text);
    struct bytes payload = {envelope->payload.data, envelope->payload.len};
    if (summary_json_put(payload, arena, &summary, &e) == ERR_OK && !text.overflow) {
        json_key(writer, "summary");
        buf_add(writer->out, buf_bytes(&text));
        writer->comma = true;
    }
    buf_deinit(&text);
}

void http_json_put(const char *gateway, const struct sink_item *items, size_t count,
                   struct arena *arena, struct buf *out)
{
    struct json_writer writer = json_writer_of(out);
    json_open(&writer, '{');
    json_pair(&writer, "gateway", gateway);
    json_key(&writer, "summaries");
    json_open(&writer, '[');
    for (size_t i = 0; i < count; i++) {
        arena_reset(arena);
        json_open(&writer, '{');
        json_key(&writer, "key");
        json_hex(&writer, (struct bytes){items[i].key, SINK_KEY_LEN});
        put_base64(&writer, items[i].envelope, arena);
        put_summary(&writer, items[i].envelope, arena);
        json_close(&writer, '}');
    }
    json_close(&writer, ']');
    json_close(&writer, '}');
}

/* ---- the answer ---- */

static bool read_verdict(const json_t *value, Emgate__V1__Verdict *ret_verdict)
{
    static const char *const words[] = {"stored", "conflict", "refused", "later"};
    const char *text = json_string_value(value);
    for (int i = 0; text && i < 4; i++) {
        if (strcmp(text, words[i]) == 0) {
            *ret_verdict = (Emgate__V1__Verdict)i;
            return true;
        }
    }
    return false;
}

/* protobuf-c wants changeable texts; it does not change them. */
static char *text_of(const json_t *object, const char *key, char text[TEXT_MAX])
{
    const char *value = json_string_value(json_object_get(object, key));
    snprintf(text, TEXT_MAX, "%s", value ? value : "");
    return text;
}

static bool read_receipt(const json_t *object, struct buf *out)
{
    char texts[3][TEXT_MAX];
    uint8_t key[SINK_KEY_LEN];
    uint8_t signature[SIGNATURE_MAX];
    uint8_t packed[PACKED_MAX];
    Emgate__V1__Receipt receipt;
    emgate__v1__receipt__init(&receipt);
    const char *hex = json_string_value(json_object_get(object, "key"));
    const char *base64 = json_string_value(json_object_get(object, "signature"));
    if (!hex || !read_verdict(json_object_get(object, "verdict"), &receipt.verdict) ||
        sodium_hex2bin(key, sizeof key, hex, strlen(hex), NULL, &receipt.key.len, NULL) !=
            0) {
        return false;
    }
    if (base64 && sodium_base642bin(signature, sizeof signature, base64, strlen(base64),
                                    NULL, &receipt.signature.len, NULL,
                                    sodium_base64_VARIANT_ORIGINAL) != 0) {
        return false;
    }
    receipt.key.data = key;
    receipt.signature.data = signature;
    receipt.reason = text_of(object, "reason", texts[0]);
    receipt.registry = text_of(object, "registry", texts[1]);
    receipt.key_id = text_of(object, "key_id", texts[2]);
    receipt.stored_ns = json_integer_value(json_object_get(object, "stored_ns"));
    ASSERT(emgate__v1__receipt__get_packed_size(&receipt) <= sizeof packed);
    size_t len = emgate__v1__receipt__pack(&receipt, packed);
    buf_add_byte(out, TAG_RECEIPT);
    buf_add_string(out, (struct bytes){packed, len});
    return true;
}

enum err http_json_read(struct bytes json, struct buf *out, struct error *e)
{
    if (json.len == 0) {
        return ERR_OK; /* without any, as in protobuf */
    }
    json_t *body = json_loadb((const char *)json.data, json.len, 0, NULL);
    const json_t *list = json_object_get(body, "receipts");
    bool good = json_is_array(list);
    for (size_t i = 0; good && i < json_array_size(list); i++) {
        good = read_receipt(json_array_get(list, i), out);
    }
    json_decref(body);
    return good && !out->overflow
               ? ERR_OK
               : error_set(e, ERR_UNCERTAIN, "the answer is no list of receipts");
}
