/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A run of bytes by value: pointer and length, not terminated, not owned.
 * The function that returns one says how long it holds.
 */
#ifndef CORE_BYTES_H
#define CORE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct bytes {
    const uint8_t *data;
    size_t len;
};

/* The bytes of a string literal. */
#define BYTES(literal)                                                                   \
    ((struct bytes){.data = (const uint8_t *)("" literal), .len = sizeof(literal) - 1})

/* For printf: "%.*s" with BYTES_ARG(b). */
#define BYTES_ARG(b) (int)(b).len, (const char *)(b).data

/* The bytes of a terminated string, without the terminator; NULL gives none. */
static inline struct bytes bytes_of(const char *text)
{
    return (struct bytes){.data = (const uint8_t *)text, .len = text ? strlen(text) : 0};
}

static inline bool bytes_equal(struct bytes a, struct bytes b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

static inline bool bytes_are(struct bytes a, const char *text)
{
    return bytes_equal(a, bytes_of(text));
}

/* The part from `start` on, at most `len` long; clipped to what is there. */
static inline struct bytes bytes_slice(struct bytes b, size_t start, size_t len)
{
    if (start > b.len) {
        start = b.len;
    }
    if (len > b.len - start) {
        len = b.len - start;
    }
    /* Without data there is no start but 0: nothing is added to NULL. */
    return (struct bytes){.data = start > 0 ? b.data + start : b.data, .len = len};
}

static inline bool bytes_start_with(struct bytes b, struct bytes prefix)
{
    return b.len >= prefix.len && bytes_equal(bytes_slice(b, 0, prefix.len), prefix);
}

/* Takes what stands before the next separator off the front, and the separator; all of
 * `rest` where there is none. */
static inline struct bytes bytes_take_part(struct bytes *rest, char separator)
{
    const uint8_t *end =
        rest->len ? (const uint8_t *)memchr(rest->data, separator, rest->len) : NULL;
    size_t len = end ? (size_t)(end - rest->data) : rest->len;
    struct bytes part = bytes_slice(*rest, 0, len);
    *rest = bytes_slice(*rest, len + 1, rest->len);
    return part;
}

/* Part number `which` of a list, from 0; the last one where there are fewer. */
static inline struct bytes bytes_part(struct bytes list, char separator, size_t which)
{
    struct bytes part = bytes_take_part(&list, separator);
    while (which > 0 && list.len > 0) {
        part = bytes_take_part(&list, separator);
        which--;
    }
    return part;
}

/* Takes a line off the front, without its end.  False where no line ends: `rest` and
 * `*ret_line` stay as they are. */
static inline bool bytes_take_line(struct bytes *rest, struct bytes *ret_line)
{
    const uint8_t *end =
        rest->len ? (const uint8_t *)memchr(rest->data, '\n', rest->len) : NULL;
    if (!end) {
        return false;
    }
    size_t len = (size_t)(end - rest->data);
    *ret_line = bytes_slice(*rest, 0, len);
    *rest = bytes_slice(*rest, len + 1, rest->len);
    return true;
}

/* Takes a line that begins with `word` and gives what follows it. */
static inline bool bytes_take_field(struct bytes *rest, const char *word,
                                    struct bytes *ret_value)
{
    struct bytes line;
    struct bytes prefix = bytes_of(word);
    struct bytes after = *rest;
    if (!bytes_take_line(&after, &line) || !bytes_start_with(line, prefix)) {
        return false;
    }
    *ret_value = bytes_slice(line, prefix.len, line.len);
    *rest = after;
    return true;
}

/* Orders by content, shorter first where one is the start of the other. */
static inline int bytes_compare(struct bytes a, struct bytes b)
{
    size_t len = a.len < b.len ? a.len : b.len;
    int order = len ? memcmp(a.data, b.data, len) : 0;
    if (order != 0) {
        return order;
    }
    return (a.len > b.len) - (a.len < b.len);
}

#endif
