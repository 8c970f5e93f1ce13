/* SPDX-License-Identifier: Apache-2.0 */
#include "registry/exact.h"

#include <criterion/criterion.h>
#include <math.h>

Test(exact, a_value_comes_back)
{
    static const double values[] = {0,          1,   -1,   0.1,   -0.1,    1e-9,
                                    123456.789, 0.5, 1e15, -1e15, 1.0 / 3, -1.0 / 3};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        double back = exact_value(exact_of(values[i]));
        cr_assert_leq(fabs(back - values[i]), ldexp(1, -60), "%g", values[i]);
    }
}

Test(exact, the_order_of_adding_does_not_matter)
{
    struct exact forward = {0};
    struct exact backward = {0};
    for (int i = 0; i < 100000; i++) {
        forward = exact_add(forward, exact_of(0.1 * i));
        backward = exact_add(backward, exact_of(0.1 * (99999 - i)));
    }
    cr_assert_eq(forward.whole, backward.whole);
    cr_assert_eq(forward.part, backward.part);
    cr_assert_eq(forward.whole, 499995000);
}

Test(exact, what_is_taken_away_leaves_no_trace)
{
    struct exact sum = exact_of(1e9 / 7);
    struct exact before = sum;
    for (int i = 1; i < 1000; i++) {
        sum = exact_add(sum, exact_of(1e6 / i));
    }
    for (int i = 999; i > 0; i--) {
        sum = exact_add(sum, exact_negate(exact_of(1e6 / i)));
    }
    cr_assert_eq(sum.whole, before.whole);
    cr_assert_eq(sum.part, before.part);
}

Test(exact, knows_what_does_not_fit)
{
    cr_assert(exact_fits(9e15));
    cr_assert_not(exact_fits(1e16));
    cr_assert_not(exact_fits(-1e16));
    cr_assert_not(exact_fits((double)NAN));
    cr_assert_not(exact_fits(-(double)INFINITY));
}
