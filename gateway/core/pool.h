/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory of process lifetime that is given back whole: a chain of blocks, handed
 * out from the front.  What a configuration is made of lives in one of these.
 * Nothing is freed one by one; a zeroed struct is an empty pool.  One thread.
 */
#ifndef CORE_POOL_H
#define CORE_POOL_H

#include "core/bytes.h"

struct pool_block;

struct pool {
    struct pool_block *blocks; /* the newest first */
};

/* Frees everything that was taken. */
void pool_deinit(struct pool *pool);

/* `count` zeroed items of `size` bytes, aligned for anything.  Never NULL. */
void *pool_take(struct pool *pool, size_t count, size_t size);

#define pool_new(pool, type) ((type *)pool_take((pool), 1, sizeof(type)))

/* A copy of the bytes with a terminator behind it. */
struct bytes pool_copy(struct pool *pool, struct bytes b);

/* Text by printf. */
const char *pool_print(struct pool *pool, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
