/* SPDX-License-Identifier: Apache-2.0 */
/* Adds windows up to a period. */
#include "report/report_private.h"

#include "core/mem.h"

#include <math.h>
#include <stdio.h>

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

/* ---- figures ---- */

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

/* The first that is there stays. */
static void keep(struct pool *pool, const char **kept, const char *text)
{
    if (!*kept && *text) {
        *kept = (const char *)pool_copy(pool, bytes_of(text)).data;
    }
}

bool report_is_amount(const char *unit)
{
    return *unit && !strchr(unit, '/') && strcmp(unit, "1") != 0 &&
           strcmp(unit, "%") != 0 && strcmp(unit, "mV") != 0;
}

/* ---- inputs of a stream ---- */

static const json_t *quantity_of(const json_t *stream, const char *list, const char *name)
{
    return json_object_get(named(json_object_get(stream, list), "name", name),
                           "quantity");
}

static double number_of(const json_t *stream, const char *name)
{
    const json_t *value = json_object_get(quantity_of(stream, "inputs", name), "value");
    return value ? json_number_value(value) : (double)NAN;
}

static bool is_point(const json_t *input)
{
    const char *origin = text_of(input, "origin");
    return strncmp(origin, "point:", 6) == 0 || strncmp(origin, "substitute:", 11) == 0;
}

static struct input_total *input_of(struct report *report, struct stream_total *stream,
                                    const char *name)
{
    for (size_t i = 0; i < stream->input_count; i++) {
        if (strcmp(stream->inputs[i].name, name) == 0) {
            return &stream->inputs[i];
        }
    }
    stream->inputs = mem_grow(stream->inputs, stream->input_count,
                              &stream->input_capacity, sizeof *stream->inputs);
    struct input_total *input = &stream->inputs[stream->input_count++];
    *input = (struct input_total){0};
    keep(&report->pool, &input->name, name);
    return input;
}

static void note_factor(struct report *report, struct input_total *total, double value,
                        const json_t *input, const char *window)
{
    const char *source = text_of(input, "source");
    struct report_factor *last =
        total->factor_count ? &total->factors[total->factor_count - 1] : NULL;
    if (!last || last->value != value || strcmp(last->source, source) != 0) {
        if (total->factor_count == REPORT_FACTORS_MAX) {
            return;
        }
        total->factors = mem_grow(total->factors, total->factor_count,
                                  &total->factor_capacity, sizeof *total->factors);
        last = &total->factors[total->factor_count++];
        *last = (struct report_factor){.value = value, .source = ""};
        keep(&report->pool, &last->origin, text_of(input, "origin"));
        last->source = (const char *)pool_copy(&report->pool, bytes_of(source)).data;
        keep(&report->pool, &last->first, window);
    }
    last->last = NULL;
    keep(&report->pool, &last->last, window);
    last->windows++;
}

/* A factor per energy is weighed by energy, any other by the activity. */
static double weight_of(const struct stream_total *stream, const json_t *from,
                        const char *unit)
{
    double weight = stream->activity ? number_of(from, stream->activity) : 1;
    double ncv = number_of(from, "ncv");
    size_t len = strlen(unit);
    bool per_energy = len > 3 && strcmp(unit + len - 3, "/TJ") == 0;
    return per_energy && isfinite(ncv) ? weight * ncv : weight;
}

static void add_input(struct report *report, struct stream_total *stream,
                      const json_t *from, const json_t *input, const char *window)
{
    const json_t *quantity = json_object_get(input, "quantity");
    const char *unit = text_of(quantity, "unit");
    struct input_total *total = input_of(report, stream, text_of(input, "name"));
    bool measured = is_point(input);
    total->measured = total->measured || measured;
    if (*unit) {
        snprintf(total->unit, sizeof total->unit, "%s", unit);
    }
    want(&total->sum, quantity);
    const json_t *value = json_object_get(quantity, "value");
    if (!value) {
        return;
    }
    total->nonzero += json_number_value(value) != 0 ? 1 : 0;
    double weight = weight_of(stream, from, unit);
    if (isfinite(weight)) {
        figure_add(&total->weighted, json_number_value(value) * weight);
        figure_add(&total->weight, weight);
    }
    if (!measured) {
        note_factor(report, total, json_number_value(value), input, window);
    }
}

/* ---- streams ---- */

static int term_of(const char *name)
{
    int term = 0;
    while (term < TERM_COUNT && strcmp(attribution_term_names[term], name) != 0) {
        term++;
    }
    return term < TERM_COUNT ? term : TERM_DIRECT;
}

