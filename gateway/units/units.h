/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Units of measurement: UDUNITS-2 for the SI and what is used beside it, with the
 * habits of emission accounting on top.  A unit is parsed once, at load, into a plain
 * value; after that a conversion is one multiplication and one addition.
 *
 *     unit    = factor { ("/" | "*" | "." | "·" | "per") factor } [ remark ]
 *     factor  = [number] ( word {word} | "(" unit ")" )
 *     remark  = ", ..." | " (...)" | "= ..." | "or ..." | "to ..." | "at ..."
 *
 * A space binds tighter than "/": GJ/1000 Nm3 is GJ per (1000 Nm3).  "/" and "*" go
 * from left to right: W/m2*K is (W/m2)*K; write W/(m2*K).  Powers stand behind the
 * symbol: m3, m^3, m³, s-1.
 *
 * Words behind a symbol say what is measured: t CO2/TJ, kg N/t, t CO2e/t clinker,
 * MWh grid.  They do not change the number.  Those that name a substance are kept and
 * compared: t C is not t CO2, t N2O is not t CO2e.  CO2 and CO2e are taken for each
 * other (the GWP of CO2 is 1).  No word fits any substance.  "wet" and "dry" are kept
 * and compared too.  Other words are for people.
 *
 * Decisions:
 *   Nm3     is a quantity of its own: a cubic metre at 273.15 K and 101 325 Pa.  It
 *           never becomes m3, nor m3 Nm3: that needs pressure and temperature (method
 *           nm3).  Also kNm3, MNm3, NL.  Sm3 and scf have several reference states and
 *           are refused.
 *   t       is the tonne, Mt a million of them.  "ton", "MT" and "T" are refused: each
 *           means something else to somebody.
 *   h, d    hour and day of 24 h.  A year (a, yr, year) is a quantity of its own, since
 *           it has 8760 or 8784 hours; a month is refused.
 *   %, ppm  are 0.01 and 0.000001.  So "98 %" is 0.98 where a share is wanted, and 98
 *           of the unit "1" stays 98.
 *   cal     is the calorie of the steam tables, 4.1868 J; Btu likewise.
 *   money   USD, EUR, PKR ...: one currency does not become another.  XXX, "no
 *           currency" in ISO 4217, stands for any in a method's table.
 *   counts  cell, "anode effect" have no dimension: 1/cell-day is 1/d.
 *
 * An empty text is an error: units are never assumed.  "1" and "-" say "no dimension".
 *
 * units_new() needs UDUNITS's data file.  A `struct units` belongs to one thread; a
 * `struct unit` is a value.
 */
#ifndef UNITS_UNITS_H
#define UNITS_UNITS_H

#include "core/bytes.h"
#include "core/error.h"

#define UNIT_TEXT_MAX 120 /* bytes of a unit's text */

enum unit_base {
    UNIT_KILOGRAM,
    UNIT_METRE,
    UNIT_SECOND,
    UNIT_KELVIN,
    UNIT_MOLE,
    UNIT_AMPERE,
    UNIT_CANDELA,
    UNIT_NORMAL_METRE3, /* Nm3 */
    UNIT_YEAR,
    UNIT_MONEY,
    UNIT_BASE_COUNT,
};

enum unit_basis { BASIS_NONE, BASIS_WET, BASIS_DRY };

#define UNIT_SUBSTANCE_MAX 8

struct unit {
    double up, down; /* base units in one of this: up / down; kept apart to be exact */
    double offset;   /* in base units: value * up / down + offset; 0 in compounds */
    int8_t powers[UNIT_BASE_COUNT];
    char currency[4];
    char of[UNIT_SUBSTANCE_MAX];  /* substance above the line, or "" */
    char per[UNIT_SUBSTANCE_MAX]; /* below the line, or "" */
    enum unit_basis basis;
};

struct units;

/* Loads UDUNITS's data.  ERR_CONFIG when it is not there. */
enum err units_open(struct units **ret_units, struct error *e) MUST_CHECK;
void units_close(struct units **units);

/* ERR_REJECT with words: the part that is not known and what is near it. */
enum err units_parse(struct units *units, struct bytes text, struct unit *ret_unit,
                     struct error *e) MUST_CHECK;

/* A number and its unit in one text, "25.8 GJ/t", "2.4 %", "0.98": the unit of a bare
 * number is "1". */
enum err units_parse_quantity(struct units *units, struct bytes text, double *ret_value,
                              struct unit *ret_unit, struct error *e) MUST_CHECK;

/* value_in_to = value_in_from * scale + offset.  ERR_REJECT when the dimensions,
 * substances, currencies or wet and dry differ; the text says how. */
enum err unit_convert(const struct unit *from, const struct unit *to, double *ret_scale,
                      double *ret_offset, struct error *e) MUST_CHECK;

/* Whether unit_convert() would succeed. */
bool unit_same_dimension(const struct unit *a, const struct unit *b);

/* The same dimension and the same size. */
bool unit_same_size(const struct unit *a, const struct unit *b);

/* unit *= factor ^ power.  False when it becomes too large. */
MUST_CHECK bool unit_multiply(struct unit *unit, const struct unit *factor, int power);

/* What a rate gives when it is summed over seconds: t/h becomes t*s/h, which
 * unit_convert() takes for t.  ERR_REJECT for a unit with an offset. */
enum err unit_over_time(const struct unit *rate, struct unit *ret_amount,
                        struct error *e) MUST_CHECK;

/* The dimension in words: "mass", "energy/mass", "kg.m-3". */
#define UNIT_DIMENSION_MAX 128
void unit_dimension(const struct unit *unit, char text[UNIT_DIMENSION_MAX]);

/* The text without its remark; a view into it. */
struct bytes unit_without_remark(struct bytes text);

#endif
