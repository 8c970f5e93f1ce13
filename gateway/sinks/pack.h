/* SPDX-License-Identifier: Apache-2.0 */
/* Packing bytes for a request: gzip, zstd. */
#ifndef SINKS_PACK_H
#define SINKS_PACK_H

#include "core/buf.h"

/* Packs `plain` into `out`, which is emptied before.  False: it does not become shorter;
 * then `out` holds nothing of use. */
bool pack_gzip(struct bytes plain, struct buf *out);
bool pack_zstd(struct bytes plain, struct buf *out);

#endif
