/* SPDX-License-Identifier: Apache-2.0 */
/* What the files that work out one window share. */
#ifndef AGGREGATE_PROCESS_PRIVATE_H
#define AGGREGATE_PROCESS_PRIVATE_H

#include "aggregate/process.h"

struct work {
    const struct process_window *window;
    struct arena *arena;
    struct process_value *out;
    struct error *e;
};

/* The value of a point that the process uses, or NULL. */
struct point_value *process_point(const struct process_value *value,
                                  const struct plan_point *point);

/* Works out a stream from the points in `work->out`, adding what it gives to the totals
 * there. */
void process_stream(struct work *work, struct stream_value *value);

/* Fills a value of the plan: of its point, or of the factor that is valid.  False, with
 * words in `*ret_missing`, when there is none. */
bool process_input(struct work *work, const struct plan_input *input,
                   const struct method_input *spec, struct input_value *ret_value,
                   const char **ret_missing);

/* ---- balance.c ---- */

/* Fills in the points of the rule `balance` that are not measured, when all points of the
 * window are judged. */
void balance_substitute(struct work *work);

/* ---- activity.c ---- */

/* The activity level in the functional unit with its parts, and the goods. */
void activity_compute(struct work *work);

/* ---- control.c ---- */

/* One sum of points over another; absent when a point gave nothing, or the lower sum is
 * 0 while the upper is not.  Nothing of nothing is the whole. */
struct maybe control_ratio(const struct process_value *value,
                           const struct plan_ratio *ratio);

/* Adds an alarm of this code; texts by printf into the arena.  The count goes on when the
 * list is full. */
void control_alarm(struct work *work, const char *code, const char *format, ...)
    PRINTF_LIKE(3, 4);

/* Balances, validity of calibrations and factors, floor: fills them in and raises the
 * alarms of the window. */
void control_check(struct work *work);

/* ---- uncertainty.c ---- */

/* What the points' uncertainty makes of the window's figures. */
void uncertainty_carry(struct work *work);

#endif
