/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One process, one window: points, then streams by their methods, then terms, then
 * attribution.  Pure but for the points, which come through a function.
 */
#include "aggregate/process_private.h"

#include "aggregate/quality.h"
#include "aggregate/sum.h"

/* ---- points ---- */

struct point_value *process_point(const struct process_value *value,
                                  const struct plan_point *point)
{
    for (size_t i = 0; i < value->point_count; i++) {
        if (value->points[i].point == point) {
            return &value->points[i];
        }
    }
    return NULL;
}

static enum err add_point(struct work *w, const struct plan_point *point, size_t index)
{
    if (process_point(w->out, point)) {
        return ERR_OK;
    }
    struct point_value *value = &w->out->points[w->out->point_count];
    enum err err = w->window->point(w->window->ctx, index, w->window->from_ns,
                                    w->window->to_ns, value, w->e);
    if (err == ERR_OK) {
        value->point = point;
        value->index = index;
        w->out->point_count++;
    }
    return err;
}

static size_t most_points(const struct plan_process *process)
{
    size_t count = 1 + process->activity_count + process->other_count;
    for (size_t s = 0; s < process->stream_count; s++) {
        count += process->streams[s].input_count;
    }
    return count;
}

static enum err gather_points(struct work *w)
{
    const struct plan_process *process = w->window->process;
    w->out->points = arena_take(w->arena, most_points(process), sizeof *w->out->points);
    if (!w->out->points) {
        return error_set(w->e, ERR_REJECT, "process '%s': too many points", process->id);
    }
    enum err err = ERR_OK;
    if (process->operating) {
        err = add_point(w, process->operating, process->operating_index);
    }
    for (size_t i = 0; err == ERR_OK && i < process->activity_count; i++) {
        const struct plan_activity *activity = &process->activities[i];
        err = add_point(w, activity->point, activity->point_index);
    }
    for (size_t i = 0; err == ERR_OK && i < process->other_count; i++) {
        err = add_point(w, process->others[i].point, process->others[i].point_index);
    }
    for (size_t s = 0; s < process->stream_count; s++) {
        const struct plan_stream *stream = &process->streams[s];
        for (size_t i = 0; err == ERR_OK && i < stream->input_count; i++) {
            if (stream->inputs[i].point) {
                err =
                    add_point(w, stream->inputs[i].point, stream->inputs[i].point_index);
            }
        }
    }
    return err;
}

/* The rule of a point stands in where it gave nothing valid. */
static void substitute(struct work *w, struct point_value *value,
                       const struct point_value *operating)
{
    double instead = 0;
    bool valid = value->state == POINT_VALID || value->state == POINT_STANDSTILL;
    if (!valid && w->window->substitute &&
        w->window->substitute(w->window->ctx, value->index, w->window->from_ns,
                              &instead)) {
        quality_substitute(value, operating, instead);
    }
}

static void judge_points(struct work *w)
{
    const struct point_value *operating = NULL;
    if (w->window->process->operating) {
        operating = process_point(w->out, w->window->process->operating);
    }
    int64_t length_ns = w->window->to_ns - w->window->from_ns;
    for (size_t i = 0; i < w->out->point_count; i++) {
        struct point_value *value = &w->out->points[i];
        const struct point_value *running = value == operating ? NULL : operating;
        quality_judge(value, running, length_ns);
        bool valid = value->state == POINT_VALID || value->state == POINT_STANDSTILL;
        w->out->complete = w->out->complete && valid;
        substitute(w, value, running);
    }
    balance_substitute(w);
}

/* ---- streams ---- */

/* The quantity that a point gives to an input; false when there is none. */
static bool take_point(const struct work *w, const struct plan_input *input,
                       struct input_value *ret_value)
{
    const struct point_value *value = process_point(w->out, input->point);
    if (!value || !value->has) {
        return false;
    }
    double quantity = value->quantity;
    if (input->reconcile) {
        ret_value->reconciled = control_ratio(w->out, input->reconcile);
        quantity *= ret_value->reconciled.value;
    }
    ret_value->quantity = (struct quantity){
        .has = true,
        .value = input->sign * (quantity * input->scale + input->offset),
        .which = input->which,
    };
    return !input->reconcile || ret_value->reconciled.has;
}

static bool take_result(const struct work *w, const struct plan_input *input,
                        struct input_value *ret_value)
{
    const struct laboratory *known = w->window->laboratory;
    const struct laboratory_result *result =
        known ? laboratory_at(known, input, w->window->from_ns) : NULL;
    if (!result) {
        return false;
    }
    ret_value->quantity =
        (struct quantity){.has = true, .value = result->value, .which = result->which};
    ret_value->origin = (const char *)arena_print(w->arena, "laboratory:%llu",
                                                  (unsigned long long)result->record)
                            .data;
    ret_value->source = result->source;
    return true;
}

