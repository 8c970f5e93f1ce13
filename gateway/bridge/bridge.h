/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A bridge: messages from the journal to another broker, in order, at least once, by a
 * thread of its own.
 *
 *     journal --by rules--> burst --publish, PUBACK--> place on disk
 *
 * It takes a burst of messages, publishes them, waits until the remote broker has
 * acknowledged every one, and then moves its place; the place is written and synced at
 * most once a second, so that a crash repeats about a second of messages and loses
 * none.  A link that is down only makes the backlog grow; it drains in order, no faster
 * than `rate`.  A message that the remote broker will never take is set aside, in the
 * log and a counter; the journal still has it.
 *
 * Circles: with MQTT 5 a message carries the names of the gateways that bridged it, as
 * the user property `emgate-bridge`; the source notes them as the message's publisher,
 * and a bridge does not carry what its gateway has carried before, nor anything over
 * eight hops.  A message whose topic begins as those that a rule makes is not carried by
 * that rule, which breaks circles where nothing is marked.
 */
#ifndef BRIDGE_BRIDGE_H
#define BRIDGE_BRIDGE_H

#include "config/plan.h"
#include "core/clock.h"
#include "core/disk.h"
#include "core/error.h"

#define BRIDGE_ERROR_MAX 256

#define BRIDGE_HOPS_MAX 8

struct journal;
struct bridge;

/* The way to the remote broker; tests hand in their own.  As in mqtt/link.h. */
struct bridge_remote {
    enum err (*open)(void *ctx, const struct link_settings *settings,
                     const struct link_wait *wait, struct error *e);
    enum err (*publish)(void *ctx, const struct link_message *message, struct error *e);
    enum err (*wait_acked)(void *ctx, const struct link_wait *wait, struct error *e);
    uint64_t (*acked)(void *ctx);
    void (*close)(void *ctx);
    void *ctx;
};

/* What a bridge needs around it. */
struct bridge_world {
    const char *gateway;         /* our id */
    const char *state_directory; /* its place is kept in bridge-<id>.place there */
    struct journal *journal;
    const struct plan_route *routes; /* for rules that send readings */
    size_t route_count;
    const struct disk *disk;
    const struct clock *clock;
    const struct bridge_remote *remote; /* NULL: a link of mqtt/link.h */
    uint64_t random;                    /* begins the jitter of waits */
};

/* Reads its place, connects nothing, no thread yet.  A new one begins where the plan
 * says; one whose place is damaged begins with the oldest record, and says so.  `plan`
 * and `world`'s pointers outlive it.  ERR_SYSTEM, ERR_FULL: the disk; ERR_CONFIG: an
 * adapter refuses its settings. */
enum err bridge_open(const struct plan_bridge *plan, const struct bridge_world *world,
                     struct bridge **ret_bridge, struct error *e) MUST_CHECK;

/* Starts the thread.  ERR_SYSTEM: it can't be had. */
enum err bridge_start(struct bridge *bridge, struct error *e) MUST_CHECK;

/* Stops the thread and writes the place.  What is under way is sent again at the next
 * start. */
void bridge_close(struct bridge **bridge);

enum bridge_turn {
    BRIDGE_GO_ON, /* there may be more to do */
    BRIDGE_IDLE,  /* the journal has no more */
    BRIDGE_WAIT,  /* wait `*ret_wait_ns` before the next turn */
};

/* One turn: at most one burst, never sleeps but for the remote broker.  The thread does
 * nothing else; tests call it instead of bridge_start(). */
enum bridge_turn bridge_step(struct bridge *bridge, int64_t *ret_wait_ns);

/* The last record it needs no more, as stored: what journal retention must keep is
 * everything behind it.  Any thread. */
uint64_t bridge_place(struct bridge *bridge);

struct bridge_status {
    const char *id, *uri;
    bool connected;
    int version;             /* of MQTT; 0: never connected */
    uint64_t place;          /* last record done, as stored on disk */
    uint64_t backlog;        /* records that are not done */
    int64_t lag_ns;          /* age of the oldest record that waits; 0: none */
    uint64_t sent;           /* messages acknowledged there, repetitions too */
    uint64_t skipped;        /* that would have gone in a circle */
    uint64_t repeated;       /* batches of readings that repeated an earlier one */
    uint64_t set_aside;      /* that can't be carried: too long, refused, not whole */
    uint32_t failures;       /* in a row */
    int64_t last_success_ns; /* wall clock; 0: never */
    int64_t last_error_ns;
    char last_error[BRIDGE_ERROR_MAX];
};

/* Any thread. */
void bridge_get_status(struct bridge *bridge, struct bridge_status *ret_status);

#endif
