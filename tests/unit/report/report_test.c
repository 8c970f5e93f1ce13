/* SPDX-License-Identifier: Apache-2.0 */
#include "report_rig.h"

#include "report/report_private.h"

#include <math.h>

static const struct process_total *process_of(const struct report_rig *rig)
{
    return &rig->report->processes[0];
}

Test(report, windows_add_up_and_the_floor_is_for_the_period)
{
    struct report_rig rig;
    bool floored = true;
    report_rig_init(&rig);

    cr_assert(report_rig_add(&rig, "kiln", 10, 1, 4));
    cr_assert(report_rig_add(&rig, "kiln", -4, 2, 4));

    cr_assert_float_eq(report_direct(process_of(&rig), &floored), 6, 1e-12);
    cr_assert_not(floored);
    cr_assert_float_eq(report_indirect(process_of(&rig)), 3, 1e-12);
    report_free(&rig.report);
}

Test(report, a_sum_below_zero_is_floored)
{
    struct report_rig rig;
    bool floored = false;
    report_rig_init(&rig);

    cr_assert(report_rig_add(&rig, "kiln", -4, 0, 1));

    cr_assert_eq(report_direct(process_of(&rig), &floored), 0);
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

    cr_assert(isnan(report_direct(process_of(&rig), &floored)));
    cr_assert_float_eq(report_indirect(process_of(&rig)), 2, 1e-12);
    report_free(&rig.report);
}

Test(report, no_window_is_not_zero)
{
    struct report_rig rig;
    bool floored = false;
    report_rig_init(&rig);

    cr_assert(isnan(report_direct(process_of(&rig), &floored)));
    cr_assert(isnan(report_indirect(process_of(&rig))));
    report_free(&rig.report);
}

Test(report, a_process_without_an_outline_is_taken_from_its_summaries)
{
    struct report_rig rig;
    bool floored = false;
    report_rig_init(&rig);

    cr_assert(report_rig_add(&rig, "mill", 1, 1, 1));

    cr_assert_eq(rig.report->process_count, 2);
    cr_assert_str_eq(rig.report->processes[1].id, "mill");
    cr_assert_float_eq(report_direct(&rig.report->processes[1], &floored), 1, 1e-12);
    report_free(&rig.report);
}

Test(report, a_summary_that_names_no_process_is_not_added)
{
    struct report_rig rig;
    report_rig_init(&rig);

    cr_assert_not(report_rig_add(&rig, "", 1, 1, 1));

    report_free(&rig.report);
}

Test(report, halves_are_rounded_away_from_zero)
{
    cr_assert_eq(report_round(2.5, 0), 3);
    cr_assert_eq(report_round(-2.5, 0), -3);
    cr_assert_float_eq(report_round(0.785214741, 5), 0.78521, 1e-15);
}
