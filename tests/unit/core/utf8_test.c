/* SPDX-License-Identifier: Apache-2.0 */
#include "core/utf8.h"

#include <criterion/criterion.h>

Test(utf8, takes_every_length)
{
    cr_assert(utf8_valid(BYTES("a \xc2\xb0 \xe2\x82\xac \xf0\x9f\x8c\xa1")));
    cr_assert(utf8_valid(BYTES("")));
}

Test(utf8, refuses_what_is_malformed)
{
    cr_assert_not(utf8_valid(BYTES("\xc0\x80")), "overlong zero");
    cr_assert_not(utf8_valid(BYTES("\xe0\x80\xaf")), "overlong slash");
    cr_assert_not(utf8_valid(BYTES("\xed\xa0\x80")), "surrogate");
    cr_assert_not(utf8_valid(BYTES("\xf4\x90\x80\x80")), "beyond the last");
    cr_assert_not(utf8_valid(BYTES("\xe2\x82")), "cut short");
    cr_assert_not(utf8_valid(BYTES("\x80")), "a follower alone");
}

Test(utf8, a_name_has_no_control_character)
{
    cr_assert(utf8_printable(BYTES("Stack/SO2 \xc2\xb5g")));
    cr_assert_not(utf8_printable(BYTES("a\0b")));
    cr_assert_not(utf8_printable(BYTES("a\nb")));
    cr_assert_not(utf8_printable(BYTES("a\x7f")));
    cr_assert_not(utf8_printable(BYTES("a\xc2\x85")));
}

Test(utf8, every_character_is_read_back)
{
    for (uint32_t c = 0; c <= 0x10ffff; c++) {
        uint8_t data[4];
        struct bytes text = {.data = data, .len = utf8_put(c, data)};
        size_t len = utf8_len(text);
        bool surrogate = c >= 0xd800 && c <= 0xdfff;

        cr_assert_eq(len, surrogate ? 0 : text.len, "U+%04X", c);
        cr_assert(surrogate || utf8_get(text, len) == c, "U+%04X", c);
    }
}
