/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes JSON into a buffer, front to back, without a tree: commas and escapes are
 * its business, the nesting is the caller's.  Doubles are the shortest text that
 * reads back as the same double; bytes that are not UTF-8 become U+FFFD, so what it
 * writes is always valid.
 */
#ifndef CORE_JSON_WRITER_H
#define CORE_JSON_WRITER_H

#include "core/buf.h"

struct json_writer {
    struct buf *out;
    bool comma; /* the next item needs one in front */
};

static inline struct json_writer json_writer_of(struct buf *out)
{
    return (struct json_writer){.out = out};
}

/* `bracket` is one of "{", "[", "}", "]". */
void json_open(struct json_writer *writer, char bracket);
void json_close(struct json_writer *writer, char bracket);

/* The key of the next item of an object. */
void json_key(struct json_writer *writer, const char *key);

/* One value: an item of an array, or what belongs to the key before it. */
void json_text(struct json_writer *writer, struct bytes text);
void json_i64(struct json_writer *writer, int64_t value);
void json_u64(struct json_writer *writer, uint64_t value);
void json_double(struct json_writer *writer, double value); /* not finite: null */
void json_bool(struct json_writer *writer, bool value);
void json_nothing(struct json_writer *writer);
void json_hex(struct json_writer *writer, struct bytes value); /* a text of hex digits */
void json_time(struct json_writer *writer, int64_t ns);        /* a text, ISO 8601 */

/* A key and a text, the commonest pair; an empty or NULL text is left out. */
void json_pair(struct json_writer *writer, const char *key, const char *text);

/* A key and a value; an empty text is null here. */
void json_pair_i64(struct json_writer *writer, const char *key, int64_t value);
void json_pair_u64(struct json_writer *writer, const char *key, uint64_t value);
void json_pair_double(struct json_writer *writer, const char *key, double value);
void json_pair_bool(struct json_writer *writer, const char *key, bool value);
void json_pair_text(struct json_writer *writer, const char *key, struct bytes text);

#endif
