/* SPDX-License-Identifier: Apache-2.0 */
#include "aggregate/quality.h"

#include "core/clock.h"

#include <criterion/criterion.h>

static const struct plan_point rate = {
    .kind = POINT_RATE, .interval_ns = 10 * NS_PER_S, .valid_share = 0.8};
static const struct plan_point amount = {
    .kind = POINT_AMOUNT, .interval_ns = 10 * NS_PER_S, .valid_share = 0.8};

static struct point_value judged(const struct plan_point *point, double covered,
                                 double quantity, const struct point_value *operating)
{
    struct point_value value = {
        .point = point,
        .integral = {.has = covered > 0, .covered = covered, .quantity = quantity}};
    quality_judge(&value, operating, NS_PER_HOUR);
    return value;
}

Test(quality, eighty_per_cent_cover_is_valid_and_gaps_count_as_the_mean)
{
    struct point_value value = judged(&rate, 0.8, 8, NULL);
    cr_assert_eq(value.state, POINT_VALID);
    cr_assert_float_eq(value.quantity, 10, 1e-12);
    cr_assert_eq(value.expected, 360);
}

Test(quality, less_cover_is_incomplete_and_not_filled)
{
    struct point_value value = judged(&rate, 0.79, 8, NULL);
    cr_assert_eq(value.state, POINT_INCOMPLETE);
    cr_assert(value.has);
    cr_assert_eq(value.quantity, 8);
}

Test(quality, nothing_is_missing_and_has_no_value)
{
    struct point_value value = judged(&rate, 0, 0, NULL);
    cr_assert_eq(value.state, POINT_MISSING);
    cr_assert(!value.has);
}

Test(quality, cover_is_of_the_operating_time)
{
    struct point_value half = {.has = true, .quantity = 0.5};
    struct point_value value = judged(&rate, 0.45, 9, &half);
    cr_assert_eq(value.state, POINT_VALID);
    cr_assert_float_eq(value.coverage, 0.9, 1e-12);
    cr_assert_float_eq(value.quantity, 10, 1e-12);
    cr_assert_eq(value.expected, 180);
}

Test(quality, a_process_that_stands_still_is_known_to_have_nothing)
{
    struct point_value still = {.has = true, .quantity = 0};
    struct point_value value = judged(&rate, 0, 0, &still);
    cr_assert_eq(value.state, POINT_STANDSTILL);
    cr_assert(value.has);
    cr_assert_eq(value.quantity, 0);
    cr_assert_eq(value.coverage, 1);
    value = judged(&rate, 0.2, 3, &still); /* it spoke all the same: that counts */
    cr_assert_eq(value.state, POINT_VALID);
    cr_assert(value.has);
}

Test(quality, samples_at_the_very_edges_leave_full_cover_full)
{
    struct point_value value = judged(&rate, 1 - 1e-13, 10, NULL);
    cr_assert_eq(value.coverage, 1);
    cr_assert_eq(value.quantity, 10);
}

Test(quality, an_amount_expects_no_number_of_readings)
{
    cr_assert_eq(judged(&amount, 1, 5, NULL).expected, 0);
}

Test(quality, a_substitute_of_a_whole_window_is_scaled_to_the_operating_time)
{
    struct point_value half = {.has = true, .quantity = 0.5};
    struct plan_point point = rate;
    point.substitute = "constant";
    struct point_value value = judged(&point, 0, 0, &half);
    quality_substitute(&value, &half, 10);
    cr_assert_eq(value.state, POINT_SUBSTITUTED);
    cr_assert(value.has);
    cr_assert_eq(value.quantity, 5);
    cr_assert_eq(quality_whole_window(&value, &half), 10);
    cr_assert_str_eq(value.substitution, "constant");
}

Test(quality, every_state_has_a_name_of_its_own)
{
    for (int i = POINT_VALID; i <= POINT_STANDSTILL; i++) {
        for (int j = POINT_VALID; j < i; j++) {
            cr_assert_str_neq(quality_state_name((enum point_state)i),
                              quality_state_name((enum point_state)j));
        }
    }
}
