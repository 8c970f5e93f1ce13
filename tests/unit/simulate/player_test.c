/* SPDX-License-Identifier: Apache-2.0 */
#include "simulate/player.h"

#include <criterion/criterion.h>

/* 2026-07-15T10:00:00Z */
#define HOUR_NS (INT64_C(1784109600) * NS_PER_S)

static const struct plan_point points[] = {
    {.id = "coal", .device = "weigher", .metric = "flow", .interval_ns = 10 * NS_PER_S},
};

struct bench {
    struct problems problems;
    struct document *document;
    struct plan plan;
    struct plant *plant;
    struct faulty_way *way;
    struct player player;
    struct clock clock;
    int64_t wall_ns, boot_ns;
    size_t sent;
};

static int64_t wall(void *ctx)
{
    return ((struct bench *)ctx)->wall_ns;
}

static int64_t boot(void *ctx)
{
    return ((struct bench *)ctx)->boot_ns;
}

static enum err count(void *ctx, struct bytes topic, struct bytes payload,
                      struct error *e)
{
    (void)topic;
    (void)payload;
    (void)e;
    ((struct bench *)ctx)->sent++;
    return ERR_OK;
}

/* A plant of one sensor, played from 10:00; it is `minutes` later now. */
static void begin(struct bench *bench, int minutes)
{
    struct faults none = {.seed = 1};
    *bench = (struct bench){.plan = {.points = points, .point_count = 1}};
    bench->clock = (struct clock){.wall_ns = wall, .boot_ns = boot, .ctx = bench};
    bench->wall_ns = HOUR_NS + minutes * NS_PER_MINUTE;
    problems_init(&bench->problems);
    bench->document =
        document_parse("plant.yaml", BYTES("{coal: {base: 10}}"), &bench->problems);
    bench->plan.simulation = document_root(bench->document);
    bench->plant = plant_new(&bench->plan, &none, HOUR_NS, &bench->problems);
    bench->way = faulty_way_new(&none, count, bench);
    player_init(&bench->player, bench->plant, bench->way, &bench->clock);
    bench->player.from_ns = HOUR_NS;
    bench->player.reached_ns = HOUR_NS;
}

static void end(struct bench *bench)
{
    player_deinit(&bench->player);
    faulty_way_free(&bench->way);
    plant_free(&bench->plant);
    document_free(&bench->document);
    problems_deinit(&bench->problems);
}

/* Steps until there is something to wait for; gives how long. */
static int64_t play_on(struct bench *bench)
{
    int64_t wait_ns = 0;
    struct error e;
    while (wait_ns == 0 && !player_done(&bench->player)) {
        cr_assert_eq(player_step(&bench->player, &wait_ns, &e), ERR_OK);
    }
    return wait_ns;
}

Test(player, the_past_goes_out_at_once_in_minutes)
{
    struct bench bench;
    begin(&bench, 3);

    int64_t wait_ns = play_on(&bench);

    cr_assert_eq(bench.sent, 3);
    cr_assert_eq(bench.player.reached_ns, bench.wall_ns);
    cr_assert_eq(wait_ns, 10 * NS_PER_S + 1);
    end(&bench);
}

Test(player, then_it_follows_the_clock_interval_by_interval)
{
    struct bench bench;
    begin(&bench, 3);
    (void)play_on(&bench);

    bench.wall_ns += 14 * NS_PER_S;
    int64_t wait_ns = play_on(&bench);

    cr_assert_eq(bench.sent, 4);
    cr_assert_eq(wait_ns, 6 * NS_PER_S + 1);
    end(&bench);
}

Test(player, a_speed_holds_the_past_back)
{
    struct bench bench;
    begin(&bench, 60);
    bench.player.speed = 60;
    bench.boot_ns = 2 * NS_PER_S;

    int64_t wait_ns = play_on(&bench);

    cr_assert_eq(bench.sent, 2);
    cr_assert(wait_ns > 0 && wait_ns <= NS_PER_S / 6 + 1);
    end(&bench);
}

Test(player, ends_at_its_end)
{
    struct bench bench;
    begin(&bench, 60);
    bench.player.end_ns = HOUR_NS + 150 * NS_PER_S + 5;

    (void)play_on(&bench);

    cr_assert(player_done(&bench.player));
    cr_assert_eq(bench.sent, 4); /* two minutes, the half one, and the rest */
    end(&bench);
}
