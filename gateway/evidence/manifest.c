/* SPDX-License-Identifier: Apache-2.0 */
/* Days and their digests. */
#include "evidence/manifest.h"

#include "core/clock.h"

#define DAY_NS (24 * NS_PER_HOUR)

int64_t manifest_day_of(int64_t ns)
{
    return ns / DAY_NS - (ns % DAY_NS < 0 ? 1 : 0);
}

int64_t manifest_day_ns(int64_t day)
{
    return day * DAY_NS;
}

void manifest_count(struct manifest_day *day, const uint8_t key[MANIFEST_KEY_LEN])
{
    day->count++;
    for (int i = 0; i < MANIFEST_KEY_LEN; i++) {
        day->digest[i] ^= key[i];
    }
}

bool manifest_same(const struct manifest_day *a, const struct manifest_day *b)
{
    return a->day == b->day && a->count == b->count &&
           memcmp(a->digest, b->digest, MANIFEST_KEY_LEN) == 0;
}
