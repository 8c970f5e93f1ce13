/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A forwarder: one configured sink's way from the outbox to the far side, in a
 * thread of its own.
 *
 * It takes the rows that are not done, sends them in batches and marks each by its
 * result: done, set aside, or tried.  Where nothing got through it waits: a random
 * time up to a bound that doubles from `retry_min` to `retry_max` (full jitter), and
 * at least as long as the far side asked for.  It retries for ever.  A row that is
 * set aside holds up nobody.  Whatever happens, a row is either done or still there.
 */
#ifndef SINKS_FORWARD_H
#define SINKS_FORWARD_H

#include "config/plan.h"
#include "core/arena.h"
#include "core/bytes.h"
#include "core/clock.h"
#include "core/error.h"
#include "sinks/reconcile.h"

#define FORWARD_ERROR_MAX 256

/* Longest wait that a far side can ask for. */
#define FORWARD_WAIT_MAX_NS NS_PER_HOUR

struct outbox;
struct forward;

/* What a forwarder asks of the world; tests hand in their own. */
struct forward_world {
    const struct clock *clock;
    uint64_t (*random)(void *ctx);
    void *random_ctx;
    /* Keeps a receipt that settles an item, before its row is marked; after a crash the
     * same may come again.  From the forwarder's thread; may be NULL. */
    void (*receipt)(void *ctx, struct bytes receipt);
    void *receipt_ctx;
    /* Gives what sink_call.key_changes is, in `arena`; may be NULL. */
    struct bytes (*key_changes)(void *ctx, struct arena *arena);
    void *key_changes_ctx;
    /* Signs a manifest, as struct reconcile_work has it; may be NULL. */
    struct bytes (*sign)(void *ctx, const char *type, struct bytes payload,
                         struct arena *arena);
    void *sign_ctx;
};

/* The system's clock and random numbers. */
extern const struct forward_world forward_world_system;

/* Makes one from its checked settings; no thread yet, nothing is connected.  `plan`,
 * `gateway`, `outbox` and `world` outlive it.  ERR_CONFIG: its sink refuses the
 * settings, which `check` would have said before. */
enum err forward_open(const struct plan_sink *plan, const char *gateway,
                      struct outbox *outbox, const struct forward_world *world,
                      struct forward **ret_forward, struct error *e) MUST_CHECK;

/* Starts the thread.  ERR_SYSTEM: it can't be had. */
enum err forward_start(struct forward *forward, struct error *e) MUST_CHECK;

/* Stops the thread, which interrupts a send that hangs, and frees everything. */
void forward_close(struct forward **forward);

enum forward_turn {
    FORWARD_GO_ON, /* something was sent; there may be more */
    FORWARD_IDLE,  /* nothing to send */
    FORWARD_WAIT,  /* wait `*ret_wait_ns` before the next try */
};

/* One turn: at most one batch, never sleeps.  The thread does nothing else; tests
 * call it instead of forward_start(). */
enum forward_turn forward_step(struct forward *forward, int64_t *ret_wait_ns);

struct forward_status {
    const char *id;          /* of the configured sink; lives as long as the plan */
    const char *sink;        /* its kind */
    uint64_t sent;           /* items the far side has stored */
    uint64_t retried;        /* items that were surely not stored and are sent again */
    uint64_t uncertain;      /* items that were perhaps stored and are sent again */
    uint64_t set_aside;      /* items the far side will never take */
    uint32_t failures;       /* turns in a row in which nothing got through */
    int64_t last_success_ns; /* wall clock; 0: never */
    int64_t last_error_ns;   /* 0: never */
    int64_t next_try_ns;     /* wall clock; 0: now */
    char last_error[FORWARD_ERROR_MAX];
    int64_t manifest_ns; /* of the last reconciliation; 0: none yet */
    struct reconcile_result manifest;
};

/* Any thread. */
void forward_get_status(struct forward *forward, struct forward_status *ret_status);

#endif
