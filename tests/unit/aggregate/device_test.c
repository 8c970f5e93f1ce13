/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of aggregate/device.c. */
#include "aggregate/device.h"

#include <criterion/criterion.h>

static uint64_t lost(const struct device *device)
{
    return device_lost(device, INT64_MIN, INT64_MAX);
}

static struct device heard(uint64_t boot, const uint64_t *sequences, size_t count)
{
    struct device device;
    device_init(&device, "d");
    for (size_t i = 0; i < count; i++) {
        device_hear(&device, 0, boot, sequences[i], 100);
    }
    return device;
}

Test(device, a_hole_in_the_sequence_is_lost_until_it_is_filled)
{
    const uint64_t sequences[] = {1, 2, 6};
    struct device device = heard(1, sequences, 3);
    cr_assert_eq(lost(&device), 3);

    device_hear(&device, 0, 1, 4, 100);
    cr_assert_eq(lost(&device), 2);
    device_hear(&device, 0, 1, 3, 100);
    device_hear(&device, 0, 1, 5, 100);

    cr_assert_eq(lost(&device), 0);
}

Test(device, a_device_met_in_the_middle_of_its_life_has_lost_nothing)
{
    const uint64_t sequences[] = {500, 501};
    struct device device = heard(1, sequences, 2);
    cr_assert_eq(lost(&device), 0);
}

Test(device, a_new_boot_that_does_not_begin_at_one_has_lost_the_start)
{
    const uint64_t sequences[] = {1, 2};
    struct device device = heard(1, sequences, 2);

    device_hear(&device, 0, 2, 3, 100);

    cr_assert_eq(lost(&device), 2);
}

/* As when a broken line makes the broker deliver again what came before a restart. */
Test(device, messages_of_the_boot_before_may_come_again_behind_those_of_the_new_one)
{
    const uint64_t sequences[] = {7, 8, 9};
    struct device device = heard(1, sequences, 3);
    device_hear(&device, 0, 2, 1, 100);

    device_hear(&device, 0, 1, 8, 100);
    device_hear(&device, 0, 1, 9, 100);
    device_hear(&device, 0, 2, 1, 100);
    device_hear(&device, 0, 2, 2, 100);

    cr_assert_eq(lost(&device), 0);
}

Test(device, a_hole_of_one_boot_is_not_filled_by_another)
{
    const uint64_t sequences[] = {1, 2, 4};
    struct device device = heard(1, sequences, 3);
    for (uint64_t s = 1; s <= 5; s++) {
        device_hear(&device, 0, 2, s, 100);
    }

    device_hear(&device, 0, 2, 3, 100);
    cr_assert_eq(lost(&device), 1);
    device_hear(&device, 0, 1, 3, 100);
    cr_assert_eq(lost(&device), 0);
}

Test(device, what_the_version_before_stored_is_read)
{
    struct buf bytes;
    buf_init(&bytes, 65536);
    buf_add_u64(&bytes, 500);
    buf_add_u64(&bytes, 600);
    buf_add_u64(&bytes, 7);    /* boot */
    buf_add_varint(&bytes, 5); /* next */
    buf_add_varint(&bytes, 0);
    buf_add_varint(&bytes, 1);
    buf_add_varint(&bytes, 2);
    buf_add_varint(&bytes, 3);
    buf_add_u64(&bytes, 500);
    struct cursor c = cursor_of(buf_bytes(&bytes));
    struct device device;
    device_init(&device, "d");

    device_get(&device, &c, true);

    cr_assert_not(c.failed);
    cr_assert_eq(c.rest.len, 0);
    cr_assert_eq(lost(&device), 2);
    device_hear(&device, 0, 7, 2, 100);
    cr_assert_eq(lost(&device), 1);
    buf_deinit(&bytes);
}

Test(device, a_hole_counts_in_the_window_of_the_message_behind_it)
{
    const uint64_t sequences[] = {1, 3};
    struct device device = heard(1, sequences, 2);

    cr_assert_eq(device_lost(&device, 0, 100), 0);
    cr_assert_eq(device_lost(&device, 100, 200), 1);
}

Test(device, more_holes_than_the_list_holds_are_counted)
{
    struct device device;
    device_init(&device, "d");
    for (uint64_t s = 1; s <= 2 * (DEVICE_MISSING_MAX + 5); s += 2) {
        device_hear(&device, 0, 1, s, 100);
    }
    cr_assert_eq(device.missing_count, DEVICE_MISSING_MAX);
    cr_assert_eq(device.forgotten, 4);
}

Test(device, stored_bytes_give_it_back)
{
    const uint64_t sequences[] = {1, 3, 9};
    struct device device = heard(77, sequences, 3);
    struct buf bytes;
    buf_init(&bytes, 65536);
    device_put(&device, &bytes);
    struct cursor c = cursor_of(buf_bytes(&bytes));
    struct device back;
    device_init(&back, "d");

    cr_assert(bytes_are(cursor_string(&c), "d"));
    device_get(&back, &c, false);

    cr_assert_not(c.failed);
    cr_assert_eq(c.rest.len, 0);
    cr_assert_eq(lost(&back), lost(&device));
    cr_assert_eq(back.boots[0].next, 10);
    buf_deinit(&bytes);
}
