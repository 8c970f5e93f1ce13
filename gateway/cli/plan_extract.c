/* SPDX-License-Identifier: Apache-2.0 */
/* Walks the plan in the order of the configuration. */
#include "cli/plan_extract.h"

#include "config/sector_parameters.h"
#include "core/clock.h"
#include "methods/method.h"

#include <jansson.h>
#include <math.h>

static void put_number(struct json_writer *w, const char *key, double value)
{
    if (isfinite(value)) {
        json_key(w, key);
        json_double(w, value);
    }
}

/* ---- who and where ---- */

static void put_installation(struct json_writer *w, const struct plan_installation *i)
{
    json_key(w, "installation");
    json_open(w, '{');
    json_pair(w, "identifier", i->id);
    json_pair(w, "name", i->name);
    json_pair(w, "operator", i->operator_name);
    json_pair(w, "operator_identifier", i->operator_id);
    json_pair(w, "sector", i->sector);
    json_pair(w, "economic_activity", i->economic_activity);
    json_pair(w, "address", i->address);
    json_pair(w, "post_code", i->post_code);
    json_pair(w, "city", i->city);
    json_pair(w, "country", i->country);
    json_pair(w, "unlocode", i->unlocode);
    json_pair(w, "latitude", i->latitude);
    json_pair(w, "longitude", i->longitude);
    json_pair(w, "time_zone", i->time_zone);
    json_close(w, '}');
}

/* ---- instruments ---- */

/* What stands in for the point by the rule "balance". */
static void put_balance(struct json_writer *w, const struct plan_point *point)
{
    if (point->balance_count == 0) {
        return;
    }
    json_key(w, "balance_of");
    json_open(w, '[');
    for (size_t i = 0; i < point->balance_count; i++) {
        json_open(w, '{');
        json_pair(w, "point", point->balance[i].point->id);
        put_number(w, "times", point->balance[i].scale);
        json_close(w, '}');
    }
    json_close(w, ']');
}

static void put_point(struct json_writer *w, const struct plan_point *point)
{
    json_open(w, '{');
    json_pair(w, "identifier", point->id);
    json_pair(w, "name", point->name);
    json_pair(w, "location", point->location);
    json_pair(w, "instrument", point->instrument);
    json_pair(w, "device", point->device);
    json_pair(w, "metric", point->metric);
    json_pair(w, "kind", plan_point_kind_name(point->kind));
    json_pair(w, "unit", point->unit);
    put_number(w, "reading_every_s", (double)point->interval_ns / (double)NS_PER_S);
    put_number(w, "range_from", point->range_min);
    put_number(w, "range_to", point->range_max);
    put_number(w, "valid_share", point->valid_share);
    if (point->uncertainty > 0) {
        put_number(w, "uncertainty_95_percent", point->uncertainty);
    }
    json_pair(w, "substitution_rule", point->substitute);
    if (strcmp(point->substitute, "constant") == 0 ||
        strcmp(point->substitute, "part75") == 0) {
        put_number(w, "substitute_value", point->substitute_value);
    }
    put_balance(w, point);
    json_close(w, '}');
}

/* ---- source streams ---- */

/* Which of "t|1000 Nm3" it is. */
static void put_unit(struct json_writer *w, const char *units, uint8_t which)
{
    json_key(w, "unit");
    json_text(w, bytes_part(bytes_of(units ? units : ""), '|', which));
}

static void put_time(struct json_writer *w, const char *key, int64_t ns)
{
    if (ns != INT64_MIN && ns != INT64_MAX) {
        json_key(w, key);
        json_time(w, ns);
    }
}

static void put_factor(struct json_writer *w, const struct plan_factor *factor,
                       const struct method_input *spec)
{
    json_open(w, '{');
    if (factor->text) {
        json_pair(w, "word", factor->text);
    } else {
        put_number(w, "value", factor->value);
        put_unit(w, spec->unit, factor->which);
    }
    put_time(w, "from", factor->from_ns);
    put_time(w, "to", factor->to_ns);
    json_pair(w, "origin", factor->origin);
    json_pair(w, "source", factor->source);
    json_close(w, '}');
}

/* Where a value is from. */
static void put_source(struct json_writer *w, const struct plan_input *input,
                       const struct method_input *spec)
{
    json_pair(w, "name", spec->name);
    json_pair(w, "meaning", spec->help);
    if (input->point) {
        json_pair(w, "measured_by", input->point->id);
        if (input->sign < 0) {
            json_pair(w, "sign", "-1");
        }
    } else {
        json_key(w, "factors");
        json_open(w, '[');
        for (size_t i = 0; i < input->factor_count; i++) {
            put_factor(w, &input->factors[i], spec);
        }
        json_close(w, ']');
    }
}

static void put_input(struct json_writer *w, const struct plan_stream *stream,
                      const struct plan_input *input)
{
    json_open(w, '{');
    put_source(w, input, &stream->method->inputs[input->method_input]);
    json_close(w, '}');
}

static void put_stream(struct json_writer *w, const struct plan_stream *stream)
{
    json_open(w, '{');
    json_pair(w, "identifier", stream->id);
    json_pair(w, "name", stream->name);
    json_pair(w, "method", stream->method->name);
    json_pair(w, "method_version", stream->method->version);
    json_pair(w, "formula", stream->method->formula);
    json_pair(w, "source", stream->method->source);
    json_pair(w, "term", attribution_term_names[stream->term]);
    put_number(w, "share", stream->share);
    json_key(w, "inputs");
    json_open(w, '[');
    for (size_t i = 0; i < stream->input_count; i++) {
        put_input(w, stream, &stream->inputs[i]);
    }
    json_close(w, ']');
    json_close(w, '}');
}