static bool take_factor(const struct work *w, const struct plan_input *input,
                        struct input_value *ret_value)
{
    if (take_result(w, input, ret_value)) {
        return true;
    }
    const struct plan_factor *factor = plan_factor_at(input, w->window->from_ns);
    if (!factor) {
        return false;
    }
    ret_value->quantity = (struct quantity){
        .has = true,
        .value = factor->value,
        .text = bytes_of(factor->text),
        .which = factor->which,
    };
    ret_value->origin = factor->origin;
    ret_value->source = factor->source;
    return true;
}

static const char *say(struct work *w, const char *what, const char *name,
                       const char *where)
{
    return (const char *)arena_print(w->arena, "%s '%s'%s", what, name, where).data;
}

bool process_input(struct work *w, const struct plan_input *input,
                   const struct method_input *spec, struct input_value *taken,
                   const char **ret_missing)
{
    *taken =
        (struct input_value){.input = input, .spec = spec, .origin = "", .source = ""};
    if (input->point) {
        taken->origin =
            (const char *)arena_print(w->arena, "point:%s", input->point->id).data;
        if (take_point(w, input, taken)) {
            return true;
        }
        *ret_missing =
            say(w, "no data of point", input->point->id,
                taken->quantity.has ? " or of a meter it is reconciled with" : "");
        taken->quantity.has = false;
        return false;
    }
    if (take_factor(w, input, taken)) {
        return true;
    }
    *ret_missing = say(w, "no factor", spec->name, " is valid in this window");
    return false;
}

/* Fills one input, or says why it is not there. */
static bool take_input(struct work *w, struct stream_value *value, size_t i)
{
    const struct plan_input *input = &value->stream->inputs[i];
    return process_input(w, input, &value->stream->method->inputs[input->method_input],
                         &value->inputs[i], &value->missing);
}

static bool take_inputs(struct work *w, struct stream_value *value)
{
    bool all = true;
    value->input_count = value->stream->input_count;
    value->inputs = arena_take(w->arena, value->input_count, sizeof *value->inputs);
    for (size_t i = 0; value->inputs && i < value->input_count; i++) {
        all = take_input(w, value, i) && all;
    }
    return all && value->inputs;
}

/* Lays the inputs out as the method's table wants them, series apart. */
static bool lay_out(struct work *w, const struct stream_value *value,
                    struct method_args *ret_args, struct method_results *ret_results)
{
    const struct method *method = value->stream->method;
    struct quantity *inputs = arena_take(w->arena, METHOD_INPUTS_MAX, sizeof *inputs);
    struct quantity **series = arena_take(w->arena, METHOD_INPUTS_MAX, sizeof *series);
    struct quantity **results = arena_take(w->arena, METHOD_INPUTS_MAX, sizeof *results);
    size_t count = 0;
    for (size_t i = 0; i < value->input_count; i++) {
        const struct plan_input *input = &value->stream->inputs[i];
        if (value->inputs[i].spec->flags & INPUT_SERIES && input->series_index >= count) {
            count = input->series_index + 1;
        }
    }
    for (size_t i = 0; !w->arena->overflow && i < value->input_count; i++) {
        const struct plan_input *input = &value->stream->inputs[i];
        if (!(value->inputs[i].spec->flags & INPUT_SERIES)) {
            inputs[input->method_input] = value->inputs[i].quantity;
            continue;
        }
        struct quantity **items = &series[input->method_input];
        *items = *items ? *items : arena_take(w->arena, count, sizeof **items);
        if (*items) {
            (*items)[input->series_index] = value->inputs[i].quantity;
        }
    }
    for (size_t i = 0; inputs && method->inputs[i].name; i++) {
        if (!(method->inputs[i].flags & INPUT_SERIES)) {
            method_fill(&method->inputs[i], true, &inputs[i]);
        }
    }
    for (size_t i = 0; method->outputs[i].name; i++) {
        if (method->outputs[i].series && results) {
            results[i] = arena_take(w->arena, count, sizeof *results[i]);
        }
    }
    *ret_args = (struct method_args){.inputs = inputs,
                                     .series = (const struct quantity *const *)series,
                                     .count = count};
    *ret_results = (struct method_results){.outputs = value->outputs,
                                           .series = (struct quantity *const *)results};
    return !w->arena->overflow;
}

static void add_maybe(struct maybe *sum, double value)
{
    sum->value = sum->has ? sum->value + value : value;
    sum->has = true;
}

