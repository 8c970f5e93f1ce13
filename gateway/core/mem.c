/* SPDX-License-Identifier: Apache-2.0 */
/* The one file that calls malloc and its kin. */
#include "core/mem.h"

#include <stdio.h>
#include <stdlib.h>

static void *must_have(void *memory, size_t size)
{
    if (!memory && size > 0) {
        fprintf(stderr, "<0>out of memory: %zu bytes wanted\n", size);
        abort();
    }
    return memory;
}

static size_t product(size_t count, size_t size)
{
    size_t total = 0;
    if (__builtin_mul_overflow(count, size, &total)) {
        must_have(NULL, SIZE_MAX);
    }
    return total;
}

void *mem_array(size_t count, size_t size)
{
    size_t total = product(count, size);
    return must_have(calloc(total ? total : 1, 1), total);
}

void *mem_resize(void *items, size_t old_count, size_t count, size_t size)
{
    size_t old_total = product(old_count, size);
    size_t total = product(count, size);
    uint8_t *memory = must_have(realloc(items, total ? total : 1), total);
    if (total > old_total) {
        memset(memory + old_total, 0, total - old_total);
    }
    return memory;
}

void *mem_grow(void *items, size_t count, size_t *capacity, size_t size)
{
    if (count < *capacity) {
        return items;
    }
    size_t bigger = *capacity ? *capacity * 2 : 8;
    items = mem_resize(items, *capacity, bigger, size);
    *capacity = bigger;
    return items;
}

char *mem_text(struct bytes text)
{
    char *copy = mem_array(text.len + 1, 1);
    if (text.len) {
        memcpy(copy, text.data, text.len);
    }
    return copy;
}

void mem_free_at(void **address)
{
    free(*address);
    *address = NULL;
}
