/* SPDX-License-Identifier: Apache-2.0 */
/* What does not become shorter is not packed; that it unpacks again is tested with
 * registry/coding.h. */
#include "sinks/pack.h"

#include <criterion/criterion.h>

Test(pack, what_does_not_become_shorter_is_left)
{
    struct buf out;
    buf_init(&out, 1000);
    cr_expect_not(pack_gzip(BYTES("abc"), &out));
    cr_expect_not(pack_zstd(BYTES("abc"), &out));
    buf_deinit(&out);
}

Test(pack, what_repeats_becomes_shorter)
{
    static const uint8_t zeros[5000];
    struct buf out;
    buf_init(&out, sizeof zeros);
    cr_expect(pack_gzip((struct bytes){zeros, sizeof zeros}, &out));
    cr_expect_lt(out.len, 100);
    cr_expect(pack_zstd((struct bytes){zeros, sizeof zeros}, &out));
    cr_expect_lt(out.len, 100);
    buf_deinit(&out);
}
