/* SPDX-License-Identifier: Apache-2.0 */
/* A run from its events to its checks, and the search for a shorter one. */
#include "run.h"

#include "check.h"

#include <string.h>

#define ROUNDS_MAX 400
#define STARTS_MAX 4
#define END_WAIT_NS (70 * NS_PER_MINUTE)
#define END_WAITS 4
#define PAUSE_NS (15 * NS_PER_S)

/* ---- the end ---- */

static void calm(struct world *world)
{
    struct event heal = {.kind = EVENT_HEAL};
    fault_disk_stop_at(world->faults, 0);
    event_play(world, &heal);
    for (size_t i = 0; i < WORLD_SINKS; i++) {
        world->receivers[i].mood = MOOD_FINE;
    }
    for (int i = 0; i < STARTS_MAX && !world->up; i++) {
        struct event start = {.kind = EVENT_START};
        event_play(world, &start);
    }
    if (!world->up) {
        world_complain(world, "it does not start on a disk that is well");
    }
}

/* Everything that can be done now is done; false: the process went down over it. */
static bool settle(struct world *world)
{
    size_t sent = SIZE_MAX;
    for (int i = 0; i < ROUNDS_MAX && world->up && !world->failed; i++) {
        broker_connect(&world->broker, intake_source(world->intake));
        broker_deliver(&world->broker, 100, false);
        world_commit(world);
        broker_deliver(&world->broker, 0, false);
        world_wait(world, PAUSE_NS);
        world_fold(world, 2);
        if (broker_is_idle(&world->broker) && world->broker.delivered == sent) {
            break;
        }
        sent = world->broker.delivered;
    }
    return world->up && !world->failed;
}

static bool rows_wait(struct world *world)
{
    static const char *const ids[WORLD_SINKS] = {"registry", "second"};
    for (size_t i = 0; i < WORLD_SINKS; i++) {
        struct outbox_sink_counts counts = {0};
        struct error e;
        if (outbox_count_sink(world->outbox, ids[i], &counts, &e) != ERR_OK ||
            counts.waiting > 0) {
            return true;
        }
    }
    return false;
}

static bool finish(struct world *world)
{
    if (!settle(world)) {
        return false;
    }
    world->wall_ns = world->wall_ns < 0 ? 0 : world->wall_ns;
    for (int i = 0; i < END_WAITS; i++) {
        world_wait(world, END_WAIT_NS);
        world_tick(world);
        if (!settle(world)) {
            return false;
        }
    }
    for (int i = 0; i < ROUNDS_MAX && rows_wait(world); i++) {
        for (size_t s = 0; s < WORLD_SINKS; s++) {
            world_forward(world, s);
        }
        world_wait(world, NS_PER_MINUTE);
    }
    world_commit(world);
    return !world->failed;
}

static void end(struct world *world)
{
    bool done = false;
    for (int i = 0; i < STARTS_MAX && !done && !world->broken[0]; i++) {
        if (world->up && world->failed) {
            world_kill(world);
        }
        calm(world);
        done = world->up && finish(world);
    }
    if (!done && !world->broken[0]) {
        world_complain(world, "it does not come to rest on a disk that is well");
    }
    if (!world->broken[0]) {
        check_end(world);
    }
}

/* ---- a run ---- */

static void count(const struct world *world, struct run_result *result)
{
    result->starts = world->starts;
    result->power_cuts = world->power_cuts;
    result->kills = world->kills;
    result->faults = world->faults_given + world->rots;
    result->compared = world->compared;
    result->refused_starts = world->refused_starts;
    result->messages = world->plant.count;
    result->redelivered = world->broker.redelivered;
    result->forgotten = world->broker.forgotten;
    result->records = world->seen_last;
    result->summaries = world->receivers[0].count;
    result->disk_calls = fault_disk_calls(world->faults);
    result->lived_ns = world->lived_ns;
    memcpy(result->broken, world->broken, sizeof result->broken);
}

struct run_result run_events(const struct world_plant *common, uint64_t seed,
                             enum control control, const struct events *events,
                             size_t end_at)
{
    struct run_result result = {.events = end_at};
    control_set(control);
    struct world *world = world_new(common, seed, control);
    for (size_t i = 0; i < end_at && !world->broken[0]; i++) {
        if (!events->left_out[i]) {
            event_play(world, &events->list[i]);
        }
        result.events = i + 1;
    }
    if (!world->broken[0]) {
        end(world);
    }
    count(world, &result);
    world_free(&world);
    return result;
}

/* ---- a shorter one ---- */

static bool breaks(const struct world_plant *common, uint64_t seed, enum control control,
                   const struct events *events)
{
    return run_events(common, seed, control, events, events->count).broken[0] != 0;
}

/* Tries to do without the events from `from` to `from + len`. */
static bool try_without(const struct world_plant *common, uint64_t seed,
                        enum control control, struct events *events, size_t from,
                        size_t len)
{
    bool before[EVENTS_MAX];
    bool any = false;
    memcpy(before, events->left_out, sizeof before);
    for (size_t i = from; i < from + len && i < events->count; i++) {
        any = any || !events->left_out[i];
        events->left_out[i] = true;
    }
    if (any && breaks(common, seed, control, events)) {
        return true;
    }
    memcpy(events->left_out, before, sizeof before);
    return false;
}

size_t run_shrink(const struct world_plant *common, uint64_t seed, enum control control,
                  struct events *events)
{
    for (size_t len = events->count / 2; len > 0; len /= 2) {
        for (bool again = true; again;) {
            again = false;
            for (size_t from = 0; from < events->count; from += len) {
                again = try_without(common, seed, control, events, from, len) || again;
            }
        }
    }
    size_t left = 0;
    for (size_t i = 0; i < events->count; i++) {
        left += events->left_out[i] ? 0 : 1;
    }
    return left;
}
