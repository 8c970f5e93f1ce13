/* SPDX-License-Identifier: Apache-2.0 */
/* Open addressing over an array of entries kept in order of insertion. */
#include "core/table.h"

#include "core/check.h"
#include "core/mem.h"

void table_init(struct table *table)
{
    *table = (struct table){0};
}

void table_deinit(struct table *table)
{
    for (size_t i = 0; i < table->count; i++) {
        void *key = (void *)(uintptr_t)table->entries[i].key.data;
        mem_free(&key);
    }
    mem_free(&table->entries);
    mem_free(&table->slots);
    table_init(table);
}

uint64_t table_hash(struct bytes key)
{
    uint64_t hash = UINT64_C(14695981039346656037);
    for (size_t i = 0; i < key.len; i++) {
        hash = (hash ^ key.data[i]) * UINT64_C(1099511628211);
    }
    return hash ^ (hash >> 32);
}

/* The slot that holds the key, or the free one where it would go. */
static uint32_t *find_slot(const struct table *table, struct bytes key, uint64_t hash)
{
    size_t mask = table->slot_count - 1;
    for (size_t i = (size_t)hash & mask;; i = (i + 1) & mask) {
        uint32_t *slot = &table->slots[i];
        if (*slot == 0) {
            return slot;
        }
        const struct table_entry *entry = &table->entries[*slot - 1];
        if (entry->hash == hash && bytes_equal(entry->key, key)) {
            return slot;
        }
    }
}

static void rehash(struct table *table)
{
    table->slot_count = table->slot_count ? table->slot_count * 2 : 16;
    mem_free(&table->slots);
    table->slots = mem_array(table->slot_count, sizeof *table->slots);
    for (size_t i = 0; i < table->count; i++) {
        const struct table_entry *entry = &table->entries[i];
        *find_slot(table, entry->key, entry->hash) = (uint32_t)(i + 1);
    }
}

void *table_find(const struct table *table, struct bytes key)
{
    if (table->count == 0) {
        return NULL;
    }
    const uint32_t *slot = find_slot(table, key, table_hash(key));
    return *slot ? table->entries[*slot - 1].value : NULL;
}

void *table_put(struct table *table, struct bytes key, void *value)
{
    if ((table->count + 1) * 2 > table->slot_count) {
        rehash(table);
    }
    uint64_t hash = table_hash(key);
    uint32_t *slot = find_slot(table, key, hash);
    if (*slot) {
        void *old = table->entries[*slot - 1].value;
        table->entries[*slot - 1].value = value;
        return old;
    }
    ASSERT(table->count < UINT32_MAX);
    table->entries =
        mem_grow(table->entries, table->count, &table->capacity, sizeof *table->entries);
    struct bytes own = {.data = (uint8_t *)mem_text(key), .len = key.len};
    table->entries[table->count] = (struct table_entry){own, value, hash};
    table->count++;
    *slot = (uint32_t)table->count;
    return NULL;
}
