/* SPDX-License-Identifier: Apache-2.0 */
#include "aggregate/laboratory.h"

#include "fold_rig.h"

#include <math.h>

#define PLACE "kiln/fuel/emission_factor"
#define FACTOR_UNIT "t CO2/TJ"

static struct laboratory_result result_of(double value, int64_t from_ns)
{
    return (struct laboratory_result){.place = PLACE,
                                      .unit = FACTOR_UNIT,
                                      .source = "report 7",
                                      .record = 7,
                                      .value = value,
                                      .from_ns = from_ns};
}

static const struct plan_input *input_of(const struct plan *plan, const char *place)
{
    struct laboratory_input found;
    cr_assert(laboratory_find(plan, bytes_of(place), &found), "%s", place);
    return found.input;
}

/* The value that counts at a time; 0: none. */
static double at(const struct laboratory *laboratory, const struct plan_input *input,
                 int64_t at_ns)
{
    const struct laboratory_result *result = laboratory_at(laboratory, input, at_ns);
    return result ? result->value : 0;
}

Test(laboratory, a_result_goes_where_a_factor_of_a_fixed_unit_is)
{
    struct plan *plan = rig_plan(rig_text);
    struct laboratory_input found;
    cr_expect(laboratory_find(plan, BYTES("kiln/fuel/ncv"), &found));
    cr_expect(laboratory_find(plan, BYTES("mill/el/ef"), &found));
    cr_expect(!laboratory_find(plan, BYTES("kiln/fuel/fuel_quantity"), &found),
              "a point");
    cr_expect(!laboratory_find(plan, BYTES("kiln/fuel"), &found));
    cr_expect(!laboratory_find(plan, BYTES(""), &found));
    plan_free(&plan);
}

Test(laboratory, the_validity_that_began_last_counts_and_the_later_entry_of_two)
{
    struct plan *plan = rig_plan(rig_text);
    const struct plan_input *input = input_of(plan, PLACE);
    struct laboratory laboratory;
    laboratory_init(&laboratory);
    struct laboratory_result results[] = {result_of(95, 100), result_of(90, 50),
                                          result_of(96, 100)};
    for (size_t i = 0; i < 3; i++) {
        const struct plan_process *process =
            laboratory_add(&laboratory, plan, &results[i]);
        cr_expect_eq(process, &plan->processes[0]);
    }
    cr_expect_eq(at(&laboratory, input, 49), 0);
    cr_expect_eq(at(&laboratory, input, 50), 90);
    cr_expect_eq(at(&laboratory, input, 99), 90);
    cr_expect_eq(at(&laboratory, input, 100), 96);
    cr_expect_eq(at(&laboratory, input_of(plan, "kiln/fuel/ncv"), 100), 0);
    laboratory_deinit(&laboratory);
    plan_free(&plan);
}

Test(laboratory, a_factor_that_begins_later_counts_before_a_result)
{
    static const struct plan_factor factors[] = {
        {.value = 1, .from_ns = INT64_MIN, .to_ns = 200},
        {.value = 2, .from_ns = 200, .to_ns = INT64_MAX}};
    static const struct plan_input input = {.factors = factors, .factor_count = 2};
    struct laboratory_result result = {.value = 3, .from_ns = 100, .input = &input};
    struct laboratory laboratory = {.results = &result, .count = 1};
    cr_expect_eq(at(&laboratory, &input, 99), 0);
    cr_expect_eq(at(&laboratory, &input, 199), 3);
    cr_expect_eq(at(&laboratory, &input, 200), 0);
}

Test(laboratory, what_has_no_place_or_another_unit_is_kept_and_does_not_count)
{
    struct plan *plan = rig_plan(rig_text);
    struct laboratory laboratory;
    laboratory_init(&laboratory);
    struct laboratory_result wrong = result_of(95, 0);
    wrong.unit = "GJ/t";
    cr_expect_null(laboratory_add(&laboratory, plan, &wrong));
    wrong = result_of(95, 0);
    wrong.place = "kiln/gone/ncv";
    cr_expect_null(laboratory_add(&laboratory, plan, &wrong));
    wrong = result_of((double)NAN, 0);
    cr_expect_null(laboratory_add(&laboratory, plan, &wrong));
    cr_expect_eq(laboratory.count, 3);
    cr_expect_eq(at(&laboratory, input_of(plan, PLACE), 1), 0);
    laboratory_deinit(&laboratory);
    plan_free(&plan);
}

Test(laboratory, stored_bytes_give_the_same_and_cut_ones_are_told)
{
    struct plan *plan = rig_plan(rig_text);
    struct laboratory one;
    struct laboratory two;
    struct buf saved;
    laboratory_init(&one);
    laboratory_init(&two);
    buf_init(&saved, 1 << 16);
    struct laboratory_result result = result_of(95, 100);
    cr_expect(laboratory_add(&one, plan, &result));
    laboratory_put(&one, &saved);
    struct cursor c = cursor_of(buf_bytes(&saved));
    laboratory_get(&two, plan, &c);
    cr_assert(!c.failed && c.rest.len == 0);
    cr_assert_eq(two.count, 1);
    cr_expect_str_eq(two.results[0].source, "report 7");
    cr_expect_eq(two.results[0].record, 7);
    cr_expect_eq(at(&two, input_of(plan, PLACE), 100), 95);
    for (size_t len = 0; len < saved.len; len++) {
        struct cursor cut = cursor_of(bytes_slice(buf_bytes(&saved), 0, len));
        laboratory_get(&two, plan, &cut);
        cr_expect(cut.failed, "%zu bytes", len);
    }
    cr_expect_eq(two.count, 1);
    laboratory_deinit(&one);
    laboratory_deinit(&two);
    buf_deinit(&saved);
    plan_free(&plan);
}
