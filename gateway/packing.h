/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Makes packs (evidence/pack.h) from a gateway's journal and outbox.  The journal is
 * folded again to find in which order the summaries were made and on which records each
 * rests; then it is read once more for the tree.
 *
 * Two forms.  "whole" holds every record up to the checkpoint, so that the summaries can
 * be made again from it and nothing can have been left out.  "proofs" holds the records
 * that the chosen summaries rest on, with what the gateway noted about itself; in the
 * place of the others stand roots of their subtrees.
 */
#ifndef PACKING_H
#define PACKING_H

#include "evidence/key.h"
#include "refold.h"

#define PACKING_REGISTRY_KEYS_MAX 16

struct packing {
    const char *journal_directory;
    struct outbox *outbox;  /* a reader's will do */
    const char *software;   /* as summaries name it */
    const char *process;    /* NULL: all */
    int64_t from_ns, to_ns; /* of window starts */
    bool whole;
    const struct key_public *key; /* the gateway's first, or its only one */
    const struct key_public *registry_keys;
    size_t registry_key_count;
};

struct packing_counts {
    uint64_t records; /* of the tree */
    uint64_t given;   /* of these, given whole */
    size_t summaries;
    size_t different; /* folded again they have other bytes */
};

/* Adds the pack to `out`.  ERR_REJECT: there is nothing to pack, with the reason; else
 * errors of journal and outbox. */
enum err packing_make(const struct packing *packing, struct buf *out,
                      struct packing_counts *ret_counts, struct error *e) MUST_CHECK;

#endif