static void describe_stream(struct report *report, struct stream_total *total,
                            const json_t *stream)
{
    const json_t *inputs = json_object_get(stream, "inputs");
    total->term = term_of(text_of(stream, "term"));
    keep(&report->pool, &total->method, text_of(stream, "method"));
    keep(&report->pool, &total->method_version, text_of(stream, "method_version"));
    for (size_t i = 0; !total->activity && i < json_array_size(inputs); i++) {
        const json_t *input = json_array_get(inputs, i);
        const char *unit = text_of(json_object_get(input, "quantity"), "unit");
        if (is_point(input) && report_is_amount(unit)) {
            keep(&report->pool, &total->activity, text_of(input, "name"));
        }
    }
}

static void describe_precursor(struct pool *pool, struct precursor_total *total,
                               const json_t *from)
{
    keep(pool, &total->process, text_of(from, "process"));
    keep(pool, &total->category, text_of(from, "category"));
    keep(pool, &total->cn, text_of(from, "cn"));
    keep(pool, &total->origin, text_of(from, "origin"));
    keep(pool, &total->supplier, text_of(from, "supplier"));
    keep(pool, &total->installation, text_of(from, "installation"));
    keep(pool, &total->verification, text_of(from, "verification"));
    keep(pool, &total->period, text_of(from, "period"));
    keep(pool, &total->default_good, text_of(from, "default_good"));
    total->exempt = json_is_true(json_object_get(from, "exempt"));
    total->indirect_counts = json_is_true(json_object_get(from, "indirect_counts"));
}

static void add_precursor(struct pool *pool, struct stream_total *stream,
                          const json_t *from)
{
    if (!from) {
        return;
    }
    if (!stream->precursor) {
        stream->precursor = pool_new(pool, struct precursor_total);
    }
    struct precursor_total *total = stream->precursor;
    const json_t *consumed = json_object_get(from, "consumed");
    describe_precursor(pool, total, from);
    if (consumed) {
        snprintf(total->unit, sizeof total->unit, "%s", text_of(consumed, "unit"));
    }
    want(&total->consumed, consumed);
    if (!total->process) {
        want(&total->direct, json_object_get(from, "embedded_direct"));
        want(&total->indirect, json_object_get(from, "embedded_indirect"));
        want(&total->by_default, json_object_get(from, "embedded_by_default"));
        want(&total->electricity, json_object_get(from, "embedded_electricity"));
    }
}

static void add_stream(struct report *report, struct process_total *process,
                       const json_t *stream, const char *window)
{
    struct stream_total *total =
        report_stream(process, &report->pool, text_of(stream, "id"));
    if (!total) {
        return;
    }
    describe_stream(report, total, stream);
    const json_t *co2e = json_object_get(stream, "co2e");
    const json_t *precursor = json_object_get(stream, "precursor");
    add_precursor(&report->pool, total, precursor);
    if (!*text_of(precursor, "process")) {
        want(&total->co2e, co2e);
        want(&process->terms[total->term], co2e);
    }
    (void)take(&total->biomass, quantity_of(stream, "outputs", "co2_biomass"));
    (void)take(&total->unproven, quantity_of(stream, "outputs", "co2_biomass_unproven"));
    (void)take(&total->heat, quantity_of(stream, "outputs", "heat"));
    total->is_n2o = total->is_n2o || quantity_of(stream, "outputs", "n2o");
    const json_t *inputs = json_object_get(stream, "inputs");
    for (size_t i = 0; i < json_array_size(inputs); i++) {
        add_input(report, total, stream, json_array_get(inputs, i), window);
    }
}

/* ---- goods ---- */

static struct product_total *product_of(struct report *report,
                                        struct process_total *process, const char *id)
{
    for (size_t i = 0; i < process->product_count; i++) {
        if (strcmp(process->products[i].id, id) == 0) {
            return &process->products[i];
        }
    }
    if (process->product_count == REPORT_PRODUCTS_MAX) {
        return NULL;
    }
    process->products = mem_grow(process->products, process->product_count,
                                 &process->product_capacity, sizeof *process->products);
    struct product_total *product = &process->products[process->product_count++];
    *product = (struct product_total){
        .id = (const char *)pool_copy(&report->pool, bytes_of(id)).data};
    return product;
}

