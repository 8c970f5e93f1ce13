/* SPDX-License-Identifier: Apache-2.0 */
/* A plan of one process with a fuel and its electricity, and summaries of its windows. */
#ifndef TESTS_REPORT_RIG_H
#define TESTS_REPORT_RIG_H

#include "core/clock.h"
#include "methods/method.h"
#include "report/report.h"

#include <criterion/criterion.h>

struct report_rig {
    struct plan_point point;
    struct plan_input input;
    struct plan_stream streams[2];
    struct plan_process process;
    struct plan plan;
    struct report *report;
};

/* The report of a day. */
static inline void report_rig_init(struct report_rig *rig)
{
    *rig = (struct report_rig){.point = {.id = "coal"}};
    rig->input = (struct plan_input){.point = &rig->point}; /* gypsum */
    rig->streams[0] = (struct plan_stream){.id = "fuel",
                                           .name = "Fuel, \"hard\"",
                                           .method = &method_gypsum,
                                           .term = TERM_DIRECT,
                                           .inputs = &rig->input,
                                           .input_count = 1};
    rig->streams[1] = (struct plan_stream){.id = "power",
                                           .name = "Power",
                                           .method = &method_electricity,
                                           .term = TERM_INDIRECT};
    rig->process = (struct plan_process){.id = "kiln",
                                         .category = "cement, grey",
                                         .functional_unit = "t",
                                         .streams = rig->streams,
                                         .stream_count = 2};
    rig->plan = (struct plan){.windows = {.length_ns = NS_PER_HOUR},
                              .processes = &rig->process,
                              .process_count = 1};
    rig->report = report_new(&rig->plan, 0, 24 * NS_PER_HOUR);
}

/* Adds a window; a `direct` below -1e9 is not determined. */
static inline bool report_rig_add(struct report_rig *rig, const char *process,
                                  double direct, double indirect, double level)
{
    bool known = direct > -1e9;
    json_t *summary = json_pack(
        "{s:s, s:s, s:{s:b}, s:{s:f}, s:[{s:s, s:o, s:[{s:s, s:{s:f, s:s}}]},"
        " {s:s, s:{s:f}}]}",
        "process", process, "window_start", "1970-01-01T05:00:00Z", "quality", "complete",
        known, "activity_level", "value", level, "streams", "id", "fuel", "co2e",
        known ? json_pack("{s:f}", "value", direct) : json_object(), "inputs", "name",
        "gypsum", "quantity", "value", 2.5, "unit", "t", "id", "power", "co2e", "value",
        indirect);
    cr_assert_not_null(summary);
    bool added = report_add(rig->report, summary);
    json_decref(summary);
    return added;
}

#endif
