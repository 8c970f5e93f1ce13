/* SPDX-License-Identifier: Apache-2.0 */
/* A report's processes and streams, and what they come to over the period. */
#include "report/report_private.h"

#include "core/mem.h"

#include <math.h>

const char *const report_gases[REPORT_GASES] = {"CO2", "N2O", "CF4", "C2F6", "CH4"};

/* ---- figures ---- */

/* Neumaier's compensated sum. */
void figure_add(struct figure *figure, double value)
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

double report_round(double value, int decimals)
{
    double scale = 1;
    for (int i = 0; i < decimals; i++) {
        scale *= 10;
    }
    return round(value * scale) / scale;
}

/* ---- making ---- */

static const char *copy(struct pool *pool, const char *text)
{
    return text ? (const char *)pool_copy(pool, bytes_of(text)).data : NULL;
}

struct process_total *report_process(struct report *report, const char *id)
{
    for (size_t i = 0; i < report->process_count; i++) {
        if (strcmp(report->processes[i].id, id) == 0) {
            return &report->processes[i];
        }
    }
    if (!*id || report->process_count == REPORT_PROCESSES_MAX) {
        return NULL;
    }
    report->processes = mem_grow(report->processes, report->process_count,
                                 &report->process_capacity, sizeof *report->processes);
    struct process_total *process = &report->processes[report->process_count++];
    *process = (struct process_total){.id = copy(&report->pool, id)};
    process->gaps = json_array();
    return process;
}

struct stream_total *report_stream(struct process_total *process, struct pool *pool,
                                   const char *id)
{
    for (size_t i = 0; i < process->stream_count; i++) {
        if (strcmp(process->streams[i].id, id) == 0) {
            return &process->streams[i];
        }
    }
    if (!*id || process->stream_count == REPORT_STREAMS_MAX) {
        return NULL;
    }
    process->streams = mem_grow(process->streams, process->stream_count,
                                &process->stream_capacity, sizeof *process->streams);
    struct stream_total *stream = &process->streams[process->stream_count++];
    *stream = (struct stream_total){.id = copy(pool, id)};
    return stream;
}

/* Processes without a window are in the report too. */
static void declare(struct report *report, const struct report_outline_process *outline)
{
    struct process_total *process = report_process(report, outline->id);
    if (!process) {
        return;
    }
    process->name = outline->name;
    process->category = outline->category;
    process->route = outline->route;
    process->cn = outline->cn;
    process->functional_unit = outline->functional_unit;
    for (size_t i = 0; i < outline->stream_count; i++) {
        const struct report_outline_stream *from = &outline->streams[i];
        struct stream_total *stream = report_stream(process, &report->pool, from->id);
        if (stream) {
            stream->name = from->name;
            stream->activity = from->activity;
        }
    }
}

struct report *report_new(const struct report_outline *outline, int64_t from_ns,
                          int64_t to_ns)
{
    struct report *report = mem_new(struct report);
    report->outline = outline;
    report->from_ns = from_ns;
    report->to_ns = to_ns;
    for (size_t i = 0; i < outline->process_count; i++) {
        declare(report, &outline->processes[i]);
    }
    return report;
}

static void free_process(struct process_total *process)
{
    for (size_t s = 0; s < process->stream_count; s++) {
        struct stream_total *stream = &process->streams[s];
        for (size_t i = 0; i < stream->input_count; i++) {
            mem_free(&stream->inputs[i].factors);
        }
        mem_free(&stream->inputs);
    }
    for (size_t g = 0; g < process->product_count; g++) {
        struct product_total *product = &process->products[g];
        for (size_t i = 0; i < product->parameter_count; i++) {
            mem_free(&product->parameters[i].number.factors);
        }
        mem_free(&product->parameters);
    }
    mem_free(&process->products);
    mem_free(&process->streams);
    mem_free(&process->effects);
    json_decref(process->gaps);
}

void report_free(struct report **report)
{
    if (*report) {
        for (size_t i = 0; i < (*report)->process_count; i++) {
            free_process(&(*report)->processes[i]);
        }
        mem_free(&(*report)->processes);
        pool_deinit(&(*report)->pool);
        mem_free(report);
    }
}

