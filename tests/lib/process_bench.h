/* SPDX-License-Identifier: Apache-2.0 */
/* The rig's processes, one window of them, with quantities given by hand. */
#ifndef TESTS_PROCESS_BENCH_H
#define TESTS_PROCESS_BENCH_H

#include "aggregate/process.h"
#include "fold_rig.h"

#include <math.h>

#define MINUTE_FROM RIG_START_NS
#define MINUTE_TO (RIG_START_NS + NS_PER_MINUTE)

/* What the points give, by id; NAN: nothing. */
struct bench {
    struct plan *plan;
    struct arena arena;
    double coal, clinker, power, running;
    size_t asked;
    struct process_value value;
};

static inline enum err give(void *ctx, size_t index, int64_t from_ns, int64_t to_ns,
                            struct point_value *ret_value, struct error *e)
{
    struct bench *bench = ctx;
    const struct plan_point *point = &bench->plan->points[index];
    double quantity = bench->running;
    (void)from_ns;
    (void)to_ns;
    (void)e;
    bench->asked++;
    if (strcmp(point->id, "coal") == 0) {
        quantity = bench->coal;
    } else if (strcmp(point->id, "clinker") == 0) {
        quantity = bench->clinker;
    } else if (strcmp(point->id, "power") == 0) {
        quantity = bench->power;
    }
    *ret_value = (struct point_value){.point = point};
    if (!isnan(quantity)) {
        ret_value->integral =
            (struct integral){.has = true, .covered = 1, .quantity = quantity};
    }
    return ERR_OK;
}

static inline struct bench open_bench(const char *text)
{
    struct bench bench = {
        .plan = rig_plan(text), .coal = 10, .clinker = 50, .power = 2000, .running = 1};
    arena_init(&bench.arena, 1 << 20);
    return bench;
}

static inline void clear(struct bench *bench)
{
    plan_free(&bench->plan);
    arena_deinit(&bench->arena);
}

static inline const struct process_value *compute(struct bench *bench, size_t process)
{
    struct error e = {0};
    struct process_window window = {.plan = bench->plan,
                                    .process = &bench->plan->processes[process],
                                    .from_ns = MINUTE_FROM,
                                    .to_ns = MINUTE_TO,
                                    .point = give,
                                    .ctx = bench};
    arena_reset(&bench->arena);
    cr_assert_eq(process_compute(&window, &bench->arena, &bench->value, &e), ERR_OK, "%s",
                 e.text);
    return &bench->value;
}

/* The rig with more lines of the mill, which stands last. */
static inline struct bench bench_with(const char *stream)
{
    struct buf lines;
    buf_init(&lines, 1 << 16);
    buf_print(&lines, "%swindows:", stream);
    struct buf text = text_with(rig_text, "windows:", (const char *)lines.data);
    buf_deinit(&lines);
    struct bench bench = open_bench((const char *)text.data);
    buf_deinit(&text);
    return bench;
}

#endif
