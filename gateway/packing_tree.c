/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tree's entries.  Leaves that are left out are joined to the largest subtrees that
 * stand between what is given and the sizes at which a root was signed: so each of these
 * roots can be made from the pack.
 */
#include "packing_private.h"

#include "core/mem.h"
#include "verify/message.h"

#define OPEN_MAX 64

/* A subtree of leaves that are left out, not written yet. */
struct open_part {
    unsigned level;
    uint64_t from; /* index of its first leaf */
    uint8_t root[MERKLE_HASH_LEN];
};

struct writing {
    struct packing_work *work;
    struct open_part open[OPEN_MAX];
    size_t open_count;
    uint64_t count;      /* leaves so far */
    size_t next_needed;  /* in work->needed */
    size_t next_made;    /* in work->made: whose tree size comes next */
    struct table beside; /* keys of receipts behind the checkpoint */
};

static void flush(struct writing *w)
{
    for (size_t i = 0; i < w->open_count; i++) {
        uint8_t data[1 + MERKLE_HASH_LEN] = {(uint8_t)w->open[i].level};
        memcpy(data + 1, w->open[i].root, MERKLE_HASH_LEN);
        pack_add(&w->work->tree, PACK_SKIPPED, (struct bytes){data, sizeof data});
    }
    w->open_count = 0;
}

/* Two neighbours of a level are one of the next, where the left one may begin it. */
static bool joins(const struct open_part *left, const struct open_part *right)
{
    return left->level == right->level && left->level < PACK_LEVEL_MAX &&
           left->from % ((uint64_t)2 << left->level) == 0;
}

static void skip(struct writing *w, const uint8_t leaf[MERKLE_HASH_LEN])
{
    struct open_part part = {.from = w->count++};
    memcpy(part.root, leaf, MERKLE_HASH_LEN);
    while (w->open_count > 0 && joins(&w->open[w->open_count - 1], &part)) {
        const struct open_part *left = &w->open[--w->open_count];
        merkle_node(left->root, part.root, part.root);
        part.from = left->from;
        part.level++;
    }
    ASSERT(w->open_count < OPEN_MAX);
    w->open[w->open_count++] = part;
}

/* A lost record's leaf is given, in either form. */
static void add_lost(struct writing *w)
{
    uint8_t leaf[MERKLE_HASH_LEN];
    merkle_leaf((struct bytes){0}, leaf);
    flush(w);
    skip(w, leaf);
    flush(w);
}

/* ---- which records are given ---- */

/* Whether it is a receipt that one of the registry's keys has signed, for a chosen
 * summary or (`any`) for whichever. */
static bool is_our_receipt(struct packing_work *work, struct bytes payload, bool any)
{
    struct receipt_view view;
    if (!receipt_read(payload, &view) || (!any && !table_find(&work->chosen, view.key))) {
        return false;
    }
    for (size_t i = 0; i < work->packing->registry_key_count; i++) {
        if (bytes_are(view.key_id, work->packing->registry_keys[i].id) &&
            receipt_bytes_hold(payload, &work->packing->registry_keys[i])) {
            work->registry_key_used[i] = true;
            return true;
        }
    }
    return false;
}

static bool is_needed(struct writing *w, uint64_t seq)
{
    const struct packing_seqs *needed = &w->work->needed;
    while (w->next_needed < needed->count && needed->list[w->next_needed] < seq) {
        w->next_needed++;
    }
    return w->next_needed < needed->count && needed->list[w->next_needed] == seq;
}

static bool is_given(struct writing *w, const struct record *record)
{
    bool whole = w->work->packing->whole;
    if (record->type == RECORD_RECEIPT) {
        return is_our_receipt(w->work, record->payload, whole) || whole;
    }
    bool many = record->type == RECORD_MESSAGE || record->type == RECORD_RETRY ||
                record->type == RECORD_TICK;
    return whole || !many || is_needed(w, record->seq);
}

/* Whether a root was signed at this size. */
static bool is_mark(struct writing *w, uint64_t size)
{
    const struct packing_work *work = w->work;
    while (w->next_made < work->made_count &&
           (!work->made[w->next_made].summary->chosen ||
            work->made[w->next_made].summary->tree_size < size)) {
        w->next_made++;
    }
    return size == work->size || (w->next_made < work->made_count &&
                                  work->made[w->next_made].summary->tree_size == size);
}

static void take_record(struct writing *w, const struct record *record)
{
    uint8_t leaf[MERKLE_HASH_LEN];
    while (w->count + 1 < record->seq) {
        add_lost(w);
    }
    record_leaf(record, leaf);
    if (is_given(w, record)) {
        struct buf data;
        flush(w);
        buf_init(&data, PACK_SIZE_MAX);
        buf_add(&data, (struct bytes){leaf, sizeof leaf});
        buf_add(&data, record->body);
        pack_add(&w->work->tree, PACK_RECORD, buf_bytes(&data));
        buf_deinit(&data);
        w->count++;
        w->work->counts.given++;
    } else {
        skip(w, leaf);
    }
    if (is_mark(w, record->seq)) {
        flush(w);
    }
}

/* A receipt that the checkpoint does not cover stands beside the tree, once a summary. */
static void take_later(struct writing *w, const struct record *record)
{
    struct packing_work *work = w->work;
    struct receipt_view view;
    if (record->type == RECORD_RECEIPT && receipt_read(record->payload, &view) &&
        view.verdict == 0 && is_our_receipt(work, record->payload, false) &&
        !table_put(&w->beside, view.key, work)) {
        pack_add(&work->receipts, PACK_RECEIPT, record->payload);
    }
}

static enum err take_either(void *ctx, const struct record *record, struct error *e)
{
    struct writing *w = ctx;
    (void)e;
    if (record->seq <= w->work->size) {
        take_record(w, record);
    } else {
        take_later(w, record);
    }
    return ERR_OK;
}

enum err packing_write_tree(struct packing_work *work, struct error *e)
{
    struct writing w = {.work = work};
    table_init(&w.beside);
    enum err err = packing_each_record(work, take_either, &w, e);
    while (err == ERR_OK && w.count < work->size) {
        add_lost(&w);
    }
    flush(&w);
    work->counts.records = w.count;
    table_deinit(&w.beside);
    return err;
}
