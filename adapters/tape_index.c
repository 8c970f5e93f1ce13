/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Members of an object by key: the check for duplicates and the look-up.
 *
 * Few members are compared one with another.  Many are hashed into an index that the
 * look-up uses later.  Whoever chooses keys that collide exhausts a budget of probes;
 * then the members are sorted instead, so no choice of keys costs more than
 * n log n, and the sorted order becomes the index.
 */
#include "tape.h"

#include "core/check.h"
#include "core/number.h"

#define PROBES_PER_MEMBER 8

static uint32_t key_hash(struct bytes key)
{
    uint32_t hash = 2166136261U;
    for (size_t i = 0; i < key.len; i++) {
        hash = (hash ^ key.data[i]) * 16777619U;
    }
    return hash ^ hash >> 15;
}

/* Shorter keys first: cheap, and any total order serves. */
static int key_order(const struct tape *tape, uint32_t a, uint32_t b)
{
    const struct tape_item *left = &tape->items[a];
    const struct tape_item *right = &tape->items[b];
    if (left->key_len != right->key_len) {
        return left->key_len < right->key_len ? -1 : 1;
    }
    return left->key_len ? memcmp(left->key, right->key, left->key_len) : 0;
}

static enum err duplicate(const struct tape *tape, uint32_t at, struct error *e)
{
    struct bytes key = bytes_slice(tape_key(tape, at), 0, 64);
    return error_reason(e, ERR_REJECT, "duplicate_key", "key '%.*s' is given twice",
                        BYTES_ARG(key));
}

static enum err compare_all(const struct tape *tape, uint32_t at, struct error *e)
{
    uint32_t end = tape->items[at].next;
    for (uint32_t i = at + 1; i < end; i = tape->items[i].next) {
        for (uint32_t j = tape->items[i].next; j < end; j = tape->items[j].next) {
            if (bytes_equal(tape_key(tape, i), tape_key(tape, j))) {
                return duplicate(tape, j, e);
            }
        }
    }
    return ERR_OK;
}

static uint32_t slots_for(uint32_t count)
{
    uint32_t slots = 32;
    while (slots < count * 2) {
        slots *= 2;
    }
    return slots;
}

/* Fills the slots.  False when the budget of probes is used up, or with
 * `*ret_duplicate` set when a key came twice. */
static bool hash_members(const struct tape *tape, uint32_t at, uint32_t *slots,
                         uint32_t slot_count, uint32_t *ret_duplicate)
{
    uint64_t budget = (uint64_t)tape->items[at].count * PROBES_PER_MEMBER;
    uint32_t end = tape->items[at].next;
    for (uint32_t i = at + 1; i < end; i = tape->items[i].next) {
        uint32_t slot = key_hash(tape_key(tape, i)) & (slot_count - 1);
        for (; slots[slot]; slot = (slot + 1) & (slot_count - 1)) {
            if (key_order(tape, slots[slot], i) == 0) {
                *ret_duplicate = i;
                return false;
            }
            if (budget-- == 0) {
                return false;
            }
        }
        slots[slot] = i;
    }
    return true;
}

/* One pass of a merge sort: joins runs of `width` members from `from` into `to`. */
static void merge_runs(const struct tape *tape, const uint32_t *from, uint32_t *to,
                       uint32_t count, uint32_t width)
{
    for (uint32_t start = 0; start < count; start += 2 * width) {
        uint32_t middle = count - start > width ? start + width : count;
        uint32_t end = count - middle > width ? middle + width : count;
        uint32_t left = start;
        uint32_t right = middle;
        for (uint32_t i = start; i < end; i++) {
            bool from_left =
                left < middle &&
                (right == end || key_order(tape, from[left], from[right]) <= 0);
            to[i] = from_left ? from[left++] : from[right++];
        }
    }
}

/* The members in order of their keys, in `members` or `spare`. */
static const uint32_t *sort_members(const struct tape *tape, uint32_t at,
                                    uint32_t *members, uint32_t *spare)
{
    uint32_t count = tape->items[at].count;
    uint32_t end = tape->items[at].next;
    uint32_t n = 0;
    for (uint32_t i = at + 1; i < end; i = tape->items[i].next) {
        members[n++] = i;
    }
    ASSERT(n == count);
    for (uint32_t width = 1; width < count; width *= 2) {
        merge_runs(tape, members, spare, count, width);
        uint32_t *sorted = spare;
        spare = members;
        members = sorted;
    }
    return members;
}

