/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Merkle tree hashing after RFC 6962 section 2.1, SHA-256:
 *
 *     leaf(d)       = SHA-256(0x00 | d)
 *     node(l, r)    = SHA-256(0x01 | l | r)
 *     root(d[0..n)) = node(root(d[0..k)), root(d[k..n))), k the largest power of
 *                     two below n; the root of nothing is SHA-256 of nothing
 *
 * The tree is built leaf by leaf and keeps only the roots of its complete subtrees,
 * one for each bit set in `count`.
 */
#ifndef CORE_MERKLE_H
#define CORE_MERKLE_H

#include "core/buf.h"

#define MERKLE_HASH_LEN 32

struct merkle {
    uint64_t count; /* leaves so far */
    uint8_t roots[64][MERKLE_HASH_LEN];
};

/* An empty tree; nothing is to be freed. */
void merkle_init(struct merkle *tree);

/* The hash of a leaf, and of a node over two hashes. */
void merkle_leaf(struct bytes data, uint8_t ret_hash[MERKLE_HASH_LEN]);
void merkle_node(const uint8_t left[MERKLE_HASH_LEN],
                 const uint8_t right[MERKLE_HASH_LEN], uint8_t ret_hash[MERKLE_HASH_LEN]);

/* Adds the hash of the next leaf. */
void merkle_add(struct merkle *tree, const uint8_t leaf[MERKLE_HASH_LEN]);

/* Adds 2^level leaves at once, by the root over them; `level` is below 64 and the count
 * so far is a multiple of 2^level. */
void merkle_add_subtree(struct merkle *tree, unsigned level,
                        const uint8_t root[MERKLE_HASH_LEN]);

/* Adds `count` leaves of nothing, leaf(""), in the place of leaves that are lost. */
void merkle_add_empty(struct merkle *tree, uint64_t count);

/* The tree as stored bytes and back: its count, then the roots it keeps, the smallest
 * subtree first.  A bad one sets the cursor's mark. */
void merkle_put(const struct merkle *tree, struct buf *out);
void merkle_get(struct merkle *tree, struct cursor *c);

/* The root over all leaves so far. */
void merkle_root(const struct merkle *tree, uint8_t ret_hash[MERKLE_HASH_LEN]);

#endif
