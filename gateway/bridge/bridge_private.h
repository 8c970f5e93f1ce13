/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the bridge share. */
#ifndef BRIDGE_PRIVATE_H
#define BRIDGE_PRIVATE_H

#include "bridge/bridge.h"
#include "core/arena.h"
#include "core/buf.h"
#include "core/table.h"
#include "decode/decode.h"
#include "journal/journal.h"

#include <pthread.h>

#define BURST_MAX 2000 /* messages */
#define BURST_AIM 100  /* no more records are taken beyond so many messages */
#define UNDER_WAY_MAX 200
#define BURST_ARENA ((size_t)16 << 20)
#define BURST_ROOM ((size_t)8 << 20) /* what one record may take at most */
#define DEVICES_MAX 10000
#define REMEMBERED 16 /* batches of a device */

_Static_assert(UNDER_WAY_MAX < LINK_WINDOW_MAX, "what is under way fits into the window");

/* What is numbered for a device whose readings are sent. */
struct bridge_device {
    uint64_t sequence;           /* of its last batch */
    uint64_t hashes[REMEMBERED]; /* of its last batches, by sequence */
};

/* What is kept on disk. */
struct place {
    uint64_t seq;         /* last record done */
    uint64_t boot;        /* of our batches: when this place was first made */
    struct table devices; /* id -> struct bridge_device */
};

/* A message on its way; everything in the burst's arena. */
struct outgoing {
    const char *topic;
    struct bytes payload;
    const char *mark;
    bool retained;
    uint64_t seq;
};

struct bridge {
    const struct plan_bridge *plan;
    struct bridge_world world;
    struct bridge_remote remote;
    struct link *link; /* of the default remote */
    struct journal_reader *reader;
    struct decoder *decoder; /* NULL: no rule sends readings */
    struct arena decoding;
    struct buf scratch;

    struct place place; /* as in memory: `seq` when the burst is done */
    struct arena arena; /* the burst's */
    struct outgoing burst[BURST_MAX];
    size_t count, done; /* of the burst */
    uint64_t taken;     /* last record looked at */
    bool connected;
    bool dirty;                             /* the place on disk is older */
    int64_t saved_ns, resume_ns, tokens_ns; /* boot clock */
    double tokens;
    uint64_t random;

    atomic_bool stop;
    bool started;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t stopped; /* by the monotonic clock */
    /* Under the lock. */
    struct bridge_status status;
    uint64_t reached;  /* the place in memory */
    int64_t oldest_ns; /* wall clock of the first record that waits; 0: none does */
};

/* carry.c: adds what the rules make of a record to the burst. */
void carry_record(struct bridge *bridge, const struct record *record);

/* readings.c: adds the readings of a message, as native telemetry. */
void carry_readings(struct bridge *bridge, const struct plan_bridge_rule *rule,
                    const struct message *message, const struct decoding *decoding,
                    const char *mark);

/* carry.c: one message more. */
void carry_add(struct bridge *bridge, const struct plan_bridge_rule *rule,
               const struct message *message, struct bytes device, struct bytes payload,
               const char *mark);

/* carry.c: counts and logs what can't be carried. */
void carry_set_aside(struct bridge *bridge, uint64_t seq, const char *why);

/* Counts under the lock. */
void bridge_count(struct bridge *bridge, uint64_t *counter);

/* place.c: ERR_REJECT: there is none; ERR_CORRUPT: it is damaged. */
enum err place_read(struct bridge *bridge, struct error *e) MUST_CHECK;
enum err place_write(struct bridge *bridge, struct error *e) MUST_CHECK;
void place_deinit(struct place *place);

/* remote.c: the way by a link. */
struct bridge_remote remote_by_link(struct bridge *bridge);

#endif
