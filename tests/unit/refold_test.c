/* SPDX-License-Identifier: Apache-2.0 */
#include "refold.h"

#include "evidence_world.h"

#include <criterion/criterion.h>

struct heard {
    size_t summaries, touches;
    uint64_t last;
};

static enum err take_summary(void *ctx, const struct aggregate_summary *s,
                             struct error *e)
{
    struct heard *heard = ctx;
    (void)s;
    (void)e;
    heard->summaries++;
    return ERR_OK;
}

static void take_touch(void *ctx, const char *process, int64_t start_ns, uint64_t record)
{
    struct heard *heard = ctx;
    (void)start_ns;
    cr_assert(strcmp(process, "kiln") == 0 || strcmp(process, "mill") == 0);
    cr_assert_geq(record, heard->last, "in order of records");
    heard->last = record;
    heard->touches++;
}

Test(refold, tells_summaries_and_the_records_they_rest_on)
{
    struct evidence_world world;
    struct heard heard = {0};
    struct refold_settings settings = {.software = "test",
                                       .summary = take_summary,
                                       .touched = take_touch,
                                       .ctx = &heard};
    struct refold *refold = NULL;
    struct journal_reader *reader = NULL;
    struct error e;
    bool found = true;
    evidence_world_open(&world);
    cr_assert_eq(refold_open(&settings, &refold, &e), ERR_OK);
    cr_assert_eq(
        journal_reader_open_directory(world.journal, &disk_system, 0, &reader, &e),
        ERR_OK);
    while (found) {
        struct record record;
        cr_assert_eq(journal_read_next(reader, 0, &record, &found, &e), ERR_OK);
        cr_assert(!found || refold_take(refold, &record, &e) == ERR_OK);
    }
    cr_assert_gt(heard.summaries, 10);
    cr_assert_gt(heard.touches, 100);
    journal_reader_close(&reader);
    refold_close(&refold);
    evidence_world_close(&world);
}
