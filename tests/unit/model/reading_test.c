/* SPDX-License-Identifier: Apache-2.0 */
#include "model/reading.h"

#include <criterion/criterion.h>

Test(reading, whole_numbers_stay_exact)
{
    struct value value;
    cr_assert(value_parse(BYTES("-9007199254740993"), &value));
    cr_assert(value.kind == VALUE_INT && value.integer == INT64_C(-9007199254740993));
    cr_assert(value_parse(BYTES("18446744073709551615"), &value));
    cr_assert(value.kind == VALUE_UINT && value.natural == UINT64_MAX);
}

Test(reading, other_numbers_are_doubles)
{
    struct value value;
    cr_assert(value_parse(BYTES("1.5e3"), &value));
    cr_assert_eq(value.kind, VALUE_DOUBLE);
    cr_assert_float_eq(value.number, 1500, 1e-9);
    cr_assert(value_parse(BYTES("18446744073709551616"), &value));
    cr_assert_eq(value.kind, VALUE_DOUBLE);
}

Test(reading, what_is_no_plain_number_is_refused)
{
    const char *const texts[] = {"", "nan", "inf", "0x10", "1,5", " 1", "1e999", "--1"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct value value;
        cr_assert_not(value_parse(bytes_of(texts[i]), &value), "'%s'", texts[i]);
    }
}
