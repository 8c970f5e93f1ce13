/* SPDX-License-Identifier: Apache-2.0 */
/* The verifier finds every change, says where, and how much is left. */
#include "journal/journal_private.h"

#include "core/mem.h"
#include "journal_rig.h"

#include <criterion/criterion.h>
#include <stdio.h>

#define RECORDS 400u
#define PER_GROUP 20u

/* 400 records in 20 groups over three segments, closed. */
static void make(struct rig *rig)
{
    rig_init(rig, 1);
    cr_assert_eq(rig_open(rig), ERR_OK);
    for (uint64_t value = 1; value <= RECORDS; value++) {
        uint64_t seq = 0;
        cr_assert_eq(rig_append(rig, value, 300, &seq), ERR_OK);
        if (value % PER_GROUP == 0) {
            cr_assert_eq(journal_commit(rig->journal, &rig->error), ERR_OK);
        }
    }
    rig_close(rig);
}

static bool is_zero(const uint8_t *data, size_t len)
{
    return format_all_zero((struct bytes){.data = data, .len = len});
}

/* The byte behind the last that is in use. */
static size_t used_len(const uint8_t *data, size_t len)
{
    while (len > 0 && is_zero(data + len - FORMAT_BLOCK, FORMAT_BLOCK)) {
        len -= FORMAT_BLOCK;
    }
    return len;
}

Test(verify, a_sound_journal_has_no_findings)
{
    struct rig rig;
    size_t findings = 0;
    make(&rig);

    struct journal_report report = rig_verify(&rig, &findings);

    cr_assert_eq(findings, 0);
    cr_assert_eq(report.records, RECORDS);
    cr_assert_geq(report.groups, RECORDS / PER_GROUP);
    cr_assert_eq(report.first_seq, 1);
    cr_assert_eq(report.last_seq, RECORDS);
    cr_assert_eq(report.damaged_groups + report.missing_records, 0);
    rig_deinit(&rig);
}

Test(verify, any_flipped_bit_is_found_and_costs_at_most_its_group)
{
    struct rig rig;
    size_t len = 0;
    make(&rig);
    for (uint64_t segment = 1; segment <= 3; segment++) {
        uint8_t *data = rig_segment(&rig, segment, &len);
        size_t bits = used_len(data, len) * 8;
        cr_assert_gt(bits, 0);
        for (size_t bit = segment; bit < bits; bit += 1013) {
            size_t findings = 0;
            data[bit / 8] ^= (uint8_t)(1 << bit % 8);

            struct journal_report report = rig_verify(&rig, &findings);

            cr_assert_gt(findings, 0, "segment %lu bit %zu", (unsigned long)segment, bit);
            cr_assert_geq(report.records, RECORDS - PER_GROUP);
            data[bit / 8] ^= (uint8_t)(1 << bit % 8);
        }
    }
    rig_deinit(&rig);
}

Test(verify, a_block_zeroed_or_swapped_or_doubled_is_found)
{
    struct rig rig;
    size_t len = 0;
    make(&rig);
    uint8_t *data = rig_segment(&rig, 1, &len);
    size_t used = used_len(data, len);
    uint8_t *before = mem_array(len, 1);
    memcpy(before, data, len);
    for (size_t at = 0; at < used; at += FORMAT_BLOCK) {
        size_t other = at + FORMAT_BLOCK < used ? at + FORMAT_BLOCK : 0;
        for (unsigned how = 0; how < 3; how++) {
            size_t findings = 0;
            if (how == 0) {
                memset(data + at, 0, FORMAT_BLOCK);
            } else {
                memcpy(data + at, before + other, FORMAT_BLOCK);
            }
            if (how == 2) {
                memcpy(data + other, before + at, FORMAT_BLOCK);
            }
            bool changed = memcmp(data, before, len) != 0;
            rig_verify(&rig, &findings);
            cr_assert(findings > 0 || !changed, "block %zu, way %u", at, how);
            memcpy(data, before, len);
        }
    }
    mem_free(&before);
    rig_deinit(&rig);
}

