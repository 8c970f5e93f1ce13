/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes that grow up to a maximum set when made.  Beyond it a mark is set, the
 * rest is dropped, and the owner checks `overflow` once at the end.
 */
#ifndef CORE_BUF_H
#define CORE_BUF_H

#include "core/bytes.h"

struct buf {
    uint8_t *data; /* always followed by a 0 once something was added */
    size_t len;
    size_t capacity;
    size_t max;
    bool overflow;
};

/* An empty buffer that will hold at most `max` bytes; takes no memory yet. */
void buf_init(struct buf *buf, size_t max);
void buf_deinit(struct buf *buf);

/* Empties it and keeps the memory. */
void buf_clear(struct buf *buf);

/* Add bytes, a terminated text, one byte, text by printf. */
void buf_add(struct buf *buf, struct bytes b);
void buf_add_text(struct buf *buf, const char *text);
void buf_add_byte(struct buf *buf, uint8_t byte);
void buf_print(struct buf *buf, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Little-endian integers and protobuf-style varints, for stored state. */
void buf_add_u32(struct buf *buf, uint32_t value);
void buf_add_u64(struct buf *buf, uint64_t value);
void buf_add_f64(struct buf *buf, double value);
void buf_add_varint(struct buf *buf, uint64_t value);

/* Length as varint, then the bytes. */
void buf_add_string(struct buf *buf, struct bytes b);

/* What it holds; valid until the next change. */
static inline struct bytes buf_bytes(const struct buf *buf)
{
    return (struct bytes){.data = buf->data, .len = buf->len};
}

/*
 * Reads what the functions above wrote.  `failed` is sticky: after it every read
 * gives zero, so a reader checks once at the end.
 */
struct cursor {
    struct bytes rest;
    bool failed;
};

static inline struct cursor cursor_of(struct bytes b)
{
    return (struct cursor){.rest = b};
}

/* Each takes what it returns off the front; views hold as long as the bytes do. */
uint8_t cursor_byte(struct cursor *c);
uint32_t cursor_u32(struct cursor *c);
uint64_t cursor_u64(struct cursor *c);
double cursor_f64(struct cursor *c);
uint64_t cursor_varint(struct cursor *c);
struct bytes cursor_take(struct cursor *c, size_t len);
struct bytes cursor_string(struct cursor *c);

#endif
