/* SPDX-License-Identifier: Apache-2.0 */
/* A slice store in memory, for tests of what stands on one. */
#ifndef LIB_SLICE_MEMORY_H
#define LIB_SLICE_MEMORY_H

#include "aggregate/series.h"
#include "core/mem.h"

struct slice_memory_item {
    char *point; /* a copy: the plan may go */
    int64_t minute;
    struct buf bytes;
};

struct slice_memory {
    struct slice_memory_item *items;
    size_t count;
    size_t capacity;
    size_t reads; /* calls of each() */
};

static inline struct slice_memory_item *
slice_memory_find(struct slice_memory *memory, const char *point, int64_t minute)
{
    for (size_t i = 0; i < memory->count; i++) {
        struct slice_memory_item *item = &memory->items[i];
        if (item->minute == minute && strcmp(item->point, point) == 0) {
            return item;
        }
    }
    return NULL;
}

static inline enum err slice_memory_each(void *ctx, const char *point, int64_t from,
                                         int64_t to, slice_store_fn *each, void *each_ctx,
                                         struct error *e)
{
    struct slice_memory *memory = ctx;
    memory->reads++;
    int64_t after = from - 1;
    for (;;) { /* the next minute in order, until there is none */
        struct slice_memory_item *next = NULL;
        for (size_t i = 0; i < memory->count; i++) {
            struct slice_memory_item *item = &memory->items[i];
            bool fits = item->minute > after && item->minute < to &&
                        strcmp(item->point, point) == 0;
            if (fits && (!next || item->minute < next->minute)) {
                next = item;
            }
        }
        if (!next) {
            return ERR_OK;
        }
        after = next->minute;
        enum err err = each(each_ctx, next->minute, buf_bytes(&next->bytes), e);
        if (err != ERR_OK) {
            return err;
        }
    }
}

static inline enum err slice_memory_put(void *ctx, const char *point, int64_t minute,
                                        struct bytes stored, struct error *e)
{
    struct slice_memory *memory = ctx;
    (void)e;
    struct slice_memory_item *item = slice_memory_find(memory, point, minute);
    if (!item) {
        memory->items = mem_grow(memory->items, memory->count, &memory->capacity,
                                 sizeof *memory->items);
        item = &memory->items[memory->count++];
        *item = (struct slice_memory_item){.point = mem_text(bytes_of(point)),
                                           .minute = minute};
        buf_init(&item->bytes, 4 << 20);
    }
    buf_clear(&item->bytes);
    buf_add(&item->bytes, stored);
    return ERR_OK;
}

static inline struct slice_store slice_memory_store(struct slice_memory *memory)
{
    return (struct slice_store){
        .each = slice_memory_each, .put = slice_memory_put, .ctx = memory};
}

static inline void slice_memory_deinit(struct slice_memory *memory)
{
    for (size_t i = 0; i < memory->count; i++) {
        buf_deinit(&memory->items[i].bytes);
        mem_free(&memory->items[i].point);
    }
    mem_free(&memory->items);
    *memory = (struct slice_memory){0};
}

#endif
