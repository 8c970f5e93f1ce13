/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Values: from a payload's item to a reading's value, or to the reason why there is
 * none.  In this order: bytes, null, texts that mean not-a-number, the table of choices,
 * the type asked for, and for numbers linear, scale, scale_by, offset.
 */
#include "map_private.h"

#include "core/number.h"

#include <math.h>

#define NUMBER_LEN_MAX 512

/* ---- numbers ---- */

static bool is_blank(uint8_t c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static struct bytes trim(struct bytes text)
{
    while (text.len && is_blank(text.data[0])) {
        text = bytes_slice(text, 1, text.len);
    }
    while (text.len && is_blank(text.data[text.len - 1])) {
        text.len--;
    }
    return text;
}

const char *map_number(struct bytes text, struct value *ret_value)
{
    int64_t ignored = 0;
    text = trim(text);
    struct value value = {.kind = VALUE_INT};
    if (number_parse_i64(text, &value.integer)) {
        *ret_value = value;
        return NULL;
    }
    value.kind = VALUE_UINT;
    if (number_parse_u64(text, &value.natural)) {
        *ret_value = value;
        return NULL;
    }
    value.kind = VALUE_DOUBLE;
    if (number_parse(text, &value.number)) {
        *ret_value = value;
        return NULL;
    }
    return time_scale_decimal(text, 0, &ignored) ? "non_finite" : "not_a_number";
}

static size_t skip_digits(struct bytes text, size_t at)
{
    while (at < text.len && text.data[at] >= '0' && text.data[at] <= '9') {
        at++;
    }
    return at;
}

/* "1.234,5" to "1234.5": dots may only stand between groups of three digits.  What
 * follows is left to the number reader.  False when a dot stands elsewhere or the text
 * is too long. */
static bool undo_comma(struct bytes text, char *plain, size_t *ret_len)
{
    bool sign = text.len && (text.data[0] == '-' || text.data[0] == '+');
    size_t start = sign ? 1 : 0;
    size_t at = skip_digits(text, start);
    if (text.len > NUMBER_LEN_MAX) {
        return false;
    }
    size_t first = at - start;
    size_t len = at;
    memcpy(plain, text.data, at);
    while (at < text.len && text.data[at] == '.') {
        size_t end = skip_digits(text, at + 1);
        if (first == 0 || first > 3 || end - at != 4) {
            return false;
        }
        memcpy(plain + len, text.data + at + 1, 3);
        len += 3;
        at = end;
    }
    if (at < text.len && text.data[at] == ',') {
        plain[len++] = '.';
        at++;
    }
    memcpy(plain + len, text.data + at, text.len - at);
    *ret_len = len + text.len - at;
    return true;
}

/* The text without a unit at its end: "12.5 kg", "85%".  "0x1F", "1,5" with a decimal
 * point and the like are no number with a unit. */
static struct bytes without_unit(struct bytes text, bool comma)
{
    size_t at = text.len && (text.data[0] == '-' || text.data[0] == '+') ? 1 : 0;
    size_t start = at;
    at = skip_digits(text, at);
    size_t digits = at - start;
    while (at < text.len && (text.data[at] == '.' || (comma && text.data[at] == ','))) {
        at = skip_digits(text, at + 1);
    }
    size_t exponent = at;
    if (at < text.len && (text.data[at] == 'e' || text.data[at] == 'E')) {
        bool sign =
            at + 1 < text.len && (text.data[at + 1] == '-' || text.data[at + 1] == '+');
        size_t from = at + 1 + (sign ? 1 : 0);
        size_t end = skip_digits(text, from);
        exponent = end > from ? end : at;
    }
    at = exponent;
    if (at == text.len || at == start) {
        return text;
    }
    uint8_t next = text.data[at];
    bool base_prefix = digits == 1 && text.data[start] == '0' && at == start + 1 &&
                       (next == 'x' || next == 'X' || next == 'b' || next == 'o');
    bool goes_on = next == '.' || next == ',' || next == '-' || next == '+';
    return base_prefix || goes_on ? text : bytes_slice(text, 0, at);
}

static const char *number_from_text(const struct map_value *spec, struct bytes text,
                                    struct value *ret_value)
{
    char plain[NUMBER_LEN_MAX];
    size_t len = 0;
    text = trim(text);
    if (spec->strip_unit) {
        text = without_unit(text, spec->decimal_comma);
    }
    if (!spec->decimal_comma) {
        return map_number(text, ret_value);
    }
    text = trim(text);
    if (text.len == 0 || !undo_comma(text, plain, &len)) {
        return "not_a_number";
    }
    return map_number((struct bytes){(const uint8_t *)plain, len}, ret_value);
}

/* ---- types ---- */

static const char *to_int(struct value *value)
{
    if (value->kind == VALUE_INT || value->kind == VALUE_UINT) {
        return NULL;
    }
    double number = value->number;
    if (number != floor(number) || fabs(number) >= 0x1p63) {
        return "wrong_type";
    }
    *value = (struct value){.kind = VALUE_INT, .integer = (int64_t)number};
    return NULL;
}

static const char *read_number(const struct map_run *run, const struct map_value *spec,
                               uint32_t item, struct value *ret_value)
{
    enum tape_kind kind = tape_kind(&run->tape, item);
    const char *why = "wrong_type";
    if (kind == TAPE_NUMBER) {
        why = map_number(tape_text(&run->tape, item), ret_value);
    } else if (kind == TAPE_STRING) {
        why = number_from_text(spec, tape_text(&run->tape, item), ret_value);
    }
    return why || spec->as != AS_INT ? why : to_int(ret_value);
}

static bool same_letters(struct bytes text, const char *lower)
{
    size_t len = strlen(lower);
    for (size_t i = 0; i < len && i < text.len; i++) {
        uint8_t c = text.data[i];
        c = c >= 'A' && c <= 'Z' ? (uint8_t)(c + 32) : c;
        if (c != (uint8_t)lower[i]) {
            return false;
        }
    }
    return text.len == len;
}

static const char *read_bool(const struct map_run *run, uint32_t item,
                             struct value *ret_value)
{
    struct map_text text = {0};
    if (!map_item_text(&run->tape, item, &text)) {
        return "wrong_type";
    }
    struct bytes word = trim(text.text);
    bool yes = same_letters(word, "true") || bytes_are(word, "1");
    bool no = same_letters(word, "false") || bytes_are(word, "0");
    *ret_value = (struct value){.kind = VALUE_BOOL, .truth = yes};
    return yes || no ? NULL : "not_a_bool";
}

/* Text as it is; numbers by their source, bools by their word. */
static const char *read_string(const struct map_run *run, uint32_t item,
                               struct value *ret_value)
{
    struct map_text text = {0};
    if (!map_item_text(&run->tape, item, &text)) {
        return "wrong_type";
    }
    if (text.unfit) {
        return "bad_encoding";
    }
    *ret_value = (struct value){.kind = VALUE_TEXT, .text = text.text};
    return NULL;
}

static const char *read_auto(const struct map_run *run, const struct map_value *spec,
                             uint32_t item, struct value *ret_value)
{
    switch (tape_kind(&run->tape, item)) {
    case TAPE_NULL:
        return "null";
    case TAPE_TRUE:
    case TAPE_FALSE:
        return read_bool(run, item, ret_value);
    case TAPE_NUMBER:
        return read_number(run, spec, item, ret_value);
    case TAPE_STRING:
        return read_string(run, item, ret_value);
    case TAPE_ARRAY:
    case TAPE_OBJECT:
    case TAPE_BYTES:
        return "wrong_type";
    }
    return "wrong_type";
}

static const char *read_as(const struct map_run *run, const struct map_value *spec,
                           uint32_t item, struct value *ret_value)
{
    switch (spec->as) {
    case AS_AUTO:
        return read_auto(run, spec, item, ret_value);
    case AS_NUMBER:
    case AS_INT:
        return read_number(run, spec, item, ret_value);
    case AS_BOOL:
        return read_bool(run, item, ret_value);
    case AS_STRING:
        return read_string(run, item, ret_value);
    }
    return "wrong_type";
}

/* ---- tables of choices ---- */

const struct map_constant *map_choose(const struct map_choices *choices, struct bytes key)
{
    size_t low = 0;
    size_t high = choices->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = bytes_compare(choices->items[middle].key, key);
        if (order == 0) {
            return &choices->items[middle].value;
        }
        low = order < 0 ? middle + 1 : low;
        high = order < 0 ? high : middle;
    }
    return NULL;
}

