/* SPDX-License-Identifier: Apache-2.0 */
/* From the plan's dated values to counts. */
#include "cli/frequency.h"

#include "core/clock.h"
#include "methods/method.h"

#include <math.h>

#define DAY_NS (24 * NS_PER_HOUR)
#define YEAR_NS (365 * DAY_NS)

struct span {
    int64_t from_ns, to_ns;
};

/* When the values from analyses hold; the last open one for the rest of a year. */
static struct span validity(const struct plan_input *input)
{
    struct span span = {INT64_MAX, INT64_MIN};
    int64_t last_ns = INT64_MIN;
    for (size_t i = 0; i < input->factor_count; i++) {
        const struct plan_factor *factor = &input->factors[i];
        if (factor->material == MATERIAL_NONE) {
            continue;
        }
        int64_t from_ns = factor->from_ns == INT64_MIN ? 0 : factor->from_ns;
        span.from_ns = from_ns < span.from_ns ? from_ns : span.from_ns;
        span.to_ns = factor->to_ns > span.to_ns ? factor->to_ns : span.to_ns;
        last_ns = from_ns > last_ns ? from_ns : last_ns;
    }
    if (span.to_ns == INT64_MAX) {
        int64_t year_ns = span.from_ns + YEAR_NS;
        span.to_ns = last_ns > year_ns ? last_ns : year_ns;
    }
    return span;
}

static struct span within(struct span a, int64_t from_ns, int64_t to_ns)
{
    return (struct span){a.from_ns > from_ns ? a.from_ns : from_ns,
                         a.to_ns < to_ns ? a.to_ns : to_ns};
}

/* Counts the analyses of the values that hold in the span. */
static void count(struct frequency *frequency, const struct plan_input *input,
                  struct span span)
{
    double scatter = -1;
    for (size_t i = 0; i < input->factor_count; i++) {
        const struct plan_factor *factor = &input->factors[i];
        if (factor->material != MATERIAL_NONE && factor->from_ns < span.to_ns &&
            factor->to_ns > span.from_ns) {
            frequency->made += factor->analyses;
            scatter = factor->scatter > scatter ? factor->scatter : scatter;
        }
    }
    double uncertainty = 0;
    for (size_t i = 0; i < frequency->stream->input_count; i++) {
        const struct plan_point *point = frequency->stream->inputs[i].point;
        if (point && uncertainty == 0) {
            uncertainty = point->uncertainty;
        }
    }
    frequency->one_third = analyses_one_third(scatter, uncertainty);
}

static enum analysis_material material_of(const struct plan_input *input)
{
    for (size_t i = 0; i < input->factor_count; i++) {
        if (input->factors[i].material != MATERIAL_NONE) {
            return (enum analysis_material)input->factors[i].material;
        }
    }
    return MATERIAL_NONE;
}

static double quantity_of(const struct report *report, const struct frequency *frequency)
{
    if (!report) {
        return (double)NAN;
    }
    double tonnes = 0;
    double co2e = 0;
    report_used(report, frequency->process->id, frequency->stream->id, &tonnes, &co2e);
    return fabs(frequency->material == MATERIAL_OTHER ? co2e : tonnes);
}

struct watch {
    int64_t from_ns, to_ns;
    const struct report *report;
    frequency_fn *tell;
    void *ctx;
};

static void watch_input(const struct watch *watch, const struct plan_process *process,
                        const struct plan_stream *stream, const struct plan_input *input)
{
    struct frequency found = {
        .process = process,
        .stream = stream,
        .input = stream->method->inputs[input->method_input].name,
        .material = material_of(input),
    };
    if (found.material == MATERIAL_NONE) {
        return;
    }
    struct span span = within(validity(input), watch->from_ns, watch->to_ns);
    if (span.to_ns > span.from_ns) {
        found.days = (double)(span.to_ns - span.from_ns) / (double)DAY_NS;
    }
    found.quantity = quantity_of(watch->report, &found);
    found.required = analyses_required(found.material, found.days, found.quantity);
    count(&found, input, span);
    watch->tell(watch->ctx, &found);
}

void frequency_watch(const struct plan *plan, int64_t from_ns, int64_t to_ns,
                     const struct report *report, frequency_fn *tell, void *ctx)
{
    struct watch watch = {from_ns, to_ns, report, tell, ctx};
    for (size_t p = 0; p < plan->process_count; p++) {
        const struct plan_process *process = &plan->processes[p];
        for (size_t s = 0; s < process->stream_count; s++) {
            const struct plan_stream *stream = &process->streams[s];
            for (size_t i = 0; i < stream->input_count; i++) {
                watch_input(&watch, process, stream, &stream->inputs[i]);
            }
        }
    }
}

bool frequency_good(const struct frequency *frequency)
{
    return frequency->made >= frequency->required || frequency->one_third;
}

static void tell_finding(void *ctx, const struct frequency *f)
{
    struct findings *findings = ctx;
    if (frequency_good(f)) {
        findings_tell(findings, FINDING_OK, "analyses", NULL,
                      "%s of stream '%s' of '%s': %lld in %.0f days%s", f->input,
                      f->stream->id, f->process->id, (long long)f->made, f->days,
                      f->made < f->required ? ", by the rule of one third" : "");
        return;
    }
    findings_tell(
        findings, FINDING_WARN, "analyses",
        "analyse more often, or show that the scatter is at most a third of the "
        "uncertainty of the activity data (2025/2547 Annex II B.5)",
        "%s of stream '%s' of '%s': %lld in %.0f days, %lld are the least for %s",
        f->input, f->stream->id, f->process->id, (long long)f->made, f->days,
        (long long)f->required, analysis_materials[f->material]);
}

void frequency_findings(const struct plan *plan, struct findings *findings)
{
    frequency_watch(plan, INT64_MIN, INT64_MAX, NULL, tell_finding, findings);
}
