/* SPDX-License-Identifier: Apache-2.0 */
/* Any text as a number: what is taken prints to a text that reads back as the same. */
#include "core/number.h"
#include "fuzz.h"

#include <math.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    double value = 0;
    if (!number_parse((struct bytes){.data = data, .len = size}, &value)) {
        return 0;
    }
    char text[NUMBER_TEXT_MAX];
    size_t len = number_print(value, text);
    ASSERT(len < NUMBER_TEXT_MAX);
    double again = 0;
    ASSERT(
        number_parse((struct bytes){.data = (const uint8_t *)text, .len = len}, &again));
    ASSERT(again == value && signbit(again) == signbit(value));
    return 0;
}
