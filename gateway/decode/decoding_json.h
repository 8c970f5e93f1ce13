/* SPDX-License-Identifier: Apache-2.0 */
/* What became of a message, as the JSON line that `emgate decode` prints. */
#ifndef DECODE_DECODING_JSON_H
#define DECODE_DECODING_JSON_H

#include "core/buf.h"
#include "decode/adapter.h"

/* Adds one object and a line end.  `adapter` is the name of the one that decoded; `tried`
 * is what became of its rules, a list in JSON, or empty when it has none. */
void decoding_put_json(struct buf *out, const char *adapter,
                       const struct message *message, const struct decoding *decoding,
                       struct bytes tried);

#endif
