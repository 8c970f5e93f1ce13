/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Builds the journal's tree from the pack's leaves and compares it wherever a root was
 * signed.  The leaves are taken as they are given, apart from the records: so a record
 * that was changed is named, as long as its leaf was left alone.
 */
#include "verify/verify_private.h"

#include "core/mem.h"
#include "journal/journal.h"

#include <sodium.h>
#include <stdlib.h>

struct walk {
    struct verify *v;
    struct merkle tree;
    size_t next_mark;
    uint64_t matched; /* the last size whose root came out */
    bool off;         /* the last one did not */
    uint64_t config_record;
    uint8_t config_hash[32];
};

void verify_add_mark(struct verify *v, struct verify_mark mark)
{
    v->marks = mem_grow(v->marks, v->mark_count, &v->mark_capacity, sizeof *v->marks);
    v->marks[v->mark_count++] = mark;
}

static size_t number_of(const struct verify_mark *mark)
{
    size_t checkpoint = mark->note ? mark->note : 1;
    return mark->summary ? mark->summary->number : checkpoint;
}

static const char *kind_of(const struct verify_mark *mark)
{
    const char *checkpoint = mark->note ? "note" : "checkpoint";
    return mark->summary ? "summary" : checkpoint;
}

static int by_size(const void *a, const void *b)
{
    const struct verify_mark *left = a;
    const struct verify_mark *right = b;
    if (left->size != right->size) {
        return left->size < right->size ? -1 : 1;
    }
    if (!left->summary != !right->summary) {
        return left->summary ? -1 : 1;
    }
    return (number_of(left) > number_of(right)) - (number_of(left) < number_of(right));
}

/* ---- where roots were signed ---- */

static void compare_root(struct walk *w, const struct verify_mark *mark)
{
    uint8_t root[MERKLE_HASH_LEN];
    merkle_root(&w->tree, root);
    if (bytes_equal(mark->root, (struct bytes){root, sizeof root})) {
        w->matched = mark->size;
        w->off = false;
    } else if (!w->off) {
        verify_fail(w->v, VERIFY_TREE, kind_of(mark), number_of(mark),
                    "records %llu to %llu do not give the root that it signed",
                    (unsigned long long)w->matched + 1, (unsigned long long)mark->size);
        w->off = true;
    }
}

static void compare_config(struct walk *w, const struct verify_summary *s)
{
    struct bytes hash = {w->config_hash, sizeof w->config_hash};
    if (w->config_record == 0 || !bytes_equal(s->view.config_hash, hash)) {
        verify_fail(w->v, VERIFY_CONFIG, "summary", s->number,
                    "the configuration in record %llu is not the one it was made by",
                    (unsigned long long)w->config_record);
    }
}

/* Looks at the marks up to the tree's size; one inside of what was skipped can't be
 * compared. */
static void pass_marks(struct walk *w)
{
    struct verify *v = w->v;
    for (; w->next_mark < v->mark_count && v->marks[w->next_mark].size <= w->tree.count;
         w->next_mark++) {
        const struct verify_mark *mark = &v->marks[w->next_mark];
        if (mark->size < w->tree.count) {
            verify_fail(v, VERIFY_TREE, kind_of(mark), number_of(mark),
                        "its tree ends within records that are left out");
            continue;
        }
        compare_root(w, mark);
        if (mark->summary) {
            compare_config(w, mark->summary);
        }
    }
}

/* ---- leaves ---- */

static void check_record(struct walk *w, const struct pack_entry *entry)
{
    uint8_t leaf[MERKLE_HASH_LEN];
    struct bytes body = verify_body(entry);
    struct cursor c = cursor_of(bytes_slice(body, 4, 8));
    uint64_t seq = w->tree.count + 1;
    merkle_leaf(body, leaf);
    if (memcmp(leaf, entry->data.data, sizeof leaf) != 0) {
        verify_fail(w->v, VERIFY_RECORD, "record", seq,
                    "it was changed: it does not give its leaf");
    } else if (cursor_u64(&c) != seq) {
        verify_fail(w->v, VERIFY_RECORD, "record", seq, "another one is in its place");
    }
}

static void take_record(struct walk *w, const struct pack_entry *entry)
{
    struct verify *v = w->v;
    struct bytes body = verify_body(entry);
    check_record(w, entry);
    if (body.data[0] == RECORD_CONFIG) {
        struct bytes payload = bytes_slice(body, PACK_RECORD_HEAD, body.len);
        w->config_record = w->tree.count + 1;
        crypto_hash_sha256(w->config_hash, payload.data, payload.len);
    }
    merkle_add(&w->tree, entry->data.data);
    v->leaves =
        mem_grow(v->leaves, v->record_count, &v->leaf_capacity, sizeof *v->leaves);
    v->leaves[v->record_count++] =
        (struct verify_leaf){.seq = w->tree.count, .hash = entry->data.data};
}

/* False: it can't stand here, and the tree ends. */
static bool take_skipped(struct walk *w, const struct pack_entry *entry)
{
    uint8_t nothing[MERKLE_HASH_LEN];
    unsigned level = entry->data.data[0];
    const uint8_t *root = entry->data.data + 1;
    uint64_t seq = w->tree.count + 1;
    if (level > PACK_LEVEL_MAX || w->tree.count % ((uint64_t)1 << level) != 0) {
        verify_fail(w->v, VERIFY_TREE, "record", seq,
                    "what is left out here is no part of a tree");
        return false;
    }
    merkle_leaf((struct bytes){0}, nothing);
    bool lost = level == 0 && memcmp(root, nothing, sizeof nothing) == 0;
    if (w->v->manifest.whole && !lost) {
        verify_fail(w->v, VERIFY_TREE, "record", seq, "it is left out of a whole pack");
    }
    merkle_add_subtree(&w->tree, level, root);
    return true;
}

void verify_tree(struct verify *v)
{
    struct walk w = {.v = v};
    bool goes_on = true;
    if (v->mark_count > 0) {
        qsort(v->marks, v->mark_count, sizeof *v->marks, by_size);
    }
    for (size_t i = 0; goes_on && i < v->pack.count; i++) {
        const struct pack_entry *entry = &v->pack.entries[i];
        if (entry->kind == PACK_RECORD) {
            take_record(&w, entry);
        } else if (entry->kind == PACK_SKIPPED) {
            goes_on = take_skipped(&w, entry);
        }
        pass_marks(&w);
    }
    for (; w.next_mark < v->mark_count; w.next_mark++) {
        const struct verify_mark *mark = &v->marks[w.next_mark];
        verify_fail(v, VERIFY_TREE, kind_of(mark), number_of(mark),
                    "it signs %llu records, and there are %llu",
                    (unsigned long long)mark->size, (unsigned long long)w.tree.count);
    }
    v->leaf_count = w.tree.count;
    verify_held(v, VERIFY_RECORD, "%zu, each with its leaf", v->record_count);
    verify_held(v, VERIFY_TREE, "%zu signed roots over up to %llu records", v->mark_count,
                (unsigned long long)v->leaf_count);
    verify_held(v, VERIFY_CONFIG, "each summary names the one in the journal before it");
}
