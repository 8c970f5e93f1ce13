/* SPDX-License-Identifier: Apache-2.0 */
#include "report_rig.h"

#include "report/report_private.h"

#include <math.h>

static void add(struct report *report, const char *start, double quantity, double factor)
{
    json_t *summary = json_pack(
        "{s:s, s:s, s:{s:b, s:i, s:[{s:s, s:s, s:s}]}, s:[{s:s, s:s, s:s, s:{s:f}, "
        "s:[{s:s, s:s, s:{s:f, s:s}}, {s:s, s:s, s:s, s:{s:f, s:s}}]}]}",
        "process", "kiln", "window_start", start, "quality", "complete", 1, "substituted",
        1, "points", "point", "meal", "state", "substituted", "substitution",
        "before_after", "streams", "id", "meal", "method", "process", "term", "direct",
        "co2e", "value", quantity * factor, "inputs", "name", "activity_data", "origin",
        "point:meal", "quantity", "value", quantity, "unit", "t", "name",
        "emission_factor", "origin", "factor:meal@1", "source", "lab", "quantity",
        "value", factor, "unit", "t CO2/t");
    cr_assert_not_null(summary);
    cr_assert(report_add(report, summary));
    json_decref(summary);
}

Test(report_add, a_factor_is_weighed_by_activity_and_each_value_is_kept)
{
    const struct report_outline nothing = {0};
    struct report *report = report_new(&nothing, 0, 1);

    add(report, "w1", 1, 0.3);
    add(report, "w2", 2, 0.3);
    add(report, "w3", 1, 0.5);

    const struct stream_total *stream = &report->processes[0].streams[0];
    const struct input_total *factor = report_input(stream, "emission_factor");
    cr_assert_float_eq(report_factor_value(factor), 0.35, 1e-15);
    cr_assert_eq(factor->factor_count, 2);
    cr_assert_str_eq(factor->factors[0].last, "w2");
    cr_assert_eq(factor->factors[0].windows, 2);
    cr_assert_str_eq(factor->factors[1].first, "w3");
    cr_assert_eq(figure_value(&report_activity(stream)->sum), 4);
    report_free(&report);
}

Test(report_add, a_substituted_window_is_listed_with_its_rule)
{
    const struct report_outline nothing = {0};
    struct report *report = report_new(&nothing, 0, 1);

    add(report, "w1", 1, 0.3);

    const struct process_total *process = &report->processes[0];
    const json_t *gap = json_array_get(process->gaps, 0);
    const json_t *point = json_array_get(json_object_get(gap, "points"), 0);
    cr_assert_str_eq(json_string_value(json_object_get(gap, "state")), "substituted");
    cr_assert_str_eq(json_string_value(json_object_get(point, "substitution")),
                     "before_after");
    report_free(&report);
}

Test(report_add, means_are_no_activity_data)
{
    cr_assert(report_is_amount("t"));
    cr_assert(report_is_amount("1000 Nm3"));
    cr_assert(report_is_amount("TJ"));
    cr_assert_not(report_is_amount("g/Nm3"));
    cr_assert_not(report_is_amount("1"));
    cr_assert_not(report_is_amount("%"));
    cr_assert_not(report_is_amount(""));
}
