/* SPDX-License-Identifier: Apache-2.0 */
/* Sparkplug's values and qualities as readings have them. */
#ifndef SPARKPLUG_VALUE_H
#define SPARKPLUG_VALUE_H

#include "model/reading.h"
#include "sparkplug_payload.h"

#define SPARKPLUG_TEXT_MAX 4096

/* The value as its datatype says (0: as its field says).  Texts are views into the
 * payload.  NULL when it worked, else why there is no value: `null`, `wrong_type`,
 * `out_of_range`, `nan`, `inf`, `bad_encoding`, `too_long`, `unknown_datatype`. */
const char *sparkplug_convert(uint32_t datatype, const struct sparkplug_value *from,
                              struct value *ret_value);

/* Types without a reading of their own: bytes, files, property sets and arrays. */
bool sparkplug_is_opaque(uint32_t datatype);

/* Property Quality: 192 good, 64 uncertain, 0 bad, 500 stale. */
enum quality sparkplug_quality(int64_t code, struct bytes *ret_detail);

#endif
