/* SPDX-License-Identifier: Apache-2.0 */
/*
 * RFC 6962 tree hashing, leaf by leaf.  SHA-256 is OpenSSL's, which uses the processor's
 * own instructions where it has them: this is done for every record.  Its low-level
 * functions, since the others look the algorithm up and allocate at each call.
 */
#include "core/merkle.h"

#include "core/check.h"

#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>

_Static_assert(MERKLE_HASH_LEN == SHA256_DIGEST_LENGTH, "SHA-256");

/* The hash of a prefix and two runs of bytes. */
static void hash(uint8_t prefix, struct bytes a, struct bytes b,
                 uint8_t ret_hash[MERKLE_HASH_LEN])
{
    SHA256_CTX state;
    bool done = SHA256_Init(&state) == 1 && SHA256_Update(&state, &prefix, 1) == 1 &&
                (a.len == 0 || SHA256_Update(&state, a.data, a.len) == 1) &&
                (b.len == 0 || SHA256_Update(&state, b.data, b.len) == 1) &&
                SHA256_Final(ret_hash, &state) == 1;
    ASSERT(done);
}

void merkle_init(struct merkle *tree)
{
    tree->count = 0;
}

void merkle_leaf(struct bytes data, uint8_t ret_hash[MERKLE_HASH_LEN])
{
    hash(0x00, data, (struct bytes){0}, ret_hash);
}

void merkle_node(const uint8_t left[MERKLE_HASH_LEN],
                 const uint8_t right[MERKLE_HASH_LEN], uint8_t ret_hash[MERKLE_HASH_LEN])
{
    hash(0x01, (struct bytes){left, MERKLE_HASH_LEN},
         (struct bytes){right, MERKLE_HASH_LEN}, ret_hash);
}

void merkle_add_subtree(struct merkle *tree, unsigned level,
                        const uint8_t root[MERKLE_HASH_LEN])
{
    ASSERT(level < 64 && tree->count % ((uint64_t)1 << level) == 0);
    ASSERT(tree->count <= UINT64_MAX - ((uint64_t)1 << level));
    uint8_t joined[MERKLE_HASH_LEN];
    memcpy(joined, root, sizeof joined);
    unsigned at = level;
    for (uint64_t bits = tree->count >> level; bits & 1; bits >>= 1) {
        merkle_node(tree->roots[at], joined, joined);
        at++;
    }
    memcpy(tree->roots[at], joined, sizeof joined);
    tree->count += (uint64_t)1 << level;
}

void merkle_add(struct merkle *tree, const uint8_t leaf[MERKLE_HASH_LEN])
{
    merkle_add_subtree(tree, 0, leaf);
}

void merkle_add_empty(struct merkle *tree, uint64_t count)
{
    uint8_t roots[64][MERKLE_HASH_LEN]; /* of 2^level empty leaves */
    unsigned known = 0;
    merkle_leaf((struct bytes){0}, roots[0]);
    while (count > 0) {
        unsigned level = 0;
        while (level < 63 && !(tree->count >> level & 1) && count >> level >> 1 > 0) {
            level++;
        }
        for (; known < level; known++) {
            merkle_node(roots[known], roots[known], roots[known + 1]);
        }
        merkle_add_subtree(tree, level, roots[level]);
        count -= (uint64_t)1 << level;
    }
}

void merkle_put(const struct merkle *tree, struct buf *out)
{
    buf_add_u64(out, tree->count);
    for (unsigned level = 0; level < 64; level++) {
        if (tree->count >> level & 1) {
            buf_add(out, (struct bytes){tree->roots[level], MERKLE_HASH_LEN});
        }
    }
}

void merkle_get(struct merkle *tree, struct cursor *c)
{
    merkle_init(tree);
    uint64_t count = cursor_u64(c);
    for (unsigned level = 0; level < 64; level++) {
        if (count >> level & 1) {
            struct bytes root = cursor_take(c, MERKLE_HASH_LEN);
            if (root.len == MERKLE_HASH_LEN) {
                memcpy(tree->roots[level], root.data, MERKLE_HASH_LEN);
            }
        }
    }
    tree->count = c->failed ? 0 : count;
}

void merkle_root(const struct merkle *tree, uint8_t ret_hash[MERKLE_HASH_LEN])
{
    if (tree->count == 0) {
        SHA256_CTX state;
        bool done = SHA256_Init(&state) == 1 && SHA256_Final(ret_hash, &state) == 1;
        ASSERT(done);
        return;
    }
    bool first = true;
    for (unsigned level = 0; level < 64; level++) {
        if (!(tree->count >> level & 1)) {
            continue;
        }
        if (first) {
            memcpy(ret_hash, tree->roots[level], MERKLE_HASH_LEN);
            first = false;
        } else {
            merkle_node(tree->roots[level], ret_hash, ret_hash);
        }
    }
}
