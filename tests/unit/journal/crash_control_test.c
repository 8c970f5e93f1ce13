/* SPDX-License-Identifier: Apache-2.0 */
/* The negative control: linked with a journal that leaves sync out, the crash test must
 * find losses, or it would find none elsewhere either. */
#include "journal_crash.h"

#include <criterion/criterion.h>

Test(crash_control, a_journal_without_sync_is_caught)
{
    unsigned caught = 0;
    for (uint64_t seed = 1; seed <= 50; seed++) {
        struct crash_result result = crash_live((struct crash_life){.seed = seed});
        caught += result.broken[0] ? 1 : 0;
    }
    cr_assert_gt(caught, 40);
}
