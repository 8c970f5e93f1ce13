/* SPDX-License-Identifier: Apache-2.0 */
/* Holds what a registry has against what a simulation says is true. */
#ifndef CLI_WATCH_COMPARE_H
#define CLI_WATCH_COMPARE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

/* Of one process, over the windows that both have. */
struct comparison {
    const char *process, *unit; /* views into the truth */
    int windows, missing;       /* missing: the registry lacks it */
    double direct, indirect, activity;
    double true_direct, true_indirect, true_activity;
};

/* Whether the registry has every window of the truth. */
bool compare_complete(const json_t *truth, const json_t *summaries);

/* Sums up one process of the truth's totals. */
void compare_process(const json_t *truth, const json_t *summaries, const json_t *total,
                     struct comparison *ret_comparison);

/* The largest difference of its three figures, in percent of the true ones. */
double compare_difference(const struct comparison *comparison);

/* Prints a table; false when a window is missing, there is none at all, or a difference
 * is above `percent_max`. */
bool compare_print(const json_t *truth, const json_t *summaries, double percent_max,
                   FILE *out);

#endif
