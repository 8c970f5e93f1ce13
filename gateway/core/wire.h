/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A reader of protobuf's wire format that never allocates, never recurses and never
 * reads beyond its bytes: one field after another, as they stand.
 *
 *     field = varint key, then its content
 *     key   = field number * 8 + type
 *     type  0 varint · 1 eight bytes · 2 varint length, bytes · 5 four bytes
 *
 * Types 3 and 4 (groups), field number 0, a varint longer than ten bytes or beyond 64
 * bits, and a length beyond what is left are malformed.
 */
#ifndef CORE_WIRE_H
#define CORE_WIRE_H

#include "core/bytes.h"
#include "core/check.h"

enum wire_type { WIRE_VARINT = 0, WIRE_FIXED64 = 1, WIRE_BYTES = 2, WIRE_FIXED32 = 5 };

struct wire {
    struct bytes rest;
    bool failed; /* sticky: what was read is malformed */
};

struct wire_field {
    uint32_t number;
    enum wire_type type;
    uint64_t value;     /* of all but WIRE_BYTES, as stored */
    struct bytes bytes; /* of WIRE_BYTES: a view */
};

static inline struct wire wire_of(struct bytes b)
{
    return (struct wire){.rest = b};
}

/* The next field; false at the end or when malformed (`failed` tells). */
MUST_CHECK bool wire_next(struct wire *wire, struct wire_field *ret_field);

/* The stored bits as a number of that kind. */
double wire_double(uint64_t value);
float wire_float(uint64_t value);

#endif
