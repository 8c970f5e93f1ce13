/* SPDX-License-Identifier: Apache-2.0 */
/* Unpacks zlib and gzip data within a limit: whatever the ratio, no more memory than
 * the limit and a bounded time. */
#ifndef DECODE_INFLATE_H
#define DECODE_INFLATE_H

#include "core/arena.h"
#include "core/error.h"

/* Unpacks all of `packed` into the arena.  ERR_REJECT with a reason: `too_large` beyond
 * `max` bytes or the arena, `bad_compression`. */
enum err inflate_bytes(struct arena *arena, struct bytes packed, size_t max,
                       struct bytes *ret_plain, struct error *e) MUST_CHECK;

#endif