/* ---- attribution over the period ---- */

double report_direct(const struct process_total *process, bool *ret_floored)
{
    static const int signs[TERM_COUNT] = {
        [TERM_DIRECT] = 1,
        [TERM_HEAT_IMPORT] = 1,
        [TERM_HEAT_EXPORT] = -1,
        [TERM_WASTE_GAS_IMPORT] = 1,
        [TERM_WASTE_GAS_EXPORT] = -1,
        [TERM_EL_PRODUCED] = -1,
    };
    double sum = process->windows > 0 ? 0 : (double)NAN;
    for (int term = 0; term < TERM_COUNT; term++) {
        const struct figure *figure = &process->terms[term];
        if (signs[term] != 0 && figure->parts + figure->lacking > 0) {
            sum += signs[term] * figure_value(figure);
        }
    }
    *ret_floored = sum < 0;
    return sum < 0 ? 0 : sum;
}

double report_indirect(const struct process_total *process)
{
    const struct figure *figure = &process->terms[TERM_INDIRECT];
    if (figure->parts + figure->lacking == 0) {
        return process->windows > 0 ? 0 : (double)NAN;
    }
    return figure_value(figure);
}

static double per_activity(const struct process_total *process, double emissions)
{
    double level = figure_value(&process->activity);
    return level > 0 ? emissions / level : (double)NAN;
}

double report_see_direct(const struct process_total *process)
{
    bool floored = false;
    return per_activity(process, report_direct(process, &floored));
}

double report_see_indirect(const struct process_total *process)
{
    return per_activity(process, report_indirect(process));
}

double report_total_direct(const struct report *report)
{
    double total = 0;
    for (size_t i = 0; i < report->process_count; i++) {
        const struct figure *own = &report->processes[i].terms[TERM_DIRECT];
        total += own->parts + own->lacking > 0 ? figure_value(own) : 0;
    }
    return total;
}

double report_total_indirect(const struct report *report)
{
    double total = 0;
    for (size_t i = 0; i < report->process_count; i++) {
        total += report_indirect(&report->processes[i]);
    }
    return total;
}

/* ---- inputs ---- */

const struct input_total *report_input(const struct stream_total *stream,
                                       const char *name)
{
    for (size_t i = 0; name && i < stream->input_count; i++) {
        if (strcmp(stream->inputs[i].name, name) == 0) {
            return &stream->inputs[i];
        }
    }
    return NULL;
}

const struct input_total *report_activity(const struct stream_total *stream)
{
    return report_input(stream, stream->activity);
}

static const struct stream_total *find_stream(const struct report *report,
                                              const char *process, const char *stream)
{
    for (size_t i = 0; i < report->process_count; i++) {
        const struct process_total *from = &report->processes[i];
        for (size_t s = 0; strcmp(from->id, process) == 0 && s < from->stream_count;
             s++) {
            if (strcmp(from->streams[s].id, stream) == 0) {
                return &from->streams[s];
            }
        }
    }
    return NULL;
}

void report_used(const struct report *report, const char *process, const char *stream,
                 double *ret_tonnes, double *ret_co2e)
{
    const struct stream_total *found = find_stream(report, process, stream);
    const struct input_total *activity = found ? report_activity(found) : NULL;
    bool tonnes = activity && strcmp(activity->unit, "t") == 0;
    *ret_tonnes = tonnes ? figure_value(&activity->sum) : (double)NAN;
    *ret_co2e = found ? figure_value(&found->co2e) : (double)NAN;
}

double report_factor_value(const struct input_total *input)
{
    if (!input) {
        return (double)NAN;
    }
    if (!input->measured && input->factor_count == 1) {
        return input->factors[0].value;
    }
    double weight = figure_value(&input->weight);
    return weight != 0 ? figure_value(&input->weighted) / weight : (double)NAN;
}

/* ---- built without libxlsxwriter ---- */

#ifndef EMGATE_XLSX
enum err report_write_xlsx(const struct report *report, const char *path, struct error *e)
{
    (void)report;
    return error_set(e, ERR_CONFIG,
                     "'%s': this program was built without XLSX (EMGATE_XLSX=OFF)", path);
}
#endif