static void add_gas(struct process_value *out, enum process_gas gas, double mass_t)
{
    out->gas_t[gas] += mass_t;
    out->gas_has[gas] = true;
}

/* What one output adds to the totals; gives the t CO2e of it that counts. */
static double take_output(struct process_value *out, const struct method_output *output,
                          double value)
{
    switch (output->role) {
    case OUTPUT_CO2E:
        return value;
    case OUTPUT_CO2_FOSSIL:
        add_gas(out, GAS_CO2, value);
        return value;
    case OUTPUT_CO2_BIOMASS:
        add_maybe(&out->co2_biomass, value);
        return 0;
    case OUTPUT_CO2_UNPROVEN:
        add_maybe(&out->co2_unproven, value);
        return 0;
    case OUTPUT_N2O:
        add_gas(out, GAS_N2O, value);
        return 0;
    case OUTPUT_CF4:
        add_gas(out, GAS_CF4, value);
        return 0;
    case OUTPUT_C2F6:
        add_gas(out, GAS_C2F6, value);
        return 0;
    case OUTPUT_CH4:
        add_gas(out, GAS_CH4, value);
        return 0;
    case OUTPUT_ENERGY:
        add_maybe(&out->fuel_energy, value);
        return 0;
    case OUTPUT_EMBEDDED_DIRECT:
        return value;
    case OUTPUT_CONSUMED:
    case OUTPUT_EMBEDDED_INDIRECT: /* added up by embed() */
    case OUTPUT_EMBEDDED_DEFAULT:
    case OUTPUT_EMBEDDED_ELECTRICITY:
    case OUTPUT_PLAIN:
        return 0;
    }
    UNREACHABLE();
}

static void take_outputs(struct process_value *out, struct stream_value *value)
{
    const struct method *method = value->stream->method;
    double co2e = 0;
    for (size_t i = 0; method->outputs[i].name; i++) {
        if (value->outputs[i].has) {
            co2e += take_output(out, &method->outputs[i],
                                value->outputs[i].value * value->share);
        }
    }
    bool own = value->stream->precursor && value->stream->precursor->process;
    value->has_co2e = !own;
    value->missing = own ? "made in the installation: solved over the period" : "";
    value->co2e = co2e;
}

static size_t output_count(const struct method *method)
{
    size_t count = 0;
    while (method->outputs[count].name) {
        count++;
    }
    return count;
}

static void note_electricity(struct process_value *out, const struct stream_value *value)
{
    for (size_t i = 0; value->inputs && i < value->input_count; i++) {
        const struct input_value *input = &value->inputs[i];
        if (value->stream->term == TERM_INDIRECT && input->quantity.has &&
            strcmp(input->spec->name, "electricity") == 0) {
            add_maybe(&out->electricity, input->quantity.value * value->share);
        }
    }
}

/* The share of the stream that is the process's; false, with the reason, when its split
 * is not known. */
static bool take_share(struct work *w, struct stream_value *value)
{
    value->share = value->stream->share;
    if (value->stream->split) {
        struct maybe share = control_ratio(w->out, value->stream->split);
        value->share = share.value;
        if (!share.has) {
            value->missing = "what it is split by has no data, or adds up to 0";
        }
        return share.has;
    }
    return true;
}

void process_stream(struct work *w, struct stream_value *value)
{
    const struct method *method = value->stream->method;
    struct method_args args;
    struct method_results results;
    struct error e;
    value->missing = "";
    bool all = take_inputs(w, value);
    all = take_share(w, value) && all;
    note_electricity(w->out, value);
    if (!all) {
        return;
    }
    value->outputs =
        arena_take(w->arena, output_count(method) + 1, sizeof *value->outputs);
    if (!value->outputs || !lay_out(w, value, &args, &results)) {
        return; /* the overflow is reported by the caller */
    }
    if (method_run(method, &args, &results, &e) != ERR_OK) {
        value->missing = (const char *)arena_copy(w->arena, bytes_of(e.text)).data;
        value->outputs = NULL;
        return;
    }
    take_outputs(w->out, value);
}

static void compute_streams(struct work *w)
{
    const struct plan_process *process = w->window->process;
    bool undetermined[TERM_COUNT] = {false};
    struct sum sums[TERM_COUNT] = {{0}};
    w->out->streams =
        arena_take(w->arena, process->stream_count, sizeof *w->out->streams);
    for (size_t s = 0; w->out->streams && s < process->stream_count; s++) {
        struct stream_value *value = &w->out->streams[s];
        value->stream = &process->streams[s];
        int term = value->stream->term;
        process_stream(w, value);
        w->out->terms[term].has = true;
        undetermined[term] = undetermined[term] || !value->has_co2e;
        w->out->complete = w->out->complete && value->outputs;
        sum_add(&sums[term], value->co2e);
    }
    for (int term = 0; term < TERM_COUNT; term++) {
        struct maybe *total = &w->out->terms[term];
        total->has = total->has && !undetermined[term];
        total->value = total->has ? sum_value(&sums[term]) : 0;
    }
}

