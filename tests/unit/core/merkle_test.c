/* SPDX-License-Identifier: Apache-2.0 */
#include "core/merkle.h"

#include "core/mem.h"

#include <criterion/criterion.h>
#include <stdio.h>

/* The eight inputs and the roots over the first n of them, as the reference
 * implementation of certificate transparency tests them. */
static const struct {
    const char *hex;
    const char *root;
} vectors[] = {
    {"", "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"},
    {"00", "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"},
    {"10", "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"},
    {"2021", "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"},
    {"3031", "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4"},
    {"40414243", "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef"},
    {"5051525354555657",
     "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"},
    {"606162636465666768696a6b6c6d6e6f",
     "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"},
};

static size_t from_hex(const char *hex, uint8_t *out)
{
    size_t len = strlen(hex) / 2;
    for (size_t i = 0; i < len; i++) {
        unsigned byte = 0;
        sscanf(hex + 2 * i, "%2x", &byte);
        out[i] = (uint8_t)byte;
    }
    return len;
}

Test(merkle, gives_the_roots_of_the_reference_implementation)
{
    struct merkle tree;
    merkle_init(&tree);
    for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
        uint8_t data[16] = {0};
        uint8_t hash[MERKLE_HASH_LEN];
        uint8_t wanted[MERKLE_HASH_LEN];
        size_t len = from_hex(vectors[i].hex, data);
        merkle_leaf((struct bytes){.data = data, .len = len}, hash);
        merkle_add(&tree, hash);

        merkle_root(&tree, hash);

        from_hex(vectors[i].root, wanted);
        cr_assert_arr_eq(hash, wanted, sizeof hash, "root over %zu leaves", i + 1);
    }
}

/* RFC 6962's own recursive words. */
static void root_of(const uint8_t (*leaves)[MERKLE_HASH_LEN], size_t count,
                    uint8_t *ret_hash)
{
    if (count == 1) {
        memcpy(ret_hash, leaves[0], MERKLE_HASH_LEN);
        return;
    }
    size_t left = 1;
    while (left * 2 < count) {
        left *= 2;
    }
    uint8_t a[MERKLE_HASH_LEN];
    uint8_t b[MERKLE_HASH_LEN];
    root_of(leaves, left, a);
    root_of(leaves + left, count - left, b);
    merkle_node(a, b, ret_hash);
}

Test(merkle, leaf_by_leaf_is_the_same_as_the_definition)
{
    static uint8_t leaves[200][MERKLE_HASH_LEN];
    struct merkle tree;
    merkle_init(&tree);
    for (size_t count = 1; count <= 200; count++) {
        uint8_t number = (uint8_t)count;
        uint8_t wanted[MERKLE_HASH_LEN];
        uint8_t hash[MERKLE_HASH_LEN];
        merkle_leaf((struct bytes){.data = &number, .len = 1}, leaves[count - 1]);
        merkle_add(&tree, leaves[count - 1]);
        root_of((const uint8_t(*)[MERKLE_HASH_LEN])leaves, count, wanted);
        merkle_root(&tree, hash);
        cr_assert_arr_eq(hash, wanted, sizeof hash, "%zu leaves", count);
    }
}

Test(merkle, many_empty_leaves_are_the_same_as_one_by_one)
{
    uint8_t empty[MERKLE_HASH_LEN];
    merkle_leaf((struct bytes){0}, empty);
    for (uint64_t before = 0; before < 9; before++) {
        for (uint64_t count = 0; count < 20; count++) {
            struct merkle one;
            struct merkle all;
            uint8_t wanted[MERKLE_HASH_LEN];
            uint8_t root[MERKLE_HASH_LEN];
            merkle_init(&one);
            merkle_init(&all);
            merkle_add_empty(&all, before);
            merkle_add_empty(&all, count);
            for (uint64_t i = 0; i < before + count; i++) {
                merkle_add(&one, empty);
            }
            merkle_root(&one, wanted);
            merkle_root(&all, root);
            cr_assert_eq(all.count, one.count);
            cr_assert_arr_eq(root, wanted, sizeof wanted);
        }
    }
}

Test(merkle, stored_tree_goes_on_where_it_was)
{
    struct merkle tree;
    struct merkle back;
    struct buf stored;
    uint8_t leaf[MERKLE_HASH_LEN] = {3};
    uint8_t wanted[MERKLE_HASH_LEN];
    uint8_t root[MERKLE_HASH_LEN];
    merkle_init(&tree);
    for (int i = 0; i < 13; i++) {
        merkle_add(&tree, leaf);
    }
    buf_init(&stored, 4096);
    merkle_put(&tree, &stored);
    struct cursor c = cursor_of(buf_bytes(&stored));
    merkle_get(&back, &c);
    cr_assert_not(c.failed);
    cr_assert_eq(c.rest.len, 0);
    merkle_add(&tree, leaf);
    merkle_add(&back, leaf);
    merkle_root(&tree, wanted);
    merkle_root(&back, root);
    cr_assert_arr_eq(root, wanted, sizeof wanted);
    struct cursor cut = cursor_of(bytes_slice(buf_bytes(&stored), 0, stored.len - 1));
    merkle_get(&back, &cut);
    cr_assert(cut.failed);
    buf_deinit(&stored);
}