static const char *take_constant(const struct map_constant *constant,
                                 struct value *ret_value)
{
    switch (constant->kind) {
    case CONSTANT_NULL:
        return "null";
    case CONSTANT_BOOL:
        *ret_value = (struct value){.kind = VALUE_BOOL, .truth = constant->truth};
        return NULL;
    case CONSTANT_NUMBER:
        *ret_value = constant->number;
        return NULL;
    case CONSTANT_TEXT:
        *ret_value = (struct value){.kind = VALUE_TEXT, .text = constant->text};
        return NULL;
    }
    return "null";
}

/* A number's choice may be written 1 for 1.0. */
static const struct map_constant *choose_number(const struct map_choices *choices,
                                                const struct value *value)
{
    double number = 0;
    char text[NUMBER_TEXT_MAX];
    if (!value_number(value, &number)) {
        return NULL;
    }
    size_t len = number_print(number, text);
    return map_choose(choices, (struct bytes){(const uint8_t *)text, len});
}

static const struct map_constant *choose(const struct map_run *run,
                                         const struct map_choices *choices, uint32_t item)
{
    struct map_text text = {0};
    if (!map_item_text(&run->tape, item, &text)) {
        return NULL;
    }
    const struct map_constant *found = map_choose(choices, text.text);
    struct value number = {0};
    if (!found) {
        found = map_choose(choices, trim(text.text));
    }
    if (!found && tape_kind(&run->tape, item) == TAPE_NUMBER &&
        !map_number(text.text, &number)) {
        found = choose_number(choices, &number);
    }
    return found;
}

