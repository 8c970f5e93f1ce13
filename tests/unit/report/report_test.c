/* SPDX-License-Identifier: Apache-2.0 */
#include "report_rig.h"

#include "report/report_private.h"

#include <math.h>

Test(report, windows_add_up_and_the_floor_is_for_the_period)
{
    struct report_rig rig;
    bool floored = true;
    report_rig_init(&rig);

    cr_assert(report_rig_add(&rig, "kiln", 10, 1, 4));
    cr_assert(report_rig_add(&rig, "kiln", -4, 2, 4));

    cr_assert_float_eq(report_direct(rig.report, 0, &floored), 6, 1e-12);
    cr_assert_not(floored);
    cr_assert_float_eq(report_indirect(rig.report, 0), 3, 1e-12);
    report_free(&rig.report);
}

Test(report, a_sum_below_zero_is_floored)
{
    struct report_rig rig;
    bool floored = false;
    report_rig_init(&rig);

    cr_assert(report_rig_add(&rig, "kiln", -4, 0, 1));

    cr_assert_eq(report_direct(rig.report, 0, &floored), 0);
    cr_assert(floored);
    report_free(&rig.report);
}

Test(report, a_window_that_lacks_leaves_the_period_undetermined)
{
    struct report_rig rig;
    bool floored = false;
    report_rig_init(&rig);

    cr_assert(report_rig_add(&rig, "kiln", 10, 1, 4));
    cr_assert(report_rig_add(&rig, "kiln", -2e9, 1, 4));

    cr_assert(isnan(report_direct(rig.report, 0, &floored)));
    cr_assert_float_eq(report_indirect(rig.report, 0), 2, 1e-12);
    report_free(&rig.report);
}

Test(report, no_window_is_not_zero)
{
    struct report_rig rig;
    bool floored = false;
    report_rig_init(&rig);

    cr_assert(isnan(report_direct(rig.report, 0, &floored)));
    cr_assert(isnan(report_indirect(rig.report, 0)));
    report_free(&rig.report);
}

Test(report, a_process_that_is_not_in_the_plan_is_not_added)
{
    struct report_rig rig;
    report_rig_init(&rig);

    cr_assert_not(report_rig_add(&rig, "mill", 1, 1, 1));

    report_free(&rig.report);
}

Test(report, halves_are_rounded_away_from_zero)
{
    cr_assert_eq(report_round(2.5, 0), 3);
    cr_assert_eq(report_round(-2.5, 0), -3);
    cr_assert_float_eq(report_round(0.785214741, 5), 0.78521, 1e-15);
}
