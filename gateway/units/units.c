/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads the text of a unit; the grammar is in the header.  Text is walked once, from
 * left to right; a factor is multiplied in where it ends.  What is not known is an
 * error that names the word; nothing is taken for something else.
 */
#include "units/units.h"

#include "core/number.h"
#include "units/units_private.h"

#include <math.h>

#define DEPTH_MAX 4

struct reader {
    struct units *units;
    struct bytes text;
    size_t at;
    int depth;
    int factors; /* seen so far; an offset survives only in a single one */
    struct unit result;
    struct error *e;
};

/* ---- characters and words ---- */

static uint8_t peek(const struct reader *r)
{
    return r->at < r->text.len ? r->text.data[r->at] : 0;
}

static struct bytes rest(const struct reader *r)
{
    return bytes_slice(r->text, r->at, SIZE_MAX);
}

/* The length of "·" or "⋅" at the start, or 0. */
static size_t dot_length(struct bytes b)
{
    if (bytes_start_with(b, BYTES("\xc2\xb7"))) {
        return 2;
    }
    return bytes_start_with(b, BYTES("\xe2\x8b\x85")) ? 3 : 0;
}

static bool ends_word(struct bytes b)
{
    return b.len == 0 || memchr(" \t/*.,=()", b.data[0], 9) || dot_length(b);
}

static struct bytes word_at(const struct reader *r)
{
    struct bytes b = rest(r);
    size_t len = 0;
    while (!ends_word(bytes_slice(b, len, SIZE_MAX))) {
        len++;
    }
    return bytes_slice(b, 0, len);
}

static void skip_spaces(struct reader *r)
{
    while (peek(r) == ' ' || peek(r) == '\t') {
        r->at++;
    }
}

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

/* ---- words behind a symbol ---- */

static void note_substance(struct reader *r, const char *name, int sign)
{
    char *place = sign > 0 ? r->result.of : r->result.per;
    if (!place[0]) {
        memcpy(place, name, strlen(name) + 1);
    }
}

static void note_basis(struct reader *r, struct bytes word)
{
    if (bytes_are(word, "wet")) {
        r->result.basis = BASIS_WET;
    } else if (bytes_are(word, "dry")) {
        r->result.basis = BASIS_DRY;
    }
}

/* "kW h", "kJ kg-1": a product written with a space. */
static bool is_product_word(struct units *units, struct bytes word)
{
    struct bytes symbol = word;
    int power = symbol_split_power(&symbol);
    struct unit unit;
    return word_follows(word) || word_follows(symbol) ||
           (power < 0 && word_is_common(symbol) && symbol_find(units, symbol, &unit));
}

static enum err multiply_in(struct reader *r, struct bytes word, const struct unit *other,
                            struct unit *factor)
{
    if (!unit_multiply(factor, other, 1)) {
        return symbol_unknown(word, r->e);
    }
    r->factors++;
    return ERR_OK;
}

/* "1000", but not "100%", which says how pure something is. */
static bool is_number_word(struct bytes word)
{
    return is_digit(word.data[0]) && word.data[word.len - 1] != '%';
}

/* One word behind a symbol; in brackets a unit there is a product.  `first` when it
 * stands right behind it. */
static enum err read_follower(struct reader *r, struct bytes word, bool first, int sign,
                              struct unit *factor)
{
    const char *substance = word_substance(word);
    if (substance && first) {
        note_substance(r, substance, sign);
        return ERR_OK;
    }
    struct unit other;
    if (first && is_product_word(r->units, word) && symbol_find(r->units, word, &other)) {
        return multiply_in(r, word, &other, factor);
    }
    if (r->depth > 0 && word_is_common(word) && symbol_find(r->units, word, &other)) {
        return multiply_in(r, word, &other, factor);
    }
    if ((first && is_number_word(word)) || word_is_common(word)) {
        return error_set(r->e, ERR_REJECT,
                         "'%.*s' behind a unit: write '*' or '/' between",
                         BYTES_ARG(word));
    }
    note_basis(r, word);
    bool equivalent =
        bytes_are(word, "eq") || bytes_are(word, "equivalent") || bytes_are(word, "e");
    char *place = sign > 0 ? r->result.of : r->result.per;
    if (equivalent && strcmp(place, "CO2") == 0) {
        memcpy(place, "CO2e", sizeof "CO2e");
    }
    return ERR_OK;
}

