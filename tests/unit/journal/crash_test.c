/* SPDX-License-Identifier: Apache-2.0 */
/* Random lives with crashes: see journal_crash.h for what must hold. */
#include "journal_crash.h"

#include "core/number.h"

#include <criterion/criterion.h>
#include <stdlib.h>

/* How many lives a test runs; EMGATE_SEEDS in the environment says otherwise. */
static uint64_t lives(void)
{
    uint64_t count = 300;
    const char *wanted = getenv("EMGATE_SEEDS");
    if (wanted && !number_parse_u64(bytes_of(wanted), &count)) {
        count = 300;
    }
    return count;
}

static void live_all(bool interval, bool faults)
{
    uint64_t acknowledged = 0;
    for (uint64_t seed = 1; seed <= lives(); seed++) {
        struct crash_life life = {.seed = seed, .interval = interval, .faults = faults};
        struct crash_result result = crash_live(life);
        cr_assert(result.broken[0] == 0, "%s", result.broken);
        acknowledged += result.acknowledged;
    }
    cr_assert_gt(acknowledged, lives() * 20);
}

Test(crash, with_sync_always_nothing_acknowledged_is_lost)
{
    live_all(false, false);
}

Test(crash, with_sync_always_and_failing_calls_nothing_acknowledged_is_lost)
{
    live_all(false, true);
}

Test(crash, with_sync_by_interval_nothing_shown_is_lost)
{
    live_all(true, false);
}

Test(crash, with_sync_by_interval_and_failing_calls_nothing_shown_is_lost)
{
    live_all(true, true);
}
