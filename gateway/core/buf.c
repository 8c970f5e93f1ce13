/* SPDX-License-Identifier: Apache-2.0 */
/* Growing bytes with a maximum, and the reader of what they were given. */
#include "core/buf.h"

#include "core/check.h"
#include "core/mem.h"

#include <stdarg.h>
#include <stdio.h>

void buf_init(struct buf *buf, size_t max)
{
    *buf = (struct buf){.max = max};
}

void buf_deinit(struct buf *buf)
{
    mem_free(&buf->data);
    *buf = (struct buf){.max = buf->max};
}

void buf_clear(struct buf *buf)
{
    buf->len = 0;
    buf->overflow = false;
}

/* Makes room for `len` more bytes and a terminator, or sets the mark. */
static bool room_for(struct buf *buf, size_t len)
{
    if (buf->overflow || len > buf->max - buf->len) {
        buf->overflow = true;
        return false;
    }
    size_t wanted = buf->len + len + 1;
    if (wanted > buf->capacity) {
        size_t bigger = buf->capacity ? buf->capacity : 64;
        while (bigger < wanted) {
            bigger *= 2;
        }
        buf->data = mem_resize(buf->data, buf->capacity, bigger, 1);
        buf->capacity = bigger;
    }
    return true;
}

void buf_add(struct buf *buf, struct bytes b)
{
    if (room_for(buf, b.len)) {
        if (b.len) {
            memcpy(buf->data + buf->len, b.data, b.len);
        }
        buf->len += b.len;
        buf->data[buf->len] = 0;
    }
}

void buf_add_text(struct buf *buf, const char *text)
{
    buf_add(buf, bytes_of(text));
}

void buf_add_byte(struct buf *buf, uint8_t byte)
{
    buf_add(buf, (struct bytes){.data = &byte, .len = 1});
}

void buf_print(struct buf *buf, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int len = vsnprintf(NULL, 0, format, args);
    va_end(args);
    ASSERT(len >= 0);
    if (room_for(buf, (size_t)len)) {
        va_start(args, format);
        vsnprintf((char *)buf->data + buf->len, (size_t)len + 1, format, args);
        va_end(args);
        buf->len += (size_t)len;
    }
}

static void add_little_endian(struct buf *buf, uint64_t value, size_t len)
{
    uint8_t bytes[8];
    for (size_t i = 0; i < len; i++) {
        bytes[i] = (uint8_t)(value >> (8 * i));
    }
    buf_add(buf, (struct bytes){.data = bytes, .len = len});
}

void buf_add_u32(struct buf *buf, uint32_t value)
{
    add_little_endian(buf, value, 4);
}

void buf_add_u64(struct buf *buf, uint64_t value)
{
    add_little_endian(buf, value, 8);
}

void buf_add_f64(struct buf *buf, double value)
{
    uint64_t bits = 0;
    memcpy(&bits, &value, sizeof bits);
    buf_add_u64(buf, bits);
}

void buf_add_varint(struct buf *buf, uint64_t value)
{
    while (value >= 0x80) {
        buf_add_byte(buf, (uint8_t)(value | 0x80));
        value >>= 7;
    }
    buf_add_byte(buf, (uint8_t)value);
}

void buf_add_string(struct buf *buf, struct bytes b)
{
    buf_add_varint(buf, b.len);
    buf_add(buf, b);
}

struct bytes cursor_take(struct cursor *c, size_t len)
{
    if (c->failed || len > c->rest.len) {
        c->failed = true;
        return (struct bytes){0};
    }
    struct bytes taken = bytes_slice(c->rest, 0, len);
    c->rest = bytes_slice(c->rest, len, c->rest.len);
    return taken;
}

static uint64_t take_little_endian(struct cursor *c, size_t len)
{
    struct bytes b = cursor_take(c, len);
    uint64_t value = 0;
    for (size_t i = 0; i < b.len; i++) {
        value |= (uint64_t)b.data[i] << (8 * i);
    }
    return value;
}

uint8_t cursor_byte(struct cursor *c)
{
    return (uint8_t)take_little_endian(c, 1);
}

uint32_t cursor_u32(struct cursor *c)
{
    return (uint32_t)take_little_endian(c, 4);
}

uint64_t cursor_u64(struct cursor *c)
{
    return take_little_endian(c, 8);
}

double cursor_f64(struct cursor *c)
{
    uint64_t bits = cursor_u64(c);
    double value = 0;
    memcpy(&value, &bits, sizeof value);
    return value;
}

uint64_t cursor_varint(struct cursor *c)
{
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        uint8_t byte = cursor_byte(c);
        if (shift == 63 && byte > 1) {
            break;
        }
        value |= (uint64_t)(byte & 0x7f) << shift;
        if (!(byte & 0x80)) {
            return c->failed ? 0 : value;
        }
    }
    c->failed = true;
    return 0;
}

struct bytes cursor_string(struct cursor *c)
{
    uint64_t len = cursor_varint(c);
    if (len > c->rest.len) {
        c->failed = true;
        return (struct bytes){0};
    }
    return cursor_take(c, (size_t)len);
}
