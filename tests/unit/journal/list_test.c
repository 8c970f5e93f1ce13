/* SPDX-License-Identifier: Apache-2.0 */
#include "journal_rig.h"

#include <criterion/criterion.h>

struct seen {
    unsigned used, spare, damaged;
    uint64_t first_seq;
};

static void count(void *ctx, const struct journal_segment *segment)
{
    struct seen *seen = ctx;
    seen->used += segment->state == SEGMENT_USED ? 1 : 0;
    seen->spare += segment->state == SEGMENT_SPARE ? 1 : 0;
    seen->damaged += segment->state == SEGMENT_DAMAGED ? 1 : 0;
    if (segment->state == SEGMENT_USED) {
        cr_assert_gt(segment->first_seq, seen->first_seq);
        cr_assert_str_eq(segment->gateway_id, "gw-test");
        seen->first_seq = segment->first_seq;
    }
}

Test(list, tells_used_spare_and_damaged_segments_apart)
{
    struct rig rig;
    size_t len = 0;
    struct seen seen = {0};
    rig_init(&rig, 1);
    cr_assert_eq(rig_open(&rig), ERR_OK);
    for (uint64_t value = 1; value <= 400; value++) {
        uint64_t seq = 0;
        cr_assert_eq(rig_append(&rig, value, 300, &seq), ERR_OK);
        cr_assert(value % 100 || journal_commit(rig.journal, &rig.error) == ERR_OK);
    }
    rig_segment(&rig, 2, &len)[100] ^= 1;

    cr_assert_eq(
        journal_list_segments(RIG_DIRECTORY, &rig.disk, count, &seen, &rig.error),
        ERR_OK);

    cr_assert_eq(seen.used, 2);
    cr_assert_eq(seen.damaged, 1);
    cr_assert_eq(seen.spare, 2);
    rig_deinit(&rig);
}

Test(list, names_record_types)
{
    cr_assert_str_eq(record_type_name(RECORD_MESSAGE), "message");
    cr_assert_str_eq(record_type_name(RECORD_ENTRY), "entry");
    cr_assert_str_eq(record_type_name((enum record_type)0), "unknown");
    cr_assert_str_eq(record_type_name((enum record_type)200), "unknown");
}
