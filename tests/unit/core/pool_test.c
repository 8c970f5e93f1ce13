/* SPDX-License-Identifier: Apache-2.0 */
#include "core/pool.h"

#include <criterion/criterion.h>

Test(pool, what_it_gives_is_zero_aligned_and_apart)
{
    struct pool pool = {0};
    uint8_t *first = pool_take(&pool, 3, 1);
    uint8_t *second = pool_take(&pool, 1, 8);
    memset(first, 0xff, 3);

    cr_assert_eq((uintptr_t)second % 16, 0);
    cr_assert_eq(second[0], 0);
    cr_assert(second >= first + 3);
    pool_deinit(&pool);
    cr_assert_null(pool.blocks);
}

Test(pool, items_larger_than_a_block_fit)
{
    struct pool pool = {0};

    uint8_t *large = pool_take(&pool, 100000, 1);
    large[99999] = 1;
    const uint8_t *next = pool_take(&pool, 1, 1);

    cr_assert_eq(*next, 0);
    pool_deinit(&pool);
}

Test(pool, copies_and_prints_are_terminated)
{
    struct pool pool = {0};

    struct bytes copy = pool_copy(&pool, bytes_slice(BYTES("abcdef"), 1, 3));

    cr_assert_str_eq((const char *)copy.data, "bcd");
    cr_assert_str_eq(pool_print(&pool, "%s-%d", "x", 7), "x-7");
    pool_deinit(&pool);
}
