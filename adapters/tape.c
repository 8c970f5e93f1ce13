/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tokenizer.  One pass without recursion: the open containers are found by the
 * items' parent links.  The number of values is bounded before the pass (every value
 * stands behind a comma, an opening bracket or nothing), so the tape is taken once
 * and what was not needed is given back.
 */
#include "tape.h"

#include "core/utf8.h"

#define REPLACEMENT 0xfffd

struct parser {
    const uint8_t *start;
    const uint8_t *at;
    const uint8_t *end;
    struct arena *arena;
    struct tape *tape;
    uint32_t capacity;
    uint32_t open; /* the innermost open container, or TAPE_NONE */
    int depth;
    int depth_max;
    uint8_t *unescaped; /* room for texts that have escapes, or NULL */
    const uint8_t *key; /* of the member whose value comes next, or NULL */
    uint32_t key_len;
    bool key_unfit;
    struct error *e;
};

static enum err fail(const struct parser *p, const char *reason, const char *what)
{
    return error_reason(p->e, ERR_REJECT, reason, "byte %zu: %s",
                        (size_t)(p->at - p->start), what);
}

static enum err malformed(const struct parser *p, const char *what)
{
    return fail(p, "malformed_json", what);
}

static void skip_blanks(struct parser *p)
{
    while (p->at < p->end &&
           (*p->at == ' ' || *p->at == '\n' || *p->at == '\r' || *p->at == '\t')) {
        p->at++;
    }
}

/* ---- strings ---- */

