/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reconciliation of one sink: the far side is told what it has been sent, day by day,
 * and what it lacks is sent again (proto/manifest.proto).  A far side that was restored
 * from an old backup has its rows back so.
 */
#ifndef SINKS_RECONCILE_H
#define SINKS_RECONCILE_H

#include "core/arena.h"
#include "core/error.h"

struct outbox;
struct sink;
struct sink_call;

/* What one round works with; borrowed. */
struct reconcile_work {
    struct outbox *outbox;
    const char *sink_id;
    const struct sink *sink;
    void *state; /* the sink's, opened */
    struct sink_call *call;
    int64_t now_ns; /* wall clock */
    /* Gives an Envelope around a payload of this type, signed by our key, in `arena`;
     * NULL: unsigned. */
    struct bytes (*sign)(void *ctx, const char *type, struct bytes payload,
                         struct arena *arena);
    void *sign_ctx;
};

struct reconcile_result {
    uint64_t stated;         /* summaries the far side was told of */
    uint64_t differing_days; /* days of which it has others */
    uint64_t lacking;        /* summaries that wait to be sent again */
    uint64_t unknown;        /* summaries that it has and we have not */
};

/* One round.  ERR_RETRY: not now; ERR_REJECT: the far side takes no manifests. */
enum err reconcile_round(const struct reconcile_work *work,
                         struct reconcile_result *ret_result, struct error *e) MUST_CHECK;

#endif
