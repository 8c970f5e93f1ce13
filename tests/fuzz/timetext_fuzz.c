/* SPDX-License-Identifier: Apache-2.0 */
/* Any text as a time: what is taken prints to a text that reads back as the same. */
#include "core/timetext.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int64_t ns = 0;
    bool zoned = false;
    if (!time_parse_iso((struct bytes){.data = data, .len = size}, &ns, &zoned)) {
        return 0;
    }
    char text[TIME_TEXT_MAX];
    size_t len = time_print_iso(ns, text);
    int64_t again = 0;
    struct bytes printed = {.data = (const uint8_t *)text, .len = len};
    ASSERT(time_parse_iso(printed, &again, &zoned));
    ASSERT(again == ns);
    return 0;
}
