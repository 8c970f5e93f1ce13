/* SPDX-License-Identifier: Apache-2.0 */
#include "core/wire.h"

#include <criterion/criterion.h>

static bool malformed(struct bytes b)
{
    struct wire wire = wire_of(b);
    struct wire_field field;
    while (wire_next(&wire, &field)) {
    }
    return wire.failed;
}

Test(wire, reads_every_type)
{
    struct wire wire = wire_of(BYTES("\x08\x96\x01\x12\x02hi\x1d\x00\x00\x80\x3f"
                                     "\x21\x00\x00\x00\x00\x00\x00\xf0\x3f"));
    struct wire_field field;

    cr_assert(wire_next(&wire, &field));
    cr_assert(field.number == 1 && field.value == 150);
    cr_assert(wire_next(&wire, &field));
    cr_assert(field.number == 2 && bytes_are(field.bytes, "hi"));
    cr_assert(wire_next(&wire, &field));
    cr_assert(wire_float(field.value) >= 1.0F && wire_float(field.value) <= 1.0F);
    cr_assert(wire_next(&wire, &field));
    cr_assert(wire_double(field.value) >= 1.0 && wire_double(field.value) <= 1.0);
    cr_assert_not(wire_next(&wire, &field));
    cr_assert_not(wire.failed);
}

Test(wire, refuses_what_is_malformed)
{
    cr_assert(malformed(BYTES("\x08")), "no content");
    cr_assert(malformed(BYTES("\x00\x01")), "field number 0");
    cr_assert(malformed(BYTES("\x0b\x0c")), "a group");
    cr_assert(malformed(BYTES("\x12\xff\xff\xff\xff\x07xx")), "length beyond the end");
    cr_assert(malformed(BYTES("\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02")),
              "65 bits");
    cr_assert(malformed(BYTES("\x08\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01")),
              "eleven bytes");
    cr_assert(malformed(BYTES("\x0d\x00\x00")), "four bytes cut short");
}

Test(wire, takes_the_largest_varint)
{
    struct wire wire = wire_of(BYTES("\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"));
    struct wire_field field;
    cr_assert(wire_next(&wire, &field));
    cr_assert_eq(field.value, UINT64_MAX);
}
