/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of aggregate/integrate.c. */
#include "aggregate/integrate.h"

#include "core/clock.h"

#include <criterion/criterion.h>

static struct plan_point point_of(enum point_kind kind)
{
    return (struct plan_point){.id = "p",
                               .kind = kind,
                               .interval_ns = 600 * NS_PER_S,
                               .max_gap_ns = 1200 * NS_PER_S,
                               .valid_share = 0.8};
}

static struct sample sample_at(int64_t second, double value)
{
    return (struct sample){.at_ns = second * NS_PER_S, .value = value};
}

static struct integral integrated(const struct plan_point *point, struct sample *samples,
                                  size_t count)
{
    struct sample_list list = {.samples = samples, .count = count};
    struct integral integral;
    integrate(point, &list, 0, NS_PER_HOUR, &integral);
    return integral;
}

Test(integrate, a_held_rate_is_summed_over_time)
{
    struct plan_point point = point_of(POINT_RATE);
    struct sample samples[] = {sample_at(-600, 6), sample_at(300, 12), sample_at(1500, 0),
                               sample_at(2400, 24), sample_at(3600, 99)};

    struct integral i = integrated(&point, samples, 5);

    /* 300 s at 6, 1200 s at 12, 900 s at 0, 1200 s at 24 */
    cr_assert_float_eq(i.quantity, (300 * 6 + 1200 * 12 + 1200 * 24) / 3600.0, 1e-12);
    cr_assert_float_eq(i.covered, 1, 0);
    cr_assert_eq(i.gap_count, 0);
}

Test(integrate, a_value_holds_no_longer_than_the_maximum_gap)
{
    struct plan_point point = point_of(POINT_RATE);
    struct sample samples[] = {sample_at(0, 36), sample_at(2400, 36)};

    struct integral i = integrated(&point, samples, 2);

    cr_assert_float_eq(i.quantity, 36 * 2400 / 3600.0, 1e-12);
    cr_assert_float_eq(i.covered, 2400 / 3600.0, 1e-12);
    cr_assert_eq(i.gap_count, 1);
    cr_assert_eq(i.gaps[0].from_ns, 1200 * NS_PER_S);
    cr_assert_eq(i.gaps[0].to_ns, 2400 * NS_PER_S);
}

Test(integrate, a_bad_sample_ends_the_value_before_it)
{
    struct plan_point point = point_of(POINT_RATE);
    struct sample samples[] = {sample_at(0, 36), sample_at(600, 0), sample_at(2400, 36)};
    samples[1].flags = SAMPLE_BAD;

    struct integral i = integrated(&point, samples, 3);

    cr_assert_float_eq(i.covered, 1800 / 3600.0, 1e-12);
    cr_assert_eq(i.valid, 2);
    cr_assert_eq(i.received, 3);
}

Test(integrate, a_trapezoid_is_clipped_at_the_edges)
{
    struct plan_point point = point_of(POINT_RATE);
    point.integration = INTEGRATE_TRAPEZOID;
    point.max_gap_ns = NS_PER_HOUR;
    struct sample samples[] = {sample_at(-1800, 0), sample_at(1800, 20),
                               sample_at(5400, 40)};

    struct integral i = integrated(&point, samples, 3);

    /* from 10 at 0 over 20 at 1800 to 30 at 3600 */
    cr_assert_float_eq(i.quantity, 20, 1e-12);
    cr_assert_float_eq(i.covered, 1, 0);
}

Test(integrate, a_meter_counts_differences_and_shares_them_at_the_edges)
{
    struct plan_point point = point_of(POINT_COUNTER);
    struct sample samples[] = {sample_at(-600, 100), sample_at(600, 112),
                               sample_at(3000, 150), sample_at(4200, 162)};

    struct integral i = integrated(&point, samples, 4);

    cr_assert_float_eq(i.quantity, 6 + 38 + 6, 1e-12);
    cr_assert(i.has);
}

Test(integrate, a_meter_that_wraps_goes_on)
{
    struct plan_point point = point_of(POINT_COUNTER);
    point.counter_wrap = 1000;
    struct sample samples[] = {sample_at(0, 990), sample_at(3600, 15)};

    struct integral i = integrated(&point, samples, 2);

    cr_assert_float_eq(i.quantity, 25, 1e-12);
    cr_assert_eq(i.resets, 0);
}

Test(integrate, a_meter_that_falls_began_again_from_zero)
{
    struct plan_point point = point_of(POINT_COUNTER);
    struct sample samples[] = {sample_at(0, 500), sample_at(1000, 510),
                               sample_at(2000, 4), sample_at(3600, 20)};

    struct integral i = integrated(&point, samples, 4);

    cr_assert_float_eq(i.quantity, 10 + 4 + 16, 1e-12);
    cr_assert_eq(i.resets, 1);
}

Test(integrate, a_meter_counts_through_silence_but_coverage_suffers)
{
    struct plan_point point = point_of(POINT_COUNTER);
    struct sample samples[] = {sample_at(-7200, 0), sample_at(7200, 144)};

    struct integral i = integrated(&point, samples, 2);

    cr_assert(i.has);
    cr_assert_float_eq(i.quantity, 36, 1e-12);
    cr_assert_float_eq(i.covered, 0, 0);
}

Test(integrate, amounts_in_the_window_are_added)
{
    struct plan_point point = point_of(POINT_AMOUNT);
    struct sample samples[] = {sample_at(0, 20), sample_at(0, 20), sample_at(3599, 2.5)};
    samples[1].identity = 2;

    struct integral i = integrated(&point, samples, 3);

    cr_assert_float_eq(i.quantity, 42.5, 1e-12);
}

Test(integrate, stock_taken_out_is_opening_less_closing)
{
    struct plan_point point = point_of(POINT_LEVEL);
    struct sample samples[] = {sample_at(-50, 100), sample_at(1000, 90),
                               sample_at(3500, 70), sample_at(3700, 60)};

    struct integral i = integrated(&point, samples, 4);

    cr_assert_float_eq(i.quantity, 30, 1e-12);
}

Test(integrate, a_gauge_gives_the_mean_and_coverage_by_count)
{
    struct plan_point point = point_of(POINT_GAUGE);
    struct sample samples[] = {sample_at(0, 10), sample_at(600, 20), sample_at(1200, 30)};

    struct integral i = integrated(&point, samples, 3);

    cr_assert_float_eq(i.quantity, 20, 1e-12);
    cr_assert_float_eq(i.covered, 0.5, 1e-12);
}

Test(integrate, a_state_gives_its_share_of_the_covered_time)
{
    struct plan_point point = point_of(POINT_STATE);
    struct sample samples[] = {sample_at(0, 1), sample_at(900, 0), sample_at(1800, 1),
                               sample_at(2700, 1)};

    struct integral i = integrated(&point, samples, 4);

    cr_assert_float_eq(i.quantity, 0.75, 1e-12);
    cr_assert_float_eq(i.covered, 1, 0);
}

Test(integrate, nothing_is_never_zero)
{
    enum point_kind kinds[] = {POINT_RATE, POINT_COUNTER, POINT_LEVEL, POINT_GAUGE,
                               POINT_STATE};
    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
        struct plan_point point = point_of(kinds[k]);
        struct integral i = integrated(&point, NULL, 0);
        cr_assert_not(i.has, "kind %zu", k);
    }
}
