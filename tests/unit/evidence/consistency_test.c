/* SPDX-License-Identifier: Apache-2.0 */
#include "evidence/consistency.h"

#include <criterion/criterion.h>

#define LEAVES 40

static struct bytes leaf_data(size_t i)
{
    static uint8_t numbers[LEAVES];
    numbers[i] = (uint8_t)i;
    return (struct bytes){.data = &numbers[i], .len = 1};
}

/* The definition of RFC 6962 section 2.1, over leaves [from, to). */
static void root_of(size_t from, size_t to, uint8_t *hash)
{
    if (to - from == 1) {
        merkle_leaf(leaf_data(from), hash);
        return;
    }
    size_t k = 1;
    while (2 * k < to - from) {
        k *= 2;
    }
    uint8_t left[32];
    uint8_t right[32];
    root_of(from, from + k, left);
    root_of(from + k, to, right);
    merkle_node(left, right, hash);
}

struct proof {
    uint8_t hashes[CONSISTENCY_MAX][32];
    size_t count;
};

/* SUBPROOF(m, D[from:to], whole) of RFC 6962 section 2.1.2. */
static void prove(size_t m, size_t from, size_t to, bool whole, struct proof *proof)
{
    if (m == to - from) {
        if (!whole) {
            root_of(from, to, proof->hashes[proof->count++]);
        }
        return;
    }
    size_t k = 1;
    while (2 * k < to - from) {
        k *= 2;
    }
    if (m <= k) {
        prove(m, from, from + k, whole, proof);
        root_of(from + k, to, proof->hashes[proof->count++]);
    } else {
        prove(m - k, from + k, to, false, proof);
        root_of(from, from + k, proof->hashes[proof->count++]);
    }
}

static struct tree_head head(size_t size)
{
    struct tree_head head = {.size = size};
    if (size > 0) {
        root_of(0, size, head.root);
    }
    return head;
}

static bool holds(const struct tree_head *a, const struct tree_head *b,
                  const struct proof *proof)
{
    return consistency_holds(a, b, (const uint8_t(*)[32])proof->hashes, proof->count);
}

Test(consistency, every_proof_holds_and_no_changed_one_does)
{
    for (size_t second = 1; second <= LEAVES; second++) {
        for (size_t first = 1; first <= second; first++) {
            struct tree_head a = head(first);
            struct tree_head b = head(second);
            struct proof proof = {0};
            prove(first, 0, second, true, &proof);
            cr_assert(holds(&a, &b, &proof), "%zu %zu", first, second);
            for (size_t i = 0; i < proof.count; i++) {
                proof.hashes[i][3] ^= 1;
                cr_assert_not(holds(&a, &b, &proof), "%zu %zu", first, second);
                proof.hashes[i][3] ^= 1;
            }
            a.root[0] ^= 1;
            cr_assert_not(holds(&a, &b, &proof), "%zu %zu", first, second);
            a.root[0] ^= 1;
            proof.count++;
            cr_assert_not(holds(&a, &b, &proof), "%zu %zu", first, second);
        }
    }
}

Test(consistency, a_smaller_tree_never_follows)
{
    struct tree_head a = head(9);
    struct tree_head b = head(8);
    struct proof proof = {0};
    cr_assert_not(holds(&a, &b, &proof));
}