static enum err no_room(struct error *e)
{
    return error_reason(e, ERR_REJECT, "too_large", "no room for an index of its keys");
}

static enum err index_by_order(struct tape *tape, uint32_t at, uint32_t *members,
                               struct arena *arena, struct error *e)
{
    struct tape_item *item = &tape->items[at];
    uint32_t *spare = arena_take(arena, item->count, sizeof *spare);
    if (!spare) {
        return no_room(e);
    }
    const uint32_t *sorted = sort_members(tape, at, members, spare);
    for (uint32_t i = 1; i < item->count; i++) {
        if (key_order(tape, sorted[i - 1], sorted[i]) == 0) {
            return duplicate(tape, sorted[i], e);
        }
    }
    item->index = sorted;
    item->len = item->count;
    item->sorted = true;
    return ERR_OK;
}

enum err tape_index_object(struct tape *tape, uint32_t at, struct arena *arena,
                           struct error *e)
{
    struct tape_item *item = &tape->items[at];
    if (item->count <= TAPE_INDEX_FROM) {
        return compare_all(tape, at, e);
    }
    uint32_t slot_count = slots_for(item->count);
    uint32_t *slots = arena_take(arena, slot_count, sizeof *slots);
    if (!slots) {
        return no_room(e);
    }
    uint32_t twice = TAPE_NONE;
    if (hash_members(tape, at, slots, slot_count, &twice)) {
        item->index = slots;
        item->len = slot_count;
        return ERR_OK;
    }
    if (twice != TAPE_NONE) {
        return duplicate(tape, twice, e);
    }
    return index_by_order(tape, at, slots, arena, e);
}

static uint32_t find_hashed(const struct tape *tape, const struct tape_item *object,
                            struct bytes key)
{
    uint32_t mask = object->len - 1;
    uint32_t slot = key_hash(key) & mask;
    for (; object->index[slot]; slot = (slot + 1) & mask) {
        if (bytes_equal(tape_key(tape, object->index[slot]), key)) {
            return object->index[slot];
        }
    }
    return TAPE_NONE;
}

static uint32_t find_sorted(const struct tape *tape, const struct tape_item *object,
                            struct bytes key)
{
    uint32_t low = 0;
    uint32_t high = object->len;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        struct bytes here = tape_key(tape, object->index[middle]);
        int order = here.len == key.len ? bytes_compare(here, key)
                                        : (here.len < key.len ? -1 : 1);
        if (order == 0) {
            return object->index[middle];
        }
        low = order < 0 ? middle + 1 : low;
        high = order < 0 ? high : middle;
    }
    return TAPE_NONE;
}

uint32_t tape_find(const struct tape *tape, uint32_t at, struct bytes key)
{
    const struct tape_item *object = &tape->items[at];
    if (object->kind != TAPE_OBJECT) {
        return TAPE_NONE;
    }
    if (object->index) {
        return object->sorted ? find_sorted(tape, object, key)
                              : find_hashed(tape, object, key);
    }
    for (uint32_t i = at + 1; i < object->next; i = tape->items[i].next) {
        if (bytes_equal(tape_key(tape, i), key)) {
            return i;
        }
    }
    return TAPE_NONE;
}

uint32_t tape_element(struct tape *tape, uint32_t at, uint32_t position)
{
    struct tape_item *array = &tape->items[at];
    if (array->kind != TAPE_ARRAY || position >= array->count) {
        return TAPE_NONE;
    }
    uint32_t here = 0;
    uint32_t i = at + 1;
    if (array->last.item && array->last.at <= position) {
        here = array->last.at;
        i = array->last.item;
    }
    for (; here < position; here++) {
        i = tape->items[i].next;
    }
    array->last.at = position;
    array->last.item = i;
    return i;
}

uint32_t tape_position(struct bytes text)
{
    uint64_t position = 0;
    bool leading = text.len > 1 && text.data[0] == '0';
    if (text.len == 0 || text.data[0] < '0' || leading ||
        !number_parse_u64(text, &position) || position >= TAPE_NONE) {
        return TAPE_NONE;
    }
    return (uint32_t)position;
}
