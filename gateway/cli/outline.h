/* SPDX-License-Identifier: Apache-2.0 */
/* What a plan tells a report: the names, the address, the order of processes. */
#ifndef CLI_OUTLINE_H
#define CLI_OUTLINE_H

#include "config/plan.h"
#include "report/report.h"

/* The outline of a plan; lives in the pool and borrows the plan's texts. */
struct pool;
const struct report_outline *outline_of(const struct plan *plan, struct pool *pool);

#endif
