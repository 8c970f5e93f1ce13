/* SPDX-License-Identifier: Apache-2.0 */
/* Both roots are made again from the proof. */
#include "evidence/consistency.h"

#include <string.h>

/* What the walk up the tree has: the last leaf's place in either, the hashes so far. */
struct walk {
    uint64_t first, second;
    uint8_t first_hash[MERKLE_HASH_LEN], second_hash[MERKLE_HASH_LEN];
};

static void climb(struct walk *walk)
{
    walk->first >>= 1;
    walk->second >>= 1;
}

static bool take(struct walk *walk, const uint8_t *hash)
{
    if (walk->second == 0) {
        return false;
    }
    if ((walk->first & 1) != 0 || walk->first == walk->second) {
        merkle_node(hash, walk->first_hash, walk->first_hash);
        merkle_node(hash, walk->second_hash, walk->second_hash);
        while ((walk->first & 1) == 0 && walk->first != 0) {
            climb(walk);
        }
    } else {
        merkle_node(walk->second_hash, hash, walk->second_hash);
    }
    climb(walk);
    return true;
}

static bool roots_equal(const uint8_t *a, const uint8_t *b)
{
    return memcmp(a, b, MERKLE_HASH_LEN) == 0;
}

bool consistency_holds(const struct tree_head *first, const struct tree_head *second,
                       const uint8_t (*proof)[MERKLE_HASH_LEN], size_t count)
{
    if (first->size > second->size) {
        return false;
    }
    if (first->size == 0 || first->size == second->size) {
        return count == 0 && (first->size == 0 || roots_equal(first->root, second->root));
    }
    bool complete = (first->size & (first->size - 1)) == 0;
    if (!complete && count == 0) {
        return false;
    }
    const uint8_t *start = complete ? first->root : proof[0];
    struct walk walk = {.first = first->size - 1, .second = second->size - 1};
    memcpy(walk.first_hash, start, MERKLE_HASH_LEN);
    memcpy(walk.second_hash, start, MERKLE_HASH_LEN);
    while ((walk.first & 1) != 0) {
        climb(&walk);
    }
    for (size_t i = complete ? 0 : 1; i < count; i++) {
        if (!take(&walk, proof[i])) {
            return false;
        }
    }
    return walk.second == 0 && roots_equal(walk.first_hash, first->root) &&
           roots_equal(walk.second_hash, second->root);
}
