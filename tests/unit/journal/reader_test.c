/* SPDX-License-Identifier: Apache-2.0 */
/* Readers: what damage they tell of, and how they go on behind it. */
#include "journal/journal_private.h"

#include "journal_rig.h"

#include <criterion/criterion.h>

/* Values 1..600 in groups of ten over several segments, still open. */
static void make(struct rig *rig)
{
    rig_init(rig, 1);
    cr_assert_eq(rig_open(rig), ERR_OK);
    for (uint64_t value = 1; value <= 600; value++) {
        uint64_t seq = 0;
        cr_assert_eq(rig_append(rig, value, 300, &seq), ERR_OK);
        if (value % 10 == 0) {
            cr_assert_eq(journal_commit(rig->journal, &rig->error), ERR_OK);
        }
    }
}

/* Reads all: sums what was read and counts what was told; keeps the first text. */
struct outcome {
    size_t records, told;
    uint64_t sum;
    char text[ERROR_TEXT_MAX];
};

static struct outcome read_all(struct journal_reader *reader)
{
    struct outcome outcome = {0};
    for (bool found = true; found;) {
        struct record record;
        struct error error;
        enum err code = journal_read_next(reader, 0, &record, &found, &error);
        if (code != ERR_OK) {
            cr_assert_eq(code, ERR_CORRUPT, "%s", error.text);
            memcpy(outcome.text, outcome.told ? outcome.text : error.text,
                   sizeof outcome.text);
            outcome.told++;
            found = true;
        } else if (found) {
            outcome.records++;
            outcome.sum += record.seq;
        }
    }
    return outcome;
}

static struct outcome read_live(struct rig *rig, uint64_t from)
{
    struct journal_reader *reader = NULL;
    cr_assert_eq(journal_reader_open(rig->journal, from, &reader, &rig->error), ERR_OK);
    struct outcome outcome = read_all(reader);
    journal_reader_close(&reader);
    return outcome;
}

static struct outcome read_directory(struct rig *rig)
{
    struct journal_reader *reader = NULL;
    cr_assert_eq(
        journal_reader_open_directory(RIG_DIRECTORY, &rig->disk, 0, &reader, &rig->error),
        ERR_OK);
    struct outcome outcome = read_all(reader);
    journal_reader_close(&reader);
    return outcome;
}

Test(reader, tells_of_a_damaged_group_once_with_place_and_seqs)
{
    struct rig rig;
    size_t len = 0;
    make(&rig);
    rig_segment(&rig, 1, &len)[3 * FORMAT_BLOCK + 777] ^= 1;

    struct outcome live = read_live(&rig, 0);
    struct outcome rest = read_directory(&rig);

    cr_assert_eq(live.records, 590);
    cr_assert_eq(live.told, 1);
    cr_assert_str_eq(live.text, "segment 1, byte 12288: records 21 to 30 can't be read");
    cr_assert_eq(rest.records, 590);
    cr_assert_str_eq(rest.text, live.text);
    rig_deinit(&rig);
}

Test(reader, damage_before_the_seq_asked_for_is_not_told)
{
    struct rig rig;
    size_t len = 0;
    make(&rig);
    rig_segment(&rig, 1, &len)[3 * FORMAT_BLOCK + 777] ^= 1;

    cr_assert_eq(read_live(&rig, 31).told, 0);

    struct outcome half = read_live(&rig, 26);
    cr_assert_eq(half.told, 1);
    cr_assert(strstr(half.text, "records 26 to 30"), "%s", half.text);
    rig_deinit(&rig);
}

Test(reader, damage_at_the_end_of_what_is_synced_is_told_beside_the_writer)
{
    struct rig rig;
    size_t len = 0;
    make(&rig);
    struct journal_status status;
    journal_get_status(rig.journal, &status);
    uint64_t last = rig.journal->used[rig.journal->used_count - 1];
    rig_segment(&rig, last, &len)[rig.journal->synced.offset - FORMAT_BLOCK + 9] ^= 1;

    struct outcome live = read_live(&rig, 0);

    cr_assert_eq(live.records, 590);
    cr_assert_eq(live.told, 1);
    cr_assert(strstr(live.text, "records 591 to 600"), "%s", live.text);
    rig_deinit(&rig);
}

Test(reader, a_missing_segment_is_told_with_its_seqs)
{
    struct rig rig;
    make(&rig);
    rig_close(&rig);
    cr_assert_eq(rig.disk.remove(rig.disk.ctx, "/j/0000000002.seg", &rig.error), ERR_OK);

    struct outcome rest = read_directory(&rig);

    cr_assert_eq(rest.told, 1);
    cr_assert_lt(rest.records, 600);
    cr_assert(strstr(rest.text, "can't be read"), "%s", rest.text);
    rig_deinit(&rig);
}

Test(reader, a_segment_whose_header_is_lost_is_read_all_the_same)
{
    struct rig rig;
    size_t len = 0;
    make(&rig);
    memset(rig_segment(&rig, 2, &len), 0, FORMAT_BLOCK);

    struct outcome live = read_live(&rig, 0);
    struct outcome rest = read_directory(&rig);

    cr_assert_eq(live.records, 600);
    cr_assert_eq(rest.records, 600);
    cr_assert_eq(live.told + rest.told, 0, "%s %s", live.text, rest.text);
    rig_deinit(&rig);
}

Test(reader, a_read_that_fails_is_an_error_and_works_the_next_time)
{
    struct rig rig;
    make(&rig);
    struct journal_reader *reader = NULL;
    cr_assert_eq(journal_reader_open(rig.journal, 0, &reader, &rig.error), ERR_OK);
    fault_disk_fail_at(rig.faults, fault_disk_calls(rig.faults) + 1, ERR_SYSTEM, true);
    struct record record;
    bool found = false;

    for (unsigned i = 0; i < 10; i++) {
        cr_assert_eq(journal_read_next(reader, 0, &record, &found, &rig.error),
                     ERR_SYSTEM);
    }
    fault_disk_fail_at(rig.faults, 0, ERR_SYSTEM, false);

    struct outcome outcome = read_all(reader);
    cr_assert_eq(outcome.records, 600);
    cr_assert_eq(outcome.told, 0);
    journal_reader_close(&reader);
    rig_deinit(&rig);
}

Test(reader, gives_the_chain_hash_of_the_group_it_stands_in)
{
    struct rig rig;
    make(&rig);
    struct journal_reader *reader = NULL;
    uint8_t chain[32];
    size_t findings = 0;
    cr_assert_eq(journal_reader_open(rig.journal, 0, &reader, &rig.error), ERR_OK);
    read_all(reader);

    journal_reader_chain(reader, chain);

    struct journal_report report = rig_verify(&rig, &findings);
    cr_assert_arr_eq(chain, report.chain, sizeof chain);
    journal_reader_close(&reader);
    rig_deinit(&rig);
}

Test(reader, an_empty_directory_has_no_records)
{
    struct rig rig;
    rig_init(&rig, 1);
    cr_assert_eq(rig_open(&rig), ERR_OK);

    cr_assert_eq(read_live(&rig, 0).records, 0);
    cr_assert_eq(read_live(&rig, 50).records, 0);
    cr_assert_eq(read_directory(&rig).records, 0);
    rig_deinit(&rig);
}
