/* SPDX-License-Identifier: Apache-2.0 */
#include "core/wait.h"

#include "core/clock.h"

#include <criterion/criterion.h>
#include <errno.h>

static int64_t ns_of(struct timespec at)
{
    return (int64_t)at.tv_sec * NS_PER_S + at.tv_nsec;
}

Test(wait, an_end_is_as_far_as_asked_and_well_formed)
{
    const int64_t lengths[] = {0, 1, NS_PER_S - 1, NS_PER_S, 90 * NS_PER_HOUR + 7};
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        struct timespec before;
        struct timespec behind;
        clock_gettime(CLOCK_MONOTONIC, &before);
        struct timespec end = wait_end(lengths[i]);
        clock_gettime(CLOCK_MONOTONIC, &behind);
        cr_assert(end.tv_nsec >= 0 && end.tv_nsec < NS_PER_S);
        cr_assert_geq(ns_of(end), ns_of(before) + lengths[i]);
        cr_assert_leq(ns_of(end), ns_of(behind) + lengths[i]);
    }
}

Test(wait, a_negative_wait_is_over)
{
    struct timespec before;
    clock_gettime(CLOCK_MONOTONIC, &before);
    struct timespec end = wait_end(-NS_PER_HOUR);
    cr_assert_geq(ns_of(end), ns_of(before));
    cr_assert_lt(ns_of(end), ns_of(before) + NS_PER_MINUTE);
}

Test(wait, a_condition_nobody_meets_times_out_by_the_same_clock)
{
    pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    pthread_cond_t condition;
    struct timespec now;
    wait_init(&condition);
    struct timespec end = wait_end(5 * NS_PER_MS);
    int rc = 0;
    pthread_mutex_lock(&lock);
    while (rc == 0) { /* it may wake for nothing */
        rc = pthread_cond_timedwait(&condition, &lock, &end);
    }
    pthread_mutex_unlock(&lock);
    clock_gettime(CLOCK_MONOTONIC, &now);
    cr_assert_eq(rc, ETIMEDOUT);
    cr_assert_geq(ns_of(now), ns_of(end));
    pthread_cond_destroy(&condition);
}

Test(wait, a_wait_doubles_up_to_the_most)
{
    cr_expect_eq(wait_doubled(1, 300, 0), 1);
    cr_expect_eq(wait_doubled(1, 300, 8), 256);
    cr_expect_eq(wait_doubled(1, 300, 9), 300);
    cr_expect_eq(wait_doubled(500, 300, 0), 300);
    cr_expect_eq(wait_doubled(3, INT64_MAX, UINT32_MAX), INT64_MAX);
    cr_expect_eq(wait_doubled(0, 300, 70), 0);
}
