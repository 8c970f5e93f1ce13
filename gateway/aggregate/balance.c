/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rule `balance`: what other points of the same window add up to stands in for a
 * point without valid data (2025/2547 Annex II B.6.2.6).
 *
 *     Q* = sum(Q_i x f_i)
 *
 * Only measured values do: where one of them is itself missing or substituted, and where
 * the balance comes out below zero, nothing stands in.  Late data of any of them make the
 * window again.
 */
#include "aggregate/process_private.h"
#include "aggregate/sum.h"

#include <math.h>

static bool is_measured(const struct point_value *value)
{
    return value && value->has &&
           (value->state == POINT_VALID || value->state == POINT_STANDSTILL);
}

/* The sum with its own uncertainty; false: a part is not measured. */
static bool add_up(const struct process_value *out, const struct plan_point *point,
                   double *ret_quantity, double *ret_uncertainty)
{
    struct sum sum = {0};
    double squares = 0;
    bool stated = true;
    for (size_t i = 0; i < point->balance_count; i++) {
        const struct plan_part *part = &point->balance[i];
        const struct point_value *value = process_point(out, part->point);
        if (!is_measured(value)) {
            return false;
        }
        double quantity = value->quantity * part->scale;
        double error = quantity * value->uncertainty;
        stated = stated && (value->uncertainty > 0 || quantity == 0);
        squares += error * error;
        sum_add(&sum, quantity);
    }
    *ret_quantity = sum_value(&sum);
    *ret_uncertainty = stated && *ret_quantity > 0 ? sqrt(squares) / *ret_quantity : 0;
    return *ret_quantity >= 0;
}

void balance_substitute(struct work *w)
{
    for (size_t i = 0; i < w->out->point_count; i++) {
        struct point_value *value = &w->out->points[i];
        double quantity = 0;
        double uncertainty = 0;
        if (value->point->balance_count > 0 && !is_measured(value) &&
            add_up(w->out, value->point, &quantity, &uncertainty)) {
            value->quantity = quantity;
            value->uncertainty = uncertainty;
            value->has = true;
            value->state = POINT_SUBSTITUTED;
            value->substitution = value->point->substitute;
        }
    }
}
