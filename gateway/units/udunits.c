/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The door to UDUNITS-2: one symbol in, a plain value out.  The library would print its
 * complaints to stderr; it is told not to.
 */
#include "units/units_private.h"

#include "core/mem.h"

#include <stdio.h>
#include <udunits2.h>

struct units {
    ut_system *system;
};

enum err units_open(struct units **ret_units, struct error *e)
{
    ut_set_error_message_handler(ut_ignore);
    ut_system *system = ut_read_xml(NULL);
    if (!system) {
        return error_set(e, ERR_CONFIG,
                         "the data of UDUNITS-2 (udunits2.xml) can't be read");
    }
    struct units *units = mem_new(struct units);
    units->system = system;
    *ret_units = units;
    return ERR_OK;
}

void units_close(struct units **units)
{
    if (*units) {
        ut_free_system((*units)->system);
        mem_free(units);
    }
}

/* ---- what UDUNITS knows about a unit, taken over by its visitor ---- */

static ut_status add_base(struct unit *unit, const ut_unit *base, int power)
{
    static const char *const symbols[] = {"kg", "m", "s", "K", "mol", "A", "cd"};
    const char *symbol = ut_get_symbol(base, UT_ASCII);
    for (size_t i = 0; symbol && i < sizeof symbols / sizeof symbols[0]; i++) {
        if (strcmp(symbol, symbols[i]) == 0) {
            unit->powers[i] = (int8_t)power;
            return UT_SUCCESS;
        }
    }
    bool plane_angle = symbol && strcmp(symbol, "rad") == 0;
    return plane_angle ? UT_SUCCESS : UT_CANT_FORMAT;
}

static ut_status visit_basic(const ut_unit *base, void *arg)
{
    return add_base(arg, base, 1);
}

static ut_status visit_product(const ut_unit *product, int count,
                               const ut_unit *const *bases, const int *powers, void *arg)
{
    (void)product;
    for (int i = 0; i < count; i++) {
        ut_status status = add_base(arg, bases[i], powers[i]);
        if (status != UT_SUCCESS || powers[i] > 30 || powers[i] < -30) {
            return UT_CANT_FORMAT;
        }
    }
    return UT_SUCCESS;
}

static const ut_visitor visitor;

/* base = scale * (value + offset) */
static ut_status visit_galilean(const ut_unit *unit, double scale, const ut_unit *under,
                                double offset, void *arg)
{
    (void)unit;
    struct unit *result = arg;
    unit_set_scale(result, scale);
    result->offset = scale * offset;
    return ut_accept_visitor(under, &visitor, arg);
}

static ut_status visit_timestamp(const ut_unit *unit, const ut_unit *under, double origin,
                                 void *arg)
{
    (void)unit;
    (void)under;
    (void)origin;
    (void)arg;
    return UT_CANT_FORMAT;
}

static ut_status visit_logarithmic(const ut_unit *unit, double base,
                                   const ut_unit *reference, void *arg)
{
    (void)unit;
    (void)base;
    (void)reference;
    (void)arg;
    return UT_CANT_FORMAT;
}

static const ut_visitor visitor = {
    .visit_basic = visit_basic,
    .visit_product = visit_product,
    .visit_galilean = visit_galilean,
    .visit_timestamp = visit_timestamp,
    .visit_logarithmic = visit_logarithmic,
};

bool udunits_find(struct units *units, struct bytes symbol, struct unit *ret_unit)
{
    char text[UNIT_TEXT_MAX + 1];
    if (symbol.len == 0 || symbol.len > UNIT_TEXT_MAX ||
        memchr(symbol.data, '@', symbol.len) || memchr(symbol.data, 0, symbol.len)) {
        return false;
    }
    snprintf(text, sizeof text, "%.*s", BYTES_ARG(symbol));
    ut_unit *found = ut_parse(units->system, text, UT_UTF8);
    if (!found) {
        return false;
    }
    struct unit unit = unit_one();
    ut_status status = ut_accept_visitor(found, &visitor, &unit);
    ut_free(found);
    if (status != UT_SUCCESS || !(unit.up > 0) || !(unit.down > 0)) {
        return false;
    }
    *ret_unit = unit;
    return true;
}
