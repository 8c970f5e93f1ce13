/* SPDX-License-Identifier: Apache-2.0 */
#include "normalise/normalise.h"

#include "config_text.h"

#include <math.h>
#include <stdio.h>

struct bench {
    struct plan *plan;
    struct normaliser *normaliser;
    struct normalised results[NORMALISE_POINTS_MAX];
};

static struct bench open_plant(const char *text)
{
    struct bench bench = {0};
    struct problems problems;
    struct error e;
    bench.plan = plan_of(text, NULL, NULL, &problems);
    cr_assert(bench.plan, "%s", (const char *)problems.text.data);
    problems_deinit(&problems);
    cr_assert_eq(normaliser_open(bench.plan, &bench.normaliser, &e), ERR_OK);
    return bench;
}

static void clear(struct bench *bench)
{
    normaliser_close(&bench->normaliser);
    plan_free(&bench->plan);
}

static struct reading number(const char *metric, const char *unit, double value)
{
    return (struct reading){.device = BYTES("d"),
                            .metric = bytes_of(metric),
                            .unit = bytes_of(unit),
                            .event_ns = 7,
                            .identity = 9,
                            .value = {.kind = VALUE_DOUBLE, .number = value}};
}

/* The only result. */
static struct normalised one(struct bench *bench, struct reading reading)
{
    cr_assert_eq(normalise(bench->normaliser, &reading, bench->results), 1);
    return bench->results[0];
}

Test(normalise, units_become_the_points_own)
{
    struct bench bench = open_plant(plant_text);
    struct {
        const char *unit;
        double value, kg_per_s;
    } cases[] = {{"", 3, 3}, {"kg/s", 3, 3}, {"t/h", 3.6, 1}, {"g/s", 500, 0.5}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct normalised got =
            one(&bench, number("coal", cases[i].unit, cases[i].value));
        cr_expect(got.usable && !got.reason && got.sample.flags == 0);
        cr_expect_float_eq(got.sample.value, cases[i].kg_per_s, 1e-12, "%s",
                           cases[i].unit);
        cr_expect_eq(got.sample.at_ns, 7);
        cr_expect_neq(got.sample.identity, 0);
    }
    cr_expect_float_eq(one(&bench, number("temp", "K", 300)).sample.value, 26.85, 1e-9);
    clear(&bench);
}

Test(normalise, a_unit_of_another_dimension_is_not_usable)
{
    struct bench bench = open_plant(plant_text);
    for (int again = 0; again < 2; again++) { /* the second time from memory */
        struct normalised got = one(&bench, number("coal", "degC", 3));
        cr_expect(!got.usable && got.dead_letter);
        cr_expect_str_eq(got.reason, "wrong_unit");
    }
    clear(&bench);
}

Test(normalise, more_units_than_are_remembered_still_convert)
{
    struct bench bench = open_plant(plant_text);
    for (int i = 0; i < 40; i++) {
        char unit[32];
        snprintf(unit, sizeof unit, "%d kg/s", i % 20 + 1);
        cr_assert_float_eq(one(&bench, number("coal", unit, 2)).sample.value,
                           2.0 * (i % 20 + 1), 1e-9);
    }
    clear(&bench);
}