/* Skips "(...)" behind a unit. */
static enum err read_remark(struct reader *r, struct unit *factor)
{
    size_t start = r->at + 1;
    int depth = 0;
    do {
        depth += peek(r) == '(';
        depth -= peek(r) == ')';
        r->at++;
    } while (depth > 0 && r->at < r->text.len);
    if (depth > 0) {
        return error_set(r->e, ERR_REJECT, "a ')' is missing");
    }
    struct bytes inside = bytes_slice(r->text, start, r->at - 1 - start);
    if (bytes_are(inside, "g") || bytes_are(inside, "gauge")) {
        return error_set(r->e, ERR_REJECT, "gauge pressure: give absolute pressure");
    }
    bool normal = bytes_are(inside, "n") || bytes_are(inside, "N");
    struct unit cubic_metre = {.up = 1, .down = 1, .powers = {[UNIT_METRE] = 3}};
    if (normal && unit_same_dimension(factor, &cubic_metre)) {
        memset(factor->powers, 0, sizeof factor->powers);
        factor->powers[UNIT_NORMAL_METRE3] = 1;
    }
    note_basis(r, inside);
    return ERR_OK;
}

static bool ends_factor(const struct reader *r)
{
    uint8_t c = peek(r);
    return c == 0 || memchr("/*.,=)", c, 6) || dot_length(rest(r));
}

static void skip_to_end(struct reader *r)
{
    r->at = r->text.len;
}

/* What stands behind the symbol, up to the next operator. */
static enum err read_words(struct reader *r, int sign, struct unit *factor)
{
    bool first = true;
    for (skip_spaces(r); !ends_factor(r); skip_spaces(r)) {
        if (peek(r) == '(') {
            enum err err = read_remark(r, factor);
            if (err) {
                return err;
            }
            continue;
        }
        struct symbol_text plain;
        struct bytes found = word_at(r);
        struct bytes word = symbol_plain(found, &plain);
        if (bytes_are(word, "per")) {
            return ERR_OK;
        }
        if (bytes_are(word, "or") || bytes_are(word, "to") || bytes_are(word, "at")) {
            skip_to_end(r);
            return ERR_OK;
        }
        enum err err = read_follower(r, word, first, sign, factor);
        if (err) {
            return err;
        }
        first = first && is_product_word(r->units, word);
        r->at += found.len;
    }
    return ERR_OK;
}

/* ---- factors ---- */

/* "1000", "1e6", "10^3". */
static enum err read_number(struct reader *r, struct unit *ret_unit)
{
    struct bytes b = rest(r);
    size_t len = 0;
    while (len < b.len && (is_digit(b.data[len]) || b.data[len] == '.')) {
        len++;
    }
    bool exponent = len + 1 < b.len && (b.data[len] == 'e' || b.data[len] == 'E') &&
                    is_digit(b.data[len + 1]);
    for (len += exponent; exponent && len < b.len && is_digit(b.data[len]);) {
        len++;
    }
    double value = 0;
    if (!number_parse(bytes_slice(b, 0, len), &value) || !(value > 0)) {
        return error_set(r->e, ERR_REJECT, "'%.*s' is not a number above 0", (int)len,
                         (const char *)b.data);
    }
    r->at += len;
    if (peek(r) == '^' && is_digit(rest(r).len > 1 ? rest(r).data[1] : 0)) {
        value = pow(value, rest(r).data[1] - '0');
        r->at += 2;
    }
    *ret_unit = unit_one();
    unit_set_scale(ret_unit, value);
    return ERR_OK;
}

static enum err read_expression(struct reader *r, int sign);

static enum err read_group(struct reader *r, int sign)
{
    if (++r->depth > DEPTH_MAX) {
        return error_set(r->e, ERR_REJECT, "brackets are nested deeper than %d",
                         DEPTH_MAX);
    }
    r->at++;
    enum err err = read_expression(r, sign);
    if (err) {
        return err;
    }
    if (peek(r) != ')') {
        return error_set(r->e, ERR_REJECT, "a ')' is missing");
    }
    r->at++;
    r->depth--;
    struct unit behind = unit_one();
    err = read_words(r, sign, &behind);
    if (!err && !unit_multiply(&r->result, &behind, sign)) {
        return error_set(r->e, ERR_REJECT, "the unit is too large");
    }
    return err;
}

/* "anode effect", "anode effects": two words, one count. */
static void skip_anode_effect(struct reader *r)
{
    struct reader ahead = *r;
    ahead.at += strlen("anode");
    skip_spaces(&ahead);
    struct bytes next = word_at(&ahead);
    if (bytes_are(next, "effect") || bytes_are(next, "effects")) {
        r->at = ahead.at + next.len;
    }
}

static enum err read_symbol_word(struct reader *r, struct unit *ret_unit)
{
    struct symbol_text plain;
    struct bytes found = word_at(r);
    if (found.len == 0) {
        return error_set(r->e, ERR_REJECT, "a unit is missing at character %zu",
                         r->at + 1);
    }
    if (bytes_are(found, "anode")) {
        size_t before = r->at;
        skip_anode_effect(r);
        if (r->at != before) {
            *ret_unit = unit_one();
            return ERR_OK;
        }
    }
    enum err err = symbol_read(r->units, symbol_plain(found, &plain), ret_unit, r->e);
    if (!err) {
        r->at += found.len;
    }
    return err;
}

