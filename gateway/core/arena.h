/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory for one message: a block of fixed size, handed out from the front and
 * taken back all at once by arena_reset().  When it runs out, a mark is set that
 * stays until the reset, and what arena_take() gives from then on is NULL; so a
 * decoder checks NULL where it must and the decode loop checks the mark once and
 * sets the message aside.
 */
#ifndef CORE_ARENA_H
#define CORE_ARENA_H

#include "core/bytes.h"

struct arena {
    uint8_t *block;
    size_t size;
    size_t used;
    size_t dirty;  /* bytes from the front that are no longer zero */
    bool overflow; /* sticky until reset */
};

/* Takes the block from the heap; arena_deinit() gives it back. */
void arena_init(struct arena *arena, size_t size);
void arena_deinit(struct arena *arena);

/* Forgets everything handed out. */
void arena_reset(struct arena *arena);

/* `count` zeroed items of `size` bytes, aligned for anything, or NULL. */
void *arena_take(struct arena *arena, size_t count, size_t size);

/* How many bytes one more arena_take() could give. */
size_t arena_room(const struct arena *arena);

/* Gives back the end of what arena_take() gave last: `memory` keeps `size` bytes. */
void arena_trim(struct arena *arena, const void *memory, size_t size);

#define arena_new(arena, type) ((type *)arena_take((arena), 1, sizeof(type)))

/* A copy of the bytes with a terminator behind it; empty when out of room. */
struct bytes arena_copy(struct arena *arena, struct bytes b);

/* Text by printf into the arena; empty when out of room. */
struct bytes arena_print(struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
