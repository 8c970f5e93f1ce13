/* SPDX-License-Identifier: Apache-2.0 */
/* A list a summary, one receipt a registry, judged as a sink judges its answers. */
#include "rebuild_receipts.h"

#include "core/mem.h"
#include "model/proto_arena.h"
#include "registry.pb-c.h"
#include "sinks/receipts.h"

#define ARENA_SIZE 65536U
#define TAG_RECEIPT 0x0a
#define RECEIPT_MAX 8192U

/* The last receipt of each registry for one summary. */
struct given {
    struct buf receipt; /* as it stands in the journal */
    char *registry;
    struct given *next;
};

void rebuild_receipts_init(struct rebuild_receipts *receipts)
{
    table_init(&receipts->keys);
}

void rebuild_receipts_deinit(struct rebuild_receipts *receipts)
{
    for (size_t i = 0; i < receipts->keys.count; i++) {
        struct given *given = receipts->keys.entries[i].value;
        while (given) {
            struct given *next = given->next;
            buf_deinit(&given->receipt);
            mem_free(&given->registry);
            mem_free(&given);
            given = next;
        }
    }
    table_deinit(&receipts->keys);
}

static void keep(struct rebuild_receipts *receipts, struct bytes key,
                 const char *registry, struct bytes payload)
{
    struct given *first = table_find(&receipts->keys, key);
    struct given *given = first;
    while (given && strcmp(given->registry, registry) != 0) {
        given = given->next;
    }
    if (!given) {
        given = mem_new(struct given);
        given->registry = mem_text(bytes_of(registry));
        buf_init(&given->receipt, RECEIPT_MAX);
        given->next = first;
    } else {
        buf_clear(&given->receipt);
    }
    buf_add(&given->receipt, payload);
    if (given->next == first) {
        table_put(&receipts->keys, key, given);
    }
}

void rebuild_receipts_add(struct rebuild_receipts *receipts, struct bytes payload)
{
    struct arena arena;
    arena_init(&arena, ARENA_SIZE);
    ProtobufCAllocator allocator = proto_arena(&arena);
    const Emgate__V1__Receipt *receipt =
        emgate__v1__receipt__unpack(&allocator, payload.len, payload.data);
    if (receipt && receipt->key.len == OUTBOX_KEY_LEN && payload.len <= RECEIPT_MAX) {
        struct bytes key = {.data = receipt->key.data, .len = receipt->key.len};
        keep(receipts, key, receipt->registry, payload);
    }
    arena_deinit(&arena);
}

/* What the sink would have made of this receipt. */
static struct sink_item judge(struct bytes key, const struct given *given,
                              struct arena *arena)
{
    struct buf answer;
    struct error e;
    struct sink_item item = {0};
    memcpy(item.key, key.data, sizeof item.key);
    buf_init(&answer, RECEIPT_MAX + 16);
    buf_add_byte(&answer, TAG_RECEIPT);
    buf_add_string(&answer, buf_bytes(&given->receipt));
    if (receipts_apply(buf_bytes(&answer), arena, &item, 1, &e) != ERR_OK) {
        item.result = ERR_UNCERTAIN;
    }
    item.receipt = buf_bytes(&given->receipt);
    buf_deinit(&answer);
    return item;
}

static bool gives_receipts(const struct plan_sink *sink)
{
    return strcmp(sink->sink->name, "http") == 0 || strcmp(sink->sink->name, "mqtt") == 0;
}

static size_t count_sinks(const struct plan *plan)
{
    size_t count = 0;
    for (size_t i = 0; i < plan->sink_count; i++) {
        count += gives_receipts(&plan->sinks[i]) ? 1 : 0;
    }
    return count;
}

/* What is known of a summary: result UNCERTAIN: not enough. */
static struct sink_item verdict(struct bytes key, const struct given *given, size_t asked,
                                struct arena *arena)
{
    struct sink_item last = judge(key, given, arena);
    size_t stored = 0;
    if (asked == 1) {
        return last;
    }
    for (; given; given = given->next) {
        stored += judge(key, given, arena).result == ERR_OK ? 1 : 0;
    }
    last.result = stored >= asked ? ERR_OK : ERR_UNCERTAIN;
    return last;
}

static enum err settle(const struct plan *plan, struct outbox *outbox,
                       const struct sink_item *item, uint64_t *settled, struct error *e)
{
    enum err err = ERR_OK;
    struct outbox_settled row = {.key = item->key};
    if (item->result == ERR_REJECT) {
        row.error = item->error.text;
    } else if (item->result == ERR_OK) {
        row.receipt = item->receipt;
    } else {
        return ERR_OK;
    }
    for (size_t i = 0; err == ERR_OK && i < plan->sink_count; i++) {
        bool done = false;
        if (gives_receipts(&plan->sinks[i])) {
            row.sink = plan->sinks[i].id;
            err = outbox_settle(outbox, &row, &done, e);
            *settled += done ? 1 : 0;
        }
    }
    return err;
}

enum err rebuild_receipts_apply(const struct rebuild_receipts *receipts,
                                const struct plan *plan, struct outbox *outbox,
                                uint64_t *ret_settled, struct error *e)
{
    struct arena arena;
    size_t asked = count_sinks(plan);
    uint64_t settled = 0;
    enum err err = outbox_begin(outbox, e);
    if (err != ERR_OK) {
        return err;
    }
    arena_init(&arena, ARENA_SIZE);
    for (size_t i = 0; err == ERR_OK && asked > 0 && i < receipts->keys.count; i++) {
        const struct table_entry *entry = &receipts->keys.entries[i];
        struct sink_item item = verdict(entry->key, entry->value, asked, &arena);
        err = settle(plan, outbox, &item, &settled, e);
    }
    arena_deinit(&arena);
    if (err != ERR_OK) {
        outbox_rollback(outbox);
        return err;
    }
    *ret_settled = settled;
    err = outbox_commit(outbox, e);
    if (err != ERR_OK) {
        outbox_rollback(outbox);
    }
    return err;
}
