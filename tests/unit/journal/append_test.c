/* SPDX-License-Identifier: Apache-2.0 */
/* Appending at its limits: the buffer, the segments there are, a stopped journal. */
#include "journal/journal_private.h"

#include "journal_rig.h"

#include <criterion/criterion.h>

static enum err append(struct rig *rig, size_t len)
{
    uint64_t seq = 0;
    return rig_append(rig, 1, len, &seq);
}

Test(append, says_full_when_the_buffer_is_and_goes_on_after_commit)
{
    struct rig rig;
    rig_init(&rig, 1);
    rig.settings.segment_size = 8 * 1024 * 1024;
    cr_assert_eq(rig_open(&rig), ERR_OK);
    uint64_t count = 0;
    while (append(&rig, 4000) == ERR_OK) {
        count++;
    }

    cr_assert(strstr(rig.error.text, "wait for commit"), "%s", rig.error.text);
    cr_assert_gt(count * 4036, JOURNAL_PENDING_MAX - 2 * GROUP_TARGET);
    cr_assert_eq(journal_commit(rig.journal, &rig.error), ERR_OK);
    cr_assert_eq(append(&rig, 4000), ERR_OK);
    size_t findings = 0;
    cr_assert_eq(rig_verify(&rig, &findings).records, count);
    cr_assert_eq(findings, 0);
    rig_deinit(&rig);
}

Test(append, plans_no_further_than_the_segments_there_are)
{
    struct rig rig;
    rig_init(&rig, 1);
    rig.settings.segment_size = JOURNAL_SEGMENT_MIN;
    cr_assert_eq(rig_open(&rig), ERR_OK);
    uint64_t count = 0;
    while (append(&rig, 1000) == ERR_OK) {
        count++;
    }

    cr_assert_eq(rig.error.code, ERR_FULL);
    cr_assert_eq(count, 2 * ((3 * FORMAT_BLOCK - FORMAT_GROUP_HEAD) / 1036));
    cr_assert_eq(journal_commit(rig.journal, &rig.error), ERR_OK, "%s", rig.error.text);
    cr_assert_eq(journal_durable(rig.journal), count);
    cr_assert_eq(append(&rig, 1000), ERR_OK, "%s", rig.error.text);
    rig_deinit(&rig);
}

Test(append, groups_stay_below_their_target)
{
    struct rig rig;
    rig_init(&rig, 1);
    rig.settings.segment_size = 1024 * 1024;
    cr_assert_eq(rig_open(&rig), ERR_OK);
    for (unsigned i = 0; i < 600; i++) {
        cr_assert_eq(append(&rig, 1000), ERR_OK);
    }
    cr_assert_eq(journal_commit(rig.journal, &rig.error), ERR_OK);

    size_t findings = 0;
    struct journal_report report = rig_verify(&rig, &findings);

    cr_assert_eq(report.records, 600);
    cr_assert_eq(report.groups, 10);
    rig_deinit(&rig);
}

Test(append, records_of_every_length_come_back)
{
    struct rig rig;
    rig_init(&rig, 1);
    cr_assert_eq(rig_open(&rig), ERR_OK);
    uint64_t values[4096];
    size_t damage = 0;
    for (uint64_t len = 8; len < 4000; len += 13) {
        uint64_t seq = 0;
        cr_assert_eq(rig_append(&rig, len, len, &seq), ERR_OK);
        if (len % 5 == 0) {
            cr_assert_eq(journal_commit(rig.journal, &rig.error), ERR_OK);
        }
    }
    cr_assert_eq(journal_commit(rig.journal, &rig.error), ERR_OK);

    size_t count = rig_read(&rig, values, 4096, &damage);

    cr_assert_eq(damage, 0);
    cr_assert_eq(count, (4000 - 8 + 12) / 13);
    for (size_t i = 0; i < count; i++) {
        cr_assert_eq(values[i], 8 + 13 * i);
    }
    rig_deinit(&rig);
}

Test(append, seqs_that_others_have_seen_are_not_given_again)
{
    struct rig rig;
    uint64_t seq = 0;
    size_t damage = 0;
    size_t findings = 0;
    uint64_t values[8];
    rig_init(&rig, 1);
    cr_assert_eq(rig_open(&rig), ERR_OK);
    cr_assert_eq(append(&rig, 50), ERR_OK);
    cr_assert_eq(journal_commit(rig.journal, &rig.error), ERR_OK);

    cr_assert_eq(journal_skip_seen(rig.journal, 1, &rig.error), ERR_OK);
    cr_assert_eq(journal_skip_seen(rig.journal, 20, &rig.error), ERR_OK);
    cr_assert_eq(rig_append(&rig, 2, 50, &seq), ERR_OK);
    cr_assert_eq(journal_commit(rig.journal, &rig.error), ERR_OK);

    cr_assert_eq(seq, 22);
    rig_die(&rig, true);
    cr_assert_eq(rig_read(&rig, values, 8, &damage), 2);
    cr_assert_eq(damage, 1);
    cr_assert_eq(rig_verify(&rig, &findings).missing_records, 19);
    cr_assert_eq(rig_open(&rig), ERR_OK);
    cr_assert_eq(rig_append(&rig, 3, 50, &seq), ERR_OK);
    cr_assert_eq(seq, 23);
    rig_deinit(&rig);
}

static struct bytes name_seq(void *ctx, uint64_t seq)
{
    uint8_t *text = ctx;
    *text = (uint8_t)('0' + seq);
    return (struct bytes){.data = text, .len = 1};
}

Test(append, a_payload_can_name_its_own_seq)
{
    struct rig rig;
    uint8_t text = 0;
    uint64_t seq = 0;
    rig_init(&rig, 1);
    cr_assert_eq(rig_open(&rig), ERR_OK);
    for (uint64_t i = 1; i < 4; i++) {
        cr_assert_eq(journal_append_made(rig.journal, RECORD_GAP, name_seq, &text, &seq,
                                         &rig.error),
                     ERR_OK);
        cr_assert_eq(seq, i);
        cr_assert_eq(text, '0' + i);
    }
    rig_deinit(&rig);
}
