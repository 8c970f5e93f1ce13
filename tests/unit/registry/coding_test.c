/* SPDX-License-Identifier: Apache-2.0 */
/* Packed bodies: what the sinks pack is unpacked, within a limit; rubbish is refused. */
#include "registry/coding.h"

#include "sinks/pack.h"

#include <criterion/criterion.h>

#define LEN 200000

static void make_plain(struct buf *plain)
{
    buf_init(plain, LEN);
    for (size_t i = 0; i < LEN; i++) {
        buf_add_byte(plain, (uint8_t)(i * i / 1000));
    }
}

static const struct {
    const char *name;
    bool (*pack)(struct bytes plain, struct buf *out);
} codings[] = {{"gzip", pack_gzip}, {"zstd", pack_zstd}};

Test(coding, what_was_packed_is_unpacked_the_same)
{
    for (size_t i = 0; i < 2; i++) {
        struct buf plain;
        struct buf packed;
        struct buf again;
        struct error e = {0};
        make_plain(&plain);
        buf_init(&packed, LEN);
        buf_init(&again, LEN);
        cr_assert(codings[i].pack(buf_bytes(&plain), &packed));
        cr_expect_lt(packed.len, LEN);

        enum err err = coding_unpack(codings[i].name, buf_bytes(&packed), &again, &e);

        cr_expect_eq(err, ERR_OK, "%s", e.text);
        cr_expect(bytes_equal(buf_bytes(&plain), buf_bytes(&again)));
        buf_deinit(&plain);
        buf_deinit(&packed);
        buf_deinit(&again);
    }
}

Test(coding, more_than_the_limit_is_refused_whatever_the_ratio)
{
    for (size_t i = 0; i < 2; i++) {
        struct buf plain;
        struct buf packed;
        struct buf again;
        struct error e = {0};
        make_plain(&plain);
        buf_init(&packed, LEN);
        buf_init(&again, LEN - 1);
        cr_assert(codings[i].pack(buf_bytes(&plain), &packed));

        cr_expect_eq(coding_unpack(codings[i].name, buf_bytes(&packed), &again, &e),
                     ERR_FULL);

        buf_deinit(&plain);
        buf_deinit(&packed);
        buf_deinit(&again);
    }
}

Test(coding, what_is_cut_short_longer_or_rubbish_is_refused)
{
    for (size_t i = 0; i < 2; i++) {
        struct buf plain;
        struct buf packed;
        struct buf again;
        struct error e = {0};
        make_plain(&plain);
        buf_init(&packed, LEN);
        buf_init(&again, LEN);
        cr_assert(codings[i].pack(buf_bytes(&plain), &packed));
        struct bytes whole = buf_bytes(&packed);
        cr_expect_eq(coding_unpack(codings[i].name, bytes_slice(whole, 0, whole.len / 2),
                                   &again, &e),
                     ERR_REJECT);
        buf_add_byte(&packed, 7);
        cr_expect_neq(coding_unpack(codings[i].name, buf_bytes(&packed), &again, &e),
                      ERR_OK);
        cr_expect_eq(coding_unpack(codings[i].name, BYTES("rubbish"), &again, &e),
                     ERR_REJECT);
        cr_expect_eq(coding_unpack(codings[i].name, BYTES(""), &again, &e), ERR_REJECT);
        buf_deinit(&plain);
        buf_deinit(&packed);
        buf_deinit(&again);
    }
}

Test(coding, known_ones_by_name)
{
    cr_expect(coding_is_known("gzip"));
    cr_expect(coding_is_known("ZSTD"));
    cr_expect_not(coding_is_known("br"));
}
