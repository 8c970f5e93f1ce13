/* SPDX-License-Identifier: Apache-2.0 */
/* Committing while the disk fails: nothing acknowledged is lost, a failed sync is
 * final, want of space is not. */
#include "journal/journal.h"

#include "journal_rig.h"

#include <criterion/criterion.h>

#define VALUES_MAX 512u

/* Appends and commits until something fails or `until`; gives what was acknowledged. */
static uint64_t work(struct rig *rig, uint64_t until)
{
    uint64_t seq = journal_durable(rig->journal);
    uint64_t acknowledged = seq;
    while (acknowledged < until) {
        for (unsigned i = 0; i < 10; i++) {
            if (rig_append(rig, seq + 1, 500, &seq) != ERR_OK) {
                return acknowledged;
            }
        }
        if (journal_commit(rig->journal, &rig->error) != ERR_OK) {
            return acknowledged;
        }
        acknowledged = journal_durable(rig->journal);
    }
    return acknowledged;
}

/* The journal after a restart holds values 1..n, n at least `acknowledged`. */
static void check(struct rig *rig, uint64_t acknowledged, uint64_t call)
{
    uint64_t values[VALUES_MAX];
    size_t damage = 0;
    cr_assert_eq(rig_open(rig), ERR_OK, "call %lu: %s", (unsigned long)call,
                 rig->error.text);
    size_t count = rig_read(rig, values, VALUES_MAX, &damage);
    cr_assert_eq(damage, 0, "call %lu", (unsigned long)call);
    cr_assert_geq(count, acknowledged, "call %lu", (unsigned long)call);
    for (size_t i = 0; i < count; i++) {
        cr_assert_eq(values[i], i + 1, "call %lu", (unsigned long)call);
    }
}

/* Fails the n-th call for every n until one run meets no fault any more. */
static void fail_every_call(enum err code, bool forever, bool power)
{
    for (uint64_t call = 1; call < 10000; call++) {
        struct rig rig;
        rig_init(&rig, call);
        fault_disk_fail_at(rig.faults, call, code, forever);
        uint64_t acknowledged = 0;
        if (rig_open(&rig) == ERR_OK) {
            acknowledged = work(&rig, 200);
        }
        bool met = fault_disk_has_failed(rig.faults);
        rig_die(&rig, power);
        check(&rig, acknowledged, call);
        rig_deinit(&rig);
        if (!met) {
            cr_assert_gt(call, 50);
            return;
        }
    }
    cr_assert_fail("there was always one more call");
}

Test(commit, survives_any_call_failing_once_then_a_kill)
{
    fail_every_call(ERR_SYSTEM, false, false);
}

Test(commit, survives_any_call_failing_once_then_a_power_cut)
{
    fail_every_call(ERR_SYSTEM, false, true);
}

Test(commit, survives_a_disk_that_fails_from_any_call_on)
{
    fail_every_call(ERR_SYSTEM, true, false);
    fail_every_call(ERR_SYSTEM, true, true);
}

Test(commit, survives_a_disk_that_is_full_from_any_call_on)
{
    fail_every_call(ERR_FULL, true, false);
    fail_every_call(ERR_FULL, true, true);
}

Test(commit, a_failed_sync_stops_the_journal_for_good)
{
    struct rig rig;
    uint64_t seq = 0;
    rig_init(&rig, 1);
    cr_assert_eq(rig_open(&rig), ERR_OK);
    cr_assert_eq(rig_append(&rig, 1, 100, &seq), ERR_OK);
    /* write the header, write the group, sync */
    fault_disk_fail_at(rig.faults, fault_disk_calls(rig.faults) + 4, ERR_SYSTEM, false);

    cr_assert_eq(journal_commit(rig.journal, &rig.error), ERR_SYSTEM);

    cr_assert(fault_disk_has_failed(rig.faults));
    cr_assert_eq(journal_durable(rig.journal), 0);
    cr_assert_eq(journal_commit(rig.journal, &rig.error), ERR_SYSTEM);
    cr_assert_eq(rig_append(&rig, 2, 100, &seq), ERR_SYSTEM);
    cr_assert(strstr(rig.error.text, "stopped"), "%s", rig.error.text);
    rig_deinit(&rig);
}

Test(commit, what_a_failed_sync_left_in_the_cache_is_written_anew)
{
    struct rig rig;
    uint64_t seq = 0;
    uint64_t values[8];
    size_t damage = 0;
    rig_init(&rig, 1);
    cr_assert_eq(rig_open(&rig), ERR_OK);
    cr_assert_eq(rig_append(&rig, 1, 100, &seq), ERR_OK);
    fault_disk_fail_at(rig.faults, fault_disk_calls(rig.faults) + 4, ERR_SYSTEM, false);
    cr_assert_eq(journal_commit(rig.journal, &rig.error), ERR_SYSTEM);
    rig_die(&rig, false);

    cr_assert_eq(rig_open(&rig), ERR_OK);
    size_t shown = rig_read(&rig, values, 8, &damage);
    rig_die(&rig, true);

    cr_assert_eq(shown, 1);
    cr_assert_eq(rig_read(&rig, values, 8, &damage), 1);
    rig_deinit(&rig);
}

Test(commit, a_write_without_space_is_tried_again)
{
    struct rig rig;
    uint64_t seq = 0;
    rig_init(&rig, 1);
    cr_assert_eq(rig_open(&rig), ERR_OK);
    cr_assert_eq(rig_append(&rig, 1, 100, &seq), ERR_OK);
    /* open the segment, write the header, write the group */
    fault_disk_fail_at(rig.faults, fault_disk_calls(rig.faults) + 3, ERR_FULL, false);

    cr_assert_eq(journal_commit(rig.journal, &rig.error), ERR_FULL, "%s", rig.error.text);
    struct journal_status status;
    journal_get_status(rig.journal, &status);
    cr_assert(status.full);
    cr_assert_eq(journal_durable(rig.journal), 0);
    cr_assert_eq(rig_append(&rig, 2, 100, &seq), ERR_OK);
    cr_assert_eq(journal_commit(rig.journal, &rig.error), ERR_OK, "%s", rig.error.text);

    cr_assert_eq(journal_commit(rig.journal, &rig.error), ERR_OK);
    cr_assert_eq(journal_durable(rig.journal), 2);
    size_t findings = 0;
    cr_assert_eq(rig_verify(&rig, &findings).records, 2);
    cr_assert_eq(findings, 0);
    rig_deinit(&rig);
}

Test(commit, nothing_appended_touches_no_disk)
{
    struct rig rig;
    rig_init(&rig, 1);
    cr_assert_eq(rig_open(&rig), ERR_OK);
    uint64_t calls = fault_disk_calls(rig.faults);

    cr_assert_eq(journal_commit(rig.journal, &rig.error), ERR_OK);

    cr_assert_eq(fault_disk_calls(rig.faults), calls);
    rig_deinit(&rig);
}
