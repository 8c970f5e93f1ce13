/* SPDX-License-Identifier: Apache-2.0 */
/* True quantities through the methods, window by window. */
#include "simulate/truth.h"

#include "core/clock.h"
#include "core/mem.h"
#include "methods/method.h"

#define SERIES_MAX 32
#define OUTPUTS_MAX 32

/* One stream's inputs and outputs, laid out as a method wants them. */
struct sheet {
    struct quantity inputs[METHOD_INPUTS_MAX];
    struct quantity items[METHOD_INPUTS_MAX][SERIES_MAX];
    const struct quantity *series[METHOD_INPUTS_MAX];
    size_t series_count;
    struct quantity outputs[OUTPUTS_MAX];
    struct quantity output_items[OUTPUTS_MAX][SERIES_MAX];
    struct quantity *output_series[OUTPUTS_MAX];
};

struct span {
    const struct plant *plant;
    int64_t from_ns, to_ns;
};

static enum err point_quantity(const struct span *span, const struct plan_point *point,
                               size_t index, double *ret_quantity, struct error *e)
{
    const struct signal *signal = plant_signal(span->plant, index);
    if (!signal) {
        return error_set(e, ERR_REJECT, "point '%s' is not played", point->id);
    }
    *ret_quantity = signal_quantity(signal, span->from_ns, span->to_ns);
    return ERR_OK;
}

static enum err sum_parts(const struct span *span, const struct plan_part *parts,
                          size_t count, double *ret_sum, struct error *e)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++) {
        double value = 0;
        enum err err =
            point_quantity(span, parts[i].point, parts[i].point_index, &value, e);
        if (err != ERR_OK) {
            return err;
        }
        sum += value * parts[i].scale;
    }
    *ret_sum = sum;
    return ERR_OK;
}

/* A ratio of the plan; 1 where there is none. */
static enum err true_ratio(const struct span *span, const struct plan_ratio *ratio,
                           double *ret_ratio, struct error *e)
{
    double above = 1;
    double below = 1;
    enum err err = ERR_OK;
    if (ratio) {
        err = sum_parts(span, ratio->above, ratio->above_count, &above, e);
    }
    if (ratio && err == ERR_OK) {
        err = sum_parts(span, ratio->below, ratio->below_count, &below, e);
    }
    *ret_ratio = below == 0 ? 1 : above / below;
    return err;
}

static enum err input_quantity(const struct span *span, const struct plan_input *input,
                               struct quantity *ret_quantity, struct error *e)
{
    struct quantity quantity = {.has = true, .which = input->which};
    if (input->point) {
        double value = 0;
        enum err err = point_quantity(span, input->point, input->point_index, &value, e);
        if (err != ERR_OK) {
            return err;
        }
        double factor = 1;
        err = true_ratio(span, input->reconcile, &factor, e);
        if (err != ERR_OK) {
            return err;
        }
        quantity.value = input->sign * (value * factor * input->scale + input->offset);
    } else {
        const struct plan_factor *factor = plan_factor_at(input, span->from_ns);
        if (!factor) {
            return error_set(e, ERR_REJECT, "no factor is valid at the window's start");
        }
        quantity.value = factor->value;
        quantity.text = bytes_of(factor->text);
        quantity.which = factor->which;
    }
    *ret_quantity = quantity;
    return ERR_OK;
}

static enum err fill_input(const struct span *span, const struct plan_stream *stream,
                           const struct plan_input *input, struct sheet *sheet,
                           struct error *e)
{
    size_t index = input->method_input;
    const struct method_input *spec = &stream->method->inputs[index];
    struct quantity *place = &sheet->inputs[index];
    if (spec->flags & INPUT_SERIES) {
        if (input->series_index >= SERIES_MAX) {
            return error_set(e, ERR_REJECT, "more than %d items of '%s'", SERIES_MAX,
                             spec->name);
        }
        place = &sheet->items[index][input->series_index];
        sheet->series[index] = sheet->items[index];
        if (input->series_index >= sheet->series_count) {
            sheet->series_count = input->series_index + 1;
        }
    }
    if (input_quantity(span, input, place, e) != ERR_OK) {
        return error_wrap(e, "input '%s'", spec->name);
    }
    return ERR_OK;
}

