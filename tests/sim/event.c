/* SPDX-License-Identifier: Apache-2.0 */
/* Making events and letting them happen. */
#include "event.h"

#include "check.h"
#include "random.h"
#include "rot.h"

#include <stdio.h>

#define EVENTS_MIN 40
#define CLOCK_MOST_MIN 90
#define DISK_BYTES (UINT64_C(1) << 30)

/* What is wrong with the disk of a run, beside power cuts. */
enum flavour { FLAVOUR_PLAIN, FLAVOUR_FAULTS, FLAVOUR_ROT };

/* How often each kind comes, and how it is called. */
struct kind {
    const char *words;
    unsigned weight;
    enum flavour only; /* in runs of this kind; FLAVOUR_PLAIN: in all */
};

static const struct kind kinds[EVENT_KINDS] = {
    [EVENT_SAY] = {"a device speaks", 300, FLAVOUR_PLAIN},
    [EVENT_SAY_LATE] = {"a device says what it had kept", 15, FLAVOUR_PLAIN},
    [EVENT_SAY_AGAIN] = {"a device repeats itself", 15, FLAVOUR_PLAIN},
    [EVENT_GARBAGE] = {"somebody sends rubbish", 6, FLAVOUR_PLAIN},
    [EVENT_RESET_DEVICE] = {"a device restarts", 4, FLAVOUR_PLAIN},
    [EVENT_DELIVER] = {"the broker delivers", 120, FLAVOUR_PLAIN},
    [EVENT_COMMIT] = {"the journal commits", 100, FLAVOUR_PLAIN},
    [EVENT_FOLD] = {"the pipeline turns", 80, FLAVOUR_PLAIN},
    [EVENT_FORWARD] = {"a forwarder turns", 60, FLAVOUR_PLAIN},
    [EVENT_TICK] = {"tick", 30, FLAVOUR_PLAIN},
    [EVENT_WAIT] = {"time goes by", 60, FLAVOUR_PLAIN},
    [EVENT_START] = {"start", 40, FLAVOUR_PLAIN},
    [EVENT_STOP] = {"stop", 5, FLAVOUR_PLAIN},
    [EVENT_KILL] = {"kill", 8, FLAVOUR_PLAIN},
    [EVENT_CUT] = {"power cut", 8, FLAVOUR_PLAIN},
    [EVENT_STOP_SOON] = {"it will die within a call", 16, FLAVOUR_PLAIN},
    [EVENT_FAIL_ONCE] = {"a call to the disk will fail", 12, FLAVOUR_FAULTS},
    [EVENT_FAIL_LONG] = {"calls to the disk will fail", 4, FLAVOUR_FAULTS},
    [EVENT_FULL] = {"the disk is nearly full", 5, FLAVOUR_FAULTS},
    [EVENT_HEAL] = {"the disk is well again", 20, FLAVOUR_FAULTS},
    [EVENT_MOOD] = {"a far side changes its mood", 20, FLAVOUR_PLAIN},
    [EVENT_LINE] = {"the line to the broker breaks", 12, FLAVOUR_PLAIN},
    [EVENT_FORGET] = {"the broker forgets", 2, FLAVOUR_PLAIN},
    [EVENT_CLOCK] = {"the wall clock is set", 4, FLAVOUR_PLAIN},
    [EVENT_ROT] = {"a bit of the journal turns over", 60, FLAVOUR_ROT},
};

static unsigned weight_of(int kind, enum flavour flavour)
{
    enum flavour only = kinds[kind].only;
    return only == FLAVOUR_PLAIN || only == flavour ? kinds[kind].weight : 0;
}

static enum event_kind pick_kind(uint64_t random, enum flavour flavour)
{
    unsigned sum = 0;
    for (int i = 0; i < EVENT_KINDS; i++) {
        sum += weight_of(i, flavour);
    }
    unsigned left = (unsigned)(random % sum);
    for (int i = 0; i < EVENT_KINDS; i++) {
        unsigned weight = weight_of(i, flavour);
        if (left < weight) {
            return (enum event_kind)i;
        }
        left -= weight;
    }
    UNREACHABLE();
}

void events_make(uint64_t seed, struct events *ret_events)
{
    uint64_t random = seed * UINT64_C(0x9E3779B97F4A7C15) + 3;
    static const enum flavour flavours[] = {FLAVOUR_PLAIN, FLAVOUR_FAULTS, FLAVOUR_FAULTS,
                                            FLAVOUR_FAULTS, FLAVOUR_ROT};
    enum flavour flavour = flavours[random_next(&random) % 5];
    *ret_events = (struct events){0};
    ret_events->count = EVENTS_MIN + random_next(&random) % (EVENTS_MAX - EVENTS_MIN);
    for (size_t i = 0; i < ret_events->count; i++) {
        struct event *event = &ret_events->list[i];
        event->kind = pick_kind(random_next(&random) >> 8, flavour);
        event->a = random_next(&random) >> 8;
        event->b = random_next(&random) >> 8;
    }
    ret_events->list[0].kind = EVENT_START;
}

void event_print(const struct event *event, char *text, size_t size)
{
    snprintf(text, size, "%s (%llu, %llu)", kinds[event->kind].words,
             (unsigned long long)(event->a % 1000),
             (unsigned long long)(event->b % 1000));
}

