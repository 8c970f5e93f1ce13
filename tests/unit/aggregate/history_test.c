/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of aggregate/history.c. */
#include "aggregate/history.h"

#include "core/clock.h"

#include <criterion/criterion.h>
#include <math.h>

static struct plan_point point_with(const char *rule)
{
    return (struct plan_point){
        .id = "p", .substitute = rule, .substitute_value = (double)NAN};
}

static int64_t valid(struct history *history, int64_t hour, double value)
{
    return history_note(history, hour * NS_PER_HOUR, 2026, HISTORY_VALID, value);
}

static bool substitute(const struct history *history, const struct plan_point *point,
                       int64_t hour, double *ret_value)
{
    return history_substitute(history, point, hour * NS_PER_HOUR, NS_PER_HOUR, ret_value);
}

Test(history, mean_and_two_sigma_of_the_valid_windows)
{
    struct history history = {0};
    struct plan_point point = point_with("mean_plus_2_sigma");
    static const double values[] = {2, 4, 4, 4, 5, 5, 7, 9};
    for (int64_t i = 0; i < 8; i++) {
        valid(&history, i, values[i]);
    }
    double value = 0;

    cr_assert(substitute(&history, &point, 8, &value));

    /* mean 5, sum of squares 32, n - 1 = 7 */
    cr_assert_float_eq(value, 5 + 2 * sqrt(32.0 / 7), 1e-12);
    history_deinit(&history);
}

Test(history, nothing_to_go_by_gives_no_substitute)
{
    struct history history = {0};
    static const char *const rules[] = {"none", "mean_plus_2_sigma", "before_after",
                                        "part75"};
    for (size_t i = 0; i < 4; i++) {
        struct plan_point point = point_with(rules[i]);
        double value = 0;
        cr_assert_not(substitute(&history, &point, 0, &value), "%s", rules[i]);
    }
    history_deinit(&history);
}

Test(history, a_revised_window_replaces_what_it_gave_before)
{
    struct history history = {0};
    struct plan_point point = point_with("mean_plus_2_sigma");
    double value = 0;
    valid(&history, 0, 1000);
    valid(&history, 1, 10);
    valid(&history, 2, 12);

    valid(&history, 0, 11);

    cr_assert(substitute(&history, &point, 3, &value));
    cr_assert_float_eq(value, 11 + 2 * 1.0, 1e-9);
    history_deinit(&history);
}

Test(history, a_new_reporting_year_begins_anew)
{
    struct history history = {0};
    struct plan_point point = point_with("mean_plus_2_sigma");
    double value = 0;
    valid(&history, 0, 1000);
    valid(&history, 1, 2000);

    history_note(&history, 2 * NS_PER_HOUR, 2027, HISTORY_VALID, 5);
    cr_assert_not(substitute(&history, &point, 3, &value));
    history_note(&history, 3 * NS_PER_HOUR, 2027, HISTORY_VALID, 5);

    cr_assert(substitute(&history, &point, 4, &value));
    cr_assert_float_eq(value, 5, 1e-12);
    history_deinit(&history);
}

Test(history, before_after_takes_the_one_before_until_there_is_one_after)
{
    struct history history = {0};
    struct plan_point point = point_with("before_after");
    double value = 0;
    valid(&history, 0, 10);
    cr_assert(substitute(&history, &point, 1, &value));
    cr_assert_float_eq(value, 10, 0);
    history_note(&history, 1 * NS_PER_HOUR, 2026, HISTORY_SUBSTITUTED, 10);

    int64_t again = valid(&history, 2, 20);

    cr_assert_eq(again, 1 * NS_PER_HOUR);
    cr_assert(substitute(&history, &point, 1, &value));
    cr_assert_float_eq(value, 15, 0);
    history_deinit(&history);
}

Test(history, noting_the_same_valid_window_again_makes_nothing_again)
{
    struct history history = {0};
    history_note(&history, 0, 2026, HISTORY_SUBSTITUTED, 1);
    cr_assert_eq(valid(&history, 1, 20), 0);
    cr_assert_eq(valid(&history, 1, 21), INT64_MAX);
    history_deinit(&history);
}

Test(history, part75_goes_by_availability_and_length_of_the_gap)
{
    struct history history = {0};
    struct plan_point point = point_with("part75");
    double value = 0;
    for (int64_t i = 0; i < 100; i++) {
        valid(&history, i, (double)i);
    }
    cr_assert(substitute(&history, &point, 100, &value));
    cr_assert_float_eq(value, 99, 0, "a short gap: before and after");
    for (int64_t i = 100; i < 200; i++) {
        history_note(&history, i * NS_PER_HOUR, 2026, HISTORY_MISSING, 0);
    }

    cr_assert_not(substitute(&history, &point, 200, &value),
                  "half is missing: only the maximum potential will do");
    point.substitute_value = 500;
    cr_assert(substitute(&history, &point, 200, &value));
    cr_assert_float_eq(value, 500, 0);
    history_deinit(&history);
}

Test(history, it_remembers_no_more_than_it_may)
{
    struct history history = {0};
    for (int64_t i = 0; i < HISTORY_MAX + 50; i++) {
        valid(&history, i, 1);
    }
    cr_assert_eq(history.count, HISTORY_MAX);
    cr_assert_eq(history.entries[0].start_ns, 50 * NS_PER_HOUR);
    history_deinit(&history);
}

Test(history, stored_bytes_give_it_back)
{
    struct history history = {0};
    struct history back = {0};
    struct buf first;
    struct buf second;
    buf_init(&first, 1 << 20);
    buf_init(&second, 1 << 20);
    valid(&history, 495000, 10);
    history_note(&history, 495001 * NS_PER_HOUR, 2026, HISTORY_SUBSTITUTED, 11);
    valid(&history, 495002, 12);
    history_put(&history, &first);
    struct cursor c = cursor_of(buf_bytes(&first));

    history_get(&back, &c);
    history_put(&back, &second);

    cr_assert_not(c.failed);
    cr_assert(bytes_equal(buf_bytes(&first), buf_bytes(&second)));
    history_deinit(&history);
    history_deinit(&back);
    buf_deinit(&first);
    buf_deinit(&second);
}