/* t CO2e of the outputs that count. */
static double counted(const struct method *method, const struct sheet *sheet)
{
    double co2e = 0;
    for (size_t i = 0; method->outputs[i].name; i++) {
        bool counts = method->outputs[i].role == OUTPUT_CO2E ||
                      method->outputs[i].role == OUTPUT_CO2_FOSSIL ||
                      method->outputs[i].role == OUTPUT_EMBEDDED_DIRECT;
        if (counts && sheet->outputs[i].has) {
            co2e += sheet->outputs[i].value;
        }
    }
    return co2e;
}

static enum err run_method(const struct method *method, struct sheet *sheet,
                           struct error *e)
{
    for (size_t i = 0; method->outputs[i].name; i++) {
        ASSERT(i < OUTPUTS_MAX);
        sheet->output_series[i] =
            method->outputs[i].series ? sheet->output_items[i] : NULL;
    }
    struct method_args args = {
        .inputs = sheet->inputs, .series = sheet->series, .count = sheet->series_count};
    struct method_results results = {.outputs = sheet->outputs,
                                     .series = sheet->output_series};
    return method_run(method, &args, &results, e);
}

static enum err compute_stream(const struct span *span, const struct plan_stream *stream,
                               double *ret_co2e, struct error *e)
{
    struct sheet *sheet = mem_new(struct sheet);
    enum err err = ERR_OK;
    for (size_t i = 0; i < stream->input_count && err == ERR_OK; i++) {
        err = fill_input(span, stream, &stream->inputs[i], sheet, e);
    }
    for (size_t i = 0; stream->method->inputs[i].name && err == ERR_OK; i++) {
        if (!(stream->method->inputs[i].flags & INPUT_SERIES)) {
            method_fill(&stream->method->inputs[i], true, &sheet->inputs[i]);
        }
    }
    if (err == ERR_OK) {
        err = run_method(stream->method, sheet, e);
    }
    double share = stream->share;
    if (err == ERR_OK && stream->split) {
        err = true_ratio(span, stream->split, &share, e);
    }
    if (err == ERR_OK) {
        *ret_co2e = counted(stream->method, sheet) * share;
    }
    mem_free(&sheet);
    return err;
}

/* What a term adds to the direct emissions, eq. 55: 1, -1, or 0 for the indirect ones. */
static int direct_sign(enum attribution_term term)
{
    switch (term) {
    case TERM_DIRECT:
    case TERM_HEAT_IMPORT:
    case TERM_WASTE_GAS_IMPORT:
        return 1;
    case TERM_HEAT_EXPORT:
    case TERM_WASTE_GAS_EXPORT:
    case TERM_EL_PRODUCED:
        return -1;
    case TERM_INDIRECT:
    case TERM_PRECURSOR:
    case TERM_COUNT:
        return 0;
    }
    UNREACHABLE();
}

static enum err compute_streams(const struct span *span,
                                const struct plan_process *process, struct truth *truth,
                                struct error *e)
{
    for (size_t i = 0; i < process->stream_count; i++) {
        const struct plan_stream *stream = &process->streams[i];
        double co2e = 0;
        if (compute_stream(span, stream, &co2e, e) != ERR_OK) {
            return error_wrap(e, "stream '%s'", stream->id);
        }
        truth->streams[i] = co2e;
        truth->direct += direct_sign((enum attribution_term)stream->term) * co2e;
        truth->indirect += stream->term == TERM_INDIRECT ? co2e : 0;
    }
    truth->direct = truth->direct > 0 ? truth->direct : 0;
    return ERR_OK;
}

static enum err compute_activity(const struct span *span,
                                 const struct plan_process *process, struct truth *truth,
                                 struct error *e)
{
    for (size_t i = 0; i < process->activity_count; i++) {
        const struct plan_activity *activity = &process->activities[i];
        double value = 0;
        enum err err =
            point_quantity(span, activity->point, activity->point_index, &value, e);
        struct quantity content = {.value = 1};
        if (err == ERR_OK && activity->content && value != 0) {
            err = input_quantity(span, activity->content, &content, e);
        }
        if (err != ERR_OK) {
            return err;
        }
        truth->activity += value * content.value * activity->scale;
    }
    return ERR_OK;
}

