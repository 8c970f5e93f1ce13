/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether what a point gave to a window is valid: at least its valid share (80 % unless
 * set) of the operating time must be covered (2025/2547 Annex II B.6.2.6).  A rate that
 * is valid with gaps counts as the mean of what there is over the operating time.
 */
#ifndef AGGREGATE_QUALITY_H
#define AGGREGATE_QUALITY_H

#include "aggregate/process.h"

/* Fills state, quantity, coverage and expected from the integral.  `operating` is the
 * value of the process's operating state, judged before; NULL: operating all the time. */
void quality_judge(struct point_value *value, const struct point_value *operating,
                   int64_t length_ns);

/* Puts the substitute of a whole operating window in where the point gave nothing valid.
 */
void quality_substitute(struct point_value *value, const struct point_value *operating,
                        double substitute);

/* What the point gave, as of a whole operating window: what a substitute is made of. */
double quality_whole_window(const struct point_value *value,
                            const struct point_value *operating);

/* The name of a state as summaries carry it. */
const char *quality_state_name(enum point_state state);

#endif
