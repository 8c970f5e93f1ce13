/* SPDX-License-Identifier: Apache-2.0 */
/* Journals written by released versions stay readable: one folder each in
 * tests/vectors/journal, kept for ever. */
#include "journal/journal.h"

#include "core/disk.h"

#include <criterion/criterion.h>

static void no_finding(void *ctx, const char *text)
{
    (void)ctx;
    cr_assert_fail("%s", text);
}

Test(released, format_1_is_read_and_verified)
{
    const char *directory = TEST_DATA "/vectors/journal/example";
    struct journal_report report;
    struct error error = {0};
    struct journal_reader *reader = NULL;
    struct record record;
    struct message message;
    bool found = false;

    cr_assert_eq(
        journal_verify(directory, &disk_system, no_finding, NULL, &report, &error),
        ERR_OK, "%s", error.text);
    cr_assert_eq(report.records, 3);
    cr_assert_eq(report.groups, 2);
    cr_assert_eq(
        journal_reader_open_directory(directory, &disk_system, 2, &reader, &error),
        ERR_OK);
    cr_assert_eq(journal_read_next(reader, 0, &record, &found, &error), ERR_OK);

    cr_assert(found && record.seq == 2);
    cr_assert_eq(record_get_message(&record, &message, &error), ERR_OK);
    cr_assert(bytes_are(message.topic, "kiln/1"));
    cr_assert(bytes_are(message.payload, "{\"t\":1450}"));
    journal_reader_close(&reader);
}
