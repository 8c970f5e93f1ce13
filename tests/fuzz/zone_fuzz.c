/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a TZif file: local times go to UTC and back. */
#include "core/zone.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct zone *zone = NULL;
    if (zone_read((struct bytes){.data = data, .len = size}, &zone, NULL)) {
        return 0;
    }
    for (int64_t local = -3000000000; local < 8000000000; local += 86400 * 91) {
        int64_t utc = 0;
        if (zone_to_utc(zone, local, &utc) != ZONE_NEVER) {
            ASSERT(utc + zone_offset_at(zone, utc) == local);
        }
    }
    zone_close(&zone);
    return 0;
}
