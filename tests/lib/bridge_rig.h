/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A bridge between a journal on a disk with faults and a remote broker in memory, under
 * a clock that jumps over waits.  Messages are numbered 1, 2, 3 ...; the remote notes
 * what it acknowledged in order.
 */
#ifndef LIB_BRIDGE_RIG_H
#define LIB_BRIDGE_RIG_H

#include "bridge/bridge.h"
#include "journal_rig.h"

#define BRIDGE_RIG_MAX 65536

/* The remote broker: what it will do, and what it got. */
struct bridge_far {
    bool down;          /* no connection can be had */
    uint64_t cut_after; /* the connection breaks after so many more; 0: it does not */
    bool swallow_ack;   /* ... and the last one is stored and not acknowledged */
    const char *poison; /* a payload it will never take */
    bool open;
    uint64_t published, acked; /* on this connection */
    bool refused, broken;
    unsigned connects;
    size_t count; /* of what it stored, from the start */
    uint32_t numbers[BRIDGE_RIG_MAX];
    int64_t at_ns[BRIDGE_RIG_MAX];
    char topic[256], mark[256]; /* of the last one */
    struct buf payload;         /* likewise */
    bool retained;
    const struct rig *rig;
};

struct bridge_rig {
    struct rig rig;
    struct bridge_far far;
    struct bridge_remote remote;
    struct plan_bridge plan;
    struct plan_bridge_rule rules[4];
    struct plan_route route; /* of an adapter; none: all is raw */
    struct bridge *bridge;
    bool without_far; /* the bridge has a link of its own */
    uint32_t next;    /* number of the next message */
    struct error e;
};

/* A rule for "plant/#" to "up/{topic}"; nothing is open yet. */
void bridge_rig_init(struct bridge_rig *rig);
void bridge_rig_deinit(struct bridge_rig *rig);
struct bridge_rig *bridge_rig_new(void);
void bridge_rig_free(struct bridge_rig *rig);

/* Opens journal and bridge. */
void bridge_rig_open(struct bridge_rig *rig);

/* The process dies (power: and the power is cut); open again afterwards. */
void bridge_rig_die(struct bridge_rig *rig, bool power);

/* Appends a message whose payload is the next number, and commits. */
void bridge_rig_put(struct bridge_rig *rig, const char *topic);
void bridge_rig_put_many(struct bridge_rig *rig, unsigned count); /* to plant/kiln */
void bridge_rig_put_message(struct bridge_rig *rig, const struct message *message);

/* Steps until the bridge is idle or `turns` are over, jumping over waits; gives the time
 * that was jumped. */
int64_t bridge_rig_run(struct bridge_rig *rig, unsigned turns);

/* Asserts that the remote has 1 to `last`, each at least once, and none for the first
 * time before the one below it; gives the number of repetitions. */
size_t bridge_rig_check(const struct bridge_rig *rig, uint32_t last);

#endif