/* ---- precursors ---- */

struct maybe stream_output(const struct stream_value *value, enum output_role role)
{
    const struct method_output *outputs = value->stream->method->outputs;
    for (size_t i = 0; value->outputs && outputs[i].name; i++) {
        if (outputs[i].role == role && value->outputs[i].has) {
            return (struct maybe){true, value->outputs[i].value * value->share};
        }
    }
    return (struct maybe){.has = false};
}

/* Sums one kind over the precursors; there is a sum when all of them have it. */
static struct maybe sum_embedded(const struct process_value *value, enum output_role role)
{
    struct sum sum = {0};
    struct maybe total = {.has = value->precursor_count > 0};
    for (size_t s = 0; s < value->process->stream_count; s++) {
        if (value->streams[s].stream->precursor) {
            struct maybe part = stream_output(&value->streams[s], role);
            total.has = total.has && part.has;
            sum_add(&sum, part.value);
        }
    }
    total.value = total.has ? sum_value(&sum) : 0;
    return total;
}

static void embed(struct process_value *value)
{
    for (size_t s = 0; s < value->process->stream_count; s++) {
        value->precursor_count += value->process->streams[s].precursor ? 1 : 0;
    }
    value->embedded_direct = sum_embedded(value, OUTPUT_EMBEDDED_DIRECT);
    value->embedded_indirect = sum_embedded(value, OUTPUT_EMBEDDED_INDIRECT);
    value->embedded_default = sum_embedded(value, OUTPUT_EMBEDDED_DEFAULT);
}

/* ---- attribution ---- */

/* True when every stream of the terms in eq. 55 has a value. */
static bool direct_known(const struct process_value *value)
{
    for (size_t s = 0; s < value->process->stream_count; s++) {
        const struct stream_value *stream = &value->streams[s];
        int term = stream->stream->term;
        if (term != TERM_INDIRECT && term != TERM_PRECURSOR && !stream->has_co2e) {
            return false;
        }
    }
    return true;
}

static void attribute(struct process_value *value)
{
    const struct maybe *t = value->terms;
    if (direct_known(value)) {
        double sum = t[TERM_DIRECT].value + t[TERM_HEAT_IMPORT].value -
                     t[TERM_HEAT_EXPORT].value + t[TERM_WASTE_GAS_IMPORT].value -
                     t[TERM_WASTE_GAS_EXPORT].value - t[TERM_EL_PRODUCED].value;
        value->floored = sum < 0;
        value->attributed_direct = (struct maybe){true, sum < 0 ? 0 : sum};
    }
    value->attributed_indirect = t[TERM_INDIRECT];
}

static struct maybe specific(struct maybe own, struct maybe embedded, double level)
{
    return (struct maybe){own.has && embedded.has, (own.value + embedded.value) / level};
}

static void divide_by_activity(struct process_value *value)
{
    if (value->activity.has && value->activity.value > 0) {
        double level = value->activity.value;
        value->see_direct = (struct maybe){value->attributed_direct.has,
                                           value->attributed_direct.value / level};
        value->see_indirect = (struct maybe){value->attributed_indirect.has,
                                             value->attributed_indirect.value / level};
        value->good_direct =
            specific(value->attributed_direct, value->embedded_direct, level);
        value->good_indirect =
            specific(value->attributed_indirect, value->embedded_indirect, level);
    }
}

enum err process_compute(const struct process_window *window, struct arena *arena,
                         struct process_value *ret_value, struct error *e)
{
    *ret_value = (struct process_value){.process = window->process, .complete = true};
    struct work w = {.window = window, .arena = arena, .out = ret_value, .e = e};
    enum err err = gather_points(&w);
    if (err != ERR_OK) {
        return err;
    }
    judge_points(&w);
    compute_streams(&w);
    if (arena->overflow) {
        return error_set(e, ERR_REJECT, "process '%s': window does not fit its memory",
                         window->process->id);
    }
    attribute(ret_value);
    embed(ret_value);
    activity_compute(&w);
    divide_by_activity(ret_value);
    uncertainty_carry(&w);
    control_check(&w);
    if (arena->overflow) {
        return error_set(e, ERR_REJECT, "process '%s': window does not fit its memory",
                         window->process->id);
    }
    return ERR_OK;
}
