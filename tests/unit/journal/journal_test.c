/* SPDX-License-Identifier: Apache-2.0 */
/* Append, commit, read: the normal course, in both modes of sync. */
#include "journal/journal.h"

#include "core/mem.h"
#include "journal_rig.h"

#include <criterion/criterion.h>

static void append_many(struct rig *rig, uint64_t first, uint64_t last)
{
    for (uint64_t value = first; value <= last; value++) {
        uint64_t seq = 0;
        enum err code = rig_append(rig, value, 200, &seq);
        cr_assert_eq(code, ERR_OK, "%s", rig->error.text);
        cr_assert_eq(seq, value);
    }
}

static void commit(struct rig *rig)
{
    cr_assert_eq(journal_commit(rig->journal, &rig->error), ERR_OK, "%s",
                 rig->error.text);
}

/* Reads on and checks that values first..last come. */
static void expect(struct journal_reader *reader, uint64_t first, uint64_t last)
{
    for (uint64_t wanted = first; wanted <= last; wanted++) {
        struct record record;
        struct error error;
        bool found = false;
        uint64_t value = 0;
        enum err code = journal_read_next(reader, 0, &record, &found, &error);
        cr_assert_eq(code, ERR_OK, "%s", error.text);
        cr_assert(found, "record %lu", (unsigned long)wanted);
        cr_assert_eq(record.seq, wanted);
        cr_assert(rig_value(record.payload, &value));
        cr_assert_eq(value, wanted);
    }
}

static void expect_end(struct journal_reader *reader)
{
    struct record record;
    struct error error;
    bool found = true;
    cr_assert_eq(journal_read_next(reader, 0, &record, &found, &error), ERR_OK);
    cr_assert_not(found);
}

static struct journal_reader *open_reader(struct rig *rig, uint64_t from_seq)
{
    struct journal_reader *reader = NULL;
    cr_assert_eq(journal_reader_open(rig->journal, from_seq, &reader, &rig->error),
                 ERR_OK);
    return reader;
}

Test(journal, gives_back_what_was_committed_and_nothing_before)
{
    struct rig rig;
    rig_init(&rig, 1);
    cr_assert_eq(rig_open(&rig), ERR_OK, "%s", rig.error.text);
    struct journal_reader *reader = open_reader(&rig, 0);

    append_many(&rig, 1, 10);
    expect_end(reader);
    cr_assert_eq(journal_durable(rig.journal), 0);
    commit(&rig);

    cr_assert_eq(journal_durable(rig.journal), 10);
    expect(reader, 1, 10);
    expect_end(reader);
    append_many(&rig, 11, 12);
    commit(&rig);
    expect(reader, 11, 12);
    journal_reader_close(&reader);
    rig_deinit(&rig);
}

Test(journal, goes_on_over_segments_and_over_reopening)
{
    struct rig rig;
    rig_init(&rig, 1);
    for (uint64_t round = 0; round < 10; round++) {
        cr_assert_eq(rig_open(&rig), ERR_OK, "%s", rig.error.text);
        for (uint64_t value = round * 100 + 1; value <= round * 100 + 100; value += 50) {
            append_many(&rig, value, value + 49);
            commit(&rig);
        }
        rig_close(&rig);
    }

    cr_assert_eq(rig_open(&rig), ERR_OK);
    struct journal_reader *reader = open_reader(&rig, 0);
    expect(reader, 1, 1000);
    expect_end(reader);
    journal_reader_close(&reader);
    struct journal_status status;
    journal_get_status(rig.journal, &status);
    cr_assert_eq(status.first_seq, 1);
    cr_assert_eq(status.last_seq, 1000);
    cr_assert_gt(status.segments, 4);
    size_t findings = 0;
    struct journal_report report = rig_verify(&rig, &findings);
    cr_assert_eq(findings, 0);
    cr_assert_eq(report.records, 1000);
    rig_deinit(&rig);
}

Test(journal, a_reader_starts_at_the_seq_asked_for)
{
    struct rig rig;
    rig_init(&rig, 1);
    cr_assert_eq(rig_open(&rig), ERR_OK);
    for (uint64_t value = 1; value <= 1000; value += 100) {
        append_many(&rig, value, value + 99);
        commit(&rig);
    }

    for (uint64_t from = 1; from <= 1001; from += 37) {
        struct journal_reader *reader = open_reader(&rig, from);
        expect(reader, from, 1000);
        expect_end(reader);
        journal_reader_close(&reader);
    }
    rig_deinit(&rig);
}

