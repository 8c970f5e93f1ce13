/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The response is cut into receipts by hand, so that each is kept as the registry
 * wrote (and later signs) it.
 *
 *     SubmitResponse: (0x0a length Receipt)*
 */
#include "sinks/receipts.h"

#include "core/buf.h"
#include "model/proto_arena.h"
#include "registry.pb-c.h"

#define TAG_RECEIPT 0x0a
#define REASON_MAX 200

static struct sink_item *find_item(struct sink_item *items, size_t count,
                                   const ProtobufCBinaryData *key)
{
    if (key->len != SINK_KEY_LEN) {
        return NULL;
    }
    for (size_t i = 0; i < count; i++) {
        if (memcmp(items[i].key, key->data, SINK_KEY_LEN) == 0) {
            return &items[i];
        }
    }
    return NULL;
}

static enum err judge(const Emgate__V1__Receipt *receipt, struct error *e)
{
    const char *reason = *receipt->reason ? receipt->reason : "no reason given";
    switch (receipt->verdict) {
    case EMGATE__V1__VERDICT__VERDICT_STORED:
        return ERR_OK;
    case EMGATE__V1__VERDICT__VERDICT_CONFLICT:
        return error_reason(e, ERR_REJECT, "conflict",
                            "ALARM: the registry holds another summary for this process, "
                            "window and revision: %.*s",
                            REASON_MAX, reason);
    case EMGATE__V1__VERDICT__VERDICT_REFUSED:
        return error_reason(e, ERR_REJECT, "refused", "the registry refuses it: %.*s",
                            REASON_MAX, reason);
    case EMGATE__V1__VERDICT__VERDICT_LATER:
        return error_reason(e, ERR_RETRY, "later", "the registry says later: %.*s",
                            REASON_MAX, reason);
    case _EMGATE__V1__VERDICT_IS_INT_SIZE:
        break;
    }
    return error_set(e, ERR_UNCERTAIN, "a receipt with the unknown verdict %d",
                     (int)receipt->verdict);
}

static enum err take_receipt(struct bytes raw, struct arena *arena,
                             struct sink_item *items, size_t count, struct error *e)
{
    arena_reset(arena);
    ProtobufCAllocator allocator = proto_arena(arena);
    const Emgate__V1__Receipt *receipt =
        emgate__v1__receipt__unpack(&allocator, raw.len, raw.data);
    if (!receipt) {
        return error_set(e, ERR_UNCERTAIN,
                         "the answer holds a receipt that can't be read");
    }
    struct sink_item *item = find_item(items, count, &receipt->key);
    if (item && item->receipt.len == 0) {
        item->result = judge(receipt, &item->error);
        item->receipt = raw;
    }
    return ERR_OK;
}

/* Nothing is known of an item until its receipt is there. */
static void expect_receipts(struct sink_item *items, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        items[i].result =
            error_set(&items[i].error, ERR_UNCERTAIN, "the answer has no receipt for it");
        items[i].receipt = (struct bytes){0};
    }
}

enum err receipts_apply(struct bytes response, struct arena *arena,
                        struct sink_item *items, size_t count, struct error *e)
{
    struct cursor cursor = cursor_of(response);
    expect_receipts(items, count);
    while (cursor.rest.len > 0 && !cursor.failed) {
        uint64_t tag = cursor_varint(&cursor);
        struct bytes raw = cursor_string(&cursor);
        if (cursor.failed || tag != TAG_RECEIPT) {
            break;
        }
        if (take_receipt(raw, arena, items, count, e) != ERR_OK) {
            return ERR_UNCERTAIN;
        }
    }
    if (cursor.failed || cursor.rest.len > 0) {
        return error_set(e, ERR_UNCERTAIN, "the answer is no list of receipts");
    }
    return ERR_OK;
}
