/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the tap shows of the fold's results, as lines of JSON:
 *
 *     readings   a reading as `emgate decode` prints it, and "topic", "record" (its seq
 *                in the journal), "points": [{"point", "value", "unit", "reason"}]
 *     summaries  {"key", "summary"}
 *     rejects    a dead letter as `emgate deadletters --json` prints it
 *
 * Nothing is made while the tap is closed.  The pipeline's thread.
 */
#ifndef TAP_LINES_H
#define TAP_LINES_H

#include "aggregate/aggregate.h"
#include "normalise/normalise.h"
#include "outbox/outbox.h"
#include "tap.h"

struct message;

/* A reading and what it gave to `count` points of the plan. */
struct tap_reading {
    const struct plan *plan;
    const struct message *message;
    const struct reading *reading;
    const struct normalised *results;
    size_t count;
};
void tap_put_reading(struct tap *tap, const struct tap_reading *seen);
void tap_put_summary(struct tap *tap, const struct aggregate_summary *summary);
void tap_put_reject(struct tap *tap, const struct dead_letter *letter);

#endif
