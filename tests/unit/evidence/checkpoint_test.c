/* SPDX-License-Identifier: Apache-2.0 */
#include "evidence/checkpoint.h"

#include <criterion/criterion.h>

static const uint8_t seed[KEY_PUBLIC_LEN] = {1};
static const uint8_t other_seed[KEY_PUBLIC_LEN] = {2};

static void write_note(struct buf *note)
{
    struct checkpoint c = {.origin = "emgate/gw-1", .size = 1234, .root = {7, 8, 9}};
    struct key_pair *pair = key_of_seed(seed);
    buf_init(note, CHECKPOINT_MAX);
    checkpoint_put(&c, pair, note);
    key_close(&pair);
}

static enum err read_with(const uint8_t *with, struct bytes note, struct checkpoint *c)
{
    struct error e;
    struct key_pair *pair = key_of_seed(with);
    enum err err = checkpoint_get(note, key_get_public(pair), c, &e);
    key_close(&pair);
    return err;
}

Test(checkpoint, comes_back_as_it_was_signed)
{
    struct buf note;
    struct checkpoint c;
    write_note(&note);
    cr_assert_eq(read_with(seed, buf_bytes(&note), &c), ERR_OK);
    cr_assert_str_eq(c.origin, "emgate/gw-1");
    cr_assert_eq(c.size, 1234);
    cr_assert_eq(c.root[1], 8);
    cr_assert_eq(read_with(other_seed, buf_bytes(&note), &c), ERR_REJECT);
    buf_deinit(&note);
}

Test(checkpoint, changed_in_any_bit_or_cut_anywhere_is_refused)
{
    struct buf note;
    struct checkpoint c;
    write_note(&note);
    for (size_t i = 0; i < 8 * note.len; i++) {
        note.data[i / 8] ^= (uint8_t)(1 << i % 8);
        cr_assert_eq(read_with(seed, buf_bytes(&note), &c), ERR_REJECT, "bit %zu", i);
        note.data[i / 8] ^= (uint8_t)(1 << i % 8);
    }
    for (size_t len = 0; len < note.len; len++) {
        struct bytes part = bytes_slice(buf_bytes(&note), 0, len);
        cr_assert_eq(read_with(seed, part, &c), ERR_REJECT, "%zu bytes", len);
    }
    buf_deinit(&note);
}
