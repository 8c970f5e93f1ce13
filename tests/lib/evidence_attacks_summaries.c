/* SPDX-License-Identifier: Apache-2.0 */
/* Attacks on summaries, their signatures, chain and inputs. */
#include "evidence_attacks_private.h"

#include "envelope.pb-c.h"
#include "evidence/dsse.h"

#include <criterion/criterion.h>
#include <stdio.h>

/* ---- summaries ---- */

/* A summary goes with its list of records. */
static void drop_summary(struct edit *edit, int number)
{
    edit_remove(edit, edit_find(edit, PACK_INPUTS, number));
    edit_remove(edit, summary(edit, number));
}

static void roll_back_database(struct edit *edit, const struct attacked *a)
{
    (void)a;
    drop_summary(edit, -1);
}

static void drop_middle_summary(struct edit *edit, const struct attacked *a)
{
    (void)a;
    drop_summary(edit, 4);
}

static void replay_old_summary(struct edit *edit, const struct attacked *a)
{
    (void)a;
    struct buf *inputs = data_at(edit, edit_find(edit, PACK_INPUTS, 1));
    edit_insert(edit, edit_find(edit, PACK_INPUTS, -1) + 1, PACK_INPUTS,
                buf_bytes(inputs));
    edit_insert(edit, summary(edit, -1) + 1, PACK_SUMMARY,
                buf_bytes(data_at(edit, summary(edit, 1))));
}

static void old_summary_for_new(struct edit *edit, const struct attacked *a)
{
    (void)a;
    edit_set(edit, summary(edit, -1), buf_bytes(data_at(edit, summary(edit, 1))));
}

static void swap_summaries(struct edit *edit, const struct attacked *a)
{
    (void)a;
    edit_swap(edit, summary(edit, 1), summary(edit, 2));
    edit_swap(edit, edit_find(edit, PACK_INPUTS, 1), edit_find(edit, PACK_INPUTS, 2));
}

static void edit_payload(struct edit *edit, const struct attacked *a)
{
    struct buf *data = data_at(edit, summary(edit, 3));
    (void)a;
    data->data[data->len / 2] ^= 1;
}

static void edit_signature(struct edit *edit, const struct attacked *a)
{
    (void)a;
    flip_last(edit, summary(edit, 3));
}

static void strip_signature(struct edit *edit, const struct attacked *a)
{
    size_t at = summary(edit, 3);
    (void)a;
    edit_set(edit, at,
             bytes_slice(buf_bytes(data_at(edit, at)), 0,
                         data_at(edit, at)->len - (2 + 18 + 66)));
}

static void add_second_signature(struct edit *edit, const struct attacked *a)
{
    size_t at = summary(edit, 3);
    (void)a;
    struct bytes last = bytes_slice(buf_bytes(data_at(edit, at)),
                                    data_at(edit, at)->len - (2 + 18 + 66), 86);
    struct buf both;
    buf_init(&both, PACK_SIZE_MAX);
    buf_add(&both, buf_bytes(data_at(edit, at)));
    buf_add(&both, last);
    edit_set(edit, at, buf_bytes(&both));
    buf_deinit(&both);
}

static void add_unknown_field(struct edit *edit, const struct attacked *a)
{
    (void)a;
    buf_add(data_at(edit, summary(edit, 3)), BYTES("\x20\x01"));
}

static void other_payload_type(struct edit *edit, const struct attacked *a)
{
    size_t at = summary(edit, 3);
    struct arena arena;
    struct buf *data = data_at(edit, at);
    arena_init(&arena, ATTACK_ARENA);
    /* The same payload, signed as a receipt by the true key. */
    const uint8_t *payload = memmem(data->data, data->len, "\x0a\x07test-01", 9);
    cr_assert(payload);
    struct bytes rest =
        bytes_slice(buf_bytes(data), (size_t)(payload - data->data), data->len);
    rest = bytes_slice(rest, 0, rest.len - (2 + 18 + 66));
    const struct key_pair *pair = a->world.keys[0];
    edit_set(edit, at, dsse_envelope(DSSE_RECEIPT, rest, &pair, 1, &arena));
    arena_deinit(&arena);
}

/* Left as it is: signed again by another key. */
static void no_change(Emgate__V1__Summary *s)
{
    (void)s;
}

static void sign_by_stranger(struct edit *edit, const struct attacked *a)
{
    struct key_pair *pair = stranger();
    (void)a;
    edit_summary(edit, summary(edit, 3), no_change, pair);
    key_close(&pair);
}

static void sign_by_old_key(struct edit *edit, const struct attacked *a)
{
    edit_summary(edit, summary(edit, -1), no_change, a->world.keys[0]);
}

static void sign_by_new_key(struct edit *edit, const struct attacked *a)
{
    edit_summary(edit, summary(edit, 1), no_change, a->world.keys[1]);
}

