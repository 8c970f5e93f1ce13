/* SPDX-License-Identifier: Apache-2.0 */
/* Adds windows up to a period. */
#include "report/report_private.h"

#include "core/mem.h"

#include <math.h>
#include <stdio.h>

/* ---- figures ---- */

/* Neumaier's compensated sum. */
static void figure_add(struct figure *figure, double value)
{
    double sum = figure->sum + value;
    figure->rest += fabs(figure->sum) >= fabs(value) ? (figure->sum - sum) + value
                                                     : (value - sum) + figure->sum;
    figure->sum = sum;
    figure->parts++;
}

double figure_value(const struct figure *figure)
{
    bool known = figure->parts > 0 && figure->lacking == 0;
    return known ? figure->sum + figure->rest : (double)NAN;
}

static bool take(struct figure *figure, const json_t *quantity)
{
    const json_t *value = json_object_get(quantity, "value");
    if (value) {
        figure_add(figure, json_number_value(value));
    }
    return value != NULL;
}

/* As take(), for what has to be there. */
static void want(struct figure *figure, const json_t *quantity)
{
    figure->lacking += take(figure, quantity) ? 0 : 1;
}

double report_round(double value, int decimals)
{
    double scale = 1;
    for (int i = 0; i < decimals; i++) {
        scale *= 10;
    }
    return round(value * scale) / scale;
}

/* ---- making ---- */

struct report *report_new(const struct plan *plan, int64_t from_ns, int64_t to_ns)
{
    struct report *report = mem_new(struct report);
    report->plan = plan;
    report->from_ns = from_ns;
    report->to_ns = to_ns;
    report->processes = mem_array(plan->process_count + 1, sizeof *report->processes);
    for (size_t i = 0; i < plan->process_count; i++) {
        struct process_total *total = &report->processes[i];
        size_t count = plan->processes[i].stream_count + 1;
        total->streams = mem_array(count, sizeof *total->streams);
        total->gaps = json_array();
    }
    return report;
}

void report_free(struct report **report)
{
    if (*report) {
        for (size_t i = 0; i < (*report)->plan->process_count; i++) {
            mem_free(&(*report)->processes[i].streams);
            json_decref((*report)->processes[i].gaps);
        }
        mem_free(&(*report)->processes);
        mem_free(report);
    }
}

/* ---- adding ---- */

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

static const json_t *named(const json_t *list, const char *key, const char *name)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *item = json_array_get(list, i);
        if (strcmp(text_of(item, key), name) == 0) {
            return item;
        }
    }
    return NULL;
}

static const json_t *output_of(const json_t *stream, const char *name)
{
    return json_object_get(named(json_object_get(stream, "outputs"), "name", name),
                           "quantity");
}

/* The first input that a point gives is the stream's activity. */
static void add_activity(struct stream_total *total, const struct plan_stream *plan,
                         const json_t *stream)
{
    for (size_t i = 0; i < plan->input_count; i++) {
        const struct plan_input *input = &plan->inputs[i];
        const char *name = plan->method->inputs[input->method_input].name;
        if (input->point && input->series_index == 0) {
            const json_t *found = named(json_object_get(stream, "inputs"), "name", name);
            const json_t *quantity = json_object_get(found, "quantity");
            total->activity_name = name;
            snprintf(total->activity_unit, sizeof total->activity_unit, "%s",
                     text_of(quantity, "unit"));
            want(&total->activity, quantity);
            return;
        }
    }
}

static void add_stream(struct stream_total *total, const struct plan_stream *plan,
                       const json_t *stream)
{
    want(&total->co2e, json_object_get(stream, "co2e"));
    (void)take(&total->biomass, output_of(stream, "co2_biomass"));
    (void)take(&total->unproven, output_of(stream, "co2_biomass_unproven"));
    add_activity(total, plan, stream);
}

/* A term is summed from its streams, so that one that lacks is seen. */
static void add_terms(struct process_total *total, const struct plan_process *process,
                      const json_t *summary)
{
    const json_t *streams = json_object_get(summary, "streams");
    for (size_t i = 0; i < process->stream_count; i++) {
        const struct plan_stream *plan = &process->streams[i];
        const json_t *stream = named(streams, "id", plan->id);
        add_stream(&total->streams[i], plan, stream);
        want(&total->terms[plan->term], json_object_get(stream, "co2e"));
    }
}

static void note_gap(struct process_total *total, const json_t *summary)
{
    total->gap_count++;
    if (total->gap_count <= REPORT_GAPS_MAX) {
        json_array_append(total->gaps, json_object_get(summary, "window_start"));
    }
}

bool report_add(struct report *report, const json_t *summary)
{
    size_t i = 0;
    const struct plan *plan = report->plan;
    while (i < plan->process_count &&
           strcmp(plan->processes[i].id, text_of(summary, "process")) != 0) {
        i++;
    }
    if (i == plan->process_count) {
        return false;
    }
    struct process_total *total = &report->processes[i];
    const json_t *quality = json_object_get(summary, "quality");
    bool complete = json_is_true(json_object_get(quality, "complete"));
    total->windows++;
    total->complete += complete ? 1 : 0;
    total->substituted +=
        json_integer_value(json_object_get(quality, "substituted")) > 0 ? 1 : 0;
    if (!complete) {
        note_gap(total, summary);
    }
    want(&total->activity, json_object_get(summary, "activity_level"));
    (void)take(&total->electricity, json_object_get(summary, "electricity"));
    (void)take(&total->fuel_energy, json_object_get(summary, "fuel_energy"));
    (void)take(&total->biomass, json_object_get(summary, "co2_biomass"));
    add_terms(total, &plan->processes[i], summary);
    return true;
}

/* ---- attribution over the period ---- */

double report_direct(const struct report *report, size_t process, bool *ret_floored)
{
    static const int signs[TERM_COUNT] = {
        [TERM_DIRECT] = 1,
        [TERM_HEAT_IMPORT] = 1,
        [TERM_HEAT_EXPORT] = -1,
        [TERM_WASTE_GAS_IMPORT] = 1,
        [TERM_WASTE_GAS_EXPORT] = -1,
        [TERM_EL_PRODUCED] = -1,
    };
    const struct process_total *total = &report->processes[process];
    double sum = total->windows > 0 ? 0 : (double)NAN;
    for (int term = 0; term < TERM_COUNT; term++) {
        const struct figure *figure = &total->terms[term];
        if (signs[term] != 0 && figure->parts + figure->lacking > 0) {
            sum += signs[term] * figure_value(figure);
        }
    }
    *ret_floored = sum < 0;
    return sum < 0 ? 0 : sum;
}

double report_indirect(const struct report *report, size_t process)
{
    const struct process_total *total = &report->processes[process];
    const struct figure *figure = &total->terms[TERM_INDIRECT];
    if (figure->parts + figure->lacking == 0) {
        return total->windows > 0 ? 0 : (double)NAN;
    }
    return figure_value(figure);
}
