/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A gateway in a simulated world: one process that is started, stepped, killed and
 * started again by hand, on a simulated clock and a disk in memory, between a simulated
 * broker and two simulated far sides.
 *
 * All of the gateway is the daemon's code: journal, intake, pipeline, outbox (SQLite on
 * fault_vfs) and forwarders, opened in the daemon's order, each stepped by the function
 * that its thread loops over.  Simulated are what lies around it, and the MQTT client
 * library (broker.h).
 */
#ifndef SIM_WORLD_H
#define SIM_WORLD_H

#include "broker.h"
#include "config/plan.h"
#include "control.h"
#include "fault_disk.h"
#include "fault_vfs.h"
#include "intake.h"
#include "pipeline.h"
#include "receiver.h"
#include "sinks/forward.h"

#define WORLD_SINKS 2
#define WORLD_SEEN_MAX 8192
#define WORLD_BROKEN_MAX 320
#define WORLD_JOURNAL "/gateway/journal"
#define WORLD_OUTBOX "/gateway/outbox.db"
#define WORLD_SOFTWARE "simulated 1"

/* What all runs of a process share. */
struct world_plant {
    struct bundle bundle;
    struct plan *plan;
    struct buf config; /* the bundle as a record's payload */
};

struct world {
    const struct world_plant *common;
    enum control control;
    uint64_t seed;
    struct fault_disk *faults;
    struct disk disk;
    struct fault_vfs *vfs;
    struct clock clock;
    int64_t true_ns;   /* what the plant's devices have */
    int64_t wall_ns;   /* our wall clock less that */
    int64_t booted_ns; /* true time of the last boot */
    uint64_t random;
    int wal_pages; /* after so many the log of SQLite is taken over */

    /* The process; NULL where it is down. */
    struct journal *journal;
    struct outbox *outbox;
    struct pipeline *pipeline;
    struct intake *intake;
    struct forward *forwards[WORLD_SINKS];
    struct forward_world forward_world;
    struct node settings[WORLD_SINKS];
    struct plan_sink sinks[WORLD_SINKS];
    bool up;
    bool failed; /* the process is to end: it can't go on */

    struct plant plant;
    struct broker broker;
    struct receiver receivers[WORLD_SINKS];

    /* What was seen, to be seen again: hash of each record by its sequence. */
    uint64_t seen[WORLD_SEEN_MAX];
    struct plant_message *holds[WORLD_SEEN_MAX]; /* the message in it, or NULL */
    bool rotten[WORLD_SEEN_MAX];                 /* damaged on purpose */
    bool configures[WORLD_SEEN_MAX];             /* a configuration stands in it */
    uint64_t seen_last;
    uint64_t cursor; /* of the last commit of the outbox */
    uint64_t starts, power_cuts, kills, refused_starts, faults_given, rots, compared;
    int64_t lived_ns;
    char broken[WORLD_BROKEN_MAX]; /* what did not hold; empty: all did */
};

/* Reads the simulated plant's configuration. */
void world_plant_init(struct world_plant *common);
void world_plant_deinit(struct world_plant *common);

/* A world with an empty disk; the process is down. */
struct world *world_new(const struct world_plant *common, uint64_t seed,
                        enum control control);
void world_free(struct world **world);

/* The process starts; false when it could not (a fault), it is down then. */
bool world_start(struct world *world);

/* It ends as by SIGTERM; dies as by kill -9; the power is cut. */
void world_stop(struct world *world);
void world_kill(struct world *world);
void world_cut(struct world *world);

/* The turns of its threads.  Nothing happens while it is down. */
void world_commit(struct world *world);
void world_fold(struct world *world, unsigned turns);
void world_forward(struct world *world, size_t sink);
void world_tick(struct world *world);

/* The wall clock is set. */
void world_set_clock(struct world *world, int64_t wall_ns);

/* Time goes by. */
void world_wait(struct world *world, int64_t ns);

/* Notes that something did not hold; the first counts. */
void world_complain(struct world *world, const char *format, ...) PRINTF_LIKE(2, 3);

/* A random number of this run. */
uint64_t world_random(struct world *world);

#endif
