/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of aggregate/window.c. */
#include "aggregate/window.h"

#include <criterion/criterion.h>

#define LENGTH 100

static void touch(struct windows *windows, int64_t at, int64_t now, uint64_t record)
{
    struct window_touch t = {
        .at_ns = at, .from_ns = at, .to_ns = at, .now_ns = now, .record = record};
    windows_touch(windows, &t);
}

/* Makes every summary that is due; gives the starts as one number, hundreds apart. */
static int64_t make_due(struct windows *windows, int64_t watermark, int64_t now)
{
    struct window_due due = {
        .watermark_ns = watermark, .lateness_ns = 10, .settle_ns = 5, .now_ns = now};
    static const uint8_t key[WINDOW_KEY_LEN] = {1};
    int64_t made = 0;
    struct window *window = windows_next_due(windows, &due);
    while (window) {
        made = made * 100 + window->start_ns / LENGTH;
        windows_made(windows, window, key);
        window = windows_next_due(windows, &due);
    }
    return made;
}

Test(window, closes_once_the_watermark_is_past_its_end_and_lateness)
{
    struct windows windows;
    windows_init(&windows, LENGTH);
    touch(&windows, 150, 0, 1);

    cr_assert_eq(make_due(&windows, 209, 0), 0);
    cr_assert_eq(make_due(&windows, 210, 0), 1);
    cr_assert_eq(make_due(&windows, 210, 0), 0);
    windows_deinit(&windows);
}

Test(window, hours_without_data_are_hours)
{
    struct windows windows;
    windows_init(&windows, LENGTH);
    touch(&windows, 150, 0, 1);
    touch(&windows, 450, 0, 2);

    cr_assert_eq(make_due(&windows, 510, 0), 1020304);
    windows_deinit(&windows);
}

Test(window, a_late_touch_makes_it_again_after_it_settled)
{
    struct windows windows;
    windows_init(&windows, LENGTH);
    touch(&windows, 150, 0, 1);
    cr_assert_eq(make_due(&windows, 310, 0), 102);

    touch(&windows, 160, 1000, 7);

    cr_assert_eq(make_due(&windows, 310, 1004), 0);
    cr_assert_eq(make_due(&windows, 310, 1005), 1);
    cr_assert_eq(windows.list[0].revisions, 2);
    cr_assert_eq(windows.list[0].last_record, 7);
    windows_deinit(&windows);
}

Test(window, fate_tells_open_closed_and_final)
{
    struct windows windows;
    windows_init(&windows, LENGTH);
    touch(&windows, 150, 0, 1);
    make_due(&windows, 310, 0);

    cr_assert_eq(windows_fate(&windows, 350, 400, 1000), WINDOW_OPEN);
    cr_assert_eq(windows_fate(&windows, 150, 400, 1000), WINDOW_CLOSED);
    cr_assert_eq(windows_fate(&windows, 150, 1201, 1000), WINDOW_FINAL);
    windows_deinit(&windows);
}

Test(window, pruned_windows_are_final)
{
    struct windows windows;
    windows_init(&windows, LENGTH);
    touch(&windows, 150, 0, 1);
    make_due(&windows, 310, 0);

    windows_prune(&windows, 250);

    cr_assert_eq(windows_fate(&windows, 150, 400, 1000), WINDOW_FINAL);
    cr_assert_eq(windows_fate(&windows, 250, 400, 1000), WINDOW_CLOSED);
    windows_deinit(&windows);
}

Test(window, an_early_reading_opens_all_windows_up_to_the_first)
{
    struct windows windows;
    windows_init(&windows, LENGTH);
    touch(&windows, 550, 0, 1);
    make_due(&windows, 610, 0);

    cr_assert_eq(windows_fate(&windows, 250, 0, 1000), WINDOW_OPEN);
    touch(&windows, 250, 0, 2);

    cr_assert_eq(make_due(&windows, 610, 5), 20304);
    windows_deinit(&windows);
}

Test(window, a_reading_from_another_age_is_too_far)
{
    struct windows windows;
    windows_init(&windows, LENGTH);
    int64_t far = LENGTH * (WINDOW_CATCH_UP_MAX + 10);
    touch(&windows, far, 0, 1);

    cr_assert_eq(windows_fate(&windows, 0, far, INT64_MAX), WINDOW_TOO_FAR);
    windows_deinit(&windows);
}

Test(window, a_touch_reaches_its_neighbours_when_they_are_closed)
{
    struct windows windows;
    windows_init(&windows, LENGTH);
    touch(&windows, 150, 0, 1);
    make_due(&windows, 410, 0);

    struct window_touch t = {
        .at_ns = 250, .from_ns = 190, .to_ns = 320, .now_ns = 0, .record = 9};
    windows_touch(&windows, &t);

    cr_assert_eq(make_due(&windows, 410, 5), 10203);
    windows_deinit(&windows);
}

Test(window, stored_bytes_give_it_back)
{
    struct windows windows;
    struct windows back;
    struct buf first;
    struct buf second;
    windows_init(&windows, LENGTH);
    windows_init(&back, LENGTH);
    buf_init(&first, 65536);
    buf_init(&second, 65536);
    touch(&windows, 150, 0, 1);
    make_due(&windows, 310, 0);
    touch(&windows, 160, 1000, 7);
    windows_put(&windows, &first);

    struct cursor c = cursor_of(buf_bytes(&first));
    windows_get(&back, &c);
    windows_put(&back, &second);

    cr_assert_not(c.failed);
    cr_assert_eq(c.rest.len, 0);
    cr_assert(bytes_equal(buf_bytes(&first), buf_bytes(&second)));
    windows_deinit(&windows);
    windows_deinit(&back);
    buf_deinit(&first);
    buf_deinit(&second);
}
