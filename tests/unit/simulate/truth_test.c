/* SPDX-License-Identifier: Apache-2.0 */
/* The cement example, against its formulas written out here. */
#include "simulate/truth.h"

#include "core/clock.h"

#include <criterion/criterion.h>

/* 2026-07-15T10:00:00Z */
#define HOUR_NS (INT64_C(1784109600) * NS_PER_S)

struct bench {
    struct problems problems;
    struct bundle bundle;
    struct plan *plan;
    struct plant *plant;
};

static struct bench cement(struct faults faults)
{
    struct bench bench;
    problems_init(&bench.problems);
    bundle_read(TEST_DATA "/../config/examples/cement.yaml", &bench.bundle,
                &bench.problems);
    bench.plan = plan_new(&bench.bundle, &bench.problems);
    cr_assert(bench.plan, "%s", (const char *)bench.problems.text.data);
    bench.plant = plant_new(bench.plan, &faults, HOUR_NS, &bench.problems);
    cr_assert(bench.plant);
    return bench;
}

static void clear(struct bench *bench)
{
    plant_free(&bench->plant);
    plan_free(&bench->plan);
    bundle_deinit(&bench->bundle);
    problems_deinit(&bench->problems);
}

static double quantity(const struct bench *bench, const char *point)
{
    const struct plan_point *found = plan_find_point(bench->plan, bytes_of(point));
    size_t index = (size_t)(found - bench->plan->points);
    return signal_quantity(plant_signal(bench->plant, index), HOUR_NS,
                           HOUR_NS + NS_PER_HOUR);
}

Test(truth, of_a_kiln_is_fuel_and_process_emissions_of_its_true_quantities)
{
    struct bench bench = cement((struct faults){.seed = 1});
    struct truth truth;
    struct error e;
    double coal = quantity(&bench, "kiln_coal") * 25.8 / 1000 * 94.6;
    double petcoke = quantity(&bench, "kiln_petcoke") * 32.5 / 1000 * 97.5;
    double raw_meal = quantity(&bench, "kiln_raw_meal") * 0.334;

    cr_assert_eq(truth_compute(bench.plant, &bench.plan->processes[0], HOUR_NS,
                               HOUR_NS + NS_PER_HOUR, &truth, &e),
                 ERR_OK);

    cr_assert_float_eq(truth.streams[1], petcoke, 1e-9);
    cr_assert_float_eq(truth.direct, coal + petcoke + raw_meal, 1e-9);
    cr_assert_float_eq(truth.indirect, quantity(&bench, "kiln_power") / 1000 * 0.377,
                       1e-9);
    cr_assert_float_eq(truth.activity, quantity(&bench, "kiln_clinker"), 1e-9);
    cr_assert(truth.direct > 140 && truth.direct < 165, "%g", truth.direct);
    clear(&bench);
}

Test(truth, is_the_same_whatever_goes_wrong_on_the_way)
{
    struct bench plain = cement((struct faults){.seed = 1});
    struct bench faulty = cement((struct faults){
        .seed = 1, .duplicates = 0.1, .late = 0.1, .reset_ns = 2 * NS_PER_HOUR});
    struct truth one;
    struct truth two;
    struct error e;

    cr_assert_eq(truth_compute(plain.plant, &plain.plan->processes[0], HOUR_NS,
                               HOUR_NS + NS_PER_HOUR, &one, &e),
                 ERR_OK);
    cr_assert_eq(truth_compute(faulty.plant, &faulty.plan->processes[0], HOUR_NS,
                               HOUR_NS + NS_PER_HOUR, &two, &e),
                 ERR_OK);

    cr_assert_eq(one.direct, two.direct);
    cr_assert_eq(one.activity, two.activity);
    clear(&plain);
    clear(&faulty);
}

Test(truth, is_written_for_whole_windows_only)
{
    struct bench bench = cement((struct faults){.seed = 1});
    struct buf out;
    struct error e;
    buf_init(&out, 65536);
    struct json_writer writer = json_writer_of(&out);
    json_open(&writer, '{');

    cr_assert_eq(truth_write(bench.plan, bench.plant, HOUR_NS - NS_PER_MINUTE,
                             HOUR_NS + 2 * NS_PER_HOUR - NS_PER_MINUTE, &writer, &e),
                 ERR_OK);

    const char *text = (const char *)out.data;
    cr_assert(strstr(text, "\"start\":\"2026-07-15T10:00:00Z\""), "%s", text);
    cr_assert_not(strstr(text, "\"start\":\"2026-07-15T11:00:00Z\""), "%s", text);
    cr_assert_not(strstr(text, "\"start\":\"2026-07-15T09:00:00Z\""), "%s", text);
    cr_assert(strstr(text, "\"windows\":1,"), "%s", text);
    buf_deinit(&out);
    clear(&bench);
}
