/* SPDX-License-Identifier: Apache-2.0 */
/* Signatures of receipts. */
#include "evidence/receipt.h"

#include "core/buf.h"
#include "model/proto_arena.h"

#define TEXT_MAX 4096
#define ARENA_SIZE (16U << 10)

static void put_text(const Emgate__V1__Receipt *r, struct buf *out)
{
    buf_init(out, TEXT_MAX);
    buf_print(out, "emgate receipt v1\nregistry %s\nkey ", r->registry);
    for (size_t i = 0; i < r->key.len; i++) {
        buf_print(out, "%02x", r->key.data[i]);
    }
    buf_print(out, "\nverdict %d\nstored %lld\nreason %s\n", (int)r->verdict,
              (long long)r->stored_ns, r->reason);
}

void receipt_sign(Emgate__V1__Receipt *receipt, const struct key_pair *pair,
                  uint8_t signature[KEY_SIGNATURE_LEN])
{
    struct buf text;
    put_text(receipt, &text);
    ASSERT(!text.overflow);
    dsse_sign(pair, DSSE_RECEIPT, buf_bytes(&text), signature);
    receipt->signature =
        (ProtobufCBinaryData){.data = signature, .len = KEY_SIGNATURE_LEN};
    receipt->key_id = (char *)(uintptr_t)key_get_public(pair)->id;
    buf_deinit(&text);
}

bool receipt_holds(const Emgate__V1__Receipt *r, const struct key_public *key)
{
    struct buf text;
    put_text(r, &text);
    struct bytes signature = {.data = r->signature.data, .len = r->signature.len};
    bool holds =
        !text.overflow && dsse_verify(key, DSSE_RECEIPT, buf_bytes(&text), signature);
    buf_deinit(&text);
    return holds;
}

bool receipt_bytes_hold(struct bytes receipt, const struct key_public *key)
{
    struct arena arena;
    arena_init(&arena, ARENA_SIZE);
    ProtobufCAllocator allocator = proto_arena(&arena);
    const Emgate__V1__Receipt *r =
        emgate__v1__receipt__unpack(&allocator, receipt.len, receipt.data);
    bool holds = r && receipt_holds(r, key);
    arena_deinit(&arena);
    return holds;
}
