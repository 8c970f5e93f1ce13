/* SPDX-License-Identifier: Apache-2.0 */
/* Watches whether values from analyses rest on enough of them (2025/2547 Annex II B.5).
 */
#ifndef CLI_FREQUENCY_H
#define CLI_FREQUENCY_H

#include "cli/environment.h"
#include "config/analyses.h"
#include "report/report.h"

/* One input of a stream whose values are from analyses. */
struct frequency {
    const struct plan_process *process;
    const struct plan_stream *stream;
    const char *input;
    enum analysis_material material;
    double days, quantity; /* of use; quantity as analyses_required() wants it, or NAN */
    int64_t required, made;
    bool one_third; /* the rule of one third allows another frequency */
};

typedef void frequency_fn(void *ctx, const struct frequency *frequency);

/* Tells each such input, with the time its values cover in [from_ns, to_ns) and, where
 * `report` is given, the quantity used.  INT64_MIN and INT64_MAX: by the values' own
 * validity; the last one, when it is open, counts for the rest of a year. */
void frequency_watch(const struct plan *plan, int64_t from_ns, int64_t to_ns,
                     const struct report *report, frequency_fn *tell, void *ctx);

/* False: too few, and not by the rule of one third. */
bool frequency_good(const struct frequency *frequency);

/* A warning for each with too few analyses by time alone, one ok line for the others. */
void frequency_findings(const struct plan *plan, struct findings *findings);

#endif
