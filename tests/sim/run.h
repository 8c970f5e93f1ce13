/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One run: the events of a seed, then an end where all faults are over, everything that
 * waits is done and all checks are made.
 */
#ifndef SIM_RUN_H
#define SIM_RUN_H

#include "event.h"

struct run_result {
    char broken[WORLD_BROKEN_MAX]; /* empty: all held */
    size_t events;                 /* played until then */
    uint64_t starts, power_cuts, kills, faults, refused_starts;
    uint64_t messages, redelivered, forgotten, records, summaries, compared, disk_calls;
    int64_t lived_ns;
};

/* Plays the events that are not left out, but those from `end` on. */
struct run_result run_events(const struct world_plant *common, uint64_t seed,
                             enum control control, const struct events *events,
                             size_t end);

/* Leaves out events as long as the run still breaks; gives how many are left. */
size_t run_shrink(const struct world_plant *common, uint64_t seed, enum control control,
                  struct events *events);

#endif
