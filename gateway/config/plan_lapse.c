/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What lapses: calibrations (2025/2547 Annex II A.5(22)(a)), the last value of a factor
 * that has an end, and the time that a value from analyses covers by the least
 * frequencies of B.5.  These are told of a quarter of their interval ahead, a month at
 * most: gas that is analysed each day is not always late.
 */
#include "config/plan.h"

#include "config/analyses.h"
#include "config/sector_parameters.h"
#include "methods/method.h"

#include <stdio.h>
#include <stdlib.h>

#define WHAT_MAX 256

struct looking {
    int64_t now_ns;
    double uncertainty; /* of the activity data; 0: not stated */
    plan_lapse_fn *each;
    void *ctx;
};

static void look_ahead(const struct looking *l, int64_t end_ns, int64_t ahead_ns,
                       const char *what, const char *words)
{
    if (end_ns != INT64_MAX && l->now_ns > end_ns - ahead_ns) {
        struct plan_lapse lapse = {
            .what = what, .words = words, .end_ns = end_ns, .over = l->now_ns >= end_ns};
        l->each(l->ctx, &lapse);
    }
}

static void look(const struct looking *l, int64_t end_ns, const char *what,
                 const char *words)
{
    look_ahead(l, end_ns, PLAN_WARN_NS, what, words);
}

static double uncertainty_of(const struct plan_stream *stream)
{
    for (size_t i = 0; i < stream->input_count; i++) {
        const struct plan_point *point = stream->inputs[i].point;
        if (point && point->uncertainty > 0) {
            return point->uncertainty;
        }
    }
    return 0;
}

/* Each analysis behind the last value covers its part of a year from its beginning. */
static void look_at_analyses(const struct looking *l, const struct plan_factor *last,
                             const char *what)
{
    int64_t interval_ns = analyses_interval_ns((enum analysis_material)last->material);
    int64_t count = last->analyses > 0 ? last->analyses : 1;
    bool dated = interval_ns > 0 && last->from_ns != INT64_MIN;
    if (!dated || count > (INT64_MAX - llabs(last->from_ns)) / interval_ns ||
        analyses_one_third(last->scatter, l->uncertainty)) {
        return;
    }
    int64_t due_ns = last->from_ns + count * interval_ns;
    int64_t ahead_ns = interval_ns / 4 < PLAN_WARN_NS ? interval_ns / 4 : PLAN_WARN_NS;
    if (due_ns < last->to_ns) {
        look_ahead(l, due_ns, ahead_ns, what, PLAN_LAPSE_ANALYSES);
    }
}

static void look_at_value(const struct looking *l, const char *process, const char *of,
                          const char *name, const struct plan_input *input)
{
    char what[WHAT_MAX];
    if (input->factor_count > 0) {
        snprintf(what, sizeof what, "%s/%s/%s", process, of, name);
        const struct plan_factor *last = &input->factors[input->factor_count - 1];
        look(l, last->to_ns, what, "last value");
        look_at_analyses(l, last, what);
    }
}

static void look_at_stream(const struct looking *l, const struct plan_process *process,
                           const struct plan_stream *stream)
{
    struct looking with = *l;
    with.uncertainty = uncertainty_of(stream);
    for (size_t i = 0; i < stream->input_count; i++) {
        const struct plan_input *input = &stream->inputs[i];
        look_at_value(&with, process->id, stream->id,
                      stream->method->inputs[input->method_input].name, input);
    }
}

static void look_at_goods(const struct looking *l, const struct plan_process *process)
{
    for (size_t i = 0; i < process->activity_count; i++) {
        const struct plan_activity *activity = &process->activities[i];
        if (activity->content) {
            look_at_value(l, process->id, activity->point->id, activity_content.name,
                          activity->content);
        }
    }
    for (size_t g = 0; g < process->good_count; g++) {
        const struct plan_good *good = &process->goods[g];
        for (size_t i = 0; i < good->parameter_count; i++) {
            const struct plan_input *input = &good->parameters[i];
            look_at_value(l, process->id, good->id,
                          sector_parameters[input->method_input].input.name, input);
        }
    }
}

void plan_each_lapse(const struct plan *plan, int64_t now_ns, plan_lapse_fn *each,
                     void *ctx)
{
    struct looking l = {.now_ns = now_ns, .each = each, .ctx = ctx};
    for (size_t i = 0; i < plan->point_count; i++) {
        look(&l, plan->points[i].calibration_due_ns, plan->points[i].id, "calibration");
    }
    for (size_t p = 0; p < plan->process_count; p++) {
        const struct plan_process *process = &plan->processes[p];
        for (size_t s = 0; s < process->stream_count; s++) {
            look_at_stream(&l, process, &process->streams[s]);
        }
        look_at_goods(&l, process);
    }
}