static int hex_digit(uint8_t c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    uint8_t lower = c | 0x20;
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/* The four digits behind "\u"; moves behind them. */
static bool hex4(struct parser *p, uint32_t *ret_unit)
{
    uint32_t unit = 0;
    if (p->end - p->at < 4) {
        return false;
    }
    for (int i = 0; i < 4; i++) {
        int digit = hex_digit(p->at[i]);
        if (digit < 0) {
            return false;
        }
        unit = unit << 4 | (uint32_t)digit;
    }
    p->at += 4;
    *ret_unit = unit;
    return true;
}

/* Joins a high surrogate with the low one that must follow. */
static uint32_t join_surrogates(struct parser *p, uint32_t unit, bool *unfit)
{
    if (unit < 0xd800 || unit > 0xdfff) {
        *unfit = *unfit || unit == 0;
        return unit;
    }
    const uint8_t *before = p->at;
    uint32_t low = 0;
    if (unit < 0xdc00 && p->end - p->at >= 6 && p->at[0] == '\\' && p->at[1] == 'u') {
        p->at += 2;
        if (hex4(p, &low) && low >= 0xdc00 && low <= 0xdfff) {
            return 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
        }
        p->at = before;
    }
    *unfit = true;
    return REPLACEMENT;
}

/* One escape, `p->at` at the backslash. */
static enum err read_escape(struct parser *p, bool *unfit)
{
    static const char names[] = "\"\\/bfnrt";
    static const char values[] = "\"\\/\b\f\n\r\t";
    if (p->end - p->at < 2) {
        return malformed(p, "the text ends within a string");
    }
    uint8_t name = p->at[1];
    const char *found = name ? strchr(names, name) : NULL;
    if (found) {
        *p->unescaped++ = (uint8_t)values[found - names];
        p->at += 2;
        return ERR_OK;
    }
    if (name != 'u') {
        return malformed(p, "unknown escape");
    }
    p->at += 2;
    uint32_t unit = 0;
    if (!hex4(p, &unit)) {
        return malformed(p, "four hexadecimal digits must follow \\u");
    }
    p->unescaped += utf8_put(join_surrogates(p, unit, unfit), p->unescaped);
    return ERR_OK;
}

/* Moves over plain ASCII text; stops at a quote, a backslash, a control character or
 * a byte beyond ASCII. */
static void skip_plain(struct parser *p)
{
    while (p->at < p->end && *p->at >= 0x20 && *p->at < 0x80 && *p->at != '"' &&
           *p->at != '\\') {
        p->at++;
    }
}

/* Reads on in a string until its closing quote or an escape. */
static enum err skip_text(struct parser *p)
{
    for (;;) {
        skip_plain(p);
        if (p->at == p->end) {
            return malformed(p, "the text ends within a string");
        }
        if (*p->at < 0x20) {
            return malformed(p, "a control character in a string");
        }
        if (*p->at < 0x80) {
            return ERR_OK;
        }
        size_t len =
            utf8_len((struct bytes){.data = p->at, .len = (size_t)(p->end - p->at)});
        if (len == 0) {
            return fail(p, "invalid_utf8", "not UTF-8");
        }
        p->at += len;
    }
}

/* Reads on from the first escape of a string that began at `start`.  All texts with
 * escapes share one room as long as the document, since none grows by unescaping. */
static enum err read_escaped(struct parser *p, const uint8_t *start,
                             struct bytes *ret_text, bool *ret_unfit)
{
    if (!p->unescaped) {
        p->unescaped = arena_take(p->arena, (size_t)(p->end - p->start), 1);
    }
    if (!p->unescaped) {
        return fail(p, "too_large", "no room for the texts");
    }
    uint8_t *text = p->unescaped;
    for (;;) {
        size_t len = (size_t)(p->at - start);
        memcpy(p->unescaped, start, len);
        p->unescaped += len;
        if (*p->at == '"') {
            break;
        }
        enum err err = read_escape(p, ret_unfit);
        start = p->at;
        err = err ? err : skip_text(p);
        if (err) {
            return err;
        }
    }
    *ret_text = (struct bytes){.data = text, .len = (size_t)(p->unescaped - text)};
    return ERR_OK;
}

/* A string, `p->at` at its opening quote. */
static enum err read_string(struct parser *p, struct bytes *ret_text, bool *ret_unfit)
{
    const uint8_t *start = ++p->at;
    *ret_unfit = false;
    enum err err = skip_text(p);
    if (!err && *p->at == '"') {
        *ret_text = (struct bytes){.data = start, .len = (size_t)(p->at - start)};
    } else if (!err) {
        err = read_escaped(p, start, ret_text, ret_unfit);
    }
    p->at++;
    return err;
}

/* ---- values ---- */

/* The next item of the tape, with the key that waits for it. */
static struct tape_item *add_item(struct parser *p, enum tape_kind kind)
{
    if (p->tape->count == p->capacity) {
        return NULL;
    }
    struct tape_item *item = &p->tape->items[p->tape->count++];
    *item = (struct tape_item){
        .key = p->key,
        .key_len = p->key_len,
        .key_unfit = p->key_unfit,
        .kind = (uint8_t)kind,
        .parent = p->open,
        .next = p->tape->count,
    };
    if (p->open != TAPE_NONE) {
        p->tape->items[p->open].count++;
    }
    return item;
}

static enum err no_room(const struct parser *p)
{
    return fail(p, "too_large", "too many values");
}

static size_t skip_digits(struct parser *p)
{
    const uint8_t *start = p->at;
    while (p->at < p->end && *p->at >= '0' && *p->at <= '9') {
        p->at++;
    }
    return (size_t)(p->at - start);
}

static bool skip_byte(struct parser *p, uint8_t byte)
{
    bool there = p->at < p->end && *p->at == byte;
    p->at += there ? 1 : 0;
    return there;
}

/* -?(0|[1-9][0-9]*)(.[0-9]+)?([eE][+-]?[0-9]+)? */
static bool skip_number(struct parser *p)
{
    skip_byte(p, '-');
    bool zero = p->at < p->end && *p->at == '0';
    size_t digits = skip_digits(p);
    if (digits == 0 || (zero && digits > 1)) {
        return false;
    }
    if (skip_byte(p, '.') && skip_digits(p) == 0) {
        return false;
    }
    if (skip_byte(p, 'e') || skip_byte(p, 'E')) {
        if (!skip_byte(p, '+')) {
            skip_byte(p, '-');
        }
        return skip_digits(p) > 0;
    }
    return true;
}

static enum err read_number(struct parser *p)
{
    const uint8_t *start = p->at;
    if (!skip_number(p)) {
        return malformed(p, "not a number");
    }
    struct tape_item *item = add_item(p, TAPE_NUMBER);
    if (!item) {
        return no_room(p);
    }
    item->data = start;
    item->len = (uint32_t)(p->at - start);
    return ERR_OK;
}

static enum err read_text(struct parser *p)
{
    struct bytes text = {0};
    bool unfit = false;
    enum err err = read_string(p, &text, &unfit);
    if (err) {
        return err;
    }
    struct tape_item *item = add_item(p, TAPE_STRING);
    if (!item) {
        return no_room(p);
    }
    item->data = text.data;
    item->len = (uint32_t)text.len;
    item->text_unfit = unfit;
    return ERR_OK;
}

static enum err read_word(struct parser *p, const char *word, enum tape_kind kind)
{
    size_t len = strlen(word);
    if ((size_t)(p->end - p->at) < len || memcmp(p->at, word, len) != 0) {
        return malformed(p, "not a value");
    }
    p->at += len;
    return add_item(p, kind) ? ERR_OK : no_room(p);
}

static enum err open_container(struct parser *p, enum tape_kind kind)
{
    if (p->depth == p->depth_max) {
        return error_reason(p->e, ERR_REJECT, "too_deep",
                            "byte %zu: nested deeper than %d levels",
                            (size_t)(p->at - p->start), p->depth_max);
    }
    if (!add_item(p, kind)) {
        return no_room(p);
    }
    p->at++;
    p->open = p->tape->count - 1;
    p->depth++;
    p->tape->depth = p->depth > p->tape->depth ? p->depth : p->tape->depth;
    return ERR_OK;
}

/* One value; of a container only its opening bracket. */
static enum err read_value(struct parser *p)
{
    if (p->at == p->end) {
        return malformed(p, "a value is missing at the end");
    }
    switch (*p->at) {
    case '"':
        return read_text(p);
    case '{':
        return open_container(p, TAPE_OBJECT);
    case '[':
        return open_container(p, TAPE_ARRAY);
    case 't':
        return read_word(p, "true", TAPE_TRUE);
    case 'f':
        return read_word(p, "false", TAPE_FALSE);
    case 'n':
        return read_word(p, "null", TAPE_NULL);
    default:
        return read_number(p);
    }
}

/* ---- structure ---- */

/* A member's key and colon, when an object is open. */
static enum err read_key(struct parser *p)
{
    p->key = NULL;
    p->key_len = 0;
    p->key_unfit = false;
    if (p->open == TAPE_NONE || p->tape->items[p->open].kind != TAPE_OBJECT) {
        return ERR_OK;
    }
    if (p->at == p->end || *p->at != '"') {
        return malformed(p, "a key in double quotes is missing");
    }
    struct bytes key = {0};
    enum err err = read_string(p, &key, &p->key_unfit);
    if (err) {
        return err;
    }
    p->key = key.data;
    p->key_len = (uint32_t)key.len;
    skip_blanks(p);
    if (!skip_byte(p, ':')) {
        return malformed(p, "a colon is missing behind a key");
    }
    skip_blanks(p);
    return ERR_OK;
}

static enum err close_container(struct parser *p)
{
    uint32_t at = p->open;
    struct tape_item *item = &p->tape->items[at];
    p->at++;
    p->depth--;
    p->open = item->parent;
    item->next = p->tape->count;
    if (item->kind == TAPE_OBJECT && item->count > 1) {
        enum err err = tape_index_object(p->tape, at, p->arena, p->e);
        return err ? error_wrap(p->e, "object that ends at byte %zu",
                                (size_t)(p->at - p->start))
                   : ERR_OK;
    }
    return ERR_OK;
}

/* Behind a value: closes what ends here and moves to where the next value stands.
 * `*ret_more` is false when the root is complete. */
static enum err read_separator(struct parser *p, bool *ret_more)
{
    while (p->open != TAPE_NONE) {
        const struct tape_item *item = &p->tape->items[p->open];
        uint8_t closing = item->kind == TAPE_OBJECT ? '}' : ']';
        bool opened_now = p->open == p->tape->count - 1;
        skip_blanks(p);
        if (p->at < p->end && *p->at == closing) {
            enum err err = close_container(p);
            if (err) {
                return err;
            }
            continue;
        }
        if (!opened_now && !skip_byte(p, ',')) {
            return malformed(p, "a comma or closing bracket is missing");
        }
        skip_blanks(p);
        *ret_more = true;
        return read_key(p);
    }
    *ret_more = false;
    return ERR_OK;
}

static enum err read_document(struct parser *p)
{
    bool more = true;
    skip_blanks(p);
    while (more) {
        enum err err = read_value(p);
        err = err ? err : read_separator(p, &more);
        if (err) {
            return err;
        }
    }
    skip_blanks(p);
    return p->at == p->end ? ERR_OK : malformed(p, "bytes behind the document");
}

/* At most this many values are in the text: each but the root stands behind a comma
 * or an opening bracket. */
static size_t count_at_most(struct bytes text)
{
    size_t count = 1;
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.data[i];
        count += (size_t)(c == ',') + (size_t)(c == '[') + (size_t)(c == '{');
    }
    return count;
}

