/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A trial of a stream's method: what a table of inputs can't say ("an emission factor
 * per TJ needs the net calorific value", "per tonne where cubic metres are measured")
 * the method itself knows.  It is run on made-up values of the points; when it refuses
 * several of them in the same words, those are about the wiring and not the values.
 */
#include "config/plan_private.h"

#include "methods/method.h"

#include <string.h>

/* Canonical values that points take in turn. */
static const double trials[] = {1, 0.5, 0.05, 100};

#define OUTPUTS_MAX 32 /* of a method's table */

/* The arguments and room for results of one method. */
struct trial {
    const struct plan_stream *stream;
    struct quantity *inputs;
    struct quantity *series[METHOD_INPUTS_MAX + 1];
    struct quantity *result_series[OUTPUTS_MAX];
    struct method_args args;
    struct method_results results;
};

static size_t item_count(const struct plan_stream *stream)
{
    size_t count = 0;
    for (size_t i = 0; i < stream->input_count; i++) {
        const struct plan_input *input = &stream->inputs[i];
        bool series = stream->method->inputs[input->method_input].flags & INPUT_SERIES;
        if (series && input->series_index + 1 > count) {
            count = input->series_index + 1;
        }
    }
    return count;
}

static void make_results(struct build *b, struct trial *trial)
{
    const struct method *method = trial->stream->method;
    size_t count = 0;
    while (method->outputs[count].name) {
        count++;
    }
    ASSERT(count <= OUTPUTS_MAX);
    for (size_t i = 0; i < count; i++) {
        trial->result_series[i] =
            method->outputs[i].series
                ? pool_take(b->pool, trial->args.count + 1, sizeof(struct quantity))
                : NULL;
    }
    trial->results.outputs =
        pool_take(b->pool, count + 1, sizeof *trial->results.outputs);
    trial->results.series = trial->result_series;
}

static void make_arguments(struct build *b, struct trial *trial)
{
    size_t count = METHOD_INPUTS_MAX + 1;
    trial->inputs = pool_take(b->pool, count, sizeof *trial->inputs);
    trial->args.count = item_count(trial->stream);
    for (size_t i = 0; i < trial->stream->input_count; i++) {
        size_t index = trial->stream->inputs[i].method_input;
        bool series = trial->stream->method->inputs[index].flags & INPUT_SERIES;
        if (series && !trial->series[index]) {
            trial->series[index] =
                pool_take(b->pool, trial->args.count, sizeof(struct quantity));
        }
    }
    trial->args.inputs = trial->inputs;
    trial->args.series = (const struct quantity *const *)trial->series;
}

static struct quantity value_of(const struct plan_input *input, double trial)
{
    if (input->point) {
        return (struct quantity){
            .has = true, .value = trial * input->sign, .which = input->which};
    }
    if (input->factor_count == 0) {
        return (struct quantity){0};
    }
    const struct plan_factor *factor = &input->factors[0];
    return (struct quantity){.has = true,
                             .value = factor->value,
                             .which = factor->which,
                             .text = bytes_of(factor->text)};
}

static enum err run_trial(struct trial *trial, double value, struct error *e)
{
    const struct method *method = trial->stream->method;
    for (size_t i = 0; i < trial->stream->input_count; i++) {
        const struct plan_input *input = &trial->stream->inputs[i];
        struct quantity *series = trial->series[input->method_input];
        struct quantity *place =
            series ? &series[input->series_index] : &trial->inputs[input->method_input];
        *place = value_of(input, value);
    }
    for (size_t i = 0; method->inputs[i].name; i++) {
        if (!(method->inputs[i].flags & INPUT_SERIES)) {
            method_fill(&method->inputs[i], true, &trial->inputs[i]);
        }
    }
    return method_run(method, &trial->args, &trial->results, e);
}

void build_try_method(struct build *b, const struct plan_stream *stream,
                      const struct node *place)
{
    struct trial trial = {.stream = stream};
    struct error first = {0};
    make_arguments(b, &trial);
    make_results(b, &trial);
    for (size_t i = 0; i < sizeof trials / sizeof *trials; i++) {
        struct error e = {0};
        if (run_trial(&trial, trials[i], i == 0 ? &first : &e) == ERR_OK) {
            return;
        }
        if (i > 0 && strcmp(e.text, first.text) != 0) {
            return; /* about the values, which are made up */
        }
    }
    problem_at(b->problems, place, "the method '%s' refuses these inputs: %s",
               stream->method->name, first.text);
}
