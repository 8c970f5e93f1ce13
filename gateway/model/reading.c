/* SPDX-License-Identifier: Apache-2.0 */
/* Values of readings. */
#include "model/reading.h"

#include "core/number.h"

bool value_parse(struct bytes text, struct value *ret_value)
{
    int64_t integer = 0;
    uint64_t natural = 0;
    double number = 0;
    if (number_parse_i64(text, &integer)) {
        *ret_value = (struct value){.kind = VALUE_INT, .integer = integer};
    } else if (number_parse_u64(text, &natural)) {
        *ret_value = (struct value){.kind = VALUE_UINT, .natural = natural};
    } else if (number_parse(text, &number)) {
        *ret_value = (struct value){.kind = VALUE_DOUBLE, .number = number};
    } else {
        return false;
    }
    return true;
}
