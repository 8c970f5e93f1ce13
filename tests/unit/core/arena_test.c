/* SPDX-License-Identifier: Apache-2.0 */
#include "core/arena.h"

#include <criterion/criterion.h>

Test(arena, gives_zeroed_memory_again_after_reset)
{
    struct arena arena;
    arena_init(&arena, 256);
    uint8_t *first = arena_take(&arena, 100, 1);
    memset(first, 0xff, 100);
    arena_reset(&arena);

    const uint8_t *second = arena_take(&arena, 100, 1);

    for (int i = 0; i < 100; i++) {
        cr_assert_eq(second[i], 0);
    }
    arena_deinit(&arena);
}

Test(arena, overflow_is_sticky_until_reset)
{
    struct arena arena;
    arena_init(&arena, 64);

    cr_assert_null(arena_take(&arena, 65, 1));
    cr_assert(arena.overflow);
    arena_reset(&arena);

    cr_assert_not(arena.overflow);
    cr_assert_not_null(arena_take(&arena, 64, 1));
    arena_deinit(&arena);
}
