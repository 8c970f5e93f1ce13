/* SPDX-License-Identifier: Apache-2.0 */
/* Arithmetic of units: plain values, no UDUNITS, any thread. */
#include "units/units_private.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define POWER_MAX 60

struct unit unit_one(void)
{
    return (struct unit){.up = 1, .down = 1};
}

/* 0.001 is not exact in binary, 1 / 1000 is two exact numbers: a scale that is the
 * reciprocal of a whole number is kept as one. */
void unit_set_scale(struct unit *unit, double scale)
{
    double inverse = nearbyint(1 / scale);
    bool reciprocal = scale < 1 && inverse > 1 && 1 / inverse == scale;
    unit->up = reciprocal ? 1 : scale;
    unit->down = reciprocal ? inverse : 1;
}

/* The smaller parts first, so that what cancels stays exact. */
static void cancel(struct unit *unit)
{
    if (unit->up >= unit->down && fmod(unit->up, unit->down) == 0) {
        unit->up /= unit->down;
        unit->down = 1;
    } else if (unit->down > unit->up && fmod(unit->down, unit->up) == 0) {
        unit->down /= unit->up;
        unit->up = 1;
    }
}

static bool add_powers(struct unit *unit, const struct unit *factor, int power)
{
    for (int i = 0; i < UNIT_BASE_COUNT; i++) {
        int sum = unit->powers[i] + factor->powers[i] * power;
        if (abs(sum) > POWER_MAX) {
            return false;
        }
        unit->powers[i] = (int8_t)sum;
    }
    return true;
}

bool unit_multiply(struct unit *unit, const struct unit *factor, int power)
{
    struct unit result = *unit;
    for (int i = 0; i < abs(power); i++) {
        result.up *= power > 0 ? factor->up : factor->down;
        result.down *= power > 0 ? factor->down : factor->up;
    }
    cancel(&result);
    if (!isfinite(result.up) || !isfinite(result.down) || result.up <= 0 ||
        result.down <= 0 || !add_powers(&result, factor, power)) {
        return false;
    }
    if (factor->currency[0]) {
        memcpy(result.currency, factor->currency, sizeof result.currency);
    }
    result.offset = 0;
    *unit = result;
    return true;
}

bool unit_same_dimension(const struct unit *a, const struct unit *b)
{
    return memcmp(a->powers, b->powers, sizeof a->powers) == 0;
}

bool unit_same_size(const struct unit *a, const struct unit *b)
{
    return unit_same_dimension(a, b) && a->up * b->down == b->up * a->down &&
           a->offset == b->offset;
}

struct dimension {
    const char *name;
    int8_t powers[UNIT_BASE_COUNT];
};

/* clang-format off */
static const struct dimension dimensions[] = {
    {"mass", {[UNIT_KILOGRAM] = 1}},
    {"energy", {[UNIT_KILOGRAM] = 1, [UNIT_METRE] = 2, [UNIT_SECOND] = -2}},
    {"volume", {[UNIT_METRE] = 3}},
    {"normal volume", {[UNIT_NORMAL_METRE3] = 1}},
    {"time", {[UNIT_SECOND] = 1}},
    {"years", {[UNIT_YEAR] = 1}},
    {"money", {[UNIT_MONEY] = 1}},
    {"amount of substance", {[UNIT_MOLE] = 1}},
    {"temperature", {[UNIT_KELVIN] = 1}},
    {"length", {[UNIT_METRE] = 1}},
    {"power", {[UNIT_KILOGRAM] = 1, [UNIT_METRE] = 2, [UNIT_SECOND] = -3}},
    {"pressure", {[UNIT_KILOGRAM] = 1, [UNIT_METRE] = -1, [UNIT_SECOND] = -2}},
    {"voltage", {[UNIT_KILOGRAM] = 1, [UNIT_METRE] = 2, [UNIT_SECOND] = -3,
                 [UNIT_AMPERE] = -1}},
    {"no dimension", {0}},
};
/* clang-format on */

#define DIMENSION_COUNT (sizeof dimensions / sizeof dimensions[0])

static const char *const base_symbols[UNIT_BASE_COUNT] = {
    "kg", "m", "s", "K", "mol", "A", "cd", "Nm3", "year", "money"};

static bool is_quotient(const int8_t *powers, const int8_t *above, const int8_t *below)
{
    for (int i = 0; i < UNIT_BASE_COUNT; i++) {
        if (powers[i] != above[i] - below[i]) {
            return false;
        }
    }
    return true;
}

