/* SPDX-License-Identifier: Apache-2.0 */
/* The records that each summary rests on. */
#include "verify/verify_private.h"

#include <stdlib.h>

static int by_seq(const void *a, const void *b)
{
    const struct verify_leaf *left = a;
    const struct verify_leaf *right = b;
    return (left->seq > right->seq) - (left->seq < right->seq);
}

static const uint8_t *find_leaf(const struct verify *v, uint64_t seq)
{
    struct verify_leaf wanted = {.seq = seq};
    const struct verify_leaf *leaf =
        v->record_count > 0
            ? bsearch(&wanted, v->leaves, v->record_count, sizeof wanted, by_seq)
            : NULL;
    return leaf ? leaf->hash : NULL;
}

static void check_inputs(struct verify *v, const struct verify_summary *s,
                         struct bytes seqs)
{
    struct merkle tree;
    uint8_t root[MERKLE_HASH_LEN];
    struct cursor c = cursor_of(seqs);
    uint64_t before = 0;
    merkle_init(&tree);
    while (c.rest.len > 0) {
        uint64_t seq = cursor_u64(&c);
        const uint8_t *leaf = find_leaf(v, seq);
        if (!leaf || seq <= before || seq > s->view.tree_size) {
            verify_fail(v, VERIFY_INPUTS, "summary", s->number,
                        "it can't rest on record %llu", (unsigned long long)seq);
            return;
        }
        merkle_add(&tree, leaf);
        before = seq;
    }
    merkle_root(&tree, root);
    if (tree.count != s->view.input_count ||
        !bytes_equal(s->view.input_root, (struct bytes){root, sizeof root})) {
        verify_fail(v, VERIFY_INPUTS, "summary", s->number,
                    "the %llu records given are not the %llu that it rests on",
                    (unsigned long long)tree.count,
                    (unsigned long long)s->view.input_count);
    }
}

void verify_inputs(struct verify *v)
{
    struct verify_range range = verify_entries(v, PACK_INPUTS);
    if (range.count != v->summary_count) {
        verify_fail(v, VERIFY_INPUTS, NULL, 0, "%zu lists of records for %zu summaries",
                    range.count, v->summary_count);
        return;
    }
    for (size_t i = 0; i < range.count; i++) {
        if (v->summaries[i].good) {
            check_inputs(v, &v->summaries[i], range.entries[i].data);
        }
    }
    verify_held(v, VERIFY_INPUTS, "each summary's records give its root");
}
