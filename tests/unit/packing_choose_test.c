/* SPDX-License-Identifier: Apache-2.0 */
#include "packing.h"

#include "core/clock.h"
#include "evidence/pack.h"
#include "evidence_world.h"

#include <criterion/criterion.h>

#define START_NS (INT64_C(1784109600) * NS_PER_S)

static enum err pack_period(const struct evidence_world *world, int from, int to,
                            struct packing_counts *counts, struct error *e)
{
    struct buf pack;
    struct packing packing = {.journal_directory = world->journal,
                              .outbox = world->outbox,
                              .software = "test",
                              .process = "kiln",
                              .from_ns = START_NS + from * NS_PER_MINUTE,
                              .to_ns = START_NS + to * NS_PER_MINUTE,
                              .key = key_get_public(world->keys[1])};
    buf_init(&pack, PACK_SIZE_MAX);
    enum err err = packing_make(&packing, &pack, counts, e);
    buf_deinit(&pack);
    return err;
}

Test(packing_choose, takes_the_windows_of_the_period)
{
    struct evidence_world world;
    struct packing_counts counts;
    struct error e;
    evidence_world_open(&world);
    cr_assert_eq(pack_period(&world, 3, 5, &counts, &e), ERR_OK, "%s", e.text);
    cr_assert_eq(counts.summaries, 2);
    evidence_world_close(&world);
}

Test(packing_choose, what_lies_between_a_window_and_its_revision_goes_with_them)
{
    struct evidence_world world;
    struct packing_counts counts;
    struct error e;
    evidence_world_open(&world);
    /* A reading of 40 s came in minute 2.  The one of 60 s and those behind it are judged
     * by it (has the value stood still?), so minutes 0 and 1 were both made again: two
     * windows, two revisions each, in one chain. */
    cr_assert_eq(pack_period(&world, 0, 1, &counts, &e), ERR_OK, "%s", e.text);
    cr_assert_eq(counts.summaries, 4);
    evidence_world_close(&world);
}

Test(packing_choose, a_period_without_summaries_is_no_pack)
{
    struct evidence_world world;
    struct packing_counts counts;
    struct error e;
    evidence_world_open(&world);
    cr_assert_eq(pack_period(&world, 100, 200, &counts, &e), ERR_REJECT);
    evidence_world_close(&world);
}
