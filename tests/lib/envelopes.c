/* SPDX-License-Identifier: Apache-2.0 */
#include "envelopes.h"

#include "core/check.h"
#include "envelope.pb-c.h"
#include "summary.pb-c.h"

#include <sodium.h>
#include <stdio.h>

#define PAYLOAD_TYPE "application/vnd.emgate.summary.v1+protobuf"

/* protobuf-c wants changeable texts. */
static char *copy(struct arena *arena, const char *text)
{
    char *to = arena_take(arena, strlen(text) + 1, 1);
    ASSERT(to);
    memcpy(to, text, strlen(text));
    return to;
}

static Emgate__V1__Quantity *quantity(struct arena *arena, double value, const char *unit)
{
    Emgate__V1__Quantity *q = arena_new(arena, Emgate__V1__Quantity);
    ASSERT(q);
    emgate__v1__quantity__init(q);
    q->known_case = EMGATE__V1__QUANTITY__KNOWN_VALUE;
    q->value = value;
    q->unit = copy(arena, unit);
    return q;
}

static struct bytes pack(const ProtobufCMessage *message, struct arena *arena)
{
    size_t len = protobuf_c_message_get_packed_size(message);
    uint8_t *data = arena_take(arena, len, 1);
    ASSERT(data);
    protobuf_c_message_pack(message, data);
    return (struct bytes){.data = data, .len = len};
}

static struct bytes make_summary(const struct envelope_facts *facts, struct arena *arena)
{
    Emgate__V1__Summary s;
    emgate__v1__summary__init(&s);
    Emgate__V1__Attribution attribution;
    emgate__v1__attribution__init(&attribution);
    Emgate__V1__DataQuality quality;
    emgate__v1__data_quality__init(&quality);
    Emgate__V1__Provenance provenance;
    emgate__v1__provenance__init(&provenance);
    uint8_t supersedes[32];
    uint8_t previous[32];
    uint8_t root[32] = {facts->tree_mark};
    s.gateway = copy(arena, facts->gateway);
    s.operator_ = copy(arena, facts->operator_id);
    s.installation = copy(arena, facts->installation);
    s.process = copy(arena, facts->process);
    s.time_zone = copy(arena, facts->time_zone);
    s.country = copy(arena, facts->country ? facts->country : "");
    s.sector = copy(arena, facts->sector ? facts->sector : "");
    s.category = copy(arena, facts->category ? facts->category : "");
    s.window_start_ns = facts->start_ns;
    s.window_end_ns = facts->end_ns;
    s.revision = facts->revision;
    attribution.attributed_direct = quantity(arena, facts->direct, "t CO2e");
    s.attribution = &attribution;
    s.activity_level = quantity(arena, 120, "t");
    quality.coverage = 1;
    quality.complete = true;
    s.quality = &quality;
    if (facts->supersedes) {
        memcpy(supersedes, facts->supersedes, sizeof supersedes);
        provenance.supersedes.data = supersedes;
        provenance.supersedes.len = sizeof supersedes;
        s.provenance = &provenance;
    }
    if (facts->previous) {
        memcpy(previous, facts->previous, sizeof previous);
        provenance.previous = (ProtobufCBinaryData){sizeof previous, previous};
        s.provenance = &provenance;
    }
    if (facts->tree_size > 0) {
        provenance.tree_size = facts->tree_size;
        provenance.tree_root = (ProtobufCBinaryData){sizeof root, root};
        s.provenance = &provenance;
    }
    return pack(&s.base, arena);
}

/* DSSE's pre-authentication encoding, then Ed25519. */
static void sign(struct bytes payload, const uint8_t *secret_key, struct arena *arena,
                 uint8_t signature[crypto_sign_BYTES])
{
    struct bytes text = arena_print(arena, "DSSEv1 %zu %s %zu ", strlen(PAYLOAD_TYPE),
                                    PAYLOAD_TYPE, payload.len);
    uint8_t *all = arena_take(arena, text.len + payload.len, 1);
    ASSERT(all);
    memcpy(all, text.data, text.len);
    memcpy(all + text.len, payload.data, payload.len);
    crypto_sign_detached(signature, NULL, all, text.len + payload.len, secret_key);
}

struct bytes envelope_make(const struct envelope_facts *facts, struct arena *arena,
                           uint8_t ret_key[32])
{
    struct bytes payload = make_summary(facts, arena);
    crypto_hash_sha256(ret_key, payload.data, payload.len);
    uint8_t bytes[crypto_sign_BYTES];
    uint8_t *payload_data = arena_take(arena, payload.len, 1);
    ASSERT(payload_data);
    memcpy(payload_data, payload.data, payload.len);
    Emgate__V1__Signature signature;
    emgate__v1__signature__init(&signature);
    Emgate__V1__Signature *signatures[] = {&signature};
    Emgate__V1__Envelope envelope;
    emgate__v1__envelope__init(&envelope);
    envelope.payload_type = copy(arena, PAYLOAD_TYPE);
    envelope.payload = (ProtobufCBinaryData){.data = payload_data, .len = payload.len};
    if (facts->secret_key) {
        sign(payload, facts->secret_key, arena, bytes);
        signature.key_id = copy(arena, "0000000000000000");
        signature.signature = (ProtobufCBinaryData){.data = bytes, .len = sizeof bytes};
        envelope.signatures = signatures;
        envelope.n_signatures = 1;
    }
    return pack(&envelope.base, arena);
}
