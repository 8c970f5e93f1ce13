/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Plays a plant: the past as fast as it is taken (or at a chosen speed), then on with the
 * wall clock, a sensor interval at a time.
 */
#ifndef SIMULATE_PLAYER_H
#define SIMULATE_PLAYER_H

#include "core/clock.h"
#include "simulate/faults.h"
#include "simulate/plant.h"

struct player {
    struct plant *plant;
    struct faulty_way *way;
    const struct clock *clock;
    int64_t from_ns;
    int64_t end_ns;     /* played up to here; INT64_MAX: for ever */
    double speed;       /* times real time; 0: as fast as messages are taken */
    int64_t reached_ns; /* everything before was handed over */
    int64_t began_ns;   /* boot clock */
    struct buf payload;
};

/* Borrows plant, way and clock. */
void player_init(struct player *player, struct plant *plant, struct faulty_way *way,
                 const struct clock *clock);
void player_deinit(struct player *player);

/* Plays on by a minute at most.  `*ret_wait_ns` is 0, or how long it is until there is
 * something to play.  Fails as the way does. */
enum err player_step(struct player *player, int64_t *ret_wait_ns,
                     struct error *e) MUST_CHECK;

/* Whether it has played to its end. */
bool player_done(const struct player *player);

#endif
