/* SPDX-License-Identifier: Apache-2.0 */
/* Attacks on keys, receipts, the checkpoint, the manifest and the file. */
#include "evidence_attacks_private.h"

#include "core/clock.h"
#include "evidence/change.h"
#include "evidence/checkpoint.h"
#include "evidence/receipt.h"

#include <criterion/criterion.h>
#include <stdio.h>

/* ---- keys ---- */

static void swap_keys(struct edit *edit, const struct attacked *a)
{
    (void)a;
    edit_swap(edit, edit_find(edit, PACK_KEY, 1), edit_find(edit, PACK_KEY, 2));
}

static void add_key(struct edit *edit, const struct attacked *a)
{
    struct key_pair *pair = stranger();
    (void)a;
    edit_insert(edit, edit_find(edit, PACK_KEY, 2) + 1, PACK_KEY,
                (struct bytes){key_get_public(pair)->bytes, KEY_PUBLIC_LEN});
    key_close(&pair);
}

static void drop_key(struct edit *edit, const struct attacked *a)
{
    (void)a;
    edit_remove(edit, edit_find(edit, PACK_KEY, 2));
}

/* The attacker signs a change to a key of his own with it alone. */
static void change_key_alone(struct edit *edit, const struct attacked *a)
{
    size_t at = edit_find_record(edit, RECORD_KEY_CHANGE, 1);
    struct arena arena;
    struct buf body;
    struct key_pair *pair = stranger();
    arena_init(&arena, ATTACK_ARENA);
    buf_init(&body, PACK_SIZE_MAX);
    buf_add(&body, bytes_slice(buf_bytes(data_at(edit, at)), 0, BODY + 28));
    buf_add(&body, change_sign(WORLD_GATEWAY, seq_at(edit, at) - 1, pair, pair, &arena));
    (void)a;
    edit_set(edit, at, buf_bytes(&body));
    edit_fix_leaf(edit, at);
    key_close(&pair);
    buf_deinit(&body);
    arena_deinit(&arena);
}

static void other_registry_key(struct edit *edit, const struct attacked *a)
{
    struct key_pair *pair = stranger();
    (void)a;
    edit_set(edit, edit_find(edit, PACK_REGISTRY_KEY, 1),
             (struct bytes){key_get_public(pair)->bytes, KEY_PUBLIC_LEN});
    key_close(&pair);
}

/* ---- receipts ---- */

/* Puts a receipt with this key and time beside the tree. */
static void put_receipt(struct edit *edit, const uint8_t *key, int64_t stored_ns,
                        const struct key_pair *pair)
{
    uint8_t signature[KEY_SIGNATURE_LEN];
    uint8_t packed[512];
    char registry[] = "registry-1";
    Emgate__V1__Receipt r;
    emgate__v1__receipt__init(&r);
    r.key = (ProtobufCBinaryData){.data = (uint8_t *)(uintptr_t)key, .len = 32};
    r.registry = registry;
    r.stored_ns = stored_ns;
    receipt_sign(&r, pair, signature);
    size_t len = emgate__v1__receipt__pack(&r, packed);
    edit_set(edit, edit_find(edit, PACK_RECEIPT, 1), (struct bytes){packed, len});
}

/* The key that the receipt beside the tree names. */
static void receipt_key(const struct edit *edit, uint8_t key[32])
{
    const struct buf *data = &edit->entries[edit_find(edit, PACK_RECEIPT, 1)].data;
    memcpy(key, data->data + 2, 32);
}

static void forge_receipt(struct edit *edit, const struct attacked *a)
{
    uint8_t key[32];
    struct key_pair *pair = stranger();
    (void)a;
    receipt_key(edit, key);
    put_receipt(edit, key, INT64_C(1784200000) * NS_PER_S, pair);
    key_close(&pair);
}

static void receipt_of_another(struct edit *edit, const struct attacked *a)
{
    static const uint8_t key[32] = {1, 2, 3};
    put_receipt(edit, key, INT64_C(1784200000) * NS_PER_S, a->world.registry);
}

