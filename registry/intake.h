/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one door to the store.  Requests that arrive at the same time are committed
 * together: whoever finds the door free takes everything that waits through it, in one
 * transaction, and the others find their answers ready.
 *
 * Any thread may call; one at a time is inside.
 */
#ifndef REGISTRY_INTAKE_H
#define REGISTRY_INTAKE_H

#include "core/clock.h"
#include "registry/ledger.h"

struct intake;

/* Opens the store.  ERR_CONFIG, ERR_CORRUPT, ERR_FULL, ERR_SYSTEM as it says. */
enum err intake_open(const struct store_driver *driver, const char *where,
                     const struct clock *clock, struct intake **ret_intake,
                     struct error *e) MUST_CHECK;
void intake_close(struct intake **intake);

/* Judges the arrivals that are readable and files those that may stand; when it returns
 * ERR_OK all that are judged VERDICT_STORED are durable.  Else nothing is known to be
 * stored and the sender must come again. */
enum err intake_put(struct intake *intake, struct arrival *arrivals, size_t count,
                    struct error *e) MUST_CHECK;

typedef enum err intake_ask_fn(void *ctx, const struct store_driver *driver,
                               struct store *store, struct ledger *ledger,
                               struct error *e);

/* Calls `ask` inside; it reads only. */
enum err intake_ask(struct intake *intake, intake_ask_fn *ask, void *ctx,
                    struct error *e) MUST_CHECK;

/* The same in a transaction of its own, which is committed when it returns ERR_OK. */
enum err intake_change(struct intake *intake, intake_ask_fn *change, void *ctx,
                       struct error *e) MUST_CHECK;

struct intake_status {
    uint64_t commits, batches, stored, repeated, conflicts, refused, later, failures;
    int64_t last_stored_ns; /* 0: none since the start */
};

/* What has happened since the start.  Any thread. */
void intake_get_status(struct intake *intake, struct intake_status *ret_status);

#endif
