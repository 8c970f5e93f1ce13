/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A change of a gateway's key: an Envelope around a text, signed by the old key and by
 * the new one.  It stands in the journal as a record, and the registry is given it.
 *
 *     emgate key change v1
 *     gateway <id>
 *     old <64 hex digits>
 *     new <64 hex digits>
 *     size <records before it>
 *
 * Summaries that name a tree of at most `size` records are the old key's, others the
 * new key's.
 */
#ifndef EVIDENCE_CHANGE_H
#define EVIDENCE_CHANGE_H

#include "core/arena.h"
#include "evidence/dsse.h"

#define CHANGE_NAME_MAX 129

struct change {
    char gateway[CHANGE_NAME_MAX];
    struct key_public old, new;
    uint64_t size;
};

/* The signed bytes, in `arena`; old and new are the pairs'. */
struct bytes change_sign(const char *gateway, uint64_t size, const struct key_pair *old,
                         const struct key_pair *new, struct arena *arena);

/* Reads one and checks both signatures.  ERR_REJECT says what is wrong. */
enum err change_get(struct bytes envelope, struct change *ret_change,
                    struct error *e) MUST_CHECK;

#endif
