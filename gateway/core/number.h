/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Numbers from text and to text, without locale.  Never strtod() on input: it
 * takes nan, inf, hex and the locale's comma, and makes 1e999 infinite.
 */
#ifndef CORE_NUMBER_H
#define CORE_NUMBER_H

#include "core/bytes.h"
#include "core/check.h"

/* Plain decimal notation, the whole text: [+-] digits [. digits] [e[+-]digits], or
 * ".5" and "5.".  False when it is anything else or not finite as a double. */
MUST_CHECK bool number_parse(struct bytes text, double *ret_value);

/* Whole numbers in decimal, the whole text.  False on overflow or anything else. */
MUST_CHECK bool number_parse_i64(struct bytes text, int64_t *ret_value);
MUST_CHECK bool number_parse_u64(struct bytes text, uint64_t *ret_value);

#define NUMBER_TEXT_MAX 32

/* The shortest decimal text that reads back as the same double; `text` has at
 * least NUMBER_TEXT_MAX bytes.  Returns the length. */
size_t number_print(double value, char *text);

#endif