/* What of an activity is counted, clinker or nitrogen, where it is not all. */
static void put_contents(struct json_writer *w, const struct plan_process *process)
{
    json_key(w, "activity_level_contents");
    json_open(w, '[');
    for (size_t i = 0; i < process->activity_count; i++) {
        const struct plan_activity *activity = &process->activities[i];
        if (activity->content) {
            json_open(w, '{');
            json_pair(w, "of", activity->point->id);
            put_source(w, activity->content, &activity_content);
            json_close(w, '}');
        }
    }
    json_close(w, ']');
}

static void put_good(struct json_writer *w, const struct plan_good *good)
{
    json_open(w, '{');
    json_pair(w, "identifier", good->id);
    json_pair(w, "name", good->name);
    json_pair(w, "cn_code", good->cn);
    json_key(w, "sector_parameters");
    json_open(w, '[');
    for (size_t i = 0; i < good->parameter_count; i++) {
        const struct plan_input *input = &good->parameters[i];
        json_open(w, '{');
        put_source(w, input, &sector_parameters[input->method_input].input);
        json_close(w, '}');
    }
    json_close(w, ']');
    json_close(w, '}');
}

static void put_goods(struct json_writer *w, const struct plan_process *process)
{
    json_key(w, "goods");
    json_open(w, '[');
    for (size_t i = 0; i < process->good_count; i++) {
        put_good(w, &process->goods[i]);
    }
    json_close(w, ']');
}

static void put_process(struct json_writer *w, const struct plan_process *process)
{
    json_open(w, '{');
    json_pair(w, "identifier", process->id);
    json_pair(w, "name", process->name);
    json_pair(w, "aggregated_goods_category", process->category);
    json_pair(w, "production_route", process->route);
    json_pair(w, "cn_code", process->cn);
    json_pair(w, "functional_unit", process->functional_unit);
    json_key(w, "activity_level_measured_by");
    json_open(w, '[');
    for (size_t i = 0; i < process->activity_count; i++) {
        json_text(w, bytes_of(process->activities[i].point->id));
    }
    json_close(w, ']');
    put_contents(w, process);
    put_goods(w, process);
    json_pair(w, "operating_state_by",
              process->operating ? process->operating->id : NULL);
    json_key(w, "source_streams");
    json_open(w, '[');
    for (size_t i = 0; i < process->stream_count; i++) {
        put_stream(w, &process->streams[i]);
    }
    json_close(w, ']');
    json_close(w, '}');
}

void plan_extract_put(const struct plan *plan, struct json_writer *w)
{
    json_open(w, '{');
    json_pair(w, "extract", "monitoring plan, 2025/2547 Annex II A.5");
    json_pair(w, "configuration_version", plan->config_version);
    json_key(w, "configuration_hash");
    json_hex(w, (struct bytes){plan->hash, sizeof plan->hash});
    json_pair(w, "factor_sets", plan->factor_set);
    put_installation(w, &plan->installation);
    put_number(w, "window_s", (double)plan->windows.length_ns / (double)NS_PER_S);
    json_key(w, "measurement_points");
    json_open(w, '[');
    for (size_t i = 0; i < plan->point_count; i++) {
        put_point(w, &plan->points[i]);
    }
    json_close(w, ']');
    json_key(w, "production_processes");
    json_open(w, '[');
    for (size_t i = 0; i < plan->process_count; i++) {
        put_process(w, &plan->processes[i]);
    }
    json_close(w, ']');
    json_close(w, '}');
}

/* ---- for people ---- */

#define INDENT 2
#define DEPTH_MAX 16

static void put_words(struct buf *out, const char *key)
{
    for (; *key; key++) {
        buf_add_byte(out, *key == '_' ? ' ' : (uint8_t)*key);
    }
}

static void put_value(struct buf *out, const json_t *value)
{
    if (json_is_string(value)) {
        buf_add_text(out, json_string_value(value));
    } else if (json_is_number(value)) {
        struct json_writer w = json_writer_of(out);
        json_double(&w, json_number_value(value));
    }
    buf_add_byte(out, '\n');
}

static void put_node(struct buf *out, const json_t *node, int depth);

static void put_line(struct buf *out, const char *key, const json_t *value, int depth)
{
    buf_print(out, "%*s", depth * INDENT, "");
    put_words(out, key);
    if (json_is_object(value) || json_is_array(value)) {
        buf_add_text(out, ":\n");
        put_node(out, value, depth + 1);
    } else {
        buf_add_text(out, ": ");
        put_value(out, value);
    }
}

/* Items of a list of objects are divided by an empty line. */
static void put_node(struct buf *out, const json_t *node, int depth)
{
    const char *key = NULL;
    json_t *value = NULL;
    if (depth > DEPTH_MAX) {
        return;
    }
    json_object_foreach((json_t *)(uintptr_t)node, key, value)
    {
        put_line(out, key, value, depth);
    }
    for (size_t i = 0; i < json_array_size(node); i++) {
        const json_t *item = json_array_get(node, i);
        if (json_is_object(item)) {
            put_node(out, item, depth);
            buf_add_byte(out, '\n');
        } else {
            buf_print(out, "%*s", depth * INDENT, "");
            put_value(out, item);
        }
    }
}

void plan_extract_put_text(struct bytes json, struct buf *out)
{
    json_error_t error;
    json_t *root = json_loadb((const char *)json.data, json.len, 0, &error);
    if (root) {
        put_node(out, root, 0);
    }
    json_decref(root);
}
