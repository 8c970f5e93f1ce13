/* SPDX-License-Identifier: Apache-2.0 */
/* Opening after a torn tail, after damage, and what must be refused. */
#include "journal/journal_private.h"

#include "core/endian.h"
#include "core/mem.h"
#include "journal_rig.h"

#include <criterion/criterion.h>
#include <stdio.h>

#define VALUES_MAX 256u

/* Commits values first..last, one group. */
static void commit_values(struct rig *rig, uint64_t first, uint64_t last)
{
    for (uint64_t value = first; value <= last; value++) {
        uint64_t seq = 0;
        cr_assert_eq(rig_append(rig, value, 40, &seq), ERR_OK, "%s", rig->error.text);
    }
    cr_assert_eq(journal_commit(rig->journal, &rig->error), ERR_OK);
}

/* Values 1..30 in three groups of one block each; the process is dead. */
static void make(struct rig *rig)
{
    rig_init(rig, 1);
    cr_assert_eq(rig_open(rig), ERR_OK);
    for (uint64_t first = 1; first <= 30; first += 10) {
        commit_values(rig, first, first + 9);
    }
    rig_die(rig, false);
}

static void open_journal(struct rig *rig)
{
    cr_assert_eq(rig_open(rig), ERR_OK, "%s", rig->error.text);
}

/* The n-th record of a type in the journal, whose payload is copied; or none. */
static bool find_note(struct rig *rig, enum record_type type, struct buf *ret_payload)
{
    struct journal_reader *reader = NULL;
    bool seen = false;
    cr_assert_eq(journal_reader_open(rig->journal, 0, &reader, &rig->error), ERR_OK);
    for (bool found = true; found;) {
        struct record record;
        enum err code = journal_read_next(reader, 0, &record, &found, &rig->error);
        if (code == ERR_OK && found && record.type == type && !seen) {
            buf_add(ret_payload, record.payload);
            seen = true;
        }
        found = found || code == ERR_CORRUPT;
    }
    journal_reader_close(&reader);
    return seen;
}

static size_t count_values(struct rig *rig, size_t *ret_damage)
{
    uint64_t values[VALUES_MAX];
    return rig_read(rig, values, VALUES_MAX, ret_damage);
}

Test(recover, a_tail_torn_at_any_byte_is_cut_and_kept)
{
    size_t damage = 0;
    for (size_t at = 0; at < FORMAT_GROUP_HEAD + 10 * 76; at++) {
        struct rig rig;
        size_t len = 0;
        make(&rig);
        uint8_t *tail = rig_segment(&rig, 1, &len) + 3 * FORMAT_BLOCK + at;
        size_t rest = FORMAT_BLOCK - at;
        bool was_zero = format_all_zero((struct bytes){.data = tail, .len = rest});
        memset(tail, 0, rest);

        open_journal(&rig);

        struct buf note;
        buf_init(&note, 512);
        size_t kept = at == 0 ? 20 : was_zero ? 30 : 20;
        cr_assert_eq(count_values(&rig, &damage), kept, "torn at %zu", at);
        cr_assert_eq(damage, 0);
        cr_assert_eq(find_note(&rig, RECORD_RECOVERY, &note), at > 0 && !was_zero);
        commit_values(&rig, 31, 40);
        size_t findings = 0;
        rig_verify(&rig, &findings);
        cr_assert_eq(findings, 0);
        buf_deinit(&note);
        rig_deinit(&rig);
    }
}

Test(recover, the_note_of_a_torn_tail_says_where_its_bytes_are)
{
    struct rig rig;
    size_t len = 0;
    make(&rig);
    memset(rig_segment(&rig, 1, &len) + 3 * FORMAT_BLOCK + 500, 0xee, 20);

    open_journal(&rig);

    struct buf note;
    buf_init(&note, 512);
    cr_assert(find_note(&rig, RECORD_RECOVERY, &note));
    cr_assert_eq(endian_u64(note.data), 1);
    cr_assert_eq(endian_u64(note.data + 8), 3 * FORMAT_BLOCK);
    cr_assert_eq(endian_u64(note.data + 16), FORMAT_BLOCK);
    char path[128];
    snprintf(path, sizeof path, "/j/quarantine/%s", (const char *)note.data + 56);
    const uint8_t *kept = fault_disk_bytes(rig.faults, path, &len);
    cr_assert_not_null(kept);
    cr_assert_eq(len, FORMAT_BLOCK);
    cr_assert_eq(kept[500], 0xee);
    buf_deinit(&note);
    rig_deinit(&rig);
}