static void add_part(struct report *report, struct process_total *process,
                     const json_t *part)
{
    struct product_total *product = product_of(report, process, text_of(part, "good"));
    const json_t *quantity = json_object_get(part, "quantity");
    if (!product) {
        return;
    }
    if (quantity) {
        snprintf(product->unit, sizeof product->unit, "%s", text_of(quantity, "unit"));
        product->window_quantity += json_number_value(json_object_get(quantity, "value"));
    }
    product->contains = product->contains || json_object_get(part, "content");
    want(&product->quantity, quantity);
    want(&product->level, json_object_get(part, "level"));
}

static struct parameter_total *
parameter_of(struct report *report, struct product_total *product, const char *name)
{
    for (size_t i = 0; i < product->parameter_count; i++) {
        if (strcmp(product->parameters[i].number.name, name) == 0) {
            return &product->parameters[i];
        }
    }
    product->parameters =
        mem_grow(product->parameters, product->parameter_count,
                 &product->parameter_capacity, sizeof *product->parameters);
    struct parameter_total *parameter = &product->parameters[product->parameter_count++];
    *parameter = (struct parameter_total){.word = NULL};
    keep(&report->pool, &parameter->number.name, name);
    return parameter;
}

static void add_parameter(struct report *report, struct product_total *product,
                          const json_t *from, const char *window)
{
    const json_t *quantity = json_object_get(from, "quantity");
    const json_t *value = json_object_get(quantity, "value");
    const char *word = text_of(from, "text");
    struct parameter_total *parameter =
        parameter_of(report, product, text_of(from, "name"));
    struct input_total *number = &parameter->number;
    if (*word) {
        parameter->word = (const char *)pool_copy(&report->pool, bytes_of(word)).data;
    }
    if (value) {
        snprintf(number->unit, sizeof number->unit, "%s", text_of(quantity, "unit"));
        figure_add(&number->weighted,
                   json_number_value(value) * product->window_quantity);
        figure_add(&number->weight, product->window_quantity);
        note_factor(report, number, json_number_value(value), from, window);
    }
}

static void add_goods(struct report *report, struct process_total *process,
                      const json_t *summary)
{
    const json_t *parts = json_object_get(summary, "activity_parts");
    const json_t *goods = json_object_get(summary, "goods");
    for (size_t i = 0; i < process->product_count; i++) {
        process->products[i].window_quantity = 0;
    }
    for (size_t i = 0; i < json_array_size(parts); i++) {
        add_part(report, process, json_array_get(parts, i));
    }
    for (size_t i = 0; i < json_array_size(goods); i++) {
        const json_t *good = json_array_get(goods, i);
        const json_t *parameters = json_object_get(good, "parameters");
        struct product_total *product = product_of(report, process, text_of(good, "id"));
        if (!product) {
            return;
        }
        keep(&report->pool, &product->name, text_of(good, "name"));
        keep(&report->pool, &product->cn, text_of(good, "cn"));
        for (size_t p = 0; p < json_array_size(parameters); p++) {
            add_parameter(report, product, json_array_get(parameters, p),
                          text_of(summary, "window_start"));
        }
    }
}

/* ---- windows ---- */

/* A window that is not complete or has substitutes, as data_gaps_and_estimates lists it
 * (Annex IV item 16(e)). */
static void note_gap(struct process_total *process, const json_t *summary, bool complete)
{
    const json_t *points = json_object_get(json_object_get(summary, "quality"), "points");
    json_t *gap =
        json_pack("{s:O, s:s, s:[]}", "window", json_object_get(summary, "window_start"),
                  "state", complete ? "substituted" : "incomplete", "points");
    for (size_t i = 0; i < json_array_size(points); i++) {
        const json_t *point = json_array_get(points, i);
        const char *state = text_of(point, "state");
        if (strcmp(state, "valid") == 0 || strcmp(state, "standstill") == 0) {
            continue;
        }
        json_array_append_new(json_object_get(gap, "points"),
                              json_pack("{s:s, s:s, s:s}", "point",
                                        text_of(point, "point"), "state", state,
                                        "substitution", text_of(point, "substitution")));
    }
    process->gap_count++;
    if (gap && process->gap_count <= REPORT_GAPS_MAX) {
        json_array_append(process->gaps, gap);
    }
    json_decref(gap);
}

static void describe_process(struct report *report, struct process_total *process,
                             const json_t *summary)
{
    const json_t *level = json_object_get(summary, "activity_level");
    keep(&report->pool, &process->category, text_of(summary, "category"));
    keep(&report->pool, &process->route, text_of(summary, "route"));
    keep(&report->pool, &process->cn, text_of(summary, "cn"));
    keep(&report->pool, &process->functional_unit, text_of(level, "unit"));
}

