/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One symbol of a unit: its spelling, its power, and who knows it.  Our own words come
 * before UDUNITS, so that "a" is a year and not an are.
 */
#include "core/nearest.h"
#include "units/units_private.h"

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

static bool plain_special(struct bytes b, struct symbol_text *plain, size_t *used)
{
    static const struct {
        const char *from;
        char to;
    } special[] = {
        {"\xc2\xb2", '2'},     {"\xc2\xb3", '3'},     {"\xc2\xb9", '1'},
        {"\xe2\x82\x82", '2'}, {"\xe2\x82\x83", '3'}, {"\xe2\x82\x84", '4'},
        {"\xe2\x82\x86", '6'}, {"\xe2\x81\xbb", '-'}, {"\xe2\x88\x92", '-'},
    };
    for (size_t i = 0; i < sizeof special / sizeof special[0]; i++) {
        struct bytes from = bytes_of(special[i].from);
        if (bytes_start_with(b, from)) {
            plain->data[plain->len++] = (uint8_t)special[i].to;
            *used += from.len;
            return true;
        }
    }
    return false;
}

struct bytes symbol_plain(struct bytes word, struct symbol_text *plain)
{
    plain->len = 0;
    for (size_t i = 0; i < word.len;) {
        if (!plain_special(bytes_slice(word, i, SIZE_MAX), plain, &i)) {
            plain->data[plain->len++] = word.data[i++];
        }
    }
    return (struct bytes){.data = plain->data, .len = plain->len};
}

int symbol_split_power(struct bytes *word)
{
    size_t digits = 0;
    while (digits < word->len && digits < 2 &&
           is_digit(word->data[word->len - 1 - digits])) {
        digits++;
    }
    size_t start = word->len - digits;
    if (digits == 0 || start == 0 || is_digit(word->data[start - 1])) {
        return 1;
    }
    int power = 0;
    for (size_t i = start; i < word->len; i++) {
        power = power * 10 + (word->data[i] - '0');
    }
    if (start > 1 && word->data[start - 1] == '-') {
        power = -power;
        start--;
    }
    if (start > 1 && word->data[start - 1] == '^') {
        start--;
    }
    word->len = start;
    return power;
}

static bool own_symbol(struct bytes word, struct unit *ret_unit)
{
    const struct word_unit *own = word_unit_find(word);
    if (own) {
        *ret_unit = unit_one();
        ret_unit->up = own->up;
        ret_unit->down = own->down;
        memcpy(ret_unit->powers, own->powers, sizeof ret_unit->powers);
        return true;
    }
    if (word_is_currency(word)) {
        *ret_unit = unit_one();
        ret_unit->powers[UNIT_MONEY] = 1;
        memcpy(ret_unit->currency, word.data, 3);
        return true;
    }
    return false;
}

bool symbol_find(struct units *units, struct bytes word, struct unit *ret_unit)
{
    if (own_symbol(word, ret_unit)) {
        return true;
    }
    struct bytes symbol = word;
    int power = symbol_split_power(&symbol);
    struct unit unit;
    bool found = own_symbol(symbol, &unit);
    if (!found && bytes_are(symbol, "Cel")) {
        found = udunits_find(units, BYTES("degC"), &unit);
    } else if (!found) {
        found = udunits_find(units, symbol, &unit);
    }
    if (!found) {
        return udunits_find(units, word, ret_unit);
    }
    if (power == 1) {
        *ret_unit = unit;
        return true;
    }
    struct unit raised = unit_one();
    if (!unit_multiply(&raised, &unit, power)) {
        return false;
    }
    *ret_unit = raised;
    return true;
}

enum err symbol_unknown(struct bytes word, struct error *e)
{
    const char *near = nearest_name(word_names, word);
    return error_set(e, ERR_REJECT, "'%.*s' is not a unit%s%s%s", BYTES_ARG(word),
                     near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
}

enum err symbol_read(struct units *units, struct bytes word, struct unit *ret_unit,
                     struct error *e)
{
    const char *reason = word_refused(word);
    if (reason) {
        return error_set(e, ERR_REJECT, "'%.*s' %s", BYTES_ARG(word), reason);
    }
    if (symbol_find(units, word, ret_unit)) {
        return ERR_OK;
    }
    /* MWh_el, GJ_th: what stands behind the underscore is a remark. */
    const uint8_t *line = memchr(word.data, '_', word.len);
    struct bytes symbol = word;
    symbol.len = line ? (size_t)(line - word.data) : word.len;
    if (line && symbol.len > 0 && symbol_find(units, symbol, ret_unit)) {
        return ERR_OK;
    }
    return symbol_unknown(word, e);
}
