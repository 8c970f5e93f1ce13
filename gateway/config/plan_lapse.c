/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What lapses: calibrations (2025/2547 Annex II A.5(22)(a)) and the last value of a
 * factor that has an end.
 */
#include "config/plan.h"

#include "config/sector_parameters.h"
#include "methods/method.h"

#include <stdio.h>

#define WHAT_MAX 256

struct looking {
    int64_t now_ns;
    plan_lapse_fn *each;
    void *ctx;
};

static void look(const struct looking *l, int64_t end_ns, const char *what,
                 const char *words)
{
    if (end_ns != INT64_MAX && l->now_ns > end_ns - PLAN_WARN_NS) {
        struct plan_lapse lapse = {
            .what = what, .words = words, .end_ns = end_ns, .over = l->now_ns >= end_ns};
        l->each(l->ctx, &lapse);
    }
}

static void look_at_value(const struct looking *l, const char *process, const char *of,
                          const char *name, const struct plan_input *input)
{
    char what[WHAT_MAX];
    if (input->factor_count > 0) {
        snprintf(what, sizeof what, "%s/%s/%s", process, of, name);
        look(l, input->factors[input->factor_count - 1].to_ns, what, "last value");
    }
}

static void look_at_stream(const struct looking *l, const struct plan_process *process,
                           const struct plan_stream *stream)
{
    for (size_t i = 0; i < stream->input_count; i++) {
        const struct plan_input *input = &stream->inputs[i];
        look_at_value(l, process->id, stream->id,
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
