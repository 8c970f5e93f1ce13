/* SPDX-License-Identifier: Apache-2.0 */
/* Reads a formula's text word by word; units in brackets go where a number comes. */
#include "methods/formula.h"

#include <string.h>

#define PREFIX_MIN 4
#define LINE_MAX_LEN 1024

struct filling {
    const struct method *method;
    const struct formula_value *values;
    size_t count;
    struct buf *out;
    bool lacks; /* a symbol has no value */
};

static bool is_word(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           c == '_';
}

static size_t word_len(struct bytes text)
{
    size_t len = 0;
    while (len < text.len && is_word(text.data[len])) {
        len++;
    }
    return len;
}

static uint8_t lower(uint8_t c)
{
    return c >= 'A' && c <= 'Z' ? (uint8_t)(c - 'A' + 'a') : c;
}

/* How many bytes both begin with, capitals or not. */
static size_t common(struct bytes word, const char *name)
{
    size_t len = 0;
    while (len < word.len && name[len] &&
           lower(word.data[len]) == lower((uint8_t)name[len])) {
        len++;
    }
    return len;
}

/* True when the help begins with the word, as in "FQ: fuel burnt". */
static bool is_symbol(struct bytes word, const char *help)
{
    struct bytes rest = bytes_of(help);
    size_t len = word_len(rest);
    bool ends = len == rest.len || rest.data[len] == ':' || rest.data[len] == ';';
    return ends && bytes_equal(bytes_slice(rest, 0, len), word);
}

static const struct method_input *find_input(const struct method *method,
                                             struct bytes word)
{
    const struct method_input *found = NULL;
    for (const struct method_input *input = method->inputs; input->name; input++) {
        if (is_symbol(word, input->help)) {
            return input;
        }
        size_t len = common(word, input->name);
        bool whole = len == word.len && !input->name[len];
        if (!found && len == word.len && (whole || len >= PREFIX_MIN)) {
            found = input;
        }
    }
    return found;
}

/* Adds the input's value; false when there is none. */
static bool add_value(struct filling *f, const struct method_input *input)
{
    for (size_t i = 0; i < f->count; i++) {
        if (strcmp(f->values[i].name, input->name) == 0) {
            const char *unit = f->values[i].unit;
            bool plain = !unit[0] || strcmp(unit, "1") == 0;
            bool number = unit[0] >= '0' && unit[0] <= '9'; /* 1000 Nm3 */
            buf_print(f->out, "%.8g%s%s%s", f->values[i].value,
                      plain    ? ""
                      : number ? " ("
                               : " ",
                      plain ? "" : unit, number && !plain ? ")" : "");
            return true;
        }
    }
    struct quantity quantity = {0};
    method_fill(input, true, &quantity);
    if (quantity.has) {
        buf_print(f->out, "%.8g", quantity.value);
    }
    return quantity.has;
}

/* Length of " [unit]" at the front, or 0. */
static size_t bracket_len(struct bytes text)
{
    if (text.len < 2 || text.data[0] != ' ' || text.data[1] != '[') {
        return 0;
    }
    const uint8_t *end = memchr(text.data, ']', text.len);
    return end ? (size_t)(end - text.data) + 1 : 0;
}

static bool is_result(struct bytes rest)
{
    return rest.len >= 2 && rest.data[0] == ' ' && rest.data[1] == '=';
}

/* Takes one word off the front. */
static struct bytes take_word(struct filling *f, struct bytes text)
{
    struct bytes word = bytes_slice(text, 0, word_len(text));
    struct bytes rest = bytes_slice(text, word.len, text.len - word.len);
    size_t bracket = bracket_len(rest);
    struct bytes behind = bytes_slice(rest, bracket, rest.len - bracket);
    bool number = word.data[0] >= '0' && word.data[0] <= '9';
    const struct method_input *input =
        number || is_result(behind) ? NULL : find_input(f->method, word);
    if (!input) {
        buf_add(f->out, word);
        buf_add(f->out, bytes_slice(rest, 0, bracket));
    } else if (!add_value(f, input)) {
        f->lacks = true;
    }
    return behind;
}

static void fill_line(struct filling *f, struct bytes line)
{
    while (line.len > 0) {
        if (is_word(line.data[0])) {
            line = take_word(f, line);
            continue;
        }
        size_t bracket = bracket_len(line);
        size_t len = bracket ? bracket : 1;
        buf_add(f->out, bytes_slice(line, 0, len));
        line = bytes_slice(line, len, line.len - len);
    }
}

void formula_fill(const struct method *method, const struct formula_value *values,
                  size_t count, struct buf *out)
{
    struct bytes rest = bytes_of(method->formula);
    while (rest.len > 0) {
        struct bytes line = bytes_take_part(&rest, '\n');
        struct buf text;
        buf_init(&text, LINE_MAX_LEN);
        struct filling f = {
            .method = method, .values = values, .count = count, .out = &text};
        if (line.len > 3 && memcmp(line.data, "or ", 3) == 0) {
            line = bytes_slice(line, 3, line.len - 3);
        }
        fill_line(&f, line);
        bool good = !f.lacks && !text.overflow;
        if (good) {
            buf_add(out, buf_bytes(&text));
        }
        buf_deinit(&text);
        if (good) {
            return;
        }
    }
}