/* Takes the tape: what the text may need, as far as there is room; a quarter of the
 * room stays for texts and indexes. */
static bool take_tape(struct parser *p, struct bytes text)
{
    size_t wanted = count_at_most(text);
    size_t room = arena_room(p->arena) / 4 * 3 / sizeof(struct tape_item);
    wanted = wanted < room ? wanted : room;
    wanted = wanted < TAPE_ITEMS_MAX ? wanted : TAPE_ITEMS_MAX;
    p->capacity = (uint32_t)wanted;
    p->tape->items = arena_take(p->arena, wanted, sizeof(struct tape_item));
    return p->tape->items != NULL && wanted > 0;
}

enum err tape_parse(struct bytes text, int depth_max, struct arena *arena,
                    struct tape *ret_tape, struct error *e)
{
    ASSERT(depth_max > 0 && depth_max <= TAPE_DEPTH_MAX);
    struct tape tape = {0};
    struct parser p = {.start = text.data,
                       .at = text.data,
                       .end = text.data + text.len,
                       .arena = arena,
                       .tape = &tape,
                       .open = TAPE_NONE,
                       .depth_max = depth_max,
                       .e = e};
    if (bytes_start_with(text, BYTES("\xef\xbb\xbf"))) {
        p.at += 3;
    }
    if (text.len > TAPE_TEXT_MAX || !take_tape(&p, text)) {
        return no_room(&p);
    }
    size_t used = arena->used;
    enum err err = read_document(&p);
    if (err) {
        return err;
    }
    if (arena->used == used) { /* nothing was taken behind the tape */
        arena_trim(arena, tape.items, tape.count * sizeof *tape.items);
    }
    *ret_tape = tape;
    return ERR_OK;
}
