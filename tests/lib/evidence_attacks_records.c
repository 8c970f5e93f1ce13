/* SPDX-License-Identifier: Apache-2.0 */
/* Attacks on records and configurations. */
#include "evidence_attacks_private.h"

#include "core/merkle.h"

#include <criterion/criterion.h>
#include <stdio.h>

/* ---- records ---- */

static void edit_reading(struct edit *edit, const struct attacked *a)
{
    (void)a;
    flip_last(edit, message(edit, 7));
}

static void edit_reading_and_leaf(struct edit *edit, const struct attacked *a)
{
    (void)a;
    flip_last(edit, message(edit, 7));
    edit_fix_leaf(edit, message(edit, 7));
}

static void edit_leaf(struct edit *edit, const struct attacked *a)
{
    (void)a;
    data_at(edit, message(edit, 7))->data[3] ^= 1;
}

static void delete_record(struct edit *edit, const struct attacked *a)
{
    (void)a;
    edit_remove(edit, message(edit, 7));
}

static void hide_record(struct edit *edit, const struct attacked *a)
{
    uint8_t skipped[33] = {0};
    size_t at = message(edit, 7);
    (void)a;
    memcpy(skipped + 1, data_at(edit, at)->data, 32);
    edit->entries[at].kind = PACK_SKIPPED;
    edit_set(edit, at, (struct bytes){skipped, sizeof skipped});
}

static void lose_record(struct edit *edit, const struct attacked *a)
{
    uint8_t skipped[33] = {0};
    size_t at = message(edit, 7);
    (void)a;
    merkle_leaf((struct bytes){0}, skipped + 1);
    edit->entries[at].kind = PACK_SKIPPED;
    edit_set(edit, at, (struct bytes){skipped, sizeof skipped});
}

static void insert_record(struct edit *edit, const struct attacked *a)
{
    size_t at = message(edit, 7);
    (void)a;
    edit_insert(edit, at + 1, PACK_RECORD, buf_bytes(data_at(edit, at)));
}

static void swap_records(struct edit *edit, const struct attacked *a)
{
    (void)a;
    edit_swap(edit, message(edit, 7), message(edit, 8));
}

static void set_seq(struct edit *edit, size_t at, uint64_t seq)
{
    for (unsigned i = 0; i < 8; i++) {
        data_at(edit, at)->data[BODY + 4 + i] = (uint8_t)(seq >> 8 * i);
    }
    edit_fix_leaf(edit, at);
}

static void swap_and_renumber(struct edit *edit, const struct attacked *a)
{
    size_t left = message(edit, 7);
    size_t right = message(edit, 8);
    uint64_t seqs[2] = {seq_at(edit, left), seq_at(edit, right)};
    (void)a;
    edit_swap(edit, left, right);
    set_seq(edit, left, seqs[0]);
    set_seq(edit, right, seqs[1]);
}

static void truncate_tree(struct edit *edit, const struct attacked *a)
{
    (void)a;
    edit_remove(edit, edit->count - 1);
}

static void fewer_records(struct pack_manifest *m)
{
    m->records--;
}

static void truncate_tree_and_manifest(struct edit *edit, const struct attacked *a)
{
    truncate_tree(edit, a);
    edit_manifest(edit, fewer_records);
}

static void set_clock_back(struct edit *edit, const struct attacked *a)
{
    (void)a;
    data_at(edit, message(edit, 9))->data[BODY + 12 + 4] ^= 7; /* wall time */
}

static void join_subtrees(struct edit *edit, const struct attacked *a)
{
    (void)a;
    data_at(edit, edit_find(edit, PACK_SKIPPED, 1))->data[0] += 1;
}

/* ---- configurations ---- */

static void edit_factor(struct edit *edit, const struct attacked *a)
{
    size_t at = edit_find_record(edit, RECORD_CONFIG, 1);
    struct buf *data = data_at(edit, at);
    (void)a;
    uint8_t *factor = memmem(data->data, data->len, "94.6 t", 6);
    cr_assert(factor);
    factor[0] = '1';
}

static void edit_factor_and_leaf(struct edit *edit, const struct attacked *a)
{
    edit_factor(edit, a);
    edit_fix_leaf(edit, edit_find_record(edit, RECORD_CONFIG, 1));
}

static void keep_old_configuration(struct edit *edit, const struct attacked *a)
{
    uint8_t skipped[33] = {0};
    size_t at = edit_find_record(edit, RECORD_CONFIG, 2);
    (void)a;
    memcpy(skipped + 1, data_at(edit, at)->data, 32);
    edit->entries[at].kind = PACK_SKIPPED;
    edit_set(edit, at, (struct bytes){skipped, sizeof skipped});
}

const struct attack attacks_on_records[] = {
    ON(edited_reading, "record", "record 11", edit_reading),
    ON(edited_reading_and_its_leaf, "tree", "summary 1", edit_reading_and_leaf),
    ON(edited_leaf, "record", "record 11", edit_leaf),
    ON(deleted_reading, "record", "record ", delete_record),
    ON(hidden_reading, "tree", "record ", hide_record),
    ON(reading_said_to_be_lost, "tree", "summary ", lose_record),
    ON(inserted_reading, "record", "record ", insert_record),
    ON(reordered_readings, "record", "record ", swap_records),
    ON(reordered_and_renumbered_readings, "tree", "summary ", swap_and_renumber),
    ON(truncated_journal, "tree", "checkpoint 1", truncate_tree),
    ON(truncated_journal_and_manifest, "tree", "checkpoint 1",
       truncate_tree_and_manifest),
    ON(record_clock_set_back, "record", "record ", set_clock_back),
    ON_PROOFS(edited_reading_in_proofs, "record", "record ", edit_reading),
    ON_PROOFS(needed_reading_hidden_in_proofs, "inputs", "summary ", hide_record),
    ON_PROOFS(other_level_of_what_is_left_out, "tree", "", join_subtrees),
    ON(edited_factor, "record", "record 2", edit_factor),
    ON(edited_factor_and_its_leaf, "config", "summary ", edit_factor_and_leaf),
    ON_PROOFS(old_configuration_kept, "config", "summary ", keep_old_configuration),
    {0},
};