static bool dimension_named(const struct unit *unit, char text[UNIT_DIMENSION_MAX])
{
    for (size_t i = 0; i < DIMENSION_COUNT; i++) {
        if (memcmp(unit->powers, dimensions[i].powers, sizeof unit->powers) == 0) {
            snprintf(text, UNIT_DIMENSION_MAX, "%s", dimensions[i].name);
            return true;
        }
    }
    for (size_t i = 0; i < DIMENSION_COUNT; i++) {
        for (size_t j = 0; j + 1 < DIMENSION_COUNT; j++) {
            if (is_quotient(unit->powers, dimensions[i].powers, dimensions[j].powers)) {
                bool bare = i + 1 == DIMENSION_COUNT;
                snprintf(text, UNIT_DIMENSION_MAX, "%s/%s",
                         bare ? "1" : dimensions[i].name, dimensions[j].name);
                return true;
            }
        }
    }
    return false;
}

void unit_dimension(const struct unit *unit, char text[UNIT_DIMENSION_MAX])
{
    if (dimension_named(unit, text)) {
        return;
    }
    size_t len = 0;
    text[0] = 0;
    for (int i = 0; i < UNIT_BASE_COUNT; i++) {
        if (unit->powers[i] != 0) {
            len += (size_t)snprintf(text + len, UNIT_DIMENSION_MAX - len, "%s%s%d",
                                    len ? "." : "", base_symbols[i], unit->powers[i]);
        }
    }
}

static enum err dimensions_differ(const struct unit *from, const struct unit *to,
                                  struct error *e)
{
    char has[UNIT_DIMENSION_MAX];
    char wants[UNIT_DIMENSION_MAX];
    unit_dimension(from, has);
    unit_dimension(to, wants);
    const char *hint = "";
    if (from->powers[UNIT_NORMAL_METRE3] != to->powers[UNIT_NORMAL_METRE3]) {
        hint = " (m3 becomes Nm3 only with pressure and temperature: method nm3)";
    } else if (from->powers[UNIT_YEAR] != to->powers[UNIT_YEAR]) {
        hint = " (a year has no fixed number of hours)";
    }
    return error_set(e, ERR_REJECT, "the dimension is %s where %s is wanted%s", has,
                     wants, hint);
}

/* CO2 counts as CO2e and is often printed as such. */
static bool is_co2(const char *substance)
{
    return strcmp(substance, "CO2") == 0 || strcmp(substance, "CO2e") == 0;
}

static bool substances_differ(const char *a, const char *b)
{
    return a[0] && b[0] && strcmp(a, b) != 0 && !(is_co2(a) && is_co2(b));
}

static enum err meanings_differ(const struct unit *from, const struct unit *to,
                                struct error *e)
{
    if (substances_differ(from->of, to->of)) {
        return error_set(e, ERR_REJECT, "%s is given where %s is wanted", from->of,
                         to->of);
    }
    if (substances_differ(from->per, to->per)) {
        return error_set(e, ERR_REJECT, "per %s is given where per %s is wanted",
                         from->per, to->per);
    }
    if (from->basis != BASIS_NONE && to->basis != BASIS_NONE &&
        from->basis != to->basis) {
        return error_set(e, ERR_REJECT, "%s gas is given where %s gas is wanted",
                         from->basis == BASIS_WET ? "wet" : "dry",
                         to->basis == BASIS_WET ? "wet" : "dry");
    }
    bool open = strcmp(from->currency, "XXX") == 0 || strcmp(to->currency, "XXX") == 0;
    if (!open && strcmp(from->currency, to->currency) != 0) {
        return error_set(e, ERR_REJECT, "%s is given where %s is wanted", from->currency,
                         to->currency);
    }
    return ERR_OK;
}

enum err unit_convert(const struct unit *from, const struct unit *to, double *ret_scale,
                      double *ret_offset, struct error *e)
{
    if (!unit_same_dimension(from, to)) {
        return dimensions_differ(from, to, e);
    }
    enum err err = meanings_differ(from, to, e);
    if (err) {
        return err;
    }
    *ret_scale = (from->up * to->down) / (from->down * to->up);
    *ret_offset = (from->offset - to->offset) * to->down / to->up;
    return ERR_OK;
}

enum err unit_over_time(const struct unit *rate, struct unit *ret_amount, struct error *e)
{
    if (rate->offset != 0) {
        return error_set(e, ERR_REJECT, "a scale with a zero of its own is no rate");
    }
    struct unit second = unit_one();
    second.powers[UNIT_SECOND] = 1;
    struct unit amount = *rate;
    if (!unit_multiply(&amount, &second, 1)) {
        return error_set(e, ERR_REJECT, "the unit is too large");
    }
    *ret_amount = amount;
    return ERR_OK;
}