/* ---- the plant and the broker ---- */

static void say(struct world *world, const struct event *event)
{
    world_wait(world, (int64_t)(1 + event->b % 600) * NS_PER_S);
    struct plant_saying saying = {.device = (enum plant_device)(event->a % PLANT_DEVICES),
                                  .now_ns = world->true_ns,
                                  .random = event->a / PLANT_DEVICES,
                                  .late = event->kind == EVENT_SAY_LATE,
                                  .garbage = event->kind == EVENT_GARBAGE};
    broker_publish(&world->broker, plant_say(&world->plant, &saying));
}

static void say_again(struct world *world, const struct event *event)
{
    size_t back = (size_t)(event->a % 5) + 1;
    if (world->plant.count >= back) {
        broker_publish(&world->broker, world->plant.messages[world->plant.count - back]);
    }
}

static void deliver(struct world *world, const struct event *event)
{
    if (!world->up) {
        return;
    }
    broker_connect(&world->broker, intake_source(world->intake));
    broker_deliver(&world->broker, (size_t)(event->a % 12), event->b % 4 == 0);
}

/* ---- the process ---- */

static void start(struct world *world)
{
    if (!world->up && world_start(world)) {
        check_journal(world);
    }
}

static void die(struct world *world, bool power)
{
    if (power) {
        world_cut(world);
    } else {
        world_kill(world);
    }
}

static void fail(struct world *world, const struct event *event)
{
    uint64_t call = fault_disk_calls(world->faults) + 1 + event->a % 80;
    fault_disk_fail_at(world->faults, call, event->b % 3 == 0 ? ERR_FULL : ERR_SYSTEM,
                       event->kind == EVENT_FAIL_LONG);
    world->faults_given++;
}

static void heal(struct world *world)
{
    fault_disk_fail_at(world->faults, 0, ERR_SYSTEM, false);
    fault_disk_set_capacity(world->faults, DISK_BYTES);
}

static void fill_up(struct world *world, const struct event *event)
{
    uint64_t free_bytes = 0;
    struct error e;
    struct disk disk = fault_disk_seam(world->faults);
    if (disk.free_space(disk.ctx, "/", &free_bytes, &e) == ERR_OK &&
        free_bytes > UINT64_C(1) << 20) {
        fault_disk_set_capacity(world->faults,
                                DISK_BYTES - free_bytes + event->a % 100000);
        world->faults_given++;
    }
}

void event_play(struct world *world, const struct event *event)
{
    switch (event->kind) {
    case EVENT_SAY:
    case EVENT_SAY_LATE:
    case EVENT_GARBAGE:
        say(world, event);
        break;
    case EVENT_SAY_AGAIN:
        say_again(world, event);
        break;
    case EVENT_RESET_DEVICE:
        plant_reset_device(&world->plant, (enum plant_device)(event->a % PLANT_DEVICES));
        break;
    case EVENT_DELIVER:
        deliver(world, event);
        break;
    case EVENT_COMMIT:
        world_commit(world);
        break;
    case EVENT_FOLD:
        world_fold(world, 1 + (unsigned)(event->a % 3));
        break;
    case EVENT_FORWARD:
        world_forward(world, event->a % WORLD_SINKS);
        break;
    case EVENT_TICK:
        world_tick(world);
        break;
    case EVENT_WAIT:
        world_wait(world, (int64_t)(event->b % 20 == 0 ? event->a % 300 : event->a % 20) *
                              NS_PER_MINUTE);
        break;
    case EVENT_START:
        start(world);
        break;
    case EVENT_STOP:
        world_stop(world);
        break;
    case EVENT_KILL:
        die(world, false);
        break;
    case EVENT_CUT:
        die(world, true);
        break;
    case EVENT_STOP_SOON:
        fault_disk_stop_at(world->faults,
                           fault_disk_calls(world->faults) + 1 + event->a % 100);
        break;
    case EVENT_FAIL_ONCE:
    case EVENT_FAIL_LONG:
        fail(world, event);
        break;
    case EVENT_FULL:
        fill_up(world, event);
        break;
    case EVENT_HEAL:
        heal(world);
        break;
    case EVENT_MOOD:
        world->receivers[event->a % WORLD_SINKS].mood =
            event->b % 3 == 0 ? MOOD_FINE : (enum receiver_mood)(event->b % MOOD_COUNT);
        break;
    case EVENT_LINE:
        broker_disconnect(&world->broker);
        break;
    case EVENT_FORGET:
        broker_forget(&world->broker);
        break;
    case EVENT_CLOCK:
        world_set_clock(world,
                        ((int64_t)(event->a % CLOCK_MOST_MIN) - CLOCK_MOST_MIN / 2) *
                            NS_PER_MINUTE);
        break;
    case EVENT_ROT:
        if (!world->up) {
            rot_group(world, event->a);
        }
        break;
    case EVENT_KINDS:
        UNREACHABLE();
    }
    bool dead = fault_disk_is_stopped(world->faults) || world->failed;
    if (dead) {
        die(world, event->b % 2 == 0);
    }
}
