/* SPDX-License-Identifier: Apache-2.0 */
#include "packing.h"

#include "evidence/pack.h"
#include "evidence_world.h"
#include "journal/journal.h"

#include <criterion/criterion.h>

/* How many records of a type the pack gives, and what all its entries cover. */
static size_t records(struct bytes file, unsigned type, uint64_t *ret_covered)
{
    struct pack pack;
    struct error e;
    size_t found = 0;
    *ret_covered = 0;
    cr_assert_eq(pack_read(file, &pack, &e), ERR_OK);
    for (size_t i = 0; i < pack.count; i++) {
        const struct pack_entry *entry = &pack.entries[i];
        if (entry->kind == PACK_RECORD) {
            found += entry->data.data[32] == type ? 1 : 0;
            *ret_covered += 1;
        } else if (entry->kind == PACK_SKIPPED) {
            cr_assert_eq(*ret_covered % ((uint64_t)1 << entry->data.data[0]), 0);
            *ret_covered += (uint64_t)1 << entry->data.data[0];
        }
    }
    pack_free(&pack);
    return found;
}

Test(packing_tree, covers_every_record_in_both_forms)
{
    struct evidence_world world;
    uint64_t whole_covered = 0;
    uint64_t covered = 0;
    evidence_world_open(&world);
    struct buf whole = evidence_world_pack(&world, NULL, true);
    struct buf proofs = evidence_world_pack(&world, "mill", false);
    size_t ticks = records(buf_bytes(&whole), RECORD_TICK, &whole_covered);
    cr_assert_gt(ticks, 30);
    cr_assert_lt(records(buf_bytes(&proofs), RECORD_TICK, &covered), ticks);
    cr_assert_eq(covered, whole_covered);
    cr_assert_eq(records(buf_bytes(&proofs), RECORD_CONFIG, &covered), 2);
    cr_assert_eq(records(buf_bytes(&proofs), RECORD_KEY_CHANGE, &covered), 1);
    buf_deinit(&whole);
    buf_deinit(&proofs);
    evidence_world_close(&world);
}
