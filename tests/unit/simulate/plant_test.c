/* SPDX-License-Identifier: Apache-2.0 */
#include "simulate/plant.h"

#include "model/telemetry.h"

#include <criterion/criterion.h>
#include <math.h>

/* 2026-07-15T10:00:00Z */
#define HOUR_NS (INT64_C(1784109600) * NS_PER_S)

static const struct plan_point points[] = {
    {.id = "coal", .device = "weigher", .metric = "flow", .interval_ns = 10 * NS_PER_S},
    {.id = "meal",
     .device = "weigher",
     .metric = "total",
     .kind = POINT_COUNTER,
     .interval_ns = 60 * NS_PER_S},
    {.id = "power",
     .device = "meter",
     .metric = "energy",
     .kind = POINT_COUNTER,
     .interval_ns = 60 * NS_PER_S},
};

struct bench {
    struct problems problems;
    struct document *document;
    struct plan plan;
    struct plant *plant;
};

static struct bench bench_of(const char *simulation, struct faults faults)
{
    struct bench bench = {.plan = {.points = points, .point_count = 3}};
    problems_init(&bench.problems);
    bench.document = document_parse("plant.yaml", bytes_of(simulation), &bench.problems);
    bench.plan.simulation = document_root(bench.document);
    bench.plant = plant_new(&bench.plan, &faults, HOUR_NS, &bench.problems);
    return bench;
}

static void clear(struct bench *bench)
{
    plant_free(&bench->plant);
    document_free(&bench->document);
    problems_deinit(&bench->problems);
}

#define ALL "{coal: {base: 10}, meal: {base: 60}, power: {base: 100}}"

Test(plant, a_device_has_the_sensors_of_its_points)
{
    struct bench bench = bench_of(ALL, (struct faults){.seed = 1});

    cr_assert_eq(plant_device_count(bench.plant), 2);
    cr_assert_str_eq(plant_device(bench.plant, 0)->topic, "emgate/v1/weigher/telemetry");
    cr_assert_eq(plant_device(bench.plant, 0)->sensor_count, 2);
    cr_assert_eq(plant_tick_ns(bench.plant), 10 * NS_PER_S);
    cr_assert_eq(plant_span_ns(bench.plant), NS_PER_MINUTE);
    clear(&bench);
}

Test(plant, a_batch_holds_what_was_sampled_in_its_span)
{
    struct bench bench = bench_of(ALL, (struct faults){.seed = 1});
    struct buf payload;
    struct arena arena;
    struct telemetry_batch batch;
    struct error e;
    buf_init(&payload, 65536);
    arena_init(&arena, 65536);

    cr_assert(plant_batch(bench.plant, 0, HOUR_NS, HOUR_NS + NS_PER_MINUTE, &payload));

    cr_assert_eq(telemetry_read_batch(&arena, buf_bytes(&payload), &batch, &e), ERR_OK);
    cr_assert(bytes_are(batch.head.device, "weigher"));
    cr_assert_eq(batch.head.sequence, 1);
    cr_assert_eq(batch.head.base_time_ms, (uint64_t)(HOUR_NS / NS_PER_MS));
    cr_assert_eq(batch.count, 7);
    struct telemetry_reading last = telemetry_reading_at(&batch, 5);
    cr_assert(bytes_are(last.name, "flow"));
    cr_assert_eq(last.offset_ms, 50000);
    cr_assert_eq(last.value.number, 10);
    arena_deinit(&arena);
    buf_deinit(&payload);
    clear(&bench);
}

Test(plant, a_span_without_samples_gives_no_batch_and_no_number)
{
    struct bench bench = bench_of(ALL, (struct faults){.seed = 1});
    struct buf payload;
    buf_init(&payload, 65536);

    cr_assert_not(plant_batch(bench.plant, 1, HOUR_NS + NS_PER_S, HOUR_NS + NS_PER_MINUTE,
                              &payload));

    cr_assert_eq(plant_device(bench.plant, 1)->sequence, 0);
    buf_deinit(&payload);
    clear(&bench);
}

Test(plant, every_other_device_may_have_a_clock_that_is_ahead)
{
    struct bench bench =
        bench_of(ALL, (struct faults){.seed = 1, .skew_ns = 30 * NS_PER_S});

    cr_assert_eq(plant_device(bench.plant, 0)->skew_ns, 0);
    cr_assert_eq(plant_device(bench.plant, 1)->skew_ns, 30 * NS_PER_S);
    clear(&bench);
}

Test(plant, mistakes_in_the_section_are_named_with_their_place)
{
    struct bench bench =
        bench_of("{coal: {base: 10}, meel: {base: 60}, power: {base: 1, noise: 2}}",
                 (struct faults){.seed = 1});
    const char *text = (const char *)buf_bytes(&bench.problems.text).data;

    cr_assert_null(bench.plant);
    cr_assert(strstr(text, "plant.yaml:1:20: "), "%s", text);
    cr_assert(strstr(text, "meal"), "%s", text);
    cr_assert(strstr(text, "counter 'power' would fall"), "%s", text);
    clear(&bench);
}
