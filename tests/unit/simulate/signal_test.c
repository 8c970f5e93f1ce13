/* SPDX-License-Identifier: Apache-2.0 */
#include "simulate/signal.h"

#include "core/clock.h"

#include <criterion/criterion.h>
#include <math.h>

/* 2026-07-15T10:00:00Z */
#define HOUR_NS (INT64_C(1784109600) * NS_PER_S)

static struct signal signal_of(enum point_kind kind)
{
    return (struct signal){.kind = kind,
                           .interval_ns = 10 * NS_PER_S,
                           .base = 100,
                           .swing = 20,
                           .noise = 5,
                           .seed = 7};
}

Test(signal, the_same_seed_and_time_show_the_same)
{
    struct signal signal = signal_of(POINT_RATE);
    struct signal other = signal;
    other.seed = 8;

    cr_assert_eq(signal_shown(&signal, HOUR_NS), signal_shown(&signal, HOUR_NS));
    cr_assert_neq(signal_shown(&signal, HOUR_NS), signal_shown(&other, HOUR_NS));
}

Test(signal, stays_within_base_swing_and_noise)
{
    struct signal signal = signal_of(POINT_RATE);
    int64_t least = INT64_MAX;
    int64_t most = 0;

    for (int64_t at = HOUR_NS; at < HOUR_NS + 24 * NS_PER_HOUR; at += 10 * NS_PER_S) {
        int64_t shown = signal_shown(&signal, at);
        least = shown < least ? shown : least;
        most = shown > most ? shown : most;
    }

    cr_assert(least >= 75000 && least < 78000, "least %ld", least);
    cr_assert(most <= 125000 && most > 122000, "most %ld", most);
}

Test(signal, an_hour_of_a_rate_is_the_sum_of_its_held_samples)
{
    struct signal signal = signal_of(POINT_RATE);
    int64_t sum = 0;
    for (int i = 0; i < 360; i++) {
        sum += signal_shown(&signal, HOUR_NS + INT64_C(10) * i * NS_PER_S);
    }

    double hour = signal_quantity(&signal, HOUR_NS, HOUR_NS + NS_PER_HOUR);

    cr_assert_float_eq(hour, (double)sum / 360 / 1000, 1e-12);
}

Test(signal, a_rate_without_swing_and_noise_gives_its_base_an_hour)
{
    struct signal signal = {
        .kind = POINT_RATE, .interval_ns = 7 * NS_PER_S, .base = 12.5, .seed = 1};

    cr_assert_eq(signal_quantity(&signal, HOUR_NS, HOUR_NS + NS_PER_HOUR), 12.5);
    cr_assert_eq(signal_quantity(&signal, HOUR_NS, HOUR_NS + NS_PER_HOUR / 2), 6.25);
}

Test(signal, a_counter_never_falls_and_its_hours_add_up_to_what_it_shows)
{
    struct signal signal = signal_of(POINT_COUNTER);
    double sum = 0;
    for (int hour = 0; hour < 24; hour++) {
        int64_t from = HOUR_NS + hour * NS_PER_HOUR;
        sum += signal_quantity(&signal, from, from + NS_PER_HOUR);
    }
    int64_t before = signal_shown(&signal, HOUR_NS);
    int64_t first = before;

    for (int64_t at = HOUR_NS; at <= HOUR_NS + 24 * NS_PER_HOUR; at += 10 * NS_PER_S) {
        int64_t shown = signal_shown(&signal, at);
        cr_assert(shown >= before);
        before = shown;
    }

    cr_assert_float_eq(sum, (double)(before - first) / 1000, 1e-6);
    cr_assert_float_eq(sum, 2400, 1);
}

Test(signal, a_counter_is_shared_evenly_between_samples)
{
    struct signal signal = signal_of(POINT_COUNTER);
    int64_t step = 10 * NS_PER_S;
    double whole = signal_quantity(&signal, HOUR_NS, HOUR_NS + step);

    double third = signal_quantity(&signal, HOUR_NS, HOUR_NS + step / 4);

    cr_assert_float_eq(third, whole / 4, 1e-12);
}

Test(signal, a_counter_that_wraps_stays_below_and_its_truth_goes_on)
{
    struct signal signal = signal_of(POINT_COUNTER);
    struct signal plain = signal;
    signal.wrap_milli = INT64_C(50) * 1000;
    bool wrapped = false;
    int64_t before = 0;

    for (int64_t at = HOUR_NS; at < HOUR_NS + NS_PER_HOUR; at += 10 * NS_PER_S) {
        int64_t shown = signal_shown(&signal, at);
        cr_assert(shown >= 0 && shown < INT64_C(50) * 1000);
        wrapped |= shown < before;
        before = shown;
    }

    cr_assert(wrapped);
    cr_assert_eq(signal_quantity(&signal, HOUR_NS, HOUR_NS + NS_PER_HOUR),
                 signal_quantity(&plain, HOUR_NS, HOUR_NS + NS_PER_HOUR));
}

Test(signal, after_a_reset_the_first_sample_shows_what_was_counted_since_the_last)
{
    struct signal signal = signal_of(POINT_COUNTER);
    struct signal plain = signal;
    signal.reset_every_ns = NS_PER_HOUR;
    int resets = 0;

    for (int64_t at = HOUR_NS; at < HOUR_NS + 4 * NS_PER_HOUR; at += 10 * NS_PER_S) {
        int64_t next = at + 10 * NS_PER_S;
        int64_t growth = signal_shown(&plain, next) - signal_shown(&plain, at);
        int64_t shown = signal_shown(&signal, next);
        bool reset = shown < signal_shown(&signal, at);
        cr_assert_eq(reset ? shown : shown - signal_shown(&signal, at), growth);
        resets += reset;
    }

    cr_assert_eq(resets, 4);
}

Test(signal, amounts_gauges_levels_and_states_have_their_truth)
{
    struct signal amount = signal_of(POINT_AMOUNT);
    struct signal gauge = signal_of(POINT_GAUGE);
    struct signal level = signal_of(POINT_LEVEL);
    struct signal state = signal_of(POINT_STATE);
    int64_t end = HOUR_NS + NS_PER_HOUR;
    double fall =
        (double)(signal_shown(&level, HOUR_NS) - signal_shown(&level, end)) / 1000;

    double delivered = signal_quantity(&amount, HOUR_NS, end);
    double mean = signal_quantity(&gauge, HOUR_NS, end);

    cr_assert_float_eq(delivered, mean, 0.2);
    cr_assert_eq(signal_quantity(&level, HOUR_NS, end), fall);
    cr_assert_eq(signal_quantity(&state, HOUR_NS, end), 1);
}
