/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A table from bytes to pointers, for process-lifetime lookups: points by device
 * and metric, learned names.  Iteration is in order of insertion, so nothing
 * depends on hash order.  The table copies keys; values are the caller's.
 * One thread at a time.
 */
#ifndef CORE_TABLE_H
#define CORE_TABLE_H

#include "core/bytes.h"

struct table_entry {
    struct bytes key; /* owned by the table */
    void *value;
    uint64_t hash;
};

struct table {
    struct table_entry *entries; /* in order of insertion */
    uint32_t *slots;             /* index + 1 into entries; 0 is free */
    size_t count;
    size_t capacity;
    size_t slot_count; /* a power of two */
};

/* An empty table; takes no memory yet. */
void table_init(struct table *table);

/* Frees keys and the table, not the values. */
void table_deinit(struct table *table);

/* The value, or NULL when there is none. */
void *table_find(const struct table *table, struct bytes key);

/* Adds or replaces; gives the old value or NULL. */
void *table_put(struct table *table, struct bytes key, void *value);

/* FNV-1a of the bytes, 64 bits; the same on every machine. */
uint64_t table_hash(struct bytes key);

#endif
