/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a payload writes a time, as mappings and table formats are told:
 *
 *     iso                   2026-07-15T17:37:10.5+02:00, or without zone
 *     epoch_s|ms|us|ns      a number, or its digits as text; decimals allowed
 *     strptime:PATTERN      see core/timepattern.h
 *
 * with the name of a time zone for texts that carry none.  A local time that happens
 * twice is the earlier one (core/zone.h).
 */
#ifndef DECODE_TIMEFORMAT_H
#define DECODE_TIMEFORMAT_H

#include "config/node/node.h"
#include "core/bytes.h"
#include "core/check.h"

enum time_kind { TIME_ISO, TIME_EPOCH, TIME_PATTERN };

struct zone;

struct time_format {
    enum time_kind kind;
    int scale;            /* of an epoch: digits between its unit and ns */
    struct bytes pattern; /* a view into the node */
    struct zone *zone;    /* NULL: none */
};

/* Compiles; `zone` may be NULL.  Every mistake is a problem at its node.  The texts
 * live as long as the document. */
void time_format_init(struct time_format *format, const struct node *form,
                      const struct node *zone, struct problems *problems);
void time_format_deinit(struct time_format *format);

/* Reads a time; `is_text` tells a text from a number.  A time that doesn't fit becomes
 * INT64_MIN or INT64_MAX: it was read, and is implausible.  False: unreadable. */
MUST_CHECK bool time_format_read(const struct time_format *format, struct bytes text,
                                 bool is_text, int64_t *ret_ns);

/* A decimal number times 10^`scale` as an integer, exact, further digits cut, limits as
 * above.  False when the text is no plain decimal number. */
MUST_CHECK bool time_scale_decimal(struct bytes text, int scale, int64_t *ret_value);

#endif