Test(verify, a_record_changed_with_its_checksums_is_found_by_the_hashes)
{
    struct rig rig;
    size_t len = 0;
    size_t findings = 0;
    make(&rig);
    uint8_t *group = rig_segment(&rig, 1, &len) + FORMAT_BLOCK;
    group[FORMAT_GROUP_HEAD + FORMAT_RECORD_HEAD + 20] ^= 1;
    format_move_group(group, (struct place){.segment = 1, .offset = FORMAT_BLOCK});

    struct journal_report report = rig_verify(&rig, &findings);

    cr_assert_eq(findings, 1);
    cr_assert_eq(report.damaged_groups, 1);
    rig_deinit(&rig);
}

Test(verify, a_record_changed_with_its_hashes_breaks_the_chain)
{
    struct rig rig;
    size_t len = 0;
    size_t findings = 0;
    make(&rig);
    uint8_t *data = rig_segment(&rig, 1, &len) + FORMAT_BLOCK;
    struct place place = {.segment = 1, .offset = FORMAT_BLOCK};
    struct group group;
    cr_assert(format_get_group((struct bytes){.data = data, .len = len - FORMAT_BLOCK},
                               place, &group));
    data[FORMAT_GROUP_HEAD + FORMAT_RECORD_HEAD + 20] ^= 1;
    format_seal_group(data, place, &group);

    struct journal_report report = rig_verify(&rig, &findings);

    cr_assert_eq(findings, 1);
    cr_assert_eq(report.damaged_groups, 1);
    rig_deinit(&rig);
}

static void keep_text(void *ctx, const char *text)
{
    snprintf(ctx, ERROR_TEXT_MAX, "%s", text);
}

Test(verify, findings_name_file_and_byte)
{
    struct rig rig;
    size_t len = 0;
    char text[ERROR_TEXT_MAX] = "";
    struct journal_report report;
    make(&rig);
    rig_segment(&rig, 1, &len)[FORMAT_BLOCK + 500] ^= 1;

    cr_assert_eq(journal_verify(RIG_DIRECTORY, &rig.disk, keep_text, text, &report, NULL),
                 ERR_OK);

    cr_assert_str_eq(text, "0000000001.seg: byte 4096: 8192 bytes damaged, records 1 to "
                           "20 can't be read");
    rig_deinit(&rig);
}

Test(verify, damage_in_the_first_group_is_one_finding)
{
    struct rig rig;
    size_t len = 0;
    size_t findings = 0;
    make(&rig);
    rig_segment(&rig, 1, &len)[FORMAT_BLOCK + 500] ^= 1;

    struct journal_report report = rig_verify(&rig, &findings);

    cr_assert_eq(findings, 1);
    cr_assert_eq(report.damaged_groups, 1);
    cr_assert_eq(report.missing_records, PER_GROUP);
    rig_deinit(&rig);
}

Test(verify, a_missing_segment_is_found)
{
    struct rig rig;
    size_t findings = 0;
    make(&rig);
    cr_assert_eq(rig.disk.remove(rig.disk.ctx, "/j/0000000002.seg", NULL), ERR_OK);

    struct journal_report report = rig_verify(&rig, &findings);

    cr_assert_eq(findings, 2);
    cr_assert_eq(report.missing_records, RECORDS - report.records);
    rig_deinit(&rig);
}

Test(verify, a_directory_that_is_not_there_cannot_be_read)
{
    struct rig rig;
    struct journal_report report;
    rig_init(&rig, 1);

    cr_assert_eq(
        journal_verify("/nowhere", &rig.disk, keep_text, NULL, &report, &rig.error),
        ERR_REJECT);

    cr_assert(strstr(rig.error.text, "/nowhere"));
    rig_deinit(&rig);
}
