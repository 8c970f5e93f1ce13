/* SPDX-License-Identifier: Apache-2.0 */
/* Whether activity levels are in the unit that the rules count a category by (2025/2547
 * Art. 4). */
#ifndef CLI_COUNTED_H
#define CLI_COUNTED_H

#include "cli/environment.h"
#include "config/plan.h"

/* A warning for each process that counts tonnes where the clinker or the nitrogen in them
 * counts, and for each point in t that is taken for t of nitrogen without saying so. */
void counted_findings(const struct plan *plan, struct findings *findings);

#endif
