/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Times in a form that is described by a pattern, after strptime() but without
 * locale, environment or C library:
 *
 *     %Y year, 4 digits     %y year, 2 digits (69..99: 19xx)   %m month   %d %e day
 *     %j day of the year    %b %B %h month's name, English, short or long
 *     %H hour   %I hour of 12, with %p AM or PM   %M minute   %S second
 *     %f decimals of a second, any number   %a %A weekday's name, not checked
 *     %z Z, +hh, +hhmm or +hh:mm   %Z UTC, GMT or Z
 *     %F %Y-%m-%d   %T %H:%M:%S   %R %H:%M   %D %m/%d/%y   %% a percent sign
 *
 * Numbers may have fewer digits than their full width where something else follows.
 * A blank in the pattern stands for one or more in the text.
 */
#ifndef CORE_TIMEPATTERN_H
#define CORE_TIMEPATTERN_H

#include "core/bytes.h"
#include "core/check.h"
#include "core/timetext.h"

/* What is wrong with a pattern, in words, or NULL.  One that does not give the date is
 * wrong. */
const char *time_pattern_problem(struct bytes pattern);

/* Whether the pattern reads the zone, so that none need be configured. */
bool time_pattern_has_zone(struct bytes pattern);

/* Reads the whole text; false when it differs from the pattern or is no date.
 * `*ret_zoned` tells whether `*ret_offset_s`, east of UTC, was given. */
MUST_CHECK bool time_pattern_read(struct bytes pattern, struct bytes text,
                                  struct civil *ret_civil, int *ret_offset_s,
                                  bool *ret_zoned);

#endif
