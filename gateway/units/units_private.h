/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of this folder share: the tables of words, and arithmetic of units. */
#ifndef UNITS_UNITS_PRIVATE_H
#define UNITS_UNITS_PRIVATE_H

#include "units/units.h"

/* A unit that UDUNITS does not have, or has with another meaning. */
struct word_unit {
    const char *word;
    double up, down;
    int8_t powers[UNIT_BASE_COUNT];
};

/* The unit of this word, or NULL. */
const struct word_unit *word_unit_find(struct bytes word);

/* Why a word is refused as a unit, or NULL. */
const char *word_refused(struct bytes word);

/* The canonical name of a substance, or NULL. */
const char *word_substance(struct bytes word);

/* Whether it is a currency's three letters. */
bool word_is_currency(struct bytes word);

/* A unit that may stand behind another with a space only, as in "kW h". */
bool word_follows(struct bytes word);

/* A unit so common that it must not pass for a word of explanation. */
bool word_is_common(struct bytes word);

/* Common units for "did you mean"; ends in NULL. */
extern const char *const word_names[];

/* One symbol by UDUNITS; false when it does not know it. */
MUST_CHECK bool udunits_find(struct units *units, struct bytes symbol,
                             struct unit *ret_unit);

/* Room for a word in plain spelling. */
struct symbol_text {
    uint8_t data[UNIT_TEXT_MAX];
    size_t len;
};

/* Superscripts, subscripts and the true minus become ASCII: "m³" gives "m3".  A view
 * into `plain`. */
struct bytes symbol_plain(struct bytes word, struct symbol_text *plain);

/* Splits "m3", "m^3", "s-1" into the symbol and its power; 1 when there is none. */
int symbol_split_power(struct bytes *word);

/* A word that is one symbol, with or without a power; false when nobody knows it. */
MUST_CHECK bool symbol_find(struct units *units, struct bytes word,
                            struct unit *ret_unit);

/* The same with the words that are refused, and remarks behind an underscore: "MWh_el".
 */
enum err symbol_read(struct units *units, struct bytes word, struct unit *ret_unit,
                     struct error *e) MUST_CHECK;

/* The error for a word that is no unit, with the nearest that is. */
enum err symbol_unknown(struct bytes word, struct error *e);

/* One, without dimension. */
struct unit unit_one(void);

/* Sets up and down so that up / down is `scale`, exactly where that is possible. */
void unit_set_scale(struct unit *unit, double scale);

#endif
