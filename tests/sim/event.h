/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What happens in a run: a list of events made from the seed before it begins.  Each
 * carries its own random numbers, so that any part of the list can be played alone.
 */
#ifndef SIM_EVENT_H
#define SIM_EVENT_H

#include "world.h"

#define EVENTS_MAX 160

enum event_kind {
    EVENT_SAY,
    EVENT_SAY_LATE,
    EVENT_SAY_AGAIN,
    EVENT_GARBAGE,
    EVENT_RESET_DEVICE,
    EVENT_DELIVER,
    EVENT_COMMIT,
    EVENT_FOLD,
    EVENT_FORWARD,
    EVENT_TICK,
    EVENT_WAIT,
    EVENT_START,
    EVENT_STOP,
    EVENT_KILL,
    EVENT_CUT,
    EVENT_STOP_SOON,
    EVENT_FAIL_ONCE,
    EVENT_FAIL_LONG,
    EVENT_FULL,
    EVENT_HEAL,
    EVENT_MOOD,
    EVENT_LINE,
    EVENT_FORGET,
    EVENT_CLOCK,
    EVENT_ROT,
    EVENT_KINDS
};

struct event {
    enum event_kind kind;
    uint64_t a, b;
};

struct events {
    struct event list[EVENTS_MAX];
    bool left_out[EVENTS_MAX];
    size_t count;
};

/* The events of a seed. */
void events_make(uint64_t seed, struct events *ret_events);

/* Lets one happen. */
void event_play(struct world *world, const struct event *event);

/* In words. */
void event_print(const struct event *event, char *text, size_t size);

#endif