static void clock_ahead(struct edit *edit, const struct attacked *a)
{
    uint8_t key[32];
    receipt_key(edit, key);
    put_receipt(edit, key, INT64_C(1784000000) * NS_PER_S, a->world.registry);
}

static void edit_receipt(struct edit *edit, const struct attacked *a)
{
    (void)a;
    data_at(edit, edit_find(edit, PACK_RECEIPT, 1))->data[36] ^= 1;
}

static void edit_receipt_record(struct edit *edit, const struct attacked *a)
{
    (void)a;
    flip_last(edit, edit_find_record(edit, RECORD_RECEIPT, 2));
}

static void double_receipt(struct edit *edit, const struct attacked *a)
{
    size_t at = edit_find(edit, PACK_RECEIPT, 1);
    (void)a;
    edit_insert(edit, at, PACK_RECEIPT, buf_bytes(data_at(edit, at)));
}

/* ---- checkpoints and manifests ---- */

static void edit_checkpoint(struct edit *edit, const struct attacked *a)
{
    struct buf *data = data_at(edit, edit_find(edit, PACK_CHECKPOINT, 1));
    (void)a;
    data->data[strlen("emgate/test-01\n")] ^= 1; /* the size */
}

static void edit_checkpoint_root(struct edit *edit, const struct attacked *a)
{
    struct buf *data = data_at(edit, edit_find(edit, PACK_CHECKPOINT, 1));
    (void)a;
    data->data[strlen("emgate/test-01\n123\nab")] ^= 1;
}

/* A checkpoint that the key signed, over what it likes. */
static void put_checkpoint(struct edit *edit, const struct key_pair *pair,
                           const char *origin, uint64_t size_less)
{
    struct checkpoint c;
    struct buf note;
    struct error e;
    size_t at = edit_find(edit, PACK_CHECKPOINT, 1);
    cr_assert_eq(
        checkpoint_get(buf_bytes(data_at(edit, at)), key_get_public(pair), &c, &e),
        ERR_OK);
    snprintf(c.origin, sizeof c.origin, "%s", origin);
    c.size -= size_less;
    c.root[0] ^= size_less == 0 && strcmp(origin, "emgate/test-01") == 0 ? 1 : 0;
    buf_init(&note, CHECKPOINT_MAX);
    checkpoint_put(&c, pair, &note);
    edit_set(edit, at, buf_bytes(&note));
    buf_deinit(&note);
}

static void other_origin_with_key(struct edit *edit, const struct attacked *a)
{
    put_checkpoint(edit, a->world.keys[1], "emgate/test-02", 0);
}

static void other_size_with_key(struct edit *edit, const struct attacked *a)
{
    put_checkpoint(edit, a->world.keys[1], "emgate/test-01", 1);
}

static void other_checkpoint_with_key(struct edit *edit, const struct attacked *a)
{
    put_checkpoint(edit, a->world.keys[1], "emgate/test-01", 0);
}

static void drop_checkpoint(struct edit *edit, const struct attacked *a)
{
    (void)a;
    edit_remove(edit, edit_find(edit, PACK_CHECKPOINT, 1));
}

static void double_checkpoint(struct edit *edit, const struct attacked *a)
{
    size_t at = edit_find(edit, PACK_CHECKPOINT, 1);
    (void)a;
    edit_insert(edit, at, PACK_CHECKPOINT, buf_bytes(data_at(edit, at)));
}

static void later(struct pack_manifest *m)
{
    m->to_ns += NS_PER_HOUR;
}

static void other_period(struct edit *edit, const struct attacked *a)
{
    (void)a;
    edit_manifest(edit, later);
}

static void mill_only(struct pack_manifest *m)
{
    snprintf(m->process, sizeof m->process, "mill");
}

static void other_process(struct edit *edit, const struct attacked *a)
{
    (void)a;
    edit_manifest(edit, mill_only);
}

static void say_whole(struct pack_manifest *m)
{
    m->whole = true;
}

static void claim_whole(struct edit *edit, const struct attacked *a)
{
    (void)a;
    edit_manifest(edit, say_whole);
}