enum err truth_compute(const struct plant *plant, const struct plan_process *process,
                       int64_t from_ns, int64_t to_ns, struct truth *ret_truth,
                       struct error *e)
{
    struct span span = {.plant = plant, .from_ns = from_ns, .to_ns = to_ns};
    struct truth truth = {0};
    if (process->stream_count > TRUTH_STREAMS_MAX) {
        return error_set(e, ERR_REJECT, "process '%s': more than %d streams", process->id,
                         TRUTH_STREAMS_MAX);
    }
    enum err err = compute_activity(&span, process, &truth, e);
    if (err == ERR_OK) {
        err = compute_streams(&span, process, &truth, e);
    }
    if (err != ERR_OK) {
        return error_wrap(e, "process '%s'", process->id);
    }
    *ret_truth = truth;
    return ERR_OK;
}

static void write_numbers(const struct truth *truth, struct json_writer *writer)
{
    json_key(writer, "activity");
    json_double(writer, truth->activity);
    json_key(writer, "direct");
    json_double(writer, truth->direct);
    json_key(writer, "indirect");
    json_double(writer, truth->indirect);
}

static void write_window(const struct plan_process *process, int64_t start_ns,
                         int64_t end_ns, const struct truth *truth,
                         struct json_writer *writer)
{
    json_open(writer, '{');
    json_pair(writer, "process", process->id);
    json_key(writer, "start");
    json_time(writer, start_ns);
    json_key(writer, "end");
    json_time(writer, end_ns);
    write_numbers(truth, writer);
    json_key(writer, "streams");
    json_open(writer, '{');
    for (size_t i = 0; i < process->stream_count; i++) {
        json_key(writer, process->streams[i].id);
        json_double(writer, truth->streams[i]);
    }
    json_close(writer, '}');
    json_close(writer, '}');
}

static void write_total(const struct plan_process *process, const struct truth *sum,
                        int64_t windows, struct json_writer *writer)
{
    json_open(writer, '{');
    json_pair(writer, "process", process->id);
    json_pair(writer, "name", process->name);
    json_pair(writer, "unit", process->functional_unit);
    json_key(writer, "windows");
    json_i64(writer, windows);
    write_numbers(sum, writer);
    json_close(writer, '}');
}

static int64_t first_start(const struct plan *plan, int64_t from_ns)
{
    int64_t length_ns = plan->windows.length_ns;
    return (from_ns + length_ns - 1) / length_ns * length_ns;
}

/* Windows of one process, and their sum. */
static enum err write_process(const struct plan *plan, const struct span *span,
                              const struct plan_process *process, struct truth *ret_sum,
                              struct json_writer *writer, struct error *e)
{
    int64_t length_ns = plan->windows.length_ns;
    int64_t start_ns = first_start(plan, span->from_ns);
    for (; start_ns + length_ns <= span->to_ns; start_ns += length_ns) {
        struct truth truth = {0};
        enum err err = truth_compute(span->plant, process, start_ns, start_ns + length_ns,
                                     &truth, e);
        if (err != ERR_OK) {
            return err;
        }
        write_window(process, start_ns, start_ns + length_ns, &truth, writer);
        ret_sum->activity += truth.activity;
        ret_sum->direct += truth.direct;
        ret_sum->indirect += truth.indirect;
    }
    return ERR_OK;
}

enum err truth_write(const struct plan *plan, const struct plant *plant, int64_t from_ns,
                     int64_t to_ns, struct json_writer *writer, struct error *e)
{
    struct span span = {.plant = plant, .from_ns = from_ns, .to_ns = to_ns};
    struct truth *sums = mem_array(plan->process_count + 1, sizeof *sums);
    enum err err = ERR_OK;
    json_key(writer, "windows");
    json_open(writer, '[');
    for (size_t i = 0; i < plan->process_count && err == ERR_OK; i++) {
        err = write_process(plan, &span, &plan->processes[i], &sums[i], writer, e);
    }
    json_close(writer, ']');
    json_key(writer, "totals");
    json_open(writer, '[');
    int64_t windows = (to_ns - first_start(plan, from_ns)) / plan->windows.length_ns;
    for (size_t i = 0; i < plan->process_count; i++) {
        write_total(&plan->processes[i], &sums[i], windows > 0 ? windows : 0, writer);
    }
    json_close(writer, ']');
    mem_free(&sums);
    return err;
}
