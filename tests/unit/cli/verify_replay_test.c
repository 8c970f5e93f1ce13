/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/verify_replay.h"

#include "evidence/pack.h"
#include "evidence_world.h"

#include <criterion/criterion.h>

static void keep_last(void *ctx, const struct verify_line *line)
{
    enum verify_outcome *outcome = ctx;
    *outcome = line->outcome;
}

Test(verify_replay, a_whole_pack_is_made_again)
{
    struct evidence_world world;
    size_t failed = 1;
    struct error e;
    enum verify_outcome last = VERIFY_FAILED;
    evidence_world_open(&world);
    struct buf pack = evidence_world_pack(&world, "kiln", true);
    cr_assert_eq(verify_replay(buf_bytes(&pack), false, keep_last, &last, &failed, &e),
                 ERR_OK);
    cr_assert_eq(failed, 0);
    cr_assert_eq(last, VERIFY_HELD);
    buf_deinit(&pack);
    evidence_world_close(&world);
}

Test(verify_replay, proofs_can_not_be_made_again_and_that_is_said)
{
    struct evidence_world world;
    size_t failed = 1;
    struct error e;
    enum verify_outcome last = VERIFY_FAILED;
    evidence_world_open(&world);
    struct buf pack = evidence_world_pack(&world, "kiln", false);
    cr_assert_eq(verify_replay(buf_bytes(&pack), false, keep_last, &last, &failed, &e),
                 ERR_OK);
    cr_assert_eq(failed, 0);
    cr_assert_eq(last, VERIFY_NOTED);
    buf_deinit(&pack);
    evidence_world_close(&world);
}

Test(verify_replay, what_is_no_pack_is_refused)
{
    size_t failed = 0;
    struct error e;
    cr_assert_eq(verify_replay(BYTES("no"), false, keep_last, NULL, &failed, &e),
                 ERR_REJECT);
}
