/* SPDX-License-Identifier: Apache-2.0 */
/* Calibrations, factors and cover by analyses that lapse soon, or have. */
#include "cli/environment.h"

#include "core/timetext.h"

#include <stdio.h>

static const char *fix_of(const struct plan_lapse *lapse)
{
    if (strcmp(lapse->words, "calibration") == 0) {
        return "have it calibrated and set 'calibrated' and 'calibration_due'";
    }
    return strcmp(lapse->words, PLAN_LAPSE_ANALYSES) == 0
               ? "add the result of the next analysis, or show by 'scatter' that fewer do"
               : "add the value that follows, with 'from'";
}

static void tell(void *ctx, const struct plan_lapse *lapse)
{
    struct findings *findings = ctx;
    char day[TIME_TEXT_MAX];
    time_print_iso(lapse->end_ns, day);
    findings_tell(findings, FINDING_WARN, lapse->what, fix_of(lapse), "%s %s on %.10s",
                  lapse->words, lapse->over ? "lapsed" : "lapses", day);
}

void environment_check_lapses(const struct plan *plan, int64_t now_ns,
                              struct findings *findings)
{
    plan_each_lapse(plan, now_ns, tell, findings);
}
