/* SPDX-License-Identifier: Apache-2.0 */
#include "decode/inflate.h"

#include <criterion/criterion.h>

#define ARENA_SIZE (1U << 20)

/* "hello hello hello hello" */
static const struct bytes packed_zlib = {
    (const uint8_t *)"\x78\x9c\xcb\x48\xcd\xc9\xc9\x57\xc8\x40\x27\x01\x68\x03\x08\xb1",
    16};

struct tested {
    struct arena arena;
    struct bytes plain;
    struct error e;
};

static enum err inflate_with(struct tested *t, struct bytes packed, size_t max)
{
    arena_init(&t->arena, ARENA_SIZE);
    return inflate_bytes(&t->arena, packed, max, &t->plain, &t->e);
}

Test(inflate, unpacks_to_exactly_what_was_packed)
{
    struct tested t = {0};
    cr_assert_eq(inflate_with(&t, packed_zlib, 23), ERR_OK, "%s", t.e.text);
    cr_assert(bytes_are(t.plain, "hello hello hello hello"));
    arena_deinit(&t.arena);
}

Test(inflate, one_byte_more_than_the_limit_is_too_large)
{
    struct tested t = {0};
    cr_assert_eq(inflate_with(&t, packed_zlib, 22), ERR_REJECT);
    cr_assert_str_eq(t.e.reason, "too_large");
    arena_deinit(&t.arena);
}

Test(inflate, what_is_cut_short_or_followed_by_more_is_bad)
{
    const struct bytes cases[] = {
        bytes_slice(packed_zlib, 0, 15),
        bytes_slice(packed_zlib, 0, 1),
        BYTES(""),
        BYTES("plain text"),
        BYTES("\x78\x9c\xcb\x48\xcd\xc9\xc9\x57\xc8\x40\x27\x01\x68\x03\x08\xb1!"),
        BYTES("\x78\x9c\xcb\x48\xcd\xc9\xc9\x57\xc8\x40\x27\x01\x68\x03\x08\xb2"),
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct tested t = {0};
        cr_assert_eq(inflate_with(&t, cases[i], 100), ERR_REJECT, "case %zu", i);
        cr_assert_str_eq(t.e.reason, "bad_compression");
        arena_deinit(&t.arena);
    }
}

Test(inflate, an_arena_without_room_is_told)
{
    struct tested t = {0};
    arena_init(&t.arena, 1024);
    cr_assert_eq(inflate_bytes(&t.arena, packed_zlib, 100, &t.plain, &t.e), ERR_REJECT);
    cr_assert_str_eq(t.e.reason, "too_large");
    arena_deinit(&t.arena);
}
