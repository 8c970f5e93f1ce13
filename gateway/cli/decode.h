/* SPDX-License-Identifier: Apache-2.0 */
/* What became of a message, as the JSON line that `emgate decode` prints. */
#ifndef CLI_DECODE_H
#define CLI_DECODE_H

#include "core/buf.h"
#include "decode/adapter.h"

/* Adds one object and a line end.  `adapter` is the name of the one that decoded. */
void decode_print(struct buf *out, const char *adapter, const struct message *message,
                  const struct decoding *decoding);

#endif
