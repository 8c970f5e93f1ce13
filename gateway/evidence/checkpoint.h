/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A checkpoint: a signed statement of a tree's size and root, as a C2SP note
 * (c2sp.org/tlog-checkpoint, c2sp.org/signed-note), which witnesses of transparency logs
 * read too:
 *
 *     emgate/cement-01
 *     1234
 *     <base64 of the root>
 *
 *     — emgate/cement-01 <base64 of 4 bytes of key hash, 64 of signature>
 *
 * The signature is over the three lines, each with its line end.
 */
#ifndef EVIDENCE_CHECKPOINT_H
#define EVIDENCE_CHECKPOINT_H

#include "core/buf.h"
#include "core/merkle.h"
#include "evidence/key.h"

#define CHECKPOINT_MAX 512
#define CHECKPOINT_ORIGIN_MAX 160

struct checkpoint {
    char origin[CHECKPOINT_ORIGIN_MAX];
    uint64_t size;
    uint8_t root[MERKLE_HASH_LEN];
};

/* Adds the note. */
void checkpoint_put(const struct checkpoint *checkpoint, const struct key_pair *pair,
                    struct buf *out);

/* Reads a note and checks that `key` has signed it.  ERR_REJECT: it is none, or it has
 * not; the text says which. */
enum err checkpoint_get(struct bytes note, const struct key_public *key,
                        struct checkpoint *ret_checkpoint, struct error *e) MUST_CHECK;

#endif
