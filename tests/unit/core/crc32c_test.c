/* SPDX-License-Identifier: Apache-2.0 */
#include "core/crc32c.h"

#include <criterion/criterion.h>

Test(crc32c, gives_the_published_check_values)
{
    uint8_t zeros[32] = {0};
    uint8_t ones[32];
    memset(ones, 0xff, sizeof ones);

    cr_assert_eq(crc32c(0, BYTES("123456789")), 0xE3069283u);
    /* RFC 3720, appendix B.4 */
    cr_assert_eq(crc32c(0, (struct bytes){.data = zeros, .len = 32}), 0x8A9136AAu);
    cr_assert_eq(crc32c(0, (struct bytes){.data = ones, .len = 32}), 0x62A8AB43u);
    cr_assert_eq(crc32c(0, (struct bytes){0}), 0u);
}

Test(crc32c, hardware_and_table_agree_at_every_length_and_alignment)
{
    uint8_t data[300];
    for (size_t i = 0; i < sizeof data; i++) {
        data[i] = (uint8_t)(i * 197 + 11);
    }
    for (size_t start = 0; start < 9; start++) {
        for (size_t len = 0; start + len < sizeof data; len++) {
            struct bytes bytes = {.data = data + start, .len = len};
            uint32_t table = crc32c_table(7, bytes);
            cr_assert_eq(crc32c(7, bytes), table);
            if (crc32c_has_hardware()) {
                cr_assert_eq(crc32c_hardware(7, bytes), table);
            }
        }
    }
}

Test(crc32c, goes_on_where_it_stopped)
{
    struct bytes whole = BYTES("the quick brown fox");
    for (size_t cut = 0; cut <= whole.len; cut++) {
        uint32_t first = crc32c(0, bytes_slice(whole, 0, cut));
        cr_assert_eq(crc32c(first, bytes_slice(whole, cut, whole.len)), crc32c(0, whole));
    }
}