static void lower(Emgate__V1__Summary *s)
{
    s->activity_level->value += 1;
}

static void lower_with_key(struct edit *edit, const struct attacked *a)
{
    edit_summary(edit, summary(edit, -2), lower, a->world.keys[1]);
}

static void lower_middle_with_key(struct edit *edit, const struct attacked *a)
{
    edit_summary(edit, summary(edit, 3), lower, a->world.keys[0]);
}

static void change_tree_root(Emgate__V1__Summary *s)
{
    s->provenance->tree_root.data[5] ^= 1;
}

static void other_root_with_key(struct edit *edit, const struct attacked *a)
{
    edit_summary(edit, summary(edit, -1), change_tree_root, a->world.keys[1]);
}

static void change_input_root(Emgate__V1__Summary *s)
{
    s->provenance->input_root.data[5] ^= 1;
}

static void other_inputs_with_key(struct edit *edit, const struct attacked *a)
{
    edit_summary(edit, summary(edit, -1), change_input_root, a->world.keys[1]);
}

static void change_config_hash(Emgate__V1__Summary *s)
{
    s->provenance->config_hash.data[5] ^= 1;
}

static void other_config_with_key(struct edit *edit, const struct attacked *a)
{
    edit_summary(edit, summary(edit, -1), change_config_hash, a->world.keys[1]);
}

static void rename_gateway(Emgate__V1__Summary *s)
{
    s->gateway[0] = 'T';
}

static void other_gateway_with_key(struct edit *edit, const struct attacked *a)
{
    edit_summary(edit, summary(edit, -1), rename_gateway, a->world.keys[1]);
}

static void change_previous(Emgate__V1__Summary *s)
{
    s->provenance->previous.data[5] ^= 1;
}

static void fork_with_key(struct edit *edit, const struct attacked *a)
{
    edit_summary(edit, summary(edit, -1), change_previous, a->world.keys[1]);
}

static void raise_revision(Emgate__V1__Summary *s)
{
    s->revision++;
}

static void other_revision_with_key(struct edit *edit, const struct attacked *a)
{
    edit_summary(edit, summary(edit, -1), raise_revision, a->world.keys[1]);
}

static void fewer_inputs(struct edit *edit, const struct attacked *a)
{
    struct buf *data = data_at(edit, edit_find(edit, PACK_INPUTS, 3));
    (void)a;
    cr_assert_gt(data->len, 8);
    data->len -= 8;
}

static void other_input(struct edit *edit, const struct attacked *a)
{
    (void)a;
    data_at(edit, edit_find(edit, PACK_INPUTS, 3))->data[0] += 1;
}

static void missing_inputs(struct edit *edit, const struct attacked *a)
{
    (void)a;
    edit_remove(edit, edit_find(edit, PACK_INPUTS, 3));
}

const struct attack attacks_on_summaries[] = {
    ON(rolled_back_database, "replay", "", roll_back_database),
    ON(dropped_summary, "chain", "summary ", drop_middle_summary),
    ON(replayed_old_summary, "chain", "summary ", replay_old_summary),
    ON(old_summary_for_new, "chain", "summary ", old_summary_for_new),
    ON_PROOFS(reordered_summaries, "chain", "summary ", swap_summaries),
    ON(edited_summary, "summary", "summary 3", edit_payload),
    ON(edited_signature, "summary", "summary 3", edit_signature),
    ON(stripped_signature, "summary", "summary 3", strip_signature),
    ON(second_signature, "summary", "summary 3", add_second_signature),
    ON(unknown_field_in_envelope, "summary", "summary 3", add_unknown_field),
    ON(other_payload_type, "summary", "summary 3", other_payload_type),
    ON(signed_by_a_stranger, "summary", "summary 3", sign_by_stranger),
    ON(signed_by_the_key_before, "summary", "summary ", sign_by_old_key),
    ON(signed_by_the_key_behind, "summary", "summary 1", sign_by_new_key),
    ON(lowered_with_the_key, "replay", "summary ", lower_with_key),
    ON(lowered_in_between_with_the_key, "chain", "summary ", lower_middle_with_key),
    ON(other_root_with_the_key, "tree", "summary ", other_root_with_key),
    ON(other_inputs_with_the_key, "inputs", "summary ", other_inputs_with_key),
    ON(other_configuration_with_the_key, "config", "summary ", other_config_with_key),
    ON(other_gateway_with_the_key, "summary", "summary ", other_gateway_with_key),
    ON(fork_with_the_key, "chain", "summary ", fork_with_key),
    ON(other_revision_with_the_key, "chain", "summary ", other_revision_with_key),
    ON(one_input_less, "inputs", "summary 3", fewer_inputs),
    ON(other_input, "inputs", "summary 3", other_input),
    ON(missing_list_of_inputs, "inputs", "", missing_inputs),
    {0},
};
