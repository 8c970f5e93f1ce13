/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Well-formed UTF-8, after table 3-7 of the Unicode standard: the second byte's range
 * depends on the first, and rules out overlong forms, surrogates and what lies beyond
 * U+10FFFF.
 */
#include "core/utf8.h"

#include "core/check.h"

#define DEL 0x7f

/* How many bytes follow `first`, and the range of the second; 0 for a bad first. */
static size_t followers(uint8_t first, uint8_t *ret_from, uint8_t *ret_to)
{
    *ret_from = 0x80;
    *ret_to = 0xbf;
    if (first >= 0xc2 && first <= 0xdf) {
        return 1;
    }
    if (first >= 0xe0 && first <= 0xef) {
        *ret_from = first == 0xe0 ? 0xa0 : 0x80;
        *ret_to = first == 0xed ? 0x9f : 0xbf;
        return 2;
    }
    if (first >= 0xf0 && first <= 0xf4) {
        *ret_from = first == 0xf0 ? 0x90 : 0x80;
        *ret_to = first == 0xf4 ? 0x8f : 0xbf;
        return 3;
    }
    return 0;
}

size_t utf8_len(struct bytes text)
{
    if (text.len == 0) {
        return 0;
    }
    if (text.data[0] < 0x80) {
        return 1;
    }
    uint8_t from = 0;
    uint8_t to = 0;
    size_t more = followers(text.data[0], &from, &to);
    if (more == 0 || more >= text.len) {
        return 0;
    }
    for (size_t i = 1; i <= more; i++) {
        uint8_t byte = text.data[i];
        if (byte < from || byte > to) {
            return 0;
        }
        from = 0x80;
        to = 0xbf;
    }
    return more + 1;
}

bool utf8_valid(struct bytes text)
{
    for (size_t at = 0; at < text.len;) {
        size_t len = utf8_len(bytes_slice(text, at, text.len));
        if (len == 0) {
            return false;
        }
        at += len;
    }
    return true;
}

static bool is_control(struct bytes text, size_t at)
{
    uint8_t byte = text.data[at];
    bool c1 = byte == 0xc2 && at + 1 < text.len && text.data[at + 1] < 0xa0;
    return byte < ' ' || byte == DEL || c1;
}

bool utf8_printable(struct bytes text)
{
    for (size_t at = 0; at < text.len;) {
        size_t len = utf8_len(bytes_slice(text, at, text.len));
        if (len == 0 || is_control(text, at)) {
            return false;
        }
        at += len;
    }
    return true;
}

uint32_t utf8_get(struct bytes text, size_t len)
{
    static const uint8_t masks[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
    ASSERT(len >= 1 && len <= 4 && len <= text.len);
    uint32_t character = text.data[0] & masks[len];
    for (size_t i = 1; i < len; i++) {
        character = character << 6 | (text.data[i] & 0x3fU);
    }
    return character;
}

size_t utf8_put(uint32_t character, uint8_t *out)
{
    static const uint8_t leads[] = {0, 0, 0xc0, 0xe0, 0xf0};
    size_t len = 1;
    if (character >= 0x80) {
        len = character < 0x800 ? 2 : character < 0x10000 ? 3 : 4;
    }
    for (size_t i = len - 1; i > 0; i--) {
        out[i] = (uint8_t)(0x80 | (character & 0x3f));
        character >>= 6;
    }
    out[0] = (uint8_t)(leads[len] | character);
    return len;
}
