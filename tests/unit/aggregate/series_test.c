/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of aggregate/series.c. */
#include "aggregate/series.h"

#include "core/clock.h"
#include "slice_memory.h"

#include <criterion/criterion.h>

struct bench {
    struct slice_memory memory;
    struct slice_store store;
    struct series series;
    struct sample_list list;
};

static void set_up(struct bench *bench)
{
    *bench = (struct bench){0};
    bench->store = slice_memory_store(&bench->memory);
    series_init(&bench->series, "p");
}

static void tear_down(struct bench *bench)
{
    mem_free(&bench->list.samples);
    series_deinit(&bench->series);
    slice_memory_deinit(&bench->memory);
}

static void add(struct bench *bench, int64_t second)
{
    struct slice *slice = NULL;
    struct error e;
    struct sample sample = {.at_ns = second * NS_PER_S, .value = (double)second};
    cr_assert_eq(series_slice(&bench->series, &bench->store, series_minute(sample.at_ns),
                              &slice, &e),
                 ERR_OK);
    slice_add(slice, &sample);
}

static void flush(struct bench *bench, int64_t keep_from)
{
    struct buf scratch;
    struct error e;
    buf_init(&scratch, 1 << 20);
    cr_assert_eq(series_flush(&bench->series, &bench->store, keep_from, &scratch, &e),
                 ERR_OK);
    buf_deinit(&scratch);
}

static void collect(struct bench *bench, int64_t from, int64_t to, int64_t reach)
{
    struct series_span span = {
        .from_ns = from * NS_PER_S, .to_ns = to * NS_PER_S, .reach_ns = reach * NS_PER_S};
    struct error e;
    cr_assert_eq(series_collect(&bench->series, &bench->store, &span, &bench->list, &e),
                 ERR_OK);
}

Test(series, collects_with_one_neighbour_on_each_side)
{
    struct bench bench;
    set_up(&bench);
    for (int64_t s = 0; s <= 100; s += 10) {
        add(&bench, s);
    }

    collect(&bench, 35, 65, 30);

    cr_assert_eq(bench.list.count, 5);
    cr_assert_eq(bench.list.samples[0].at_ns, 30 * NS_PER_S);
    cr_assert_eq(bench.list.samples[4].at_ns, 70 * NS_PER_S);
    tear_down(&bench);
}

Test(series, a_neighbour_beyond_reach_is_none)
{
    struct bench bench;
    set_up(&bench);
    add(&bench, 0);
    add(&bench, 100);

    collect(&bench, 50, 60, 40);

    cr_assert_eq(bench.list.count, 1);
    cr_assert_eq(bench.list.samples[0].at_ns, 100 * NS_PER_S);
    tear_down(&bench);
}

Test(series, a_far_neighbour_is_found_in_the_store)
{
    struct bench bench;
    set_up(&bench);
    add(&bench, 0);
    flush(&bench, 1000);
    add(&bench, 100000);

    collect(&bench, 90000, 95000, 200000);

    cr_assert_eq(bench.list.count, 2);
    cr_assert_eq(bench.list.samples[0].at_ns, 0);
    tear_down(&bench);
}

Test(series, what_was_flushed_comes_back_when_needed)
{
    struct bench bench;
    set_up(&bench);
    for (int64_t s = 0; s < 6000; s += 10) {
        add(&bench, s);
    }
    flush(&bench, 95);
    cr_assert_eq(bench.series.count, 5);

    collect(&bench, 3600, 7200, 60);

    cr_assert_eq(bench.list.count, 241);
    cr_assert_eq(bench.list.samples[0].at_ns, 3590 * NS_PER_S);
    tear_down(&bench);
}

Test(series, a_late_sample_joins_its_stored_slice)
{
    struct bench bench;
    set_up(&bench);
    add(&bench, 10);
    add(&bench, 30);
    add(&bench, 6000);
    flush(&bench, 100);

    add(&bench, 20);
    flush(&bench, 100);
    collect(&bench, 0, 60, 0);

    cr_assert_eq(bench.list.count, 3);
    tear_down(&bench);
}

Test(series, taking_samples_in_order_hardly_reads_the_store)
{
    struct bench bench;
    set_up(&bench);
    for (int64_t s = 0; s < 36000; s += 10) {
        int64_t before_ns = 0;
        int64_t behind_ns = 0;
        struct error e;
        add(&bench, s);
        cr_assert_eq(series_neighbours(&bench.series, &bench.store, s * NS_PER_S,
                                       72 * NS_PER_HOUR, &before_ns, &behind_ns, &e),
                     ERR_OK);
        if (s % 600 == 0) {
            flush(&bench, s / 60 - 10);
        }
    }
    cr_assert_leq(bench.memory.reads, 2);
    tear_down(&bench);
}
