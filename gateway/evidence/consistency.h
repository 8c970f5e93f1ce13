/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Consistency of two trees: that the larger one begins with the smaller one (RFC 6962
 * section 2.1.2; checked as in RFC 9162 section 2.1.4.2).
 */
#ifndef EVIDENCE_CONSISTENCY_H
#define EVIDENCE_CONSISTENCY_H

#include "core/merkle.h"

#include <stdbool.h>

/* A tree of 2^63 leaves needs no longer proof. */
#define CONSISTENCY_MAX 64

struct tree_head {
    uint64_t size;
    uint8_t root[MERKLE_HASH_LEN];
};

/* Whether `proof`, `count` hashes, leads from `first` to `second`. */
bool consistency_holds(const struct tree_head *first, const struct tree_head *second,
                       const uint8_t (*proof)[MERKLE_HASH_LEN], size_t count);

#endif
