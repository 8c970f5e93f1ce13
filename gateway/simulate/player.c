/* SPDX-License-Identifier: Apache-2.0 */
/* The step: how far may we go, and every device's batch up to there. */
#include "simulate/player.h"

#define PAYLOAD_MAX ((size_t)1 << 20)

void player_init(struct player *player, struct plant *plant, struct faulty_way *way,
                 const struct clock *clock)
{
    *player = (struct player){
        .plant = plant,
        .way = way,
        .clock = clock,
        .end_ns = INT64_MAX,
        .began_ns = clock_boot_ns(clock),
    };
    buf_init(&player->payload, PAYLOAD_MAX);
}

void player_deinit(struct player *player)
{
    buf_deinit(&player->payload);
}

bool player_done(const struct player *player)
{
    return player->reached_ns >= player->end_ns;
}

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* How far time has come, for us: now, or less where the speed is set. */
static int64_t limit_ns(const struct player *player)
{
    int64_t now_ns = clock_wall_ns(player->clock);
    if (player->speed <= 0) {
        return now_ns;
    }
    double passed = (double)(clock_boot_ns(player->clock) - player->began_ns);
    return earlier(now_ns, player->from_ns + (int64_t)(passed * player->speed));
}

static enum err play(struct player *player, int64_t to_ns, struct error *e)
{
    for (size_t i = 0; i < plant_device_count(player->plant); i++) {
        buf_clear(&player->payload);
        if (!plant_batch(player->plant, i, player->reached_ns, to_ns, &player->payload)) {
            continue;
        }
        ASSERT(!player->payload.overflow);
        enum err err =
            faulty_way_put(player->way, bytes_of(plant_device(player->plant, i)->topic),
                           buf_bytes(&player->payload), to_ns, e);
        if (err != ERR_OK) {
            return err;
        }
    }
    return ERR_OK;
}

enum err player_step(struct player *player, int64_t *ret_wait_ns, struct error *e)
{
    int64_t tick_ns = plant_tick_ns(player->plant);
    int64_t may_ns = earlier(limit_ns(player), player->end_ns);
    /* Whole ticks only, so that a sensor's interval is one message when live. */
    int64_t to_ns = may_ns - may_ns % tick_ns;
    to_ns = earlier(to_ns, player->reached_ns + plant_span_ns(player->plant));
    if (to_ns <= player->reached_ns && may_ns == player->end_ns) {
        to_ns = may_ns;
    }
    if (to_ns <= player->reached_ns) {
        int64_t behind_ns = player->reached_ns + tick_ns - may_ns;
        double speed = player->speed > 1 ? player->speed : 1;
        *ret_wait_ns = (int64_t)((double)behind_ns / speed) + 1;
        return ERR_OK;
    }
    enum err err = play(player, to_ns, e);
    player->reached_ns = to_ns;
    *ret_wait_ns = 0;
    return err;
}