static enum err read_factor(struct reader *r, int sign)
{
    skip_spaces(r);
    if (peek(r) == '(') {
        return read_group(r, sign);
    }
    struct unit number = unit_one();
    bool numbered = is_digit(peek(r));
    enum err err = numbered ? read_number(r, &number) : ERR_OK;
    if (err) {
        return err;
    }
    struct unit factor = unit_one();
    bool spaced = peek(r) == ' ';
    skip_spaces(r);
    bool bare = numbered && (ends_factor(r) || (spaced && peek(r) == '('));
    err = bare ? ERR_OK : read_symbol_word(r, &factor);
    if (!err) {
        err = read_words(r, sign, &factor);
    }
    if (err) {
        return err;
    }
    double offset = numbered || r->factors > 0 || sign < 0 ? 0 : factor.offset;
    r->factors++;
    if (!unit_multiply(&factor, &number, 1) ||
        !unit_multiply(&r->result, &factor, sign)) {
        return error_set(r->e, ERR_REJECT, "the unit is too large");
    }
    r->result.offset = offset;
    return ERR_OK;
}

/* The operator at this place: 1, -1, or 0 when there is none. */
static int read_operator(struct reader *r)
{
    skip_spaces(r);
    size_t dot = dot_length(rest(r));
    if (dot || peek(r) == '*' || peek(r) == '.') {
        r->at += dot ? dot : 1;
        return 1;
    }
    if (peek(r) == '/') {
        r->at++;
        return -1;
    }
    if (bytes_are(word_at(r), "per")) {
        r->at += 3;
        return -1;
    }
    return 0;
}

static enum err read_expression(struct reader *r, int sign)
{
    enum err err = read_factor(r, sign);
    while (!err) {
        int operation = read_operator(r);
        if (operation == 0) {
            break;
        }
        err = read_factor(r, sign * operation);
    }
    return err;
}

static enum err read_unit(struct reader *r)
{
    skip_spaces(r);
    if (r->at == r->text.len) {
        return error_set(r->e, ERR_REJECT,
                         "no unit is given; \"1\" says that there is none");
    }
    enum err err = read_expression(r, 1);
    if (err) {
        return err;
    }
    uint8_t c = peek(r);
    if (c != 0 && c != ',' && c != '=') {
        return error_set(r->e, ERR_REJECT, "'%c' stands at character %zu without need", c,
                         r->at + 1);
    }
    return ERR_OK;
}

enum err units_parse(struct units *units, struct bytes text, struct unit *ret_unit,
                     struct error *e)
{
    if (text.len > UNIT_TEXT_MAX) {
        return error_set(e, ERR_REJECT, "a unit of %zu bytes: %d are allowed", text.len,
                         UNIT_TEXT_MAX);
    }
    struct reader r = {.units = units, .text = text, .result = unit_one(), .e = e};
    if (read_unit(&r)) {
        return error_wrap(e, "unit '%.*s'", BYTES_ARG(text));
    }
    if (r.factors > 1) {
        r.result.offset = 0;
    }
    *ret_unit = r.result;
    return ERR_OK;
}

static size_t number_length(struct bytes text)
{
    size_t len = 0;
    while (len < text.len &&
           (is_digit(text.data[len]) || memchr("+-.", text.data[len], 3))) {
        len++;
    }
    bool exponent = len > 0 && len + 1 < text.len &&
                    (text.data[len] == 'e' || text.data[len] == 'E') &&
                    (is_digit(text.data[len + 1]) || memchr("+-", text.data[len + 1], 2));
    if (exponent) {
        len += 2;
        while (len < text.len && is_digit(text.data[len])) {
            len++;
        }
    }
    return len;
}

enum err units_parse_quantity(struct units *units, struct bytes text, double *ret_value,
                              struct unit *ret_unit, struct error *e)
{
    size_t len = number_length(text);
    double value = 0;
    if (!number_parse(bytes_slice(text, 0, len), &value)) {
        return error_set(e, ERR_REJECT, "'%.*s' does not begin with a number",
                         BYTES_ARG(text));
    }
    while (len < text.len && text.data[len] == ' ') {
        len++;
    }
    struct bytes unit_text = bytes_slice(text, len, SIZE_MAX);
    if (unit_text.len == 0) {
        unit_text = BYTES("1");
    }
    enum err err = units_parse(units, unit_text, ret_unit, e);
    if (!err) {
        *ret_value = value;
    }
    return err;
}

static bool remark_starts(struct bytes rest_of_text)
{
    return bytes_start_with(rest_of_text, BYTES(",")) ||
           bytes_start_with(rest_of_text, BYTES("=")) ||
           bytes_start_with(rest_of_text, BYTES(" (")) ||
           bytes_start_with(rest_of_text, BYTES(" =")) ||
           bytes_start_with(rest_of_text, BYTES(" or "));
}

struct bytes unit_without_remark(struct bytes text)
{
    size_t len = 0;
    while (len < text.len && !remark_starts(bytes_slice(text, len, SIZE_MAX))) {
        len++;
    }
    return bytes_slice(text, 0, len);
}
