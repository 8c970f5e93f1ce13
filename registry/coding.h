/* SPDX-License-Identifier: Apache-2.0 */
/* Packed request bodies (Content-Encoding: gzip or zstd), unpacked within a limit. */
#ifndef REGISTRY_CODING_H
#define REGISTRY_CODING_H

#include "core/buf.h"
#include "core/error.h"

/* Whether this coding is known; its name as in the header. */
bool coding_is_known(const char *coding);

/* Unpacks all of `packed` into `out`, which holds at most what it was made for.
 * ERR_FULL: it is more than that, whatever the ratio; ERR_REJECT: it is not whole or not
 * of this coding. */
enum err coding_unpack(const char *coding, struct bytes packed, struct buf *out,
                       struct error *e) MUST_CHECK;

#endif
