/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Regular expressions whose cost is bounded: text length times pattern length, whatever
 * either holds (all alternatives advance together, after Thompson and Pike).  The
 * common notation of Perl and Python, with their meaning of "first match":
 *
 *     . [abc] [^a-z] [[:digit:]] \d \w \s \D \W \S   ^ $ \b \B   a|b (a) (?:a)
 *     * + ? {2} {2,} {2,5}, each lazy with a ? behind   (?i) in front: ignore ASCII case
 *     \n \r \t \f \v \xHH and a backslash before punctuation
 *
 * There are no back-references and no look-around.  Characters are UTF-8; what is not
 * UTF-8 counts byte by byte.  `$` is the very end of the text.
 */
#ifndef CORE_PATTERN_H
#define CORE_PATTERN_H

#include "core/error.h"
#include "core/pool.h"

#define PATTERN_SIZE_MAX 2000  /* compiled steps */
#define PATTERN_TEXT_MAX 65536 /* longer texts never match */

struct pattern;

/* Compiles into the pool.  ERR_CONFIG: the text tells what is wrong and where. */
enum err pattern_compile(struct bytes text, struct pool *pool,
                         struct pattern **ret_pattern, struct error *e) MUST_CHECK;

/* Looks for the first match anywhere in the text.  `ret_first`, where not NULL, gets
 * what the first group caught, or the whole match when the pattern has no group; a
 * group that took no part gives bytes without data.  The pattern's own memory is used
 * on the way: one thread at a time. */
bool pattern_search(struct pattern *pattern, struct bytes text, struct bytes *ret_first);

#endif
