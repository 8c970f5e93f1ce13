/* SPDX-License-Identifier: Apache-2.0 */
#include "packing.h"

#include "cli/verify_replay.h"
#include "evidence/pack.h"
#include "evidence_world.h"

#include <criterion/criterion.h>
#include <stdio.h>

static void print_failure(void *ctx, const struct verify_line *line)
{
    (void)ctx;
    if (line->outcome == VERIFY_FAILED) {
        fprintf(stderr, "%s %s: %s\n", line->check, line->where, line->text);
    }
}

static size_t failures(const struct evidence_world *world, struct bytes file)
{
    size_t failed = 0;
    size_t replayed = 0;
    struct error e;
    struct verify_settings settings = {.keys = key_get_public(world->keys[0]),
                                       .key_count = 1,
                                       .registry_keys = &world->registry_key,
                                       .registry_key_count = 1,
                                       .line = print_failure};
    cr_assert_eq(verify_pack(file, &settings, &failed, &e), ERR_OK, "%s", e.text);
    cr_assert_eq(verify_replay(file, true, print_failure, NULL, &replayed, &e), ERR_OK);
    return failed + replayed;
}

static size_t count(struct bytes file, enum pack_kind kind)
{
    struct pack pack;
    struct error e;
    size_t found = 0;
    cr_assert_eq(pack_read(file, &pack, &e), ERR_OK);
    for (size_t i = 0; i < pack.count; i++) {
        found += pack.entries[i].kind == kind ? 1 : 0;
    }
    pack_free(&pack);
    return found;
}

Test(packing, a_whole_pack_holds_every_record_and_is_believed)
{
    struct evidence_world world;
    evidence_world_open(&world);
    struct buf pack = evidence_world_pack(&world, NULL, true);
    cr_assert_eq(failures(&world, buf_bytes(&pack)), 0);
    cr_assert_eq(count(buf_bytes(&pack), PACK_SKIPPED), 0);
    cr_assert_eq(count(buf_bytes(&pack), PACK_KEY), 2);
    cr_assert_gt(count(buf_bytes(&pack), PACK_SUMMARY), 10);
    buf_deinit(&pack);
    evidence_world_close(&world);
}

Test(packing, proofs_leave_out_what_one_process_does_not_rest_on)
{
    struct evidence_world world;
    evidence_world_open(&world);
    struct buf whole = evidence_world_pack(&world, NULL, true);
    struct buf pack = evidence_world_pack(&world, "mill", false);
    cr_assert_eq(failures(&world, buf_bytes(&pack)), 0);
    cr_assert_gt(count(buf_bytes(&pack), PACK_SKIPPED), 10);
    cr_assert_lt(count(buf_bytes(&pack), PACK_RECORD),
                 count(buf_bytes(&whole), PACK_RECORD));
    cr_assert_lt(count(buf_bytes(&pack), PACK_SUMMARY),
                 count(buf_bytes(&whole), PACK_SUMMARY));
    buf_deinit(&whole);
    buf_deinit(&pack);
    evidence_world_close(&world);
}

Test(packing, the_same_stores_give_the_same_bytes)
{
    struct evidence_world first;
    struct evidence_world second;
    evidence_world_open(&first);
    evidence_world_open(&second);
    struct buf a = evidence_world_pack(&first, NULL, false);
    struct buf b = evidence_world_pack(&second, NULL, false);
    cr_assert(bytes_equal(buf_bytes(&a), buf_bytes(&b)));
    buf_deinit(&a);
    buf_deinit(&b);
    evidence_world_close(&first);
    evidence_world_close(&second);
}