static void add_gases(struct process_total *process, const json_t *gases)
{
    for (size_t i = 0; i < REPORT_GASES; i++) {
        const json_t *gas = named(gases, "gas", report_gases[i]);
        if (gas) {
            figure_add(&process->gas_mass[i],
                       json_number_value(json_object_get(gas, "mass_t")));
            figure_add(&process->gas_co2e[i],
                       json_number_value(json_object_get(gas, "co2e_t")));
        }
    }
}

static struct point_effect *effect_of(struct pool *pool, struct process_total *process,
                                      const char *point)
{
    for (size_t i = 0; i < process->effect_count; i++) {
        if (strcmp(process->effects[i].point, point) == 0) {
            return &process->effects[i];
        }
    }
    if (process->effect_count == REPORT_POINTS_MAX) {
        return NULL;
    }
    process->effects = mem_grow(process->effects, process->effect_count,
                                &process->effect_capacity, sizeof *process->effects);
    struct point_effect *effect = &process->effects[process->effect_count++];
    *effect = (struct point_effect){.point = NULL};
    keep(pool, &effect->point, point);
    return effect;
}

/* One instrument errs the same way in all windows: its effects add up. */
static void add_uncertainty(struct pool *pool, struct process_total *process,
                            const json_t *summary)
{
    const json_t *points = json_object_get(json_object_get(summary, "quality"), "points");
    for (size_t i = 0; i < json_array_size(points); i++) {
        const json_t *point = json_array_get(points, i);
        bool stated = json_number_value(json_object_get(point, "uncertainty")) > 0;
        struct point_effect *effect =
            stated ? effect_of(pool, process, text_of(point, "point")) : NULL;
        if (effect) {
            (void)take(&effect->direct, json_object_get(point, "effect_direct"));
            (void)take(&effect->indirect, json_object_get(point, "effect_indirect"));
            (void)take(&effect->activity, json_object_get(point, "effect_activity"));
        }
    }
    want(&process->uncertain[0], json_object_get(summary, "uncertainty_direct"));
    want(&process->uncertain[1], json_object_get(summary, "uncertainty_indirect"));
    want(&process->uncertain[2], json_object_get(summary, "uncertainty_activity"));
}

static void add_controls(struct process_total *process, const json_t *summary)
{
    const json_t *quality = json_object_get(summary, "quality");
    const json_t *balances = json_object_get(quality, "balances");
    process->alarms +=
        (size_t)json_integer_value(json_object_get(quality, "alarm_count"));
    for (size_t i = 0; i < json_array_size(balances); i++) {
        bool closed =
            strcmp(text_of(json_array_get(balances, i), "state"), "closed") == 0;
        process->balances_open += closed ? 0 : 1;
    }
}

static void add_quality(struct process_total *process, const json_t *summary)
{
    const json_t *quality = json_object_get(summary, "quality");
    bool complete = json_is_true(json_object_get(quality, "complete"));
    bool replaced = json_integer_value(json_object_get(quality, "substituted")) > 0;
    process->windows++;
    process->complete += complete ? 1 : 0;
    process->substituted += replaced ? 1 : 0;
    if (!complete || replaced) {
        note_gap(process, summary, complete);
    }
}

bool report_add(struct report *report, const json_t *summary)
{
    struct process_total *process = report_process(report, text_of(summary, "process"));
    if (!process) {
        return false;
    }
    describe_process(report, process, summary);
    process->indirect_counts = json_is_true(json_object_get(summary, "indirect_counts"));
    add_quality(process, summary);
    add_uncertainty(&report->pool, process, summary);
    add_controls(process, summary);
    want(&process->activity, json_object_get(summary, "activity_level"));
    (void)take(&process->electricity, json_object_get(summary, "electricity"));
    (void)take(&process->fuel_energy, json_object_get(summary, "fuel_energy"));
    (void)take(&process->biomass, json_object_get(summary, "co2_biomass"));
    (void)take(&process->unproven, json_object_get(summary, "co2_biomass_unproven"));
    add_gases(process, json_object_get(summary, "gases"));
    add_goods(report, process, summary);
    const json_t *streams = json_object_get(summary, "streams");
    for (size_t i = 0; i < json_array_size(streams); i++) {
        add_stream(report, process, json_array_get(streams, i),
                   text_of(summary, "window_start"));
    }
    return true;
}
