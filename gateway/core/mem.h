/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The heap.  Zeroed, overflow-checked; out of memory ends the process with a
 * message, since every crash is recovered from the journal.  For process
 * lifetime and bounded tables only: what lives for one message is in an arena.
 */
#ifndef CORE_MEM_H
#define CORE_MEM_H

#include "core/bytes.h"
#include "core/check.h"

/* `count` zeroed items of `size` bytes.  Never NULL. */
void *mem_array(size_t count, size_t size);

#define mem_new(type) ((type *)mem_array(1, sizeof(type)))

/* Changes an array to `count` items; new items are zero.  `old_count` tells
 * where they begin.  Never NULL for count > 0. */
void *mem_resize(void *items, size_t old_count, size_t count, size_t size);

/* Makes room for one more item in a growing array: doubles `*capacity` when
 * `count` has reached it. */
void *mem_grow(void *items, size_t count, size_t *capacity, size_t size);

/* A terminated copy.  The caller frees it. */
char *mem_text(struct bytes text);

/* What mem_free() calls. */
void mem_free_at(void **address);

/* Frees and clears the pointer at `address`; NULL inside is fine. */
#define mem_free(address) mem_free_at((void **)(address))

#endif
