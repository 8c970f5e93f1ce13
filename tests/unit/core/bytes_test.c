/* SPDX-License-Identifier: Apache-2.0 */
#include "core/bytes.h"

#include <criterion/criterion.h>

static void expect(struct bytes got, const char *wanted)
{
    cr_expect(bytes_are(got, wanted), "%.*s instead of %s", BYTES_ARG(got), wanted);
}

Test(bytes, a_line_is_taken_only_where_one_ends)
{
    struct bytes rest = BYTES("one\n\nlast");
    struct bytes line = BYTES("before");
    cr_assert(bytes_take_line(&rest, &line));
    expect(line, "one");
    cr_assert(bytes_take_line(&rest, &line));
    expect(line, "");
    cr_assert_not(bytes_take_line(&rest, &line));
    expect(line, "");
    expect(rest, "last");
    rest = (struct bytes){0};
    cr_assert_not(bytes_take_line(&rest, &line));
}

Test(bytes, a_field_is_what_follows_the_word_of_its_line)
{
    struct bytes rest = BYTES("size 12\nroot\nsi");
    struct bytes value = {0};
    cr_assert_not(bytes_take_field(&rest, "root", &value));
    cr_assert_not(bytes_take_field(&rest, "size 12\nroot", &value));
    cr_assert(bytes_take_field(&rest, "size ", &value));
    expect(value, "12");
    cr_assert(bytes_take_field(&rest, "root", &value));
    expect(value, "");
    cr_assert_not(bytes_take_field(&rest, "si", &value));
    expect(rest, "si");
}

Test(bytes, parts_stand_between_separators)
{
    struct bytes rest = BYTES("t||kg");
    expect(bytes_take_part(&rest, '|'), "t");
    expect(bytes_take_part(&rest, '|'), "");
    expect(bytes_take_part(&rest, '|'), "kg");
    expect(bytes_take_part(&rest, '|'), "");
    expect(bytes_part(BYTES("t|1000 Nm3|TJ"), '|', 0), "t");
    expect(bytes_part(BYTES("t|1000 Nm3|TJ"), '|', 1), "1000 Nm3");
    expect(bytes_part(BYTES("t|1000 Nm3|TJ"), '|', 7), "TJ");
    expect(bytes_part((struct bytes){0}, '|', 1), "");
}
