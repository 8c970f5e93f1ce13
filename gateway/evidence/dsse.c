/* SPDX-License-Identifier: Apache-2.0 */
/* DSSE's pre-authentication encoding, and envelopes. */
#include "evidence/dsse.h"

#include "core/buf.h"
#include "envelope.pb-c.h"

#define PAIRS_MAX 4

static void encode(const char *type, struct bytes payload, struct buf *out)
{
    buf_init(out, payload.len + strlen(type) + 64);
    buf_print(out, "DSSEv1 %zu %s %zu ", strlen(type), type, payload.len);
    buf_add(out, payload);
    ASSERT(!out->overflow);
}

void dsse_sign(const struct key_pair *pair, const char *type, struct bytes payload,
               uint8_t ret_signature[KEY_SIGNATURE_LEN])
{
    struct buf text;
    encode(type, payload, &text);
    key_sign(pair, buf_bytes(&text), ret_signature);
    buf_deinit(&text);
}

bool dsse_verify(const struct key_public *key, const char *type, struct bytes payload,
                 struct bytes signature)
{
    struct buf text;
    encode(type, payload, &text);
    bool holds = key_verify(key, buf_bytes(&text), signature);
    buf_deinit(&text);
    return holds;
}

struct bytes dsse_envelope(const char *type, struct bytes payload,
                           const struct key_pair *const *pairs, size_t pair_count,
                           struct arena *arena)
{
    Emgate__V1__Envelope envelope;
    Emgate__V1__Signature signatures[PAIRS_MAX];
    Emgate__V1__Signature *list[PAIRS_MAX];
    uint8_t bytes[PAIRS_MAX][KEY_SIGNATURE_LEN];
    ASSERT(pair_count <= PAIRS_MAX);
    emgate__v1__envelope__init(&envelope);
    for (size_t i = 0; i < pair_count; i++) {
        dsse_sign(pairs[i], type, payload, bytes[i]);
        emgate__v1__signature__init(&signatures[i]);
        signatures[i].key_id = (char *)(uintptr_t)key_get_public(pairs[i])->id;
        signatures[i].signature =
            (ProtobufCBinaryData){.data = bytes[i], .len = KEY_SIGNATURE_LEN};
        list[i] = &signatures[i];
    }
    envelope.payload_type = (char *)(uintptr_t)type;
    envelope.payload.data = (uint8_t *)(uintptr_t)payload.data;
    envelope.payload.len = payload.len;
    envelope.signatures = list;
    envelope.n_signatures = pair_count;
    size_t len = emgate__v1__envelope__get_packed_size(&envelope);
    uint8_t *packed = arena_take(arena, len, 1);
    if (packed) {
        emgate__v1__envelope__pack(&envelope, packed);
    }
    return (struct bytes){.data = packed, .len = packed ? len : 0};
}
