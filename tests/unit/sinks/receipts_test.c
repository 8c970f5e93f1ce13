/* SPDX-License-Identifier: Apache-2.0 */
#include "sinks/receipts.h"

#include <criterion/criterion.h>

/* An item whose key is 32 times this byte. */
static struct sink_item item_of(uint8_t byte)
{
    struct sink_item item = {0};
    memset(item.key, byte, SINK_KEY_LEN);
    return item;
}

/* A receipt for that key: 0a <len> 0a 20 <key> [10 <verdict>]. */
static size_t put(uint8_t *at, uint8_t byte, uint8_t verdict)
{
    size_t len = verdict ? 36 : 34;
    at[0] = 0x0a;
    at[1] = (uint8_t)len;
    at[2] = 0x0a;
    at[3] = 0x20;
    memset(at + 4, byte, 32);
    at[36] = 0x10;
    at[37] = verdict;
    return len + 2;
}

static enum err apply(const uint8_t *data, size_t len, struct sink_item *items,
                      size_t count, struct error *e)
{
    struct arena arena;
    arena_init(&arena, 65536);
    enum err err =
        receipts_apply((struct bytes){.data = data, .len = len}, &arena, items, count, e);
    arena_deinit(&arena);
    return err;
}

Test(receipts, only_the_very_key_counts_as_stored)
{
    uint8_t data[256];
    size_t len = put(data, 'b', 0);
    struct sink_item items[] = {item_of('a'), item_of('b')};
    struct error e = {0};

    cr_assert_eq(apply(data, len, items, 2, &e), ERR_OK);

    cr_assert_eq(items[0].result, ERR_UNCERTAIN);
    cr_assert_eq(items[1].result, ERR_OK);
    cr_assert_eq(items[1].receipt.data, data + 2);
    cr_assert_eq(items[1].receipt.len, 34);
}

Test(receipts, an_empty_receipt_is_not_stored_although_zero_means_it)
{
    static const uint8_t empty[] = {0x0a, 0x00};
    struct sink_item item = item_of('a');
    struct error e = {0};

    cr_assert_eq(apply(empty, sizeof empty, &item, 1, &e), ERR_OK);

    cr_assert_eq(item.result, ERR_UNCERTAIN);
}

Test(receipts, each_verdict_has_its_consequence)
{
    static const enum err wanted[] = {ERR_OK, ERR_REJECT, ERR_REJECT, ERR_RETRY,
                                      ERR_UNCERTAIN};
    for (uint8_t verdict = 0; verdict < 5; verdict++) {
        uint8_t data[256];
        size_t len = put(data, 'a', verdict);
        struct sink_item item = item_of('a');
        struct error e = {0};
        cr_assert_eq(apply(data, len, &item, 1, &e), ERR_OK);
        cr_assert_eq(item.result, wanted[verdict], "verdict %u", verdict);
    }
}

Test(receipts, cut_anywhere_is_uncertain_never_stored)
{
    uint8_t data[256];
    size_t len = put(data, 'a', 0);
    for (size_t cut = 1; cut < len; cut++) {
        struct sink_item item = item_of('a');
        struct error e = {0};
        cr_assert_eq(apply(data, cut, &item, 1, &e), ERR_UNCERTAIN, "cut at %zu", cut);
        cr_assert_eq(item.result, ERR_UNCERTAIN, "cut at %zu", cut);
    }
}
