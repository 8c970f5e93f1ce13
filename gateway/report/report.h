/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The operator's emissions report over a period, from summaries: Implementing Regulation
 * (EU) 2025/2547, Annex IV.  Rounding is done here and nowhere else: emissions to whole
 * tonnes CO2e, specific embedded emissions to five decimals, half away from zero (Annex
 * II A.1(6) to (8)); each rounded figure stands beside the exact one.
 *
 * The terms of eq. 55 are summed over the period first; the floor at zero is applied to
 * the sum, not to each window.  What a window could not determine leaves the period's
 * figure undetermined, and is listed.
 */
#ifndef REPORT_REPORT_H
#define REPORT_REPORT_H

#include "config/plan.h"
#include "core/json_writer.h"

#include <jansson.h>

struct report;

/* The period is [from_ns, to_ns).  The plan is borrowed. */
struct report *report_new(const struct plan *plan, int64_t from_ns, int64_t to_ns);
void report_free(struct report **report);

/* Adds the latest revision of one window, as summary_json_put() writes it.  False when
 * the summary is of no process of the plan; nothing was added. */
MUST_CHECK bool report_add(struct report *report, const json_t *summary);

enum report_detail {
    REPORT_FULL,   /* with source streams and data gaps, Annex IV.1 */
    REPORT_SUMMARY /* without, Annex IV.2 */
};

/* The report as one JSON object. */
void report_put_json(const struct report *report, enum report_detail detail,
                     struct json_writer *writer);

/* One line a process, and with REPORT_FULL one a stream; header first, RFC 4180. */
void report_put_csv(const struct report *report, enum report_detail detail,
                    struct buf *out);

#endif
