/* SPDX-License-Identifier: Apache-2.0 */
/* What the files that make packs share. */
#ifndef PACKING_PRIVATE_H
#define PACKING_PRIVATE_H

#include "packing.h"

#include "core/table.h"
#include "evidence/pack.h"
#include "evidence/receipt.h"

/* Seqs that rise, each once. */
struct packing_seqs {
    uint64_t *list;
    size_t count, capacity;
};

/* A stored summary, in the order of making. */
struct packing_summary {
    uint8_t key[32];
    char *process;
    int64_t start_ns, end_ns;
    uint32_t revision;
    struct bytes envelope; /* owned */
    uint64_t tree_size;    /* 0: not made again (yet) */
    struct packing_seqs inputs;
    bool chosen;
};

/* One that was made again. */
struct packing_made {
    struct packing_summary *summary;
};

struct packing_work {
    const struct packing *packing;
    struct arena arena; /* the checkpoint */
    struct bytes note;
    uint64_t size; /* of the tree: the checkpoint's */
    struct packing_summary *stored;
    size_t stored_count, stored_capacity;
    struct table by_name;      /* "process start revision" -> index + 1 */
    struct packing_made *made; /* in order of making */
    size_t made_count, made_capacity;
    struct table touched;       /* "process start" -> struct packing_seqs * */
    struct table chosen;        /* key -> itself */
    struct packing_seqs needed; /* records that chosen ones rest on */
    struct key_public *keys;    /* after the first */
    size_t key_count, key_capacity;
    struct key_public first_key;
    bool key_changed;
    bool registry_key_used[PACKING_REGISTRY_KEYS_MAX];
    struct buf tree, receipts;
    struct packing_counts counts;
    uint64_t at; /* the record that is being folded */
};

/* Finds the order of summaries and what they rest on, and chooses. */
enum err packing_choose(struct packing_work *work, struct error *e) MUST_CHECK;

/* Writes the entries of the tree and the receipts behind it. */
enum err packing_write_tree(struct packing_work *work, struct error *e) MUST_CHECK;

/* Calls `each` for every record from the first on; one that is damaged is passed over,
 * as the fold does, which gives it the leaf of nothing. */
enum err packing_each_record(const struct packing_work *work, journal_record_fn *each,
                             void *ctx, struct error *e) MUST_CHECK;

/* Adds a seq behind the others. */
void packing_add_seq(struct packing_seqs *seqs, uint64_t seq);

#endif
