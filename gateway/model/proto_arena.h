/* SPDX-License-Identifier: Apache-2.0 */
/*
 * protobuf-c on an arena: what it unpacks lives until the arena's reset, and input
 * that would unpack into more than the arena holds is refused by its size.
 */
#ifndef MODEL_PROTO_ARENA_H
#define MODEL_PROTO_ARENA_H

#include "core/arena.h"

#include <protobuf-c/protobuf-c.h>

/* An allocator for the *__unpack() functions; never call *__free_unpacked(). */
ProtobufCAllocator proto_arena(struct arena *arena);

#endif
