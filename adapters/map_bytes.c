/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Numbers inside bytes: a binary payload, hexadecimal or base64 text, an array of
 * bytes, or 16-bit registers as an array or as text ("[17332,57344]").  For a 32-bit
 * number 0xAABBCCDD:
 *
 *     u32be     AA BB CC DD        u32le     DD CC BB AA
 *     u32be_ws  CC DD AA BB        u32le_ws  BB AA DD CC
 */
#include "map_private.h"

#include "core/number.h"

#include <math.h>

#define OFFSET_MAX 1000000

static const char *const type_names[] = {"u8",    "i8",    "u16be", "u16le", "i16be",
                                         "i16le", "u32be", "u32le", "i32be", "i32le",
                                         "u64be", "u64le", "i64be", "i64le", "f32be",
                                         "f32le", "f64be", "f64le", NULL};

/* ---- loading ---- */

static bool ends_with(struct bytes text, const char *end)
{
    size_t len = strlen(end);
    return text.len >= len && bytes_are(bytes_slice(text, text.len - len, len), end);
}

static void load_type(struct map_loader *l, const struct node *node,
                      struct map_bytes *bytes)
{
    if (!map_scalar(l, node)) {
        return;
    }
    struct bytes name = node->text;
    bytes->words_swapped = ends_with(name, "_ws");
    if (bytes->words_swapped) {
        name.len -= 3;
    }
    bool known = false;
    for (size_t i = 0; type_names[i]; i++) {
        known = known || bytes_are(name, type_names[i]);
    }
    if (!known) {
        const char *near = nearest_name(type_names, name);
        problem_at(l->problems, node, "unknown type '%.*s'%s%s%s", BYTES_ARG(node->text),
                   near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
        return;
    }
    bytes->is_float = name.data[0] == 'f';
    bytes->is_signed = name.data[0] == 'i';
    bytes->little_endian = ends_with(name, "le");
    bytes->size = name.data[1] == '8'   ? 1
                  : name.data[1] == '1' ? 2
                  : name.data[1] == '3' ? 4
                                        : 8;
    if (bytes->words_swapped && bytes->size < 4) {
        problem_at(l->problems, node, "'%.*s': only 32 and 64 bits have words to swap",
                   BYTES_ARG(node->text));
    }
}

static int64_t load_whole(struct map_loader *l, const struct node *node, int64_t max)
{
    int64_t value = 0;
    if (map_scalar(l, node) &&
        (!number_parse_i64(node->text, &value) || value < 0 || value > max)) {
        problem_at(l->problems, node, "'%.*s' must be a whole number from 0 to %lld",
                   BYTES_ARG(node->text), (long long)max);
        return 0;
    }
    return value;
}

const struct map_bytes *map_load_bytes(struct map_loader *l, const struct node *node)
{
    static const char *const keys[] = {"enc", "offset", "type", "bit", NULL};
    static const char *const encodings[] = {"raw", "hex", "base64", "words", NULL};
    struct map_bytes *bytes = pool_new(&l->map->pool, struct map_bytes);
    *bytes = (struct map_bytes){.size = 1, .bit = -1};
    if (node->kind != NODE_MAP) {
        problem_at(l->problems, node,
                   "'bytes' is a map such as {enc: hex, offset: 0, "
                   "type: i16be}");
        return bytes;
    }
    node_check_keys(node, keys, l->problems);
    const struct node *encoding = node_find(node, "enc");
    const struct node *offset = node_find(node, "offset");
    const struct node *type = node_find(node, "type");
    const struct node *bit = node_find(node, "bit");
    int word = encoding ? map_load_word(l, encoding, encodings) : ENCODING_RAW;
    bytes->encoding = word < 0 ? ENCODING_RAW : (enum map_encoding)word;
    bytes->offset = offset ? (size_t)load_whole(l, offset, OFFSET_MAX) : 0;
    if (type) {
        load_type(l, type, bytes);
    } else {
        problem_at(l->problems, node, "'type' is missing, such as u16be");
    }
    if (bit && bytes->is_float) {
        problem_at(l->problems, bit, "a floating-point number has no bits to pick");
    } else if (bit) {
        bytes->bit = (int)load_whole(l, bit, (int64_t)bytes->size * 8 - 1);
    }
    return bytes;
}

/* ---- bytes from a payload ---- */

static int hex_digit(uint8_t c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Two digits a byte; blanks between bytes are skipped. */
static bool from_hex(struct bytes text, uint8_t *out, size_t *ret_len)
{
    size_t len = 0;
    for (size_t i = 0; i < text.len;) {
        if (text.data[i] == ' ') {
            i++;
            continue;
        }
        int high = hex_digit(text.data[i]);
        int low = i + 1 < text.len ? hex_digit(text.data[i + 1]) : -1;
        if (high < 0 || low < 0) {
            return false;
        }
        out[len++] = (uint8_t)(high << 4 | low);
        i += 2;
    }
    *ret_len = len;
    return true;
}

static int base64_digit(uint8_t c)
{
    if (c >= 'A' && c <= 'Z') {
        return c - 'A';
    }
    if (c >= 'a' && c <= 'z') {
        return c - 'a' + 26;
    }
    if (c >= '0' && c <= '9') {
        return c - '0' + 52;
    }
    return c == '+' || c == '-' ? 62 : c == '/' || c == '_' ? 63 : -1;
}

/* The usual and the URL alphabet; padding may be left out. */
static bool from_base64(struct bytes text, uint8_t *out, size_t *ret_len)
{
    size_t len = 0;
    uint32_t bits = 0;
    unsigned held = 0;
    for (size_t padding = 0; padding < 2 && text.len && text.data[text.len - 1] == '=';
         padding++) {
        text.len--;
    }
    for (size_t i = 0; i < text.len; i++) {
        int digit = base64_digit(text.data[i]);
        if (digit < 0) {
            return false;
        }
        bits = bits << 6 | (uint32_t)digit;
        held += 6;
        if (held >= 8) {
            held -= 8;
            out[len++] = (uint8_t)(bits >> held);
        }
    }
    *ret_len = len;
    return text.len % 4 != 1;
}

/* A register, signed or not, as two bytes, the high one first. */
static bool add_word(struct bytes text, uint8_t *out, size_t *len)
{
    int64_t word = 0;
    if (!number_parse_i64(text, &word) || word < INT16_MIN || word > UINT16_MAX) {
        return false;
    }
    out[(*len)++] = (uint8_t)((uint64_t)word >> 8);
    out[(*len)++] = (uint8_t)word;
    return true;
}

static bool between_words(uint8_t c)
{
    return c == ',' || c == ';' || c == ' ' || c == '[' || c == ']';
}

/* Registers as decimal text; brackets, blanks, commas and semicolons part them. */
static bool from_word_text(struct bytes text, uint8_t *out, size_t *ret_len)
{
    size_t len = 0;
    size_t from = 0;
    for (size_t i = 0; i <= text.len; i++) {
        if (i < text.len && !between_words(text.data[i])) {
            continue;
        }
        if (i > from && !add_word(bytes_slice(text, from, i - from), out, &len)) {
            return false;
        }
        from = i + 1;
    }
    *ret_len = len;
    return true;
}

static bool from_word_array(struct map_run *run, uint32_t item, uint8_t *out,
                            size_t *ret_len)
{
    size_t len = 0;
    for (uint32_t i = item + 1; i < run->tape.items[item].next;
         i = run->tape.items[i].next) {
        if (tape_kind(&run->tape, i) != TAPE_NUMBER ||
            !add_word(tape_text(&run->tape, i), out, &len)) {
            return false;
        }
    }
    *ret_len = len;
    return true;
}

static bool from_array(struct map_run *run, uint32_t item, uint8_t *out, size_t *ret_len)
{
    size_t len = 0;
    for (uint32_t i = item + 1; i < run->tape.items[item].next;
         i = run->tape.items[i].next) {
        uint64_t byte = 0;
        if (tape_kind(&run->tape, i) != TAPE_NUMBER ||
            !number_parse_u64(tape_text(&run->tape, i), &byte) || byte > 255) {
            return false;
        }
        out[len++] = (uint8_t)byte;
    }
    *ret_len = len;
    return true;
}

/* NULL, or the reason; the bytes are the payload's or in the arena. */
static const char *find_bytes(struct map_run *run, const struct map_bytes *spec,
                              uint32_t item, struct bytes *ret_bytes)
{
    enum tape_kind kind = tape_kind(&run->tape, item);
    struct bytes text = tape_text(&run->tape, item);
    bool raw = spec->encoding == ENCODING_RAW;
    bool words = spec->encoding == ENCODING_WORDS;
    bool array = kind == TAPE_ARRAY && (raw || words);
    if (raw && kind == TAPE_BYTES) {
        *ret_bytes = text;
        return NULL;
    }
    if (!array && (raw || kind != TAPE_STRING)) {
        return "wrong_type";
    }
    size_t count = array ? run->tape.items[item].count : text.len;
    uint8_t *out = arena_take(run->arena, count + 1, words ? 2 : 1);
    size_t len = 0;
    bool read = false;
    if (!out) {
        return "bad_encoding";
    }
    switch (spec->encoding) {
    case ENCODING_RAW:
        read = from_array(run, item, out, &len);
        break;
    case ENCODING_HEX:
        read = from_hex(text, out, &len);
        break;
    case ENCODING_BASE64:
        read = from_base64(text, out, &len);
        break;
    case ENCODING_WORDS:
        read = array ? from_word_array(run, item, out, &len)
                     : from_word_text(text, out, &len);
        break;
    }
    *ret_bytes = (struct bytes){.data = out, .len = len};
    return read ? NULL : "bad_encoding";
}

/* ---- the number ---- */

/* The number's bits; words are put in order first, then bytes. */
static uint64_t gather(const struct map_bytes *spec, const uint8_t *data)
{
    uint64_t bits = 0;
    for (unsigned i = 0; i < spec->size; i++) {
        unsigned at = spec->little_endian ? spec->size - 1 - i : i;
        if (spec->words_swapped) {
            at = (spec->size - 2 - at / 2 * 2) + at % 2;
        }
        bits = bits << 8 | data[at];
    }
    return bits;
}

static const char *to_float(const struct map_bytes *spec, uint64_t bits,
                            struct value *ret_value)
{
    double number = 0;
    if (spec->size == 4) {
        uint32_t half = (uint32_t)bits;
        float single = 0;
        memcpy(&single, &half, sizeof single);
        number = (double)single;
    } else {
        memcpy(&number, &bits, sizeof number);
    }
    *ret_value = (struct value){.kind = VALUE_DOUBLE, .number = number};
    return isnan(number) ? "nan" : isinf(number) ? "inf" : NULL;
}

static struct value to_whole(const struct map_bytes *spec, uint64_t bits)
{
    unsigned unused = 64 - spec->size * 8;
    if (spec->is_signed) {
        int64_t number = (int64_t)(bits << unused) >> unused;
        return (struct value){.kind = VALUE_INT, .integer = number};
    }
    if (bits > INT64_MAX) {
        return (struct value){.kind = VALUE_UINT, .natural = bits};
    }
    return (struct value){.kind = VALUE_INT, .integer = (int64_t)bits};
}

const char *map_bytes_read(struct map_run *run, const struct map_bytes *spec,
                           uint32_t item, struct value *ret_value)
{
    struct bytes bytes = {0};
    const char *why = find_bytes(run, spec, item, &bytes);
    if (why) {
        return why;
    }
    if (spec->offset > bytes.len || spec->size > bytes.len - spec->offset) {
        run->err = error_reason(run->e, ERR_REJECT, "short_binary",
                                "%zu bytes: a field needs %u from byte %zu on", bytes.len,
                                spec->size, spec->offset);
        return "short_binary";
    }
    uint64_t bits = gather(spec, bytes.data + spec->offset);
    if (spec->bit >= 0) {
        *ret_value = (struct value){.kind = VALUE_BOOL, .truth = bits >> spec->bit & 1};
        return NULL;
    }
    if (spec->is_float) {
        return to_float(spec, bits, ret_value);
    }
    *ret_value = to_whole(spec, bits);
    return NULL;
}
