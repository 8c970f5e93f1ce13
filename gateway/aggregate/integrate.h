/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the samples of a point to its quantity in a window, by the point's kind:
 *
 *   rate     integral over time, in the point's unit times hours, by hold or
 *            trapezoid; a value holds no longer than the point's maximum gap
 *   counter  growth of the meter; a pair that crosses the window's edge is shared
 *            by time; wrap and reset told apart
 *   amount   sum of the readings in the window
 *   level    opening less closing stock: what was taken out
 *   gauge    mean of the readings in the window
 *   state    share of the covered time in which it was true, 0..1
 *
 * Pure, and independent of the order of arrival since samples come sorted.
 */
#ifndef AGGREGATE_INTEGRATE_H
#define AGGREGATE_INTEGRATE_H

#include "aggregate/series.h"
#include "config/plan.h"

#define INTEGRATE_GAPS_MAX 16

struct integrate_gap {
    int64_t from_ns, to_ns;
};

struct integral {
    bool has;        /* false: nothing can be said; quantity is 0 then */
    double quantity; /* in the point's window unit */
    double covered;  /* 0..1 of the window's length */
    uint32_t received, valid, late, uncertain;
    uint32_t causes[CAUSE_COUNT]; /* of samples not used as they are */
    uint32_t resets;              /* of a counter, that were taken into account */
    struct integrate_gap gaps[INTEGRATE_GAPS_MAX];
    size_t gap_count; /* the first ones when there are more */
};

/* How far outside the window a neighbour matters to this point. */
struct series_span integrate_span(const struct plan_point *point, int64_t from_ns,
                                  int64_t to_ns, int64_t amend_until_ns);

/* The quantity of [from_ns, to_ns); `list` is what integrate_span() asked for. */
void integrate(const struct plan_point *point, const struct sample_list *list,
               int64_t from_ns, int64_t to_ns, struct integral *ret_integral);

#endif
