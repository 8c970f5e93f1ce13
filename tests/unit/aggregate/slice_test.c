/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of aggregate/slice.c. */
#include "aggregate/slice.h"

#include "core/clock.h"

#include <criterion/criterion.h>

static struct sample sample_at(int64_t ms, double value, uint32_t identity)
{
    return (struct sample){.at_ns = ms * NS_PER_MS, .value = value, .identity = identity};
}

static void put(struct slice *slice, struct buf *out)
{
    buf_init(out, 1 << 20);
    slice_put(slice, out);
}

Test(slice, any_order_of_arrival_gives_the_same_bytes)
{
    struct sample samples[4] = {sample_at(10, 1, 0), sample_at(20, 2, 0),
                                sample_at(20, 2, 7), sample_at(30, -3, 0)};
    static const int orders[3][4] = {{0, 1, 2, 3}, {3, 2, 1, 0}, {2, 0, 3, 1}};
    struct buf bytes[3];
    for (int o = 0; o < 3; o++) {
        struct slice slice = {.minute = 0};
        for (int i = 0; i < 4; i++) {
            cr_assert_eq(slice_add(&slice, &samples[orders[o][i]]), SLICE_ADDED);
        }
        put(&slice, &bytes[o]);
        slice_deinit(&slice);
    }
    for (int o = 0; o < 3; o++) {
        cr_assert(bytes_equal(buf_bytes(&bytes[0]), buf_bytes(&bytes[o])));
    }
    for (int o = 0; o < 3; o++) {
        buf_deinit(&bytes[o]);
    }
}

Test(slice, a_repeated_sample_is_counted_and_not_kept)
{
    struct slice slice = {.minute = 0};
    struct sample sample = sample_at(10, 1, 5);

    cr_assert_eq(slice_add(&slice, &sample), SLICE_ADDED);
    cr_assert_eq(slice_add(&slice, &sample), SLICE_DUPLICATE);

    cr_assert_eq(slice.count, 1);
    cr_assert_eq(slice.duplicate, 1);
    slice_deinit(&slice);
}

Test(slice, a_sample_that_was_late_is_still_the_same_sample)
{
    struct slice slice = {.minute = 0};
    struct sample sample = sample_at(10, 1, 5);
    struct sample late = sample;
    late.flags = SAMPLE_LATE;

    cr_assert_eq(slice_add(&slice, &sample), SLICE_ADDED);
    cr_assert_eq(slice_add(&slice, &late), SLICE_DUPLICATE);
    slice_deinit(&slice);
}

Test(slice, equal_readings_numbered_apart_are_two)
{
    struct slice slice = {.minute = 0};
    struct sample a = sample_at(10, 1, 5);
    struct sample b = sample_at(10, 1, 6);

    cr_assert_eq(slice_add(&slice, &a), SLICE_ADDED);
    cr_assert_eq(slice_add(&slice, &b), SLICE_ADDED);

    cr_assert_eq(slice.count, 2);
    slice_deinit(&slice);
}

Test(slice, stored_bytes_give_it_back)
{
    struct slice slice = {.minute = 28000000, .duplicate = 3, .rejected = 2};
    int64_t start_ms = slice.minute * 60000;
    struct sample a = sample_at(start_ms, 1.25, 5);
    struct sample b = sample_at(start_ms + 59999, -7, 0);
    b.flags = SAMPLE_UNCERTAIN;
    cr_assert_eq(slice_add(&slice, &a), SLICE_ADDED);
    cr_assert_eq(slice_add(&slice, &b), SLICE_ADDED);
    struct buf bytes;
    put(&slice, &bytes);
    struct slice back = {.minute = slice.minute};
    struct error e;

    cr_assert_eq(slice_get(&back, buf_bytes(&bytes), &e), ERR_OK);

    cr_assert_eq(back.count, 2);
    cr_assert_eq(back.duplicate, 3);
    cr_assert_eq(back.rejected, 2);
    cr_assert_eq(back.samples[1].at_ns, b.at_ns);
    cr_assert_eq(back.samples[1].flags, SAMPLE_UNCERTAIN);
    slice_deinit(&slice);
    slice_deinit(&back);
    buf_deinit(&bytes);
}

Test(slice, every_cut_of_stored_bytes_is_refused)
{
    struct slice slice = {.minute = 0};
    struct sample sample = sample_at(10, 1, 5);
    cr_assert_eq(slice_add(&slice, &sample), SLICE_ADDED);
    struct buf bytes;
    put(&slice, &bytes);
    for (size_t len = 0; len < bytes.len; len++) {
        struct slice back = {.minute = 0};
        struct error e;
        enum err err = slice_get(&back, bytes_slice(buf_bytes(&bytes), 0, len), &e);
        cr_assert_eq(err, ERR_CORRUPT, "cut at %zu", len);
        slice_deinit(&back);
    }
    slice_deinit(&slice);
    buf_deinit(&bytes);
}
