/* SPDX-License-Identifier: Apache-2.0 */
/* The allocator that hands out arena memory. */
#include "model/proto_arena.h"

static void *take(void *arena, size_t size)
{
    return arena_take(arena, 1, size);
}

static void leave(void *arena, void *memory)
{
    (void)arena;
    (void)memory;
}

ProtobufCAllocator proto_arena(struct arena *arena)
{
    return (ProtobufCAllocator){.alloc = take, .free = leave, .allocator_data = arena};
}
