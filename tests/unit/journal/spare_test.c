/* SPDX-License-Identifier: Apache-2.0 */
/* Quota, reserve and a full disk: intake stops, nothing is lost, and it goes on by
 * itself when there is room again. */
#include "journal/journal_private.h"

#include "journal_rig.h"

#include <criterion/criterion.h>
#include <stdio.h>

/* Appends and commits until there is no more room; gives the last seq. */
static uint64_t fill(struct rig *rig)
{
    uint64_t seq = journal_durable(rig->journal);
    for (unsigned i = 0; i < 10000; i++) {
        if (rig_append(rig, seq + 1, 1000, &seq) != ERR_OK) {
            break;
        }
        cr_assert_eq(journal_commit(rig->journal, &rig->error), ERR_OK, "%s",
                     rig->error.text);
    }
    cr_assert_eq(rig->error.code, ERR_FULL);
    cr_assert_eq(journal_durable(rig->journal), seq);
    return seq;
}

static struct journal_status status_of(struct rig *rig)
{
    struct journal_status status;
    journal_get_status(rig->journal, &status);
    return status;
}

Test(spare, the_quota_is_kept_and_named)
{
    struct rig rig;
    rig_init(&rig, 1);
    rig.settings.quota = 5 * RIG_SEGMENT + 1;
    cr_assert_eq(rig_open(&rig), ERR_OK);

    uint64_t last = fill(&rig);

    cr_assert(strstr(rig.error.text, "quota"), "%s", rig.error.text);
    struct journal_status status = status_of(&rig);
    cr_assert_eq(status.bytes, 5 * RIG_SEGMENT);
    cr_assert(status.full && status.full_since_ns > 0);
    uint64_t values[1024];
    size_t damage = 0;
    cr_assert_eq(rig_read(&rig, values, 1024, &damage), last);
    rig_deinit(&rig);
}

Test(spare, the_reserve_of_the_file_system_is_left_alone)
{
    struct rig rig;
    rig_init(&rig, 1);
    fault_disk_set_capacity(rig.faults, 10 * RIG_SEGMENT);
    rig.settings.reserve = 4 * RIG_SEGMENT;
    cr_assert_eq(rig_open(&rig), ERR_OK);

    fill(&rig);

    cr_assert(strstr(rig.error.text, "must stay so"), "%s", rig.error.text);
    cr_assert_geq(status_of(&rig).disk_free, 4 * RIG_SEGMENT);
    rig_deinit(&rig);
}

Test(spare, a_full_disk_stops_intake_until_there_is_room_again)
{
    struct rig rig;
    rig_init(&rig, 1);
    fault_disk_set_capacity(rig.faults, 4 * RIG_SEGMENT + 1000);
    cr_assert_eq(rig_open(&rig), ERR_OK);
    uint64_t last = fill(&rig);
    cr_assert(strstr(rig.error.text, "no space"), "%s", rig.error.text);

    fault_disk_set_capacity(rig.faults, 8 * RIG_SEGMENT);
    cr_assert_eq(journal_commit(rig.journal, &rig.error), ERR_OK);
    uint64_t more = fill(&rig);

    cr_assert_gt(more, last + 40);
    size_t findings = 0;
    cr_assert_eq(rig_verify(&rig, &findings).records, more);
    cr_assert_eq(findings, 0);
    rig_deinit(&rig);
}

Test(spare, a_full_disk_is_no_reason_not_to_start_after_a_crash)
{
    struct rig rig;
    rig_init(&rig, 1);
    fault_disk_set_capacity(rig.faults, 6 * RIG_SEGMENT + 1000);
    cr_assert_eq(rig_open(&rig), ERR_OK);
    uint64_t seq = 0;
    cr_assert_eq(rig_append(&rig, 1, 1000, &seq), ERR_OK);
    cr_assert_eq(journal_commit(rig.journal, &rig.error), ERR_OK);
    rig_die(&rig, false);
    fault_disk_set_capacity(rig.faults, 3 * RIG_SEGMENT);

    cr_assert_eq(rig_open(&rig), ERR_OK, "%s", rig.error.text);

    uint64_t values[8];
    size_t damage = 0;
    cr_assert_eq(rig_read(&rig, values, 8, &damage), 1);
    rig_deinit(&rig);
}

Test(spare, spares_left_by_the_last_run_are_used)
{
    struct rig rig;
    rig_init(&rig, 1);
    cr_assert_eq(rig_open(&rig), ERR_OK);
    uint64_t bytes = status_of(&rig).bytes;
    cr_assert_eq(bytes, SPARES_WANTED * RIG_SEGMENT);
    rig_die(&rig, false);

    cr_assert_eq(rig_open(&rig), ERR_OK);

    cr_assert_eq(status_of(&rig).bytes, bytes);
    rig_deinit(&rig);
}

Test(spare, one_of_another_size_is_replaced)
{
    struct rig rig;
    rig_init(&rig, 1);
    cr_assert_eq(rig_open(&rig), ERR_OK);
    rig_close(&rig);
    rig.settings.segment_size = 2 * RIG_SEGMENT;

    cr_assert_eq(rig_open(&rig), ERR_OK);

    size_t len = 0;
    cr_assert_null(rig_segment(&rig, 1, &len));
    cr_assert_not_null(rig_segment(&rig, 3, &len));
    cr_assert_eq(len, 2 * RIG_SEGMENT);
    rig_deinit(&rig);
}
