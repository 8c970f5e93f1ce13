/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON as a flat tape: a strict tokenizer (RFC 8259) that writes one item a value,
 * in document order, into an arena.  Numbers stay slices of the source text, so 64-bit
 * integers and long decimals lose nothing; strings without an escape are slices too.
 *
 * The tape borrows the source text: both live as long as the arena and the text.
 * Items are named by their index; 0 is the root and TAPE_NONE is "no such item".
 * The first child of a container stands right behind it, and `next` is the index
 * behind an item's whole subtree:
 *
 *     for (uint32_t i = at + 1; i < tape->items[at].next; i = tape->items[i].next)
 *
 * Refused: duplicate keys, NaN and Infinity, trailing bytes, a second document,
 * comments, invalid UTF-8 (overlong forms and surrogates included), control
 * characters in strings, nesting beyond the limit.  A byte order mark in front is
 * skipped.  "\u0000" and a lone surrogate escape are legal by the grammar and kept, but
 * mark the text as unfit for a name (a lone surrogate reads as U+FFFD).
 */
#ifndef TAPE_H
#define TAPE_H

#include "core/arena.h"
#include "core/bytes.h"
#include "core/error.h"

#define TAPE_NONE UINT32_MAX
#define TAPE_DEPTH_DEFAULT 32
#define TAPE_DEPTH_MAX 256       /* most a caller may ask for */
#define TAPE_TEXT_MAX 0x7fffffff /* bytes of a document */
#define TAPE_ITEMS_MAX 4000000   /* values of a document */

enum tape_kind {
    TAPE_NULL,
    TAPE_FALSE,
    TAPE_TRUE,
    TAPE_NUMBER,
    TAPE_STRING,
    TAPE_ARRAY,
    TAPE_OBJECT,
    TAPE_BYTES, /* never in a document: for payloads that are presented as one */
};

struct tape_item {
    union {
        const uint8_t *data;   /* number: source text; string: text without escapes */
        const uint32_t *index; /* large object: items by key, see tape_index.c */
        struct {
            uint32_t at;   /* array: the element looked up last ... */
            uint32_t item; /* ... and its item; 0: none yet */
        } last;
    };
    const uint8_t *key; /* of an object's member, without escapes */
    uint32_t len;       /* of data; of index: its slots, 0: none */
    uint32_t key_len;
    uint32_t count;  /* children of a container */
    uint32_t next;   /* index behind the subtree */
    uint32_t parent; /* TAPE_NONE for the root */
    uint8_t kind;    /* enum tape_kind */
    bool key_unfit;  /* the key holds NUL or a lone surrogate */
    bool text_unfit; /* the string does */
    bool sorted;     /* index is in order of keys, not hashed */
};

struct tape {
    struct tape_item *items;
    uint32_t count;
    int depth; /* of nesting: 0 for a scalar, 1 for [] */
};

/* Reads one document.  Fails with ERR_REJECT; the reason is one of `malformed_json`,
 * `invalid_utf8`, `duplicate_key`, `too_deep` and `too_large` (the arena is full or a
 * limit above was reached), and the text tells the byte. */
enum err tape_parse(struct bytes text, int depth_max, struct arena *arena,
                    struct tape *ret_tape, struct error *e) MUST_CHECK;

/* The member with this key, or TAPE_NONE; `at` may be any kind of item. */
uint32_t tape_find(const struct tape *tape, uint32_t at, struct bytes key);

/* The element at a position from 0, or TAPE_NONE.  Remembers where it was, so going
 * through an array by position costs no more than going through it. */
uint32_t tape_element(struct tape *tape, uint32_t at, uint32_t position);

/* The position that a text names, digits without a leading zero; else TAPE_NONE. */
uint32_t tape_position(struct bytes text);

static inline enum tape_kind tape_kind(const struct tape *tape, uint32_t at)
{
    return (enum tape_kind)tape->items[at].kind;
}

/* The text of a string, or the source text of a number. */
static inline struct bytes tape_text(const struct tape *tape, uint32_t at)
{
    const struct tape_item *item = &tape->items[at];
    return (struct bytes){.data = item->data, .len = item->len};
}

/* The key of an object's member; empty for everything else. */
static inline struct bytes tape_key(const struct tape *tape, uint32_t at)
{
    const struct tape_item *item = &tape->items[at];
    return (struct bytes){.data = item->key, .len = item->key_len};
}

/* ---- between tape.c and tape_index.c ---- */

/* Checks that no two members of the object have the same key and, where there are
 * many, keeps an index of them in the arena.  Reasons as above. */
enum err tape_index_object(struct tape *tape, uint32_t at, struct arena *arena,
                           struct error *e) MUST_CHECK;

/* An object of more members than this gets an index. */
#define TAPE_INDEX_FROM 12

#endif
