/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Judges the samples of a point beside each other and by what other points say: status
 * words, flags of calibration and maintenance, jumps, values that stand still.
 *
 * A sample that is judged bad loses its value and is marked with the cause.  Those of a
 * meter (kind counter) keep it, since it counted on, and are marked SAMPLE_DOUBTFUL:
 * what they count stands, the time does not count as covered.
 *
 * Pure, and a function of the sorted samples alone: the same whatever the order of
 * arrival.  Lists are copies of what series_collect() gave.  Call judge_status() for
 * each status first, then judge_jumps(), then judge_frozen().
 */
#ifndef AGGREGATE_JUDGE_H
#define AGGREGATE_JUDGE_H

#include "aggregate/series.h"
#include "config/plan.h"

/* How long before a window samples must be looked at to judge those that matter in it;
 * 0: the point is not judged here. */
int64_t judge_lead_ns(const struct plan_point *point);

/* Whether the point is judged by the plan's point `other`. */
bool judge_asks(const struct plan_point *point, size_t other);

/* `said` are the samples of the status's point.  Where it says nothing within its
 * maximum gap, readings are uncertain. */
void judge_status(const struct plan_point *point, const struct plan_status *status,
                  const struct sample_list *said, struct sample_list *list);

/* A reading is a jump when it differs from the usable one before by more than
 * `max_change`, times the minutes between both when they are more than one. */
void judge_jumps(const struct plan_point *point, struct sample_list *list);

/* A reading is frozen when all usable ones of the last `frozen_after` before it were
 * equal to it.  `said` are the samples of `frozen_while`; while that is not known to be
 * true nothing is frozen. */
void judge_frozen(const struct plan_point *point, const struct sample_list *said,
                  struct sample_list *list);

#endif
