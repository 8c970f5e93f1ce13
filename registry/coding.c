/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A piece at a time, so that a small body that unpacks to gigabytes costs no more than
 * the limit.
 */
#include "registry/coding.h"

#include <string.h>
#include <strings.h>
#include <zlib.h>
#include <zstd.h>

#define PIECE 16384
#define GZIP_WINDOW (15 + 16) /* zlib: the largest window, a gzip header */

bool coding_is_known(const char *coding)
{
    return strcasecmp(coding, "gzip") == 0 || strcasecmp(coding, "zstd") == 0;
}

static enum err bad(const char *coding, struct error *e)
{
    return error_set(e, ERR_REJECT, "the body is not whole %s", coding);
}

static enum err add(struct buf *out, const uint8_t *piece, size_t len, struct error *e)
{
    buf_add(out, (struct bytes){.data = piece, .len = len});
    return out->overflow ? error_set(e, ERR_FULL,
                                     "the body unpacks to more than %zu bytes", out->max)
                         : ERR_OK;
}

static enum err unpack_gzip(struct bytes packed, struct buf *out, struct error *e)
{
    uint8_t piece[PIECE];
    z_stream stream = {.next_in = (Bytef *)(uintptr_t)packed.data,
                       .avail_in = (uInt)packed.len};
    if (packed.len > UINT32_MAX || inflateInit2(&stream, GZIP_WINDOW) != Z_OK) {
        return bad("gzip", e);
    }
    int rc = Z_OK;
    enum err err = ERR_OK;
    while (err == ERR_OK && rc == Z_OK) {
        stream.next_out = piece;
        stream.avail_out = sizeof piece;
        rc = inflate(&stream, Z_NO_FLUSH);
        if (rc == Z_OK || rc == Z_STREAM_END) {
            err = add(out, piece, sizeof piece - stream.avail_out, e);
        }
    }
    inflateEnd(&stream);
    bool whole = rc == Z_STREAM_END && stream.avail_in == 0;
    return err != ERR_OK || whole ? err : bad("gzip", e);
}

static enum err unpack_zstd(struct bytes packed, struct buf *out, struct error *e)
{
    uint8_t piece[PIECE];
    ZSTD_DStream *stream = ZSTD_createDStream();
    ZSTD_inBuffer in = {.src = packed.data, .size = packed.len};
    size_t left = stream ? ZSTD_initDStream(stream) : 0;
    enum err err = stream ? ERR_OK : bad("zstd", e);
    bool moved = true;
    while (err == ERR_OK && left > 0 && moved) {
        ZSTD_outBuffer to = {.dst = piece, .size = sizeof piece};
        size_t before = in.pos;
        left = ZSTD_decompressStream(stream, &to, &in);
        if (ZSTD_isError(left)) {
            err = bad("zstd", e);
        } else {
            err = add(out, piece, to.pos, e);
            moved = in.pos > before || to.pos > 0;
        }
    }
    ZSTD_freeDStream(stream);
    bool whole = left == 0 && in.pos == in.size;
    return err != ERR_OK || whole ? err : bad("zstd", e);
}

enum err coding_unpack(const char *coding, struct bytes packed, struct buf *out,
                       struct error *e)
{
    buf_clear(out);
    return strcasecmp(coding, "gzip") == 0 ? unpack_gzip(packed, out, e)
                                           : unpack_zstd(packed, out, e);
}
