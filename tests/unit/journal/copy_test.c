/* SPDX-License-Identifier: Apache-2.0 */
#include "journal/journal.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

struct bench {
    char folder[64], from[96], to[96];
    struct journal *journal;
};

static void open_bench(struct bench *b)
{
    struct error e;
    *b = (struct bench){.folder = "/tmp/emgate-copy-XXXXXX"};
    cr_assert(mkdtemp(b->folder));
    snprintf(b->from, sizeof b->from, "%s/from", b->folder);
    snprintf(b->to, sizeof b->to, "%s/to", b->folder);
    struct journal_settings settings = {.directory = b->from,
                                        .gateway_id = "g",
                                        .software = "test",
                                        .segment_size = JOURNAL_SEGMENT_MIN,
                                        .no_helper = true};
    cr_assert_eq(journal_open(&settings, &disk_system, &clock_system, &b->journal, &e),
                 ERR_OK, "%s", e.text);
}

static void close_bench(struct bench *b)
{
    char command[128];
    journal_close(&b->journal);
    snprintf(command, sizeof command, "rm -rf '%s'", b->folder);
    cr_assert_eq(system(command), 0);
}

static void write_records(struct bench *b, int count)
{
    struct error e;
    for (int i = 0; i < count; i++) {
        uint64_t seq = 0;
        cr_assert_eq(journal_append(b->journal, RECORD_TICK, BYTES(""), &seq, &e),
                     ERR_OK);
        cr_assert_eq(journal_commit(b->journal, &e), ERR_OK);
    }
}

static void note(void *ctx, const char *text)
{
    (void)ctx;
    cr_assert_fail("%s", text);
}

static struct journal_report copy(struct bench *b, uint64_t until)
{
    struct journal_report report;
    struct error e;
    uint64_t last = 0;
    cr_assert_eq(journal_copy(b->from, b->to, &disk_system, until, &last, &e), ERR_OK,
                 "%s", e.text);
    cr_assert_eq(last, until);
    cr_assert_eq(journal_verify(b->to, &disk_system, note, NULL, &report, &e), ERR_OK);
    return report;
}

Test(journal_copy, ends_with_the_record_that_was_asked_for)
{
    struct bench b;
    open_bench(&b);
    write_records(&b, 20); /* seven segments */
    struct journal_report report = copy(&b, 13);
    cr_assert_eq(report.last_seq, 13);
    cr_assert_eq(report.records, 13);
    cr_assert_not(report.torn_tail);
    close_bench(&b);
}

Test(journal_copy, of_all_there_is_goes_on_as_a_journal)
{
    struct bench b;
    struct error e;
    uint64_t seq = 0;
    open_bench(&b);
    write_records(&b, 5);
    cr_assert_eq(copy(&b, 5).records, 5);
    journal_close(&b.journal);
    struct journal_settings settings = {.directory = b.to,
                                        .gateway_id = "g",
                                        .software = "test",
                                        .segment_size = JOURNAL_SEGMENT_MIN,
                                        .no_helper = true};
    cr_assert_eq(journal_open(&settings, &disk_system, &clock_system, &b.journal, &e),
                 ERR_OK, "%s", e.text);
    cr_assert_eq(journal_append(b.journal, RECORD_TICK, BYTES(""), &seq, &e), ERR_OK);
    cr_assert_eq(seq, 6);
    close_bench(&b);
}