/* ---- arithmetic ---- */

/* The factor of `scale_by`: NULL, or the reason why there is none. */
static const char *find_factor(struct map_run *run, const struct map_path *path,
                               double *ret_factor)
{
    uint32_t item = map_path_find(run, path);
    struct value factor = {0};
    if (item == TAPE_NONE || tape_kind(&run->tape, item) == TAPE_NULL) {
        return "null";
    }
    enum tape_kind kind = tape_kind(&run->tape, item);
    if (kind != TAPE_NUMBER && kind != TAPE_STRING) {
        return "wrong_type";
    }
    const char *why = map_number(tape_text(&run->tape, item), &factor);
    if (!why) {
        (void)value_number(&factor, ret_factor); /* it is a number */
    }
    return why;
}

static const char *compute(struct map_run *run, const struct map_value *spec,
                           struct value *value)
{
    double number = 0;
    double factor = 1;
    bool asked = spec->linear || spec->scaled || spec->scale_by || spec->shifted;
    if (!asked || value->kind == VALUE_BOOL || !value_number(value, &number)) {
        return NULL;
    }
    if (spec->linear) {
        double share = (number - spec->in_low) / (spec->in_high - spec->in_low);
        number = spec->out_low + share * (spec->out_high - spec->out_low);
    }
    if (spec->scaled) {
        number *= spec->scale;
    }
    if (spec->scale_by) {
        const char *why = find_factor(run, spec->scale_by, &factor);
        if (why) {
            return why;
        }
        number *= factor;
    }
    if (spec->shifted) {
        number += spec->offset;
    }
    *value = (struct value){.kind = VALUE_DOUBLE, .number = number};
    return isfinite(number) ? NULL : "non_finite";
}

/* ---- all of it ---- */

uint32_t map_value_find(struct map_run *run, const struct map_value *spec)
{
    for (size_t i = 0; i < spec->path_count; i++) {
        uint32_t item = map_path_find(run, &spec->paths[i]);
        if (item != TAPE_NONE) {
            return item;
        }
    }
    return TAPE_NONE;
}

/* The reason of a text that is listed to mean not-a-number, or NULL. */
static const char *non_finite(const struct map_run *run, const struct map_value *spec,
                              uint32_t item)
{
    struct map_text text = {0};
    if (spec->non_finite.count == 0 || tape_kind(&run->tape, item) != TAPE_STRING ||
        !map_item_text(&run->tape, item, &text)) {
        return NULL;
    }
    struct bytes plain = trim(text.text);
    for (size_t i = 0; i < spec->non_finite.count; i++) {
        if (bytes_equal(spec->non_finite.items[i].text, plain)) {
            bool sign = plain.len && (plain.data[0] == '-' || plain.data[0] == '+');
            struct bytes word = bytes_slice(plain, sign ? 1 : 0, 3);
            return same_letters(word, "inf") ? "inf" : "nan";
        }
    }
    return NULL;
}

static const char *read_bytes(struct map_run *run, const struct map_value *spec,
                              uint32_t item, struct value *ret_value)
{
    const char *why = map_bytes_read(run, spec->bytes, item, ret_value);
    const struct map_constant *choice = NULL;
    if (why || spec->choices.count == 0) {
        return why;
    }
    if (ret_value->kind == VALUE_BOOL) {
        choice =
            map_choose(&spec->choices, ret_value->truth ? BYTES("true") : BYTES("false"));
    }
    choice = choice ? choice : choose_number(&spec->choices, ret_value);
    if (choice) {
        return take_constant(choice, ret_value);
    }
    return spec->choices_strict ? "unmapped_value" : NULL;
}

static const char *read_item(struct map_run *run, const struct map_value *spec,
                             uint32_t item, struct value *ret_value)
{
    if (tape_kind(&run->tape, item) == TAPE_NULL) {
        return "null";
    }
    if (spec->bytes) {
        return read_bytes(run, spec, item, ret_value);
    }
    const char *why = non_finite(run, spec, item);
    if (why) {
        return why;
    }
    const struct map_constant *choice =
        spec->choices.count ? choose(run, &spec->choices, item) : NULL;
    if (choice) {
        return take_constant(choice, ret_value);
    }
    if (spec->choices_strict) {
        return "unmapped_value";
    }
    return read_as(run, spec, item, ret_value);
}

const char *map_value_read(struct map_run *run, const struct map_value *spec,
                           uint32_t item, struct value *ret_value)
{
    struct value value = {0};
    const char *why = read_item(run, spec, item, &value);
    why = why ? why : compute(run, spec, &value);
    *ret_value = why ? (struct value){.kind = VALUE_NONE} : value;
    return why;
}
