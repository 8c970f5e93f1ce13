/* SPDX-License-Identifier: Apache-2.0 */
/* Blocks on the heap, the newest first; a large item gets a block of its own. */
#include "core/pool.h"

#include "core/check.h"
#include "core/mem.h"

#include <stdarg.h>
#include <stdio.h>

#define BLOCK_SIZE 16384
#define ALIGNMENT 16

struct pool_block {
    struct pool_block *next;
    size_t used;
    size_t size;
    _Alignas(ALIGNMENT) uint8_t data[];
};

void pool_deinit(struct pool *pool)
{
    struct pool_block *block = pool->blocks;
    while (block) {
        struct pool_block *next = block->next;
        mem_free(&block);
        block = next;
    }
    pool->blocks = NULL;
}

void *pool_take(struct pool *pool, size_t count, size_t size)
{
    size_t wanted = 0;
    bool fits = !__builtin_mul_overflow(count, size, &wanted) &&
                !__builtin_add_overflow(wanted, ALIGNMENT - 1, &wanted);
    ASSERT(fits);
    wanted = wanted / ALIGNMENT * ALIGNMENT;
    struct pool_block *block = pool->blocks;
    if (!block || wanted > block->size - block->used) {
        size_t room = wanted > BLOCK_SIZE ? wanted : BLOCK_SIZE;
        block = mem_array(1, sizeof *block + room);
        block->size = room;
        block->next = pool->blocks;
        pool->blocks = block;
    }
    void *memory = block->data + block->used;
    block->used += wanted;
    return memory;
}

struct bytes pool_copy(struct pool *pool, struct bytes b)
{
    uint8_t *copy = pool_take(pool, b.len + 1, 1);
    if (b.len) {
        memcpy(copy, b.data, b.len);
    }
    return (struct bytes){.data = copy, .len = b.len};
}

const char *pool_print(struct pool *pool, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int len = vsnprintf(NULL, 0, format, args);
    va_end(args);
    ASSERT(len >= 0);
    char *text = pool_take(pool, (size_t)len + 1, 1);
    va_start(args, format);
    vsnprintf(text, (size_t)len + 1, format, args);
    va_end(args);
    return text;
}
