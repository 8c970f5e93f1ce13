/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a point gave to its recent windows, and what may stand in where it gave nothing
 * valid.  Kept for points with a substitution rule only.
 *
 *   mean_plus_2_sigma  mean + 2 sigma of the valid windows of the reporting year, sigma
 *                      with n - 1               2025/2547 Annex II B.6.2.6, eq. 19
 *   before_after       mean of the nearest valid windows before and after; as long as
 *                      there is none after, the one before         40 CFR 98.65
 *   part75             by availability and length of the gap       40 CFR 75.33(b)
 *   constant           the value of the configuration
 *   balance            of other points of the window: aggregate/balance.c
 *
 * Values are of a whole operating window: a rate's quantity is scaled to it.  Rules that
 * look ahead give another value once a later window is valid; history_note() says so.
 */
#ifndef AGGREGATE_HISTORY_H
#define AGGREGATE_HISTORY_H

#include "config/plan.h"
#include "core/buf.h"

/* Windows remembered: 720 quality-assured hours and what lies between them. */
#define HISTORY_MAX 1000

enum history_state { HISTORY_VALID, HISTORY_SUBSTITUTED, HISTORY_MISSING };

struct history_entry {
    int64_t start_ns;
    double value; /* of a valid one */
    enum history_state state;
};

struct history {
    struct history_entry *entries; /* in order of start */
    size_t count;
    size_t capacity;
    /* Of the valid windows of `year`, as sums of differences to the first value. */
    int year;
    uint64_t n;
    double first, sum, squares;
};

void history_deinit(struct history *history);

/* The window beginning at `start_ns`, in the reporting year `year`, gave this.  Noting a
 * window again replaces it.  Gives the start of the first of the windows just before it
 * that were substituted and may come out otherwise now; INT64_MAX: none. */
int64_t history_note(struct history *history, int64_t start_ns, int year,
                     enum history_state state, double value);

/* The substitute for the window beginning at `start_ns` by the point's rule; false when
 * the rule is "none" or has nothing to go by. */
bool history_substitute(const struct history *history, const struct plan_point *point,
                        int64_t start_ns, int64_t length_ns, double *ret_value);

/* Whether the point's rule looks at windows behind the gap. */
bool history_looks_ahead(const struct plan_point *point);

/* As stored bytes and back; a bad one sets the cursor's mark. */
void history_put(const struct history *history, struct buf *out);
void history_get(struct history *history, struct cursor *c);

#endif
