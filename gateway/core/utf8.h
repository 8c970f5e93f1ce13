/* SPDX-License-Identifier: Apache-2.0 */
/* Whether bytes are text: well-formed UTF-8 as in RFC 3629. */
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

#endif
