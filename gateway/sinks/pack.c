/* SPDX-License-Identifier: Apache-2.0 */
/* Both packers write into room of the plain length; what does not fit is not shorter. */
#include "sinks/pack.h"

#include <zlib.h>
#include <zstd.h>

#define GZIP_WINDOW (15 + 16) /* zlib: the largest window, a gzip header */
#define ZSTD_LEVEL 3

static void make_room(struct bytes plain, struct buf *out)
{
    buf_clear(out);
    buf_add(out, plain);
}

bool pack_gzip(struct bytes plain, struct buf *out)
{
    make_room(plain, out);
    z_stream stream = {.next_in = (Bytef *)(uintptr_t)plain.data,
                       .avail_in = (uInt)plain.len,
                       .next_out = out->data,
                       .avail_out = (uInt)out->len};
    if (plain.len > UINT32_MAX ||
        deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, GZIP_WINDOW,
                     MAX_MEM_LEVEL - 1, Z_DEFAULT_STRATEGY) != Z_OK) {
        return false;
    }
    bool whole = deflate(&stream, Z_FINISH) == Z_STREAM_END;
    out->len = stream.total_out;
    deflateEnd(&stream);
    return whole;
}

bool pack_zstd(struct bytes plain, struct buf *out)
{
    make_room(plain, out);
    size_t len = ZSTD_compress(out->data, out->len, plain.data, plain.len, ZSTD_LEVEL);
    out->len = ZSTD_isError(len) ? 0 : len;
    return !ZSTD_isError(len);
}
