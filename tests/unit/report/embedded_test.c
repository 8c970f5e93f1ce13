/* SPDX-License-Identifier: Apache-2.0 */
#include "goods_rig.h"

Test(embedded, two_equations_with_two_unknowns)
{
    double matrix[] = {0, 2, 4, -1};
    double right[] = {6, 5};
    cr_assert(report_solve_linear(matrix, right, 2));
    cr_assert_float_eq(right[0], 2, 1e-15);
    cr_assert_float_eq(right[1], 3, 1e-15);
}

Test(embedded, rows_that_say_the_same_have_no_solution)
{
    double matrix[] = {1, -1, -1e9, 1e9};
    double right[] = {1, 1};
    cr_assert_not(report_solve_linear(matrix, right, 2));
}

Test(embedded, a_chain_hands_on_and_a_circle_is_solved)
{
    struct goods_rig rig;
    goods_rig_init(&rig, true);
    goods_rig_add(
        &rig, 0,
        (struct goods_window){
            .direct = 300, .indirect = 10, .level = 100, .bought = 60, .own = 20});
    goods_rig_add(
        &rig, 1,
        (struct goods_window){.direct = 50, .indirect = 20, .level = 80, .own = 100});
    goods_rig_solve(&rig);
    /* 100 a = 300 + 60 + 20 b;  80 b = 50 + 100 a */
    double b = (50 + 360) / (80.0 - 20);
    double a = (360 + 20 * b) / 100;
    cr_assert_float_eq(rig.goods[0].direct, a, 1e-12);
    cr_assert_float_eq(rig.goods[1].direct, b, 1e-12);
    /* 100 d = 30 + 20 e;  80 e = 100 d */
    cr_assert_float_eq(rig.goods[1].by_default, 30.0 / 60, 1e-12);
    cr_assert_str_empty(rig.goods[0].missing);
    goods_rig_deinit(&rig);
}

Test(embedded, windows_add_up_before_anything_is_divided)
{
    struct goods_rig rig;
    goods_rig_init(&rig, false);
    for (int i = 0; i < 3; i++) {
        goods_rig_add(
            &rig, 0,
            (struct goods_window){.direct = 100 * i, .level = 50, .bought = 7, .own = 0});
        goods_rig_add(&rig, 1,
                      (struct goods_window){.direct = 10, .level = 20.0 * i, .own = 40});
    }
    goods_rig_solve(&rig);
    cr_assert_float_eq(rig.goods[0].direct, (300 + 21) / 150.0, 1e-12);
    cr_assert_float_eq(rig.goods[1].direct, (30 + 120 * 321 / 150.0) / 60, 1e-12);
    goods_rig_deinit(&rig);
}

Test(embedded, indirect_emissions_count_outside_annex_ii_only)
{
    struct goods_rig rig;
    goods_rig_init(&rig, false);
    rig.counts[0] = true; /* sintered ore */
    goods_rig_add(
        &rig, 0,
        (struct goods_window){.direct = 1, .indirect = 50, .level = 100, .bought = 4});
    goods_rig_add(
        &rig, 1,
        (struct goods_window){.direct = 1, .indirect = 90, .level = 10, .own = 20});
    goods_rig_solve(&rig);
    double ore = (50 + 2) / 100.0;
    cr_assert_float_eq(rig.goods[0].indirect, ore, 1e-12);
    cr_assert_float_eq(rig.goods[0].counted, 0.5, 1e-12, "the bought one is in Annex II");
    cr_assert_float_eq(rig.goods[1].indirect, (90 + 20 * ore) / 10, 1e-12);
    cr_assert_float_eq(rig.goods[1].counted, 20 * 0.5 / 10, 1e-12);
    goods_rig_deinit(&rig);

    goods_rig_init(&rig, false); /* hydrogen in ammonia: nothing is taken over */
    rig.counts[1] = true;
    rig.bought_counts = true;
    goods_rig_add(
        &rig, 0,
        (struct goods_window){.direct = 1, .indirect = 50, .level = 100, .bought = 4});
    goods_rig_add(
        &rig, 1,
        (struct goods_window){.direct = 1, .indirect = 90, .level = 10, .own = 20});
    goods_rig_solve(&rig);
    cr_assert_float_eq(rig.goods[0].counted, 2 / 100.0, 1e-12);
    cr_assert_float_eq(rig.goods[1].counted, 9, 1e-12);
    goods_rig_deinit(&rig);
}

Test(embedded, what_lacks_leaves_the_goods_made_of_it_undetermined)
{
    struct goods_rig rig;
    goods_rig_init(&rig, false);
    goods_rig_add(
        &rig, 0, (struct goods_window){.direct = 1, .level = 100, .bought = (double)NAN});
    goods_rig_add(&rig, 1, (struct goods_window){.direct = 1, .level = 10, .own = 20});
    goods_rig_solve(&rig);
    cr_assert(isnan(rig.goods[0].direct) && isnan(rig.goods[1].direct));
    cr_assert_str_eq(rig.goods[0].missing,
                     "embedded emissions of the precursor 'bought'");
    cr_assert_str_eq(rig.goods[1].missing, "embedded emissions of the process 'first'");
    goods_rig_deinit(&rig);
}

Test(embedded, a_process_that_made_nothing_has_no_specific_emissions)
{
    struct goods_rig rig;
    goods_rig_init(&rig, false);
    goods_rig_add(&rig, 0, (struct goods_window){.direct = 1, .level = 0, .bought = 1});
    goods_rig_add(&rig, 1, (struct goods_window){.direct = 5, .level = 10, .own = 0});
    goods_rig_solve(&rig);
    cr_assert(isnan(rig.goods[0].direct));
    cr_assert_str_eq(rig.goods[0].missing, "activity level of the process 'first'");
    cr_assert_float_eq(rig.goods[1].direct, 0.5, 1e-15, "it took none of it");
    goods_rig_deinit(&rig);
}

Test(embedded, processes_that_eat_each_other_up_are_undetermined)
{
    struct goods_rig rig;
    goods_rig_init(&rig, true);
    goods_rig_add(
        &rig, 0, (struct goods_window){.direct = 1, .level = 10, .bought = 1, .own = 10});
    goods_rig_add(&rig, 1, (struct goods_window){.direct = 1, .level = 10, .own = 10});
    goods_rig_solve(&rig);
    cr_assert(isnan(rig.goods[0].direct) && isnan(rig.goods[1].direct));
    cr_assert(strstr(rig.goods[0].missing, "as much of each other"));
    goods_rig_deinit(&rig);
}