Test(normalise, what_is_out_of_range_or_no_number_is_a_bad_sample_and_told)
{
    struct buf text = plant_with("interval: 10s}", "interval: 10s, range: [0, 5]}");
    struct bench bench = open_plant((const char *)text.data);
    struct reading word = number("coal", "", 0);
    word.value = (struct value){.kind = VALUE_TEXT, .text = BYTES("much")};
    struct {
        struct reading reading;
        const char *reason;
    } cases[] = {{number("coal", "", 5.1), "out_of_range"},
                 {number("coal", "", -0.1), "out_of_range"},
                 {number("coal", "", (double)INFINITY), "out_of_range"},
                 {word, "not_a_number"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct normalised got = one(&bench, cases[i].reading);
        cr_expect(got.usable && got.dead_letter);
        cr_expect_str_eq(got.reason, cases[i].reason);
        cr_expect(got.sample.flags & SAMPLE_BAD);
        cr_expect_eq(got.sample.value, 0);
    }
    clear(&bench);
    buf_deinit(&text);
}

Test(normalise, the_devices_own_bad_quality_is_no_fault_of_the_data)
{
    struct bench bench = open_plant(plant_text);
    struct reading reading = number("coal", "", 3);
    reading.quality = QUALITY_BAD;
    reading.detail = BYTES("stale");
    struct normalised got = one(&bench, reading);
    cr_expect(got.usable && !got.dead_letter && !got.reason);
    cr_expect_eq(got.sample.flags, sample_flags(SAMPLE_BAD, CAUSE_STATUS));
    reading.detail = BYTES("nan");
    got = one(&bench, reading);
    cr_expect(got.dead_letter);
    cr_expect_str_eq(got.reason, "nan");
    reading.quality = QUALITY_UNCERTAIN;
    got = one(&bench, reading);
    cr_expect(!got.dead_letter && got.sample.flags == SAMPLE_UNCERTAIN);
    cr_expect_eq(got.sample.value, 3);
    clear(&bench);
}

Test(normalise, a_state_takes_numbers_and_bools_without_a_unit)
{
    struct bench bench = open_plant(plant_text);
    struct reading on = number("run", "whatever", 0);
    on.value = (struct value){.kind = VALUE_BOOL, .truth = true};
    cr_expect_eq(one(&bench, on).sample.value, 1);
    cr_expect_eq(one(&bench, number("run", "", 2)).sample.value, 2);
    clear(&bench);
}

Test(normalise, one_metric_may_feed_several_points)
{
    struct buf text =
        plant_with("processes:", "  - {id: more, device: d, metric: coal, kind: rate, "
                                 "unit: t/h, interval: 10s}\nprocesses:");
    struct problems problems;
    struct plan *plan = plan_of((const char *)text.data, NULL, NULL, &problems);
    if (plan) { /* where the configuration permits it */
        plan_free(&plan);
        struct bench bench = open_plant((const char *)text.data);
        struct reading reading = number("coal", "kg/s", 1);
        cr_assert_eq(normalise(bench.normaliser, &reading, bench.results), 2);
        double sum = bench.results[0].sample.value + bench.results[1].sample.value;
        cr_assert_float_eq(sum, 1 + 3.6, 1e-12);
        clear(&bench);
    }
    problems_deinit(&problems);
    buf_deinit(&text);
}

Test(normalise, what_nobody_asks_for_gives_nothing)
{
    struct bench bench = open_plant(plant_text);
    struct reading reading = number("color", "", 1);
    cr_assert_eq(normalise(bench.normaliser, &reading, bench.results), 0);
    reading.metric = BYTES("coal");
    reading.device = BYTES("other");
    cr_assert_eq(normalise(bench.normaliser, &reading, bench.results), 0);
    static char long_name[2000];
    memset(long_name, 'x', sizeof long_name - 1);
    reading.device = bytes_of(long_name);
    cr_assert_eq(normalise(bench.normaliser, &reading, bench.results), 0);
    cr_assert(normalise_knows_device(bench.normaliser, BYTES("d")));
    cr_assert(!normalise_knows_device(bench.normaliser, BYTES("other")));
    clear(&bench);
}

static const char loop_point[] =
    "points:\n"
    "  - {id: co2, device: d, metric: mA, kind: gauge, unit: mg/m3, interval: 10s,\n"
    "     loop: [0, 200], range: [0, 190]}\n";

static void expect_loop(struct bench *bench, double current, double value, uint32_t flags,
                        enum sample_cause cause)
{
    struct normalised got = one(bench, number("mA", "", current));
    cr_expect(got.usable);
    cr_expect_eq(got.dead_letter, cause == CAUSE_RANGE, "%g mA", current);
    cr_expect_eq(got.sample.flags, sample_flags(flags, cause), "%g mA: %u", current,
                 got.sample.flags);
    cr_expect_float_eq(got.sample.value, value, 1e-9, "%g mA: %g", current,
                       got.sample.value);
}

Test(normalise, a_current_loop_is_read_by_namur_ne_43)
{
    struct buf text = plant_with("points:\n", loop_point);
    struct bench bench = open_plant((const char *)text.data);

    expect_loop(&bench, 4, 0, 0, CAUSE_NONE);
    expect_loop(&bench, 12, 100, 0, CAUSE_NONE);
    expect_loop(&bench, 3.59, 0, SAMPLE_BAD, CAUSE_SIGNAL);
    expect_loop(&bench, 0, 0, SAMPLE_BAD, CAUSE_SIGNAL);
    expect_loop(&bench, 21.1, 0, SAMPLE_BAD, CAUSE_SIGNAL);
    expect_loop(&bench, 20, 0, SAMPLE_BAD, CAUSE_RANGE);
    cr_expect_float_eq(one(&bench, number("mA", "A", 0.012)).sample.value, 100, 1e-9);
    cr_expect_str_eq(one(&bench, number("mA", "mg/m3", 12)).reason, "wrong_unit");
    clear(&bench);
    buf_deinit(&text);
}

Test(normalise, a_current_at_its_limits_is_in_doubt)
{
    struct buf text = plant_with(
        "points:\n", "points:\n  - {id: co2, device: d, metric: mA, kind: gauge,"
                     " unit: mg/m3, interval: 10s, loop: [0, 160]}\n");
    struct bench bench = open_plant((const char *)text.data);

    expect_loop(&bench, 3.7, -3, SAMPLE_UNCERTAIN, CAUSE_SIGNAL);
    expect_loop(&bench, 3.9, -1, 0, CAUSE_NONE);
    expect_loop(&bench, 20.4, 164, 0, CAUSE_NONE);
    expect_loop(&bench, 20.75, 167.5, SAMPLE_UNCERTAIN, CAUSE_SIGNAL);
    clear(&bench);
    buf_deinit(&text);
}

Test(normalise, a_device_says_why_it_has_no_value)
{
    struct bench bench = open_plant(plant_text);
    struct {
        const char *detail;
        enum sample_cause cause;
    } cases[] = {{"calibration", CAUSE_CALIBRATION},
                 {"maintenance", CAUSE_MAINTENANCE},
                 {"stale", CAUSE_STATUS},
                 {"nan", CAUSE_NONE}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct reading reading = number("coal", "", 3);
        reading.quality = QUALITY_BAD;
        reading.detail = bytes_of(cases[i].detail);
        cr_expect_eq(one(&bench, reading).sample.flags,
                     sample_flags(SAMPLE_BAD, cases[i].cause), "%s", cases[i].detail);
    }
    clear(&bench);
}
