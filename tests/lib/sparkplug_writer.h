/* SPDX-License-Identifier: Apache-2.0 */
/* Sparkplug payloads for tests, field by field. */
#ifndef TESTS_SPARKPLUG_WRITER_H
#define TESTS_SPARKPLUG_WRITER_H

#include "core/buf.h"
#include "sparkplug_payload.h"

#define WRITER_MAX (4U << 20)

static inline void put_number(struct buf *out, unsigned field, uint64_t value)
{
    buf_add_varint(out, field << 3 | WIRE_VARINT);
    buf_add_varint(out, value);
}

static inline void put_bytes(struct buf *out, unsigned field, struct bytes b)
{
    buf_add_varint(out, field << 3 | WIRE_BYTES);
    buf_add_string(out, b);
}

static inline void put_text(struct buf *out, unsigned field, const char *text)
{
    put_bytes(out, field, bytes_of(text));
}

static inline void put_float(struct buf *out, unsigned field, float value)
{
    uint32_t bits = 0;
    memcpy(&bits, &value, sizeof bits);
    buf_add_varint(out, field << 3 | WIRE_FIXED32);
    buf_add_u32(out, bits);
}

static inline void put_double(struct buf *out, unsigned field, double value)
{
    buf_add_varint(out, field << 3 | WIRE_FIXED64);
    buf_add_f64(out, value);
}

/* Puts what `part` holds as a message into `out` and empties it. */
static inline void put_part(struct buf *out, unsigned field, struct buf *part)
{
    put_bytes(out, field, buf_bytes(part));
    buf_clear(part);
}

#endif
