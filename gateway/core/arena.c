/* SPDX-License-Identifier: Apache-2.0 */
/* Bump allocation with a sticky overflow mark. */
#include "core/arena.h"

#include "core/check.h"
#include "core/mem.h"

#include <stdarg.h>
#include <stdio.h>

#define ALIGNMENT sizeof(long double)

void arena_init(struct arena *arena, size_t size)
{
    *arena = (struct arena){.block = mem_array(size, 1), .size = size};
}

void arena_deinit(struct arena *arena)
{
    mem_free(&arena->block);
    *arena = (struct arena){0};
}

void arena_reset(struct arena *arena)
{
    if (arena->used > arena->dirty) {
        arena->dirty = arena->used;
    }
    arena->used = 0;
    arena->overflow = false;
}

static size_t aligned(size_t n)
{
    return (n + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

/* Bytes beyond `dirty` are still zero from calloc; only the rest needs a wipe. */
static void wipe(struct arena *arena, size_t start, size_t len)
{
    if (start < arena->dirty) {
        size_t old = arena->dirty - start;
        memset(arena->block + start, 0, len < old ? len : old);
    }
}

void *arena_take(struct arena *arena, size_t count, size_t size)
{
    size_t total = 0;
    size_t start = aligned(arena->used);
    if (__builtin_mul_overflow(count, size, &total) || start > arena->size ||
        total > arena->size - start) {
        arena->overflow = true;
        return NULL;
    }
    wipe(arena, start, total);
    arena->used = start + total;
    return arena->block + start;
}

size_t arena_room(const struct arena *arena)
{
    size_t start = aligned(arena->used);
    return start < arena->size ? arena->size - start : 0;
}

void arena_trim(struct arena *arena, const void *memory, size_t size)
{
    size_t start = (size_t)((const uint8_t *)memory - arena->block);
    ASSERT(start <= arena->used && size <= arena->used - start);
    if (arena->used > arena->dirty) {
        arena->dirty = arena->used;
    }
    arena->used = start + size;
}

struct bytes arena_copy(struct arena *arena, struct bytes b)
{
    uint8_t *copy = arena_take(arena, b.len + 1, 1);
    if (!copy) {
        return BYTES("");
    }
    if (b.len) {
        memcpy(copy, b.data, b.len);
    }
    return (struct bytes){.data = copy, .len = b.len};
}

struct bytes arena_print(struct arena *arena, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int len = vsnprintf(NULL, 0, format, args);
    va_end(args);
    ASSERT(len >= 0);
    char *text = arena_take(arena, (size_t)len + 1, 1);
    if (!text) {
        return BYTES("");
    }
    va_start(args, format);
    vsnprintf(text, (size_t)len + 1, format, args);
    va_end(args);
    return (struct bytes){.data = (uint8_t *)text, .len = (size_t)len};
}
