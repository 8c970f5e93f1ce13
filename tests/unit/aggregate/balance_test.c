/* SPDX-License-Identifier: Apache-2.0 */
#include "process_bench.h"

/* The rig whose coal is balanced by these points. */
static struct bench bench_of(const char *parts)
{
    static const char coal[] = "  - {id: coal, device: a, metric: coal, kind: rate, ";
    struct buf lines;
    buf_init(&lines, 1 << 16);
    buf_print(&lines, "%s substitute: balance, balance: [%s], ", coal, parts);
    struct buf text = text_with(rig_text, coal, (const char *)lines.data);
    buf_deinit(&lines);
    struct bench bench = open_bench((const char *)text.data);
    buf_deinit(&text);
    return bench;
}

static const struct point_value *coal_of(const struct process_value *value)
{
    for (size_t i = 0; i < value->point_count; i++) {
        if (strcmp(value->points[i].point->id, "coal") == 0) {
            return &value->points[i];
        }
    }
    cr_assert(false, "no coal");
    return NULL;
}

#define PARTS                                                                            \
    "{point: clinker, times: 0.2 t/t, source: s}, {point: power, times: 0.001 t/kWh, "   \
    "source: s, sign: -1}"

Test(balance, stands_in_for_what_was_not_measured)
{
    struct bench bench = bench_of(PARTS);
    bench.coal = (double)NAN;
    const struct process_value *value = compute(&bench, 0);
    const struct point_value *coal = coal_of(value);
    cr_assert_eq(coal->state, POINT_SUBSTITUTED);
    cr_assert_str_eq(coal->substitution, "balance");
    cr_assert_float_eq(coal->quantity, 0.2 * 50 - 0.001 * 2000, 1e-12);
    cr_assert(value->attributed_direct.has && !value->complete);
    cr_assert_float_eq(value->attributed_direct.value, 8 * 25.8 / 1000 * 94.6, 1e-12);
    clear(&bench);
}

Test(balance, leaves_alone_what_was_measured)
{
    struct bench bench = bench_of(PARTS);
    const struct process_value *value = compute(&bench, 0);
    cr_assert_eq(coal_of(value)->state, POINT_VALID);
    cr_assert_eq(coal_of(value)->quantity, 10);
    cr_assert(value->complete);
    clear(&bench);
}

Test(balance, of_what_is_missing_too_is_none)
{
    struct bench bench = bench_of(PARTS);
    bench.coal = bench.power = (double)NAN;
    const struct process_value *value = compute(&bench, 0);
    cr_assert_eq(coal_of(value)->state, POINT_MISSING);
    cr_assert(!value->attributed_direct.has);
    clear(&bench);
}

Test(balance, below_zero_is_none)
{
    struct bench bench = bench_of(PARTS);
    bench.coal = (double)NAN;
    bench.power = 20000;
    const struct process_value *value = compute(&bench, 0);
    cr_assert_eq(coal_of(value)->state, POINT_MISSING);
    cr_assert(!value->attributed_direct.has);
    clear(&bench);
}

Test(balance, has_the_uncertainty_of_its_parts)
{
    struct bench bench = bench_of(PARTS);
    struct plan_point *points = (struct plan_point *)(uintptr_t)bench.plan->points;
    for (size_t i = 0; i < bench.plan->point_count; i++) {
        points[i].uncertainty = strcmp(points[i].id, "clinker") == 0 ? 0.03 : 0.2;
    }
    bench.coal = (double)NAN;
    compute(&bench, 0);
    double apart = sqrt(0.3 * 0.3 + 0.4 * 0.4) / 8;
    cr_assert_float_eq(coal_of(&bench.value)->uncertainty, apart, 1e-12);
    cr_assert_float_eq(bench.value.uncertainty_direct.value,
                       bench.value.attributed_direct.value * apart, 1e-12);
    for (size_t i = 0; i < bench.plan->point_count; i++) {
        points[i].uncertainty = strcmp(points[i].id, "power") == 0 ? 0 : 0.1;
    }
    compute(&bench, 0);
    cr_assert_eq(coal_of(&bench.value)->uncertainty, 0, "one does not state its own");
    cr_assert(!bench.value.uncertainty_direct.has);
    clear(&bench);
}
