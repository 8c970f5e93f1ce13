/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two processes: the first buys a precursor, the second takes the first's good; in a
 * circle the first takes the second's too.
 */
#ifndef TESTS_GOODS_RIG_H
#define TESTS_GOODS_RIG_H

#include "core/clock.h"
#include "core/mem.h"
#include "report/report_private.h"

#include <criterion/criterion.h>
#include <math.h>

struct goods_rig {
    struct report_outline_process processes[2];
    struct report_outline outline;
    struct report *report;
    struct report_good *goods;
    bool circle;
    bool counts[2];     /* indirect emissions of the goods */
    bool bought_counts; /* of the bought precursor */
};

/* `bought` t CO2e direct, half of it indirect and half by default values; `own` t. */
struct goods_window {
    double direct, indirect, level, bought, own;
};

static inline void goods_rig_init(struct goods_rig *rig, bool circle)
{
    *rig = (struct goods_rig){.circle = circle};
    rig->processes[0] =
        (struct report_outline_process){.id = "first", .functional_unit = "t"};
    rig->processes[1] =
        (struct report_outline_process){.id = "second", .functional_unit = "t"};
    rig->outline = (struct report_outline){
        .window_ns = NS_PER_HOUR, .processes = rig->processes, .process_count = 2};
    rig->report = report_new(&rig->outline, 0, 24 * NS_PER_HOUR);
}

static inline void goods_rig_deinit(struct goods_rig *rig)
{
    mem_free(&rig->goods);
    report_free(&rig->report);
}

static inline json_t *goods_rig_value(double value)
{
    return isnan(value) ? json_object()
                        : json_pack("{s:f, s:s}", "value", value, "unit", "t");
}

static inline json_t *goods_rig_stream(const char *id, const char *term, double co2e)
{
    return json_pack("{s:s, s:s, s:s, s:o}", "id", id, "method", "gypsum", "term", term,
                     "co2e", goods_rig_value(co2e));
}

static inline json_t *goods_rig_bought(const struct goods_rig *rig, double embedded)
{
    json_t *stream = goods_rig_stream("bought", "precursor", embedded);
    json_object_set_new(stream, "precursor",
                        json_pack("{s:s, s:s, s:s, s:b, s:o, s:o, s:o, s:o}", "category",
                                  "ferro_nickel", "origin", "ID", "verification", "V-1",
                                  "indirect_counts", (int)rig->bought_counts, "consumed",
                                  goods_rig_value(embedded), "embedded_direct",
                                  goods_rig_value(embedded), "embedded_indirect",
                                  goods_rig_value(embedded / 2), "embedded_by_default",
                                  goods_rig_value(embedded / 2)));
    return stream;
}

static inline json_t *goods_rig_own(const char *process, double consumed)
{
    json_t *stream = goods_rig_stream("own", "precursor", (double)NAN);
    json_object_set_new(stream, "precursor",
                        json_pack("{s:s, s:s, s:o}", "process", process, "category",
                                  "crude_steel", "consumed", goods_rig_value(consumed)));
    return stream;
}

static inline void goods_rig_add(struct goods_rig *rig, size_t process,
                                 struct goods_window w)
{
    json_t *streams = json_array();
    json_array_append_new(streams, goods_rig_stream("fuel", "direct", w.direct));
    json_array_append_new(streams, goods_rig_stream("power", "indirect", w.indirect));
    if (process == 0) {
        json_array_append_new(streams, goods_rig_bought(rig, w.bought));
    }
    if (process == 1 || rig->circle) {
        json_array_append_new(streams,
                              goods_rig_own(rig->processes[1 - process].id, w.own));
    }
    json_t *summary =
        json_pack("{s:s, s:s, s:b, s:{s:b}, s:{s:f, s:s}, s:o}", "process",
                  rig->processes[process].id, "window_start", "1970-01-01T05:00:00Z",
                  "indirect_counts", (int)rig->counts[process], "quality", "complete", 1,
                  "activity_level", "value", w.level, "unit", "t", "streams", streams);
    cr_assert_not_null(summary);
    cr_assert(report_add(rig->report, summary));
    json_decref(summary);
}

static inline void goods_rig_solve(struct goods_rig *rig)
{
    rig->goods = report_goods_new(rig->report);
}

#endif
