/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inflates twice: once to learn the size, into a buffer that is thrown away, and once
 * into memory of exactly that size.  So a bomb costs time in proportion to the limit
 * and no memory at all.  zlib's own memory comes from the arena too.
 */
#include "decode/inflate.h"

#define ZLIB_CONST
#include <zlib.h>

#define EITHER_HEADER (MAX_WBITS + 32) /* zlib or gzip, by what is there */
#define CHUNK 4096

static void *take(void *arena, unsigned count, unsigned size)
{
    return arena_take(arena, count, size);
}

static void keep(void *arena, void *memory)
{
    (void)arena;
    (void)memory;
}

static enum err begin(z_stream *z, struct arena *arena, struct bytes packed,
                      struct error *e)
{
    *z = (z_stream){.zalloc = take,
                    .zfree = keep,
                    .opaque = arena,
                    .next_in = packed.data,
                    .avail_in = (uInt)packed.len};
    if (packed.len > UINT32_MAX || inflateInit2(z, EITHER_HEADER) != Z_OK) {
        return error_reason(e, ERR_REJECT, "too_large", "no room to unpack");
    }
    return ERR_OK;
}

static enum err bad_compression(const z_stream *z, struct error *e)
{
    return error_reason(e, ERR_REJECT, "bad_compression", "unpacking stopped at byte %lu",
                        z->total_in);
}

/* The unpacked size, at most `max`. */
static enum err measure(struct arena *arena, struct bytes packed, size_t max,
                        size_t *ret_len, struct error *e)
{
    z_stream z;
    enum err result = begin(&z, arena, packed, e);
    if (result != ERR_OK) {
        return result;
    }
    uint8_t waste[CHUNK];
    int state = Z_OK;
    while (state == Z_OK && z.total_out <= max) {
        z.next_out = waste;
        z.avail_out = sizeof waste;
        state = inflate(&z, Z_NO_FLUSH);
    }
    if (z.total_out > max) {
        result = error_reason(e, ERR_REJECT, "too_large",
                              "unpacks to more than %zu bytes", max);
    } else if (state != Z_STREAM_END || z.avail_in > 0) {
        result = bad_compression(&z, e);
    } else {
        *ret_len = z.total_out;
    }
    (void)inflateEnd(&z); /* nothing to free */
    return result;
}

enum err inflate_bytes(struct arena *arena, struct bytes packed, size_t max,
                       struct bytes *ret_plain, struct error *e)
{
    size_t len = 0;
    enum err result = measure(arena, packed, max, &len, e);
    if (result != ERR_OK) {
        return result;
    }
    z_stream z;
    uint8_t *plain = arena_take(arena, len + 1, 1);
    if (!plain) {
        return error_reason(e, ERR_REJECT, "too_large", "no room to unpack");
    }
    result = begin(&z, arena, packed, e);
    if (result != ERR_OK) {
        return result;
    }
    z.next_out = plain;
    z.avail_out = (uInt)(len + 1);
    int state = inflate(&z, Z_FINISH);
    if (state != Z_STREAM_END || z.total_out != len) {
        result = bad_compression(&z, e);
    } else {
        *ret_plain = (struct bytes){.data = plain, .len = len};
    }
    (void)inflateEnd(&z);
    return result;
}
