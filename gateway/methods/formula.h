/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A method's formula with the numbers of one calculation in the place of its symbols:
 *
 *     Em = FQ [t] x NCV [GJ/t] / 1000 x EF [t CO2/TJ] x OF x (1 - BF x evidence)
 *     Em = 14.2 t x 25.8 GJ/t / 1000 x 94.6 t CO2/TJ x 1 x (1 - 0 x 0)
 */
#ifndef METHODS_FORMULA_H
#define METHODS_FORMULA_H

#include "core/buf.h"
#include "methods/method.h"

/* A value that a calculation took; texts are the caller's. */
struct formula_value {
    const char *name; /* of the method's input */
    double value;
    const char *unit;
};

/* Appends the first of the formula's alternatives whose symbols all have a value, those
 * that the method itself would put in among them; nothing when there is none.  A symbol
 * is an input's name, the word that its help begins with, or four letters or more that
 * its name begins with; what is no symbol stays as it is.  Numbers have eight digits. */
void formula_fill(const struct method *method, const struct formula_value *values,
                  size_t count, struct buf *out);

#endif