Test(journal, interval_acknowledges_what_is_written_and_shows_what_is_synced)
{
    struct rig rig;
    rig_init(&rig, 1);
    rig.settings.sync = JOURNAL_SYNC_INTERVAL;
    rig.settings.sync_interval_ms = 1000;
    cr_assert_eq(rig_open(&rig), ERR_OK);
    struct journal_reader *reader = open_reader(&rig, 0);
    append_many(&rig, 1, 5);
    commit(&rig);

    cr_assert_eq(journal_durable(rig.journal), 5);
    expect_end(reader);
    rig.now_ns += NS_PER_S;
    commit(&rig);

    expect(reader, 1, 5);
    struct journal_status status;
    journal_get_status(rig.journal, &status);
    cr_assert_eq(status.commits, 1);
    cr_assert_eq(status.syncs, 1);
    journal_reader_close(&reader);
    rig_deinit(&rig);
}

Test(journal, closing_makes_written_records_durable)
{
    struct rig rig;
    rig_init(&rig, 1);
    rig.settings.sync = JOURNAL_SYNC_INTERVAL;
    rig.settings.sync_interval_ms = 1000000;
    cr_assert_eq(rig_open(&rig), ERR_OK);
    append_many(&rig, 1, 5);
    commit(&rig);
    rig_close(&rig);
    rig_die(&rig, true);

    uint64_t values[8];
    size_t damage = 0;
    cr_assert_eq(rig_read(&rig, values, 8, &damage), 5);
    rig_deinit(&rig);
}

Test(journal, takes_records_up_to_the_largest_payload)
{
    struct rig rig;
    rig_init(&rig, 1);
    rig.settings.segment_size = 0;
    cr_assert_eq(rig_open(&rig), ERR_OK);
    uint8_t *payload = mem_array(JOURNAL_PAYLOAD_MAX + 1, 1);
    memset(payload, 'x', JOURNAL_PAYLOAD_MAX + 1);
    uint64_t seq = 0;
    struct bytes most = {.data = payload, .len = JOURNAL_PAYLOAD_MAX};
    struct bytes more = {.data = payload, .len = JOURNAL_PAYLOAD_MAX + 1};

    for (uint64_t i = 1; i <= 8; i++) {
        cr_assert_eq(journal_append(rig.journal, RECORD_CONFIG, most, &seq, &rig.error),
                     ERR_OK, "%s", rig.error.text);
        cr_assert_eq(seq, i);
        commit(&rig);
    }
    cr_assert_eq(journal_append(rig.journal, RECORD_CONFIG, more, &seq, &rig.error),
                 ERR_REJECT);

    struct journal_reader *reader = open_reader(&rig, 0);
    for (uint64_t i = 1; i <= 8; i++) {
        struct record record;
        bool found = false;
        cr_assert_eq(journal_read_next(reader, 0, &record, &found, &rig.error), ERR_OK);
        cr_assert(found && bytes_equal(record.payload, most));
    }
    journal_reader_close(&reader);
    mem_free(&payload);
    rig_deinit(&rig);
}

Test(journal, refuses_a_record_that_fits_no_segment)
{
    struct rig rig;
    rig_init(&rig, 1);
    rig.settings.segment_size = JOURNAL_SEGMENT_MIN;
    cr_assert_eq(rig_open(&rig), ERR_OK);
    uint8_t payload[JOURNAL_SEGMENT_MIN] = {1};
    uint64_t seq = 0;
    struct bytes bytes = {.data = payload, .len = sizeof payload};

    cr_assert_eq(journal_append(rig.journal, RECORD_ENTRY, bytes, &seq, &rig.error),
                 ERR_REJECT);

    cr_assert(strstr(rig.error.text, "fits no segment"));
    rig_deinit(&rig);
}

Test(journal, is_held_by_one_process)
{
    struct rig rig;
    rig_init(&rig, 1);
    cr_assert_eq(rig_open(&rig), ERR_OK);
    struct journal *second = NULL;

    cr_assert_eq(journal_open(&rig.settings, &rig.disk, &rig.clock, &second, &rig.error),
                 ERR_RETRY);

    cr_assert(strstr(rig.error.text, "held"));
    rig_deinit(&rig);
}

Test(journal, refuses_another_gateways_directory)
{
    struct rig rig;
    rig_init(&rig, 1);
    cr_assert_eq(rig_open(&rig), ERR_OK);
    append_many(&rig, 1, 1);
    commit(&rig);
    rig_close(&rig);
    rig.settings.gateway_id = "gw-other";

    cr_assert_eq(rig_open(&rig), ERR_CONFIG);

    cr_assert(strstr(rig.error.text, "belongs to gateway 'gw-test', not 'gw-other'"),
              "%s", rig.error.text);
    rig_deinit(&rig);
}
