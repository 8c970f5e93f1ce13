/* SPDX-License-Identifier: Apache-2.0 */
#include "aggregate/process.h"

#include "process_bench.h"

Test(process, attributes_direct_and_indirect_and_divides_by_activity)
{
    struct bench bench = open_bench(rig_text);
    const struct process_value *value = compute(&bench, 0);
    double direct = 10 * 25.8 / 1000 * 94.6;
    double indirect = 0.6 * 2 * 0.5;

    cr_assert(value->complete && value->attributed_direct.has);
    cr_assert_float_eq(value->attributed_direct.value, direct, 1e-12);
    cr_assert_float_eq(value->attributed_indirect.value, indirect, 1e-12);
    cr_assert_eq(value->activity.value, 50);
    cr_assert_float_eq(value->see_direct.value, direct / 50, 1e-12);
    cr_assert_float_eq(value->see_indirect.value, indirect / 50, 1e-12);
    cr_assert_float_eq(value->fuel_energy.value, 10 * 25.8 / 1000, 1e-12);
    cr_assert(!value->floored);
    clear(&bench);
}

Test(process, asks_each_of_its_points_once)
{
    struct bench bench = open_bench(rig_text);
    compute(&bench, 0);
    cr_assert_eq(bench.asked, 4);
    bench.asked = 0;
    compute(&bench, 1); /* clinker and power; nothing of the kiln's own */
    cr_assert_eq(bench.asked, 2);
    clear(&bench);
}

Test(process, what_lacks_an_input_has_no_value_and_says_why)
{
    struct bench bench = open_bench(rig_text);
    bench.coal = (double)NAN;
    const struct process_value *value = compute(&bench, 0);

    cr_assert(!value->complete);
    cr_assert(!value->attributed_direct.has && !value->see_direct.has);
    cr_assert(!value->streams[0].has_co2e);
    cr_assert(strstr(value->streams[0].missing, "coal"));
    cr_assert(value->attributed_indirect.has); /* the other term is known */
    cr_assert(value->streams[1].has_co2e);
    clear(&bench);
}

Test(process, without_activity_there_is_no_specific_value)
{
    struct bench bench = open_bench(rig_text);
    bench.clinker = 0;
    const struct process_value *value = compute(&bench, 0);
    cr_assert(value->attributed_direct.has && value->activity.has);
    cr_assert(!value->see_direct.has && !value->see_indirect.has);
    bench.clinker = (double)NAN;
    value = compute(&bench, 0);
    cr_assert(!value->activity.has && !value->see_direct.has && !value->complete);
    clear(&bench);
}

Test(process, that_stands_still_emits_nothing_and_is_complete)
{
    struct bench bench = open_bench(rig_text);
    bench.running = 0;
    bench.coal = bench.clinker = bench.power = (double)NAN;
    const struct process_value *value = compute(&bench, 0);
    cr_assert(value->complete);
    cr_assert(value->attributed_direct.has);
    cr_assert_eq(value->attributed_direct.value, 0);
    cr_assert_eq(value->points[0].state, POINT_VALID);
    clear(&bench);
}

static bool constant(void *ctx, size_t index, int64_t from_ns, double *ret_value)
{
    const struct bench *bench = ctx;
    (void)from_ns;
    *ret_value = 12;
    return strcmp(bench->plan->points[index].id, "coal") == 0;
}

Test(process, a_substitute_counts_and_is_no_complete_window)
{
    struct bench bench = open_bench(rig_text);
    struct error e = {0};
    struct process_window window = {.plan = bench.plan,
                                    .process = &bench.plan->processes[0],
                                    .from_ns = MINUTE_FROM,
                                    .to_ns = MINUTE_TO,
                                    .point = give,
                                    .substitute = constant,
                                    .ctx = &bench};
    bench.coal = (double)NAN;
    cr_assert_eq(process_compute(&window, &bench.arena, &bench.value, &e), ERR_OK);
    cr_assert(!bench.value.complete && bench.value.attributed_direct.has);
    cr_assert_float_eq(bench.value.attributed_direct.value, 12 * 25.8 / 1000 * 94.6,
                       1e-12);
    clear(&bench);
}

Test(process, an_arena_that_is_too_small_is_an_error)
{
    struct bench bench = open_bench(rig_text);
    struct error e = {0};
    struct process_window window = {.plan = bench.plan,
                                    .process = &bench.plan->processes[0],
                                    .from_ns = MINUTE_FROM,
                                    .to_ns = MINUTE_TO,
                                    .point = give,
                                    .ctx = &bench};
    for (size_t size = 64; size <= 1024; size *= 2) {
        struct arena small;
        arena_init(&small, size);
        cr_assert_eq(process_compute(&window, &small, &bench.value, &e), ERR_REJECT,
                     "%zu", size);
        arena_deinit(&small);
    }
    clear(&bench);
}

Test(process, a_bought_precursor_is_embedded_and_not_attributed)
{
    struct bench bench = bench_with(
        "      - {id: p, method: precursor, share: 50 %, precursor: {category:\n"
        "         calcined_clay, origin: CN, verification: V}, inputs: {mass: {point:\n"
        "         coal}, see_direct: {value: 0.4 t CO2e/t, source: s}, see_indirect:\n"
        "         {value: 0.1 t CO2e/t, source: s}, default_share: {value: 25 %,\n"
        "         source: s}}}\n");
    const struct process_value *value = compute(&bench, 1);

    cr_assert(value->complete);
    cr_assert_float_eq(value->attributed_direct.value, 0, 1e-15);
    cr_assert_float_eq(value->embedded_direct.value, 10 * 0.5 * 0.4, 1e-12);
    cr_assert_float_eq(value->embedded_indirect.value, 10 * 0.5 * 0.1, 1e-12);
    cr_assert_float_eq(value->embedded_default.value, 0.5, 1e-12);
    cr_assert_float_eq(value->good_direct.value, 2.0 / 50, 1e-12);
    cr_assert_float_eq(value->good_indirect.value, (0.5 + 0.4) / 50, 1e-12);
    bench.coal = (double)NAN;
    value = compute(&bench, 1);
    cr_assert(!value->embedded_direct.has && !value->good_direct.has && !value->complete);
    cr_assert(value->see_direct.has, "its own emissions are known");
    clear(&bench);
}

Test(process, a_precursor_of_the_installation_is_left_to_the_period)
{
    struct bench bench = bench_with(
        "      - {id: p, method: precursor_own, precursor: {process: kiln}, inputs:\n"
        "         {mass: {point: coal}}}\n");
    const struct process_value *value = compute(&bench, 1);
    const struct stream_value *stream = &value->streams[1];

    cr_assert(value->complete && value->see_direct.has);
    cr_assert(!value->good_direct.has && !value->embedded_direct.has);
    cr_assert(!stream->has_co2e);
    cr_assert(strstr(stream->missing, "over the period"));
    cr_assert_float_eq(stream_output(stream, OUTPUT_CONSUMED).value, 10, 1e-15);
    clear(&bench);
}
