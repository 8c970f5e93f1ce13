/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Golden files: the readings expected of a sample, kept beside its payloads as
 * `expected.json`, held against what the configuration makes of them now.
 *
 *     {"outcome": "accepted",
 *      "readings": [
 *        {"device": "kiln-1", "metric": "temperature", "value": 812.4, "unit": "degC",
 *         "quality": "good", "ts": "2026-07-15T10:00:00Z", "points": {"kiln_temp":
 * 812.4}}
 *      ]}
 *
 * Every reading must be there and no other; of a reading only the members given are
 * compared.  Numbers agree within a relative 1e-6.  "ts": "$RECV" is the time of receipt,
 * "$RECV-60s" a minute before it.  "reason" is a word or a list of words one of which was
 * said.  "points" are all points that the reading reaches, with the value each gets;
 * null: none.
 */
#ifndef CLI_GOLDEN_H
#define CLI_GOLDEN_H

#include "config/plan.h"
#include "decode/adapter.h"
#include "normalise/normalise.h"

/* A reading made, and what its points get. */
struct golden_reading {
    struct reading reading;
    const struct normalised *results;
    size_t count;
    int64_t received_ns; /* of its message */
    int line;            /* of its message in the list */
    bool matched;        /* golden_compare's */
};

/* What a sample's messages became, as one. */
struct golden_outcome {
    const struct plan *plan;
    const char *list; /* path of the list, for places */
    struct golden_reading *readings;
    size_t count, capacity;
    bool rejected, partial;
    const char *reasons[16]; /* said so far; the rest is not kept */
    size_t reason_count;
    int last_line; /* of the list */
};

/* "accepted", "accepted_empty", "partial" or "rejected", of all messages together. */
const char *golden_outcome_name(const struct golden_outcome *outcome);

/* Each difference is a problem at its place: in the golden file, or in the list where a
 * reading was not expected. */
void golden_compare(const struct node *expected, struct golden_outcome *outcome,
                    struct problems *problems);

/* Writes the golden file that agrees with the outcome. */
void golden_write(const struct golden_outcome *outcome, struct buf *out);

#endif
