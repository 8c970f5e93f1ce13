/* SPDX-License-Identifier: Apache-2.0 */
/* RFC 6962 tree hashing, leaf by leaf. */
#include "core/merkle.h"

#include "core/check.h"

#include <sodium.h>

_Static_assert(MERKLE_HASH_LEN == crypto_hash_sha256_BYTES, "SHA-256");

void merkle_init(struct merkle *tree)
{
    tree->count = 0;
}

void merkle_leaf(struct bytes data, uint8_t ret_hash[MERKLE_HASH_LEN])
{
    static const uint8_t prefix = 0x00;
    crypto_hash_sha256_state state;
    crypto_hash_sha256_init(&state);
    crypto_hash_sha256_update(&state, &prefix, 1);
    crypto_hash_sha256_update(&state, data.data, data.len);
    crypto_hash_sha256_final(&state, ret_hash);
}

void merkle_node(const uint8_t left[MERKLE_HASH_LEN],
                 const uint8_t right[MERKLE_HASH_LEN], uint8_t ret_hash[MERKLE_HASH_LEN])
{
    uint8_t both[1 + 2 * MERKLE_HASH_LEN] = {0x01};
    memcpy(both + 1, left, MERKLE_HASH_LEN);
    memcpy(both + 1 + MERKLE_HASH_LEN, right, MERKLE_HASH_LEN);
    crypto_hash_sha256(ret_hash, both, sizeof both);
}

void merkle_add(struct merkle *tree, const uint8_t leaf[MERKLE_HASH_LEN])
{
    ASSERT(tree->count < UINT64_MAX);
    uint8_t hash[MERKLE_HASH_LEN];
    memcpy(hash, leaf, sizeof hash);
    unsigned level = 0;
    for (uint64_t bits = tree->count; bits & 1; bits >>= 1) {
        merkle_node(tree->roots[level], hash, hash);
        level++;
    }
    memcpy(tree->roots[level], hash, sizeof hash);
    tree->count++;
}

void merkle_root(const struct merkle *tree, uint8_t ret_hash[MERKLE_HASH_LEN])
{
    if (tree->count == 0) {
        crypto_hash_sha256(ret_hash, NULL, 0);
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
