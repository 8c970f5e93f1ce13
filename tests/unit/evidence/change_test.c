/* SPDX-License-Identifier: Apache-2.0 */
#include "evidence/change.h"

#include <criterion/criterion.h>

static const uint8_t old_seed[KEY_PUBLIC_LEN] = {1};
static const uint8_t new_seed[KEY_PUBLIC_LEN] = {2};

Test(change, signed_by_both_comes_back)
{
    struct arena arena;
    struct change c;
    struct error e;
    arena_init(&arena, 4096);
    struct key_pair *old = key_of_seed(old_seed);
    struct key_pair *new = key_of_seed(new_seed);
    struct bytes bytes = change_sign("gw-1", 77, old, new, &arena);
    cr_assert_eq(change_get(bytes, &c, &e), ERR_OK, "%s", e.text);
    cr_assert_str_eq(c.gateway, "gw-1");
    cr_assert_eq(c.size, 77);
    cr_assert_str_eq(c.old.id, key_get_public(old)->id);
    cr_assert_str_eq(c.new.id, key_get_public(new)->id);
    key_close(&old);
    key_close(&new);
    arena_deinit(&arena);
}

/* The text of a true change, under the signatures of `pairs`. */
static enum err read_signed_by(const struct key_pair *const *pairs, size_t count)
{
    struct arena arena;
    struct change c;
    struct error e;
    char from[KEY_HEX_MAX];
    char to[KEY_HEX_MAX];
    arena_init(&arena, 4096);
    struct key_pair *old = key_of_seed(old_seed);
    struct key_pair *new = key_of_seed(new_seed);
    key_print(key_get_public(old), from);
    key_print(key_get_public(new), to);
    struct bytes text = arena_print(
        &arena, "emgate key change v1\ngateway gw-1\nold %s\nnew %s\nsize 7\n", from, to);
    struct bytes bytes = dsse_envelope(DSSE_KEY_CHANGE, text, pairs, count, &arena);
    enum err err = change_get(bytes, &c, &e);
    key_close(&old);
    key_close(&new);
    arena_deinit(&arena);
    return err;
}

Test(change, without_either_signature_is_refused)
{
    struct key_pair *old = key_of_seed(old_seed);
    struct key_pair *new = key_of_seed(new_seed);
    const struct key_pair *both[] = {old, new};
    const struct key_pair *twice_old[] = {old, old};
    const struct key_pair *twice_new[] = {new, new};
    cr_assert_eq(read_signed_by(both, 2), ERR_OK);
    cr_assert_eq(read_signed_by(twice_old, 2), ERR_REJECT);
    cr_assert_eq(read_signed_by(twice_new, 2), ERR_REJECT);
    cr_assert_eq(read_signed_by(both, 1), ERR_REJECT);
    key_close(&old);
    key_close(&new);
}