Test(recover, damage_in_the_middle_loses_its_group_and_nothing_behind)
{
    struct rig rig;
    size_t len = 0;
    size_t damage = 0;
    make(&rig);
    rig_segment(&rig, 1, &len)[2 * FORMAT_BLOCK + 300] ^= 4;

    open_journal(&rig);

    struct buf note;
    buf_init(&note, 512);
    cr_assert_eq(count_values(&rig, &damage), 20);
    cr_assert_eq(damage, 1);
    cr_assert(find_note(&rig, RECORD_QUARANTINE, &note));
    cr_assert_eq(endian_u64(note.data), 11);
    cr_assert_eq(endian_u64(note.data + 8), 20);
    cr_assert_eq(endian_u64(note.data + 16), 1);
    cr_assert_eq(endian_u64(note.data + 24), 2 * FORMAT_BLOCK);
    struct journal_status status;
    journal_get_status(rig.journal, &status);
    cr_assert_eq(status.quarantined, 1);
    cr_assert_eq(status.last_seq, 31);
    buf_deinit(&note);
    rig_deinit(&rig);
}

Test(recover, damage_is_noted_once_and_writing_goes_on_in_a_new_segment)
{
    struct rig rig;
    size_t len = 0;
    size_t damage = 0;
    make(&rig);
    rig_segment(&rig, 1, &len)[2 * FORMAT_BLOCK + 300] ^= 4;
    open_journal(&rig);
    commit_values(&rig, 31, 33);
    rig_die(&rig, true);

    open_journal(&rig);

    struct journal_status status;
    journal_get_status(rig.journal, &status);
    cr_assert_eq(status.quarantined, 0);
    cr_assert_eq(status.last_seq, 34);
    cr_assert_eq(count_values(&rig, &damage), 23);
    size_t findings = 0;
    struct journal_report report = rig_verify(&rig, &findings);
    cr_assert_eq(report.missing_records, 10);
    cr_assert_eq(report.damaged_groups, 1);
    cr_assert_not(report.torn_tail);
    rig_deinit(&rig);
}

Test(recover, a_damaged_header_loses_no_record)
{
    struct rig rig;
    size_t len = 0;
    size_t damage = 0;
    make(&rig);
    rig_segment(&rig, 1, &len)[40] ^= 4;

    open_journal(&rig);

    cr_assert_eq(count_values(&rig, &damage), 30);
    commit_values(&rig, 31, 40);
    cr_assert_eq(count_values(&rig, &damage), 40);
    cr_assert_eq(damage, 0);
    rig_deinit(&rig);
}

Test(recover, a_newer_format_is_refused_and_left_as_it_is)
{
    struct rig rig;
    size_t len = 0;
    make(&rig);
    uint8_t *block = rig_segment(&rig, 1, &len);
    uint8_t before[RIG_SEGMENT];
    endian_put_u32(block + 12, 2);
    cr_assert_eq(len, sizeof before);
    /* A whole header of version 2: its checksum is that of the changed bytes. */
    struct segment_header header;
    uint8_t other[FORMAT_BLOCK];
    memcpy(other, block, sizeof other);
    cr_assert_eq(format_get_header(other, 1, &header), HEADER_BAD);
    format_renew_header(block, 1);
    memcpy(before, block, sizeof before);

    cr_assert_eq(rig_open(&rig), ERR_CONFIG);

    cr_assert(strstr(rig.error.text, "newer format"), "%s", rig.error.text);
    cr_assert_arr_eq(rig_segment(&rig, 1, &len), before, sizeof before);
    rig_deinit(&rig);
}

Test(recover, a_segment_that_cannot_be_read_at_all_is_not_passed_over)
{
    struct rig rig;
    make(&rig);
    uint64_t calls = fault_disk_calls(rig.faults);
    enum err code = ERR_OK;
    for (uint64_t i = 1; i < 40 && code != ERR_SYSTEM; i++) {
        fault_disk_fail_at(rig.faults, calls + i, ERR_SYSTEM, true);
        code = rig_open(&rig);
        rig_die(&rig, false);
        calls = fault_disk_calls(rig.faults);
        cr_assert_neq(code, ERR_OK);
    }
    size_t damage = 0;
    open_journal(&rig);
    cr_assert_eq(count_values(&rig, &damage), 30);
    rig_deinit(&rig);
}

Test(recover, quarantine_holds_a_limited_number_of_files)
{
    struct rig rig;
    size_t len = 0;
    make(&rig);
    for (unsigned i = 0; i < QUARANTINE_FILES_MAX; i++) {
        char path[64];
        snprintf(path, sizeof path, "/j/quarantine/old-%u", i);
        fault_disk_put(rig.faults, path, BYTES("x"));
    }
    rig_segment(&rig, 1, &len)[3 * FORMAT_BLOCK + 300] ^= 4;

    open_journal(&rig);

    struct buf note;
    buf_init(&note, 512);
    cr_assert(find_note(&rig, RECORD_RECOVERY, &note));
    cr_assert_eq(note.len, 56);
    buf_deinit(&note);
    rig_deinit(&rig);
}
