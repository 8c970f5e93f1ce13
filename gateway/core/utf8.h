/* SPDX-License-Identifier: Apache-2.0 */
/* Text and its characters: well-formed UTF-8 as in RFC 3629. */
#ifndef CORE_UTF8_H
#define CORE_UTF8_H

#include "core/bytes.h"

/* Length of the character that `text` starts with; 0 when it is malformed or empty. */
size_t utf8_len(struct bytes text);

/* No overlong form, no surrogate, nothing beyond U+10FFFF.  Zero bytes are allowed. */
bool utf8_valid(struct bytes text);

/* Valid and fit for a name that is logged and compared: no control character (C0, DEL,
 * C1) either. */
bool utf8_printable(struct bytes text);

/* The character that the text begins with and whose length was found to be `len`. */
uint32_t utf8_get(struct bytes text, size_t len);

/* Writes the character, 1 to 4 bytes; returns how many. */
size_t utf8_put(uint32_t character, uint8_t *out);

#endif