static void more_records(struct pack_manifest *m)
{
    m->records++;
}

static void other_tree_size(struct edit *edit, const struct attacked *a)
{
    (void)a;
    edit_manifest(edit, more_records);
}

static void add_to_manifest(struct edit *edit, const struct attacked *a)
{
    (void)a;
    buf_add(data_at(edit, 0), BYTES("note all is well\n"));
}

static void drop_manifest(struct edit *edit, const struct attacked *a)
{
    (void)a;
    edit_remove(edit, 0);
}

static void drop_summaries(struct edit *edit, const struct attacked *a)
{
    size_t first = summary(edit, 1);
    (void)a;
    while (edit->entries[first].kind == PACK_SUMMARY ||
           edit->entries[first].kind == PACK_INPUTS) {
        edit_remove(edit, first);
    }
}

static void swap_kinds(struct edit *edit, const struct attacked *a)
{
    (void)a;
    edit_swap(edit, summary(edit, 1), edit_find(edit, PACK_INPUTS, 1));
}

/* ---- bytes ---- */

static void cut_file(struct buf *file)
{
    file->len /= 2;
}

static void add_behind(struct buf *file)
{
    buf_add(file, BYTES("\x01"));
}

static void edit_digest(struct buf *file)
{
    file->data[file->len - 1] ^= 1;
}

static void edit_without_digest(struct buf *file)
{
    file->data[file->len - 60] ^= 1;
}

static void edit_magic(struct buf *file)
{
    file->data[6] = '2';
}

const struct attack attacks_on_frame[] = {
    ON(swapped_keys, "key", "", swap_keys),
    ON(added_key, "key", "key 3", add_key),
    ON(dropped_key, "key", "", drop_key),
    ON(key_changed_without_the_old_one, "key", "record ", change_key_alone),
    ON(other_registry_key, "key", "registry key 1", other_registry_key),
    ON(forged_receipt, "receipt", "receipt 1", forge_receipt),
    ON(receipt_of_another_summary, "receipt", "receipt 1", receipt_of_another),
    ON(clock_ahead_of_the_registry, "receipt", "receipt 1", clock_ahead),
    ON(edited_receipt, "receipt", "receipt 1", edit_receipt),
    ON(edited_receipt_in_the_journal, "record", "record ", edit_receipt_record),
    ON(doubled_receipt, "receipt", "receipt 2", double_receipt),
    ON(edited_checkpoint, "checkpoint", "checkpoint 1", edit_checkpoint),
    ON(edited_checkpoint_root, "checkpoint", "checkpoint 1", edit_checkpoint_root),
    ON(checkpoint_of_another_gateway, "checkpoint", "checkpoint 1",
       other_origin_with_key),
    ON(checkpoint_of_another_size_with_the_key, "checkpoint", "checkpoint 1",
       other_size_with_key),
    ON(checkpoint_of_another_root_with_the_key, "tree", "checkpoint 1",
       other_checkpoint_with_key),
    ON(missing_checkpoint, "checkpoint", "", drop_checkpoint),
    ON(two_checkpoints, "checkpoint", "", double_checkpoint),
    ON(other_period_in_the_manifest, "pack", "", other_period),
    ON_PROOFS(other_process_in_the_manifest, "summary", "summary 1", other_process),
    ON_PROOFS(proofs_said_to_be_whole, "tree", "record ", claim_whole),
    ON(other_size_in_the_manifest, "pack", "", other_tree_size),
    ON(words_added_to_the_manifest, "pack", "", add_to_manifest),
    ON(missing_manifest, "malformed", "", drop_manifest),
    ON(missing_summaries, "summary", "", drop_summaries),
    ON(entries_out_of_order, "malformed", "", swap_kinds),
    BYTES_OF(cut_file, "malformed", cut_file),
    BYTES_OF(bytes_behind_the_end, "malformed", add_behind),
    BYTES_OF(edited_digest, "pack", edit_digest),
    BYTES_OF(edit_that_leaves_the_digest, "pack", edit_without_digest),
    BYTES_OF(other_format, "malformed", edit_magic),
    {0},
};
