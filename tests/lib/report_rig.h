/* SPDX-License-Identifier: Apache-2.0 */
/* An outline of one process with a fuel and its electricity, and its windows. */
#ifndef TESTS_REPORT_RIG_H
#define TESTS_REPORT_RIG_H

#include "core/clock.h"
#include "report/report.h"

#include <criterion/criterion.h>

struct report_rig {
    struct report_outline_stream streams[2];
    struct report_outline_process process;
    struct report_outline outline;
    struct report *report;
};

/* The report of a day. */
static inline void report_rig_init(struct report_rig *rig)
{
    *rig = (struct report_rig){0};
    rig->streams[0] = (struct report_outline_stream){
        .id = "fuel", .name = "Fuel, \"hard\"", .activity = "gypsum"};
    rig->streams[1] = (struct report_outline_stream){.id = "power", .name = "Power"};
    rig->process = (struct report_outline_process){.id = "kiln",
                                                   .category = "cement, grey",
                                                   .functional_unit = "t",
                                                   .streams = rig->streams,
                                                   .stream_count = 2};
    rig->outline = (struct report_outline){
        .window_ns = NS_PER_HOUR, .processes = &rig->process, .process_count = 1};
    rig->report = report_new(&rig->outline, 0, 24 * NS_PER_HOUR);
}

/* Adds a window; a `direct` below -1e9 is not determined. */
static inline bool report_rig_add(struct report_rig *rig, const char *process,
                                  double direct, double indirect, double level)
{
    bool known = direct > -1e9;
    json_t *summary = json_pack(
        "{s:s, s:s, s:{s:b}, s:{s:f}, s:[{s:s, s:s, s:s, s:o, s:[{s:s, s:{s:f, s:s}}]},"
        " {s:s, s:s, s:s, s:{s:f}}]}",
        "process", process, "window_start", "1970-01-01T05:00:00Z", "quality", "complete",
        known, "activity_level", "value", level, "streams", "id", "fuel", "method",
        "gypsum", "term", "direct", "co2e",
        known ? json_pack("{s:f}", "value", direct) : json_object(), "inputs", "name",
        "gypsum", "quantity", "value", 2.5, "unit", "t", "id", "power", "method",
        "electricity", "term", "indirect", "co2e", "value", indirect);
    cr_assert_not_null(summary);
    bool added = report_add(rig->report, summary);
    json_decref(summary);
    return added;
}

#endif
