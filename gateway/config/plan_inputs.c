/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where each input of a stream's method comes from: a point, a constant with its
 * source, a factor of the library, or a list of those by date.  Units are converted
 * here, once: what the plan holds is in the method's own unit.
 */
#include "config/plan_private.h"

#include "core/mem.h"
#include "core/nearest.h"
#include "core/timetext.h"
#include "methods/method.h"

#include <stdio.h>

struct value {
    const struct node *value;
    const struct node *factor;
    const struct node *point;
    const struct node *from;
    const struct node *to;
    const char *source;
    const struct node *reconcile;
    int64_t sign;
};

const struct setting value_settings[] = {
    {.key = "point",
     .type = SETTING_ANY,
     AT(struct value, point),
     .initial = SETTING_UNSET,
     .help = "Id of a point: its value of the window."},
    {.key = "sign",
     .type = SETTING_WHOLE,
     AT(struct value, sign),
     .initial = "1",
     .min = -1,
     .max = 1,
     .help = "With `point`: `-1` for what leaves a mass balance."},
    {.key = "reconcile",
     .type = SETTING_MAP,
     AT(struct value, reconcile),
     .initial = SETTING_UNSET,
     .help = "With `point`: meters of processes corrected to that of the installation."},
    {.key = "value",
     .type = SETTING_ANY,
     AT(struct value, value),
     .initial = SETTING_UNSET,
     .help = "A constant: number and unit, as in `25.8 GJ/t`, or a word."},
    {.key = "source",
     .type = SETTING_TEXT,
     AT(struct value, source),
     .initial = SETTING_UNSET,
     .help = "With `value`: act, table or laboratory that it is from."},
    {.key = "factor",
     .type = SETTING_ANY,
     AT(struct value, factor),
     .initial = SETTING_UNSET,
     .help = "Id of a value in the factor files: see `emgate factors`."},
    {.key = "from",
     .type = SETTING_ANY,
     AT(struct value, from),
     .initial = SETTING_UNSET,
     .help = "In a list: the first day or time it is valid; looked up by event time."},
    {.key = "to",
     .type = SETTING_ANY,
     AT(struct value, to),
     .initial = SETTING_UNSET,
     .help = "In a list: the day or time from which it is no longer valid; by default "
             "the next one's `from`."},
    {0},
};

/* An input being read. */
struct input {
    struct build *b;
    const struct method_input *method_input;
    struct plan_input *plan;
    struct plan_factor *factors;
    size_t count, capacity;
};

static void add_factor(struct input *in, const struct plan_factor *factor)
{
    in->factors = mem_grow(in->factors, in->count, &in->capacity, sizeof *in->factors);
    in->factors[in->count++] = *factor;
}

/* Fills value, unit alternative or text of a factor from "25.8 GJ/t". */
static bool read_value(struct input *in, const struct node *node,
                       struct plan_factor *factor)
{
    struct unit unit = {0};
    struct method_conversion conversion = {0};
    struct error e = {0};
    double number = 0;
    if (node->kind != NODE_SCALAR || node->text.len == 0) {
        problem_at(in->b->problems, node, "%s: a value is wanted, as in 25.8 GJ/t",
                   in->method_input->name);
        return false;
    }
    if (in->method_input->flags & INPUT_TEXT) {
        factor->text = (const char *)node->text.data;
        return true;
    }
    bool good =
        units_parse_quantity(in->b->units, node->text, &number, &unit, &e) == ERR_OK &&
        method_convert(in->b->units, in->method_input, &unit, &conversion, &e) == ERR_OK;
    if (good) {
        factor->value = number * conversion.scale + conversion.offset;
        factor->which = conversion.which;
        struct quantity quantity = {
            .value = factor->value, .has = true, .which = factor->which};
        good = method_input_check(in->method_input, &quantity, &e) == ERR_OK;
    }
    if (!good) {
        problem_at(in->b->problems, node, "%s: '%.*s': %s", in->method_input->name,
                   BYTES_ARG(node->text), e.text);
    }
    return good;
}

static void read_constant(struct input *in, const struct value *value,
                          struct plan_factor *factor)
{
    bool is_text = in->method_input->flags & INPUT_TEXT;
    if (!value->source && !is_text) {
        problem_at(in->b->problems, value->value,
                   "%s: a constant needs its source: {value: %.*s, source: \"act, table "
                   "or laboratory\"}",
                   in->method_input->name, BYTES_ARG(value->value->text));
        return;
    }
    factor->origin = "constant";
    factor->source = value->source;
    if (read_value(in, value->value, factor)) {
        add_factor(in, factor);
    }
}

/* The library's values of this id, cut to the time of the entry. */
static void read_factor(struct input *in, const struct value *value,
                        const struct plan_factor *range)
{
    const struct library_factor *found = build_find_factor(in->b, value->factor);
    size_t before = in->count;
    for (; found; found = found->next) {
        struct plan_factor factor = *range;
        factor.source = found->source;
        factor.material = found->material;
        factor.analyses = found->analyses;
        factor.scatter = found->scatter;
        factor.origin = pool_print(in->b->pool, "factor:%s@%s", found->id, found->set);
        if (found->from_ns > factor.from_ns) {
            factor.from_ns = found->from_ns;
        }
        if (found->to_ns < factor.to_ns) {
            factor.to_ns = found->to_ns;
        }
        if (factor.from_ns < factor.to_ns) {
            if (!read_value(in, found->value, &factor)) {
                return;
            }
            add_factor(in, &factor);
        }
        if (!found->next && in->count == before) {
            problem_at(in->b->problems, value->factor,
                       "the factor '%s' has no value at that time", found->id);
        }
    }
}

static bool one_of(struct input *in, const struct node *node, const struct value *value)
{
    int given = (value->value != NULL) + (value->factor != NULL) + (value->point != NULL);
    if (given != 1) {
        problem_at(in->b->problems, node,
                   "%s: exactly one of 'point', 'value' and 'factor' is wanted",
                   in->method_input->name);
    }
    return given == 1;
}

/* ---- points ---- */

/* Says when another kind of the point would fit. */
static const char *hint_for(struct input *in, const struct plan_point *point)
{
    struct unit unit = {0};
    struct method_conversion conversion = {0};
    const char *over_time = pool_print(in->b->pool, "(%s)*h", point->unit);
    bool would_fit =
        point->kind != POINT_RATE && point->kind != POINT_STATE &&
        units_parse(in->b->units, bytes_of(over_time), &unit, NULL) == ERR_OK &&
        method_convert(in->b->units, in->method_input, &unit, &conversion, NULL) ==
            ERR_OK;
    return would_fit ? "; as 'kind: rate' it would be integrated over time" : "";
}

static void read_point(struct input *in, const struct value *value)
{
    const struct plan_point *point = build_find_point(in->b, value->point);
    struct unit unit = {0};
    struct method_conversion conversion = {0};
    struct error e = {0};
    if (in->method_input->flags & INPUT_TEXT) {
        problem_at(in->b->problems, value->point, "%s is a word, not a quantity",
                   in->method_input->name);
        return;
    }
    if (!point || !point->window_unit) {
        in->b->input_lacks_point = true;
        return; /* told where the point stands */
    }
    bool fits =
        units_parse(in->b->units, bytes_of(point->window_unit), &unit, &e) == ERR_OK &&
        method_convert(in->b->units, in->method_input, &unit, &conversion, &e) == ERR_OK;
    if (!fits) {
        problem_at(in->b->problems, value->point, "point '%s' (%s): %s%s", point->id,
                   point->window_unit, e.text, hint_for(in, point));
        return;
    }
    if (value->sign == 0) {
        problem_at(in->b->problems, value->point, "sign: must be 1 or -1");
    }
    in->plan->point = point;
    in->plan->point_index = (size_t)(point - in->b->plan->points);
    in->plan->scale = conversion.scale;
    in->plan->offset = conversion.offset;
    in->plan->which = conversion.which;
    in->plan->sign = (double)value->sign;
    in->plan->reconcile =
        value->reconcile ? build_reconcile(in->b, value->reconcile) : NULL;
}

/* ---- lists by date ---- */

static void print_date(int64_t ns, char text[TIME_TEXT_MAX])
{
    time_print_iso(ns, text);
    char *midnight = strstr(text, "T00:00:00Z");
    if (midnight) {
        *midnight = 0;
    }
}

/* Each begins where the one before ends. */
static bool follows(struct input *in, const struct node *node,
                    struct plan_factor *previous, const struct plan_factor *next)
{
    char end[TIME_TEXT_MAX];
    char start[TIME_TEXT_MAX];
    if (next->from_ns <= previous->from_ns) {
        problem_at(in->b->problems, node,
                   "%s: every entry but the first needs 'from', in order of time",
                   in->method_input->name);
        return false;
    }
    if (previous->to_ns == INT64_MAX) {
        previous->to_ns = next->from_ns;
    }
    print_date(previous->to_ns, end);
    print_date(next->from_ns, start);
    if (previous->to_ns > next->from_ns) {
        problem_at(in->b->problems, node, "%s: two values from %s to %s",
                   in->method_input->name, start, end);
    } else if (previous->to_ns < next->from_ns) {
        problem_at(in->b->problems, node, "%s: no value from %s to %s",
                   in->method_input->name, end, start);
    }
    return previous->to_ns == next->from_ns;
}

static bool read_range(struct input *in, const struct value *value,
                       struct plan_factor *range)
{
    *range = (struct plan_factor){.from_ns = INT64_MIN, .to_ns = INT64_MAX};
    if (value->from && !build_read_time(in->b, value->from, &range->from_ns)) {
        return false;
    }
    if (value->to && !build_read_time(in->b, value->to, &range->to_ns)) {
        return false;
    }
    if (range->from_ns >= range->to_ns) {
        problem_at(in->b->problems, value->to, "'to' must be later than 'from'");
        return false;
    }
    return true;
}

struct dated {
    struct value value;
    struct plan_factor range;
};

static bool read_dated(struct input *in, const struct node *node, struct dated *dated)
{
    if (!settings_read(value_settings, node, &dated->value, in->b->problems) ||
        !one_of(in, node, &dated->value) ||
        !read_range(in, &dated->value, &dated->range)) {
        return false;
    }
    if (dated->value.point) {
        problem_at(in->b->problems, node, "%s: a point can't stand in a list by date",
                   in->method_input->name);
        return false;
    }
    return true;
}

static void read_list(struct input *in, const struct node *list)
{
    struct dated *all = mem_array(list->count + 1, sizeof *all);
    size_t count = 0;
    bool good = true;
    NODE_EACH(node, list)
    {
        struct dated *dated = &all[count];
        bool read = read_dated(in, node, dated);
        if (read && count > 0) {
            read = follows(in, node, &all[count - 1].range, &dated->range);
        }
        good = good && read;
        count += read ? 1 : 0;
    }
    if (list->count == 0) {
        problem_at(in->b->problems, list, "%s: the list is empty",
                   in->method_input->name);
    }
    for (size_t i = 0; good && i < count; i++) {
        if (all[i].value.factor) {
            read_factor(in, &all[i].value, &all[i].range);
        } else {
            read_constant(in, &all[i].value, &all[i].range);
        }
    }
    mem_free(&all);
}

/* ---- one input ---- */

static void read_map(struct input *in, const struct node *node)
{
    struct dated dated = {0};
    if (!settings_read(value_settings, node, &dated.value, in->b->problems) ||
        !one_of(in, node, &dated.value) || !read_range(in, &dated.value, &dated.range)) {
        return;
    }
    if (dated.value.point && (dated.value.from || dated.value.to || dated.value.source)) {
        problem_at(in->b->problems, node,
                   "%s: 'from', 'to' and 'source' belong to a value, not to a point",
                   in->method_input->name);
    } else if (dated.value.point) {
        read_point(in, &dated.value);
    } else if (dated.value.factor) {
        read_factor(in, &dated.value, &dated.range);
    } else {
        read_constant(in, &dated.value, &dated.range);
    }
}

static void keep_factors(struct input *in)
{
    if (in->count > 0) {
        struct plan_factor *kept = pool_take(in->b->pool, in->count, sizeof *kept);
        memcpy(kept, in->factors, in->count * sizeof *kept);
        in->plan->factors = kept;
        in->plan->factor_count = in->count;
    }
    mem_free(&in->factors);
}

static void read_input(struct input *in, const struct node *node)
{
    if (node->kind == NODE_MAP) {
        read_map(in, node);
    } else if (node->kind == NODE_LIST) {
        read_list(in, node);
    } else {
        struct value bare = {.value = node};
        struct plan_factor open = {.from_ns = INT64_MIN, .to_ns = INT64_MAX};
        read_constant(in, &bare, &open);
    }
    keep_factors(in);
}

bool build_value(struct build *b, const struct method_input *spec,
                 const struct node *node, struct plan_input *ret_plan)
{
    *ret_plan = (struct plan_input){.scale = 1, .sign = 1, .node = node};
    struct input in = {.b = b, .method_input = spec, .plan = ret_plan};
    size_t before = b->problems->count;
    b->input_lacks_point = false;
    read_input(&in, node);
    return b->problems->count == before && !b->input_lacks_point;
}

/* ---- all inputs of a stream ---- */

static void unknown_input(struct build *b, const struct method *method,
                          const struct node *node)
{
    const char *names[METHOD_INPUTS_MAX + 1] = {0};
    for (size_t i = 0; method->inputs[i].name && i < METHOD_INPUTS_MAX; i++) {
        names[i] = method->inputs[i].name;
    }
    const char *near = nearest_name(names, node->key);
    problem_at_key(b->problems, node, "the method '%s' has no input '%.*s'%s%s%s",
                   method->name, BYTES_ARG(node->key), near ? "; did you mean '" : "",
                   near ? near : "", near ? "'?" : "");
}

/* How many items of an input were given; -1 after a problem with their numbers. */
static int64_t items_of(struct build *b, const struct plan_stream *stream, size_t index,
                        const struct node *place)
{
    size_t count = 0;
    size_t end = 0;
    for (size_t i = 0; i < stream->input_count; i++) {
        if (stream->inputs[i].method_input == index) {
            size_t item = stream->inputs[i].series_index + 1;
            count++;
            end = item > end ? item : end;
        }
    }
    if (count != end) {
        problem_at(b->problems, place, "%s1, %s2, ...: a number is left out",
                   stream->method->inputs[index].name,
                   stream->method->inputs[index].name);
        return -1;
    }
    return (int64_t)count;
}

static void missing_input(struct build *b, const struct method_input *input,
                          const struct node *place)
{
    bool many = input->flags & INPUT_SERIES;
    problem_at(b->problems, place, "the input '%s%s' is missing: %s%s%s%s", input->name,
               many ? "1" : "", input->help ? input->help : "",
               input->unit ? " (in " : "", input->unit ? input->unit : "",
               input->unit ? ")" : "");
}

/* All series that are given have the same number of items; `*series` is that of those
 * before, or -1. */
static void check_series(struct build *b, const struct method_input *input, int64_t count,
                         const struct node *place, int64_t *series)
{
    if (!(input->flags & INPUT_SERIES) || count <= 0) {
        return;
    }
    if (*series >= 0 && count != *series) {
        problem_at(b->problems, place, "'%s' has %lld items, another series has %lld",
                   input->name, (long long)count, (long long)*series);
    }
    *series = count;
}

static void check_given(struct build *b, const struct plan_stream *stream,
                        const struct node *place)
{
    int64_t series = -1;
    for (size_t i = 0; stream->method->inputs[i].name; i++) {
        const struct method_input *input = &stream->method->inputs[i];
        int64_t count = items_of(b, stream, i, place);
        bool needed =
            !(input->flags & INPUT_OPTIONAL) && !input->initial && !input->stream_initial;
        if (count == 0 && needed) {
            missing_input(b, input, place);
        }
        check_series(b, input, count, place, &series);
    }
}

void build_inputs(struct build *b, struct plan_stream *stream, const struct node *inputs,
                  const struct node *place)
{
    if (inputs && inputs->kind != NODE_MAP) {
        problem_at(b->problems, inputs, "inputs: a map is wanted: 'name: {point: ID}'");
        return;
    }
    struct plan_input *plans =
        pool_take(b->pool, (inputs ? inputs->count : 0) + INPUTS_BY_RULE, sizeof *plans);
    b->inputs = plans;
    stream->inputs = plans;
    NODE_EACH(node, inputs)
    {
        size_t item = 0;
        int index = method_input_find(stream->method, node->key, &item);
        if (index < 0) {
            unknown_input(b, stream->method, node);
            continue;
        }
        struct plan_input *plan = &plans[stream->input_count++];
        *plan = (struct plan_input){.method_input = (size_t)index,
                                    .series_index = item,
                                    .scale = 1,
                                    .sign = 1,
                                    .node = node};
        struct input in = {
            .b = b, .method_input = &stream->method->inputs[index], .plan = plan};
        read_input(&in, node);
    }
    check_given(b, stream, inputs ? inputs : place);
}

/* ---- inputs that follow from a rule ---- */

/* A further input of the stream; its array has room. */
static struct input further_input(struct build *b, struct plan_stream *stream,
                                  const char *name)
{
    size_t item = 0;
    int index = method_input_find(stream->method, bytes_of(name), &item);
    ASSERT(index >= 0);
    struct plan_input *plan = &b->inputs[stream->input_count++];
    *plan = (struct plan_input){.method_input = (size_t)index, .scale = 1, .sign = 1};
    return (struct input){
        .b = b, .method_input = &stream->method->inputs[index], .plan = plan};
}

bool build_library_input(struct build *b, struct plan_stream *stream, const char *input,
                         const char *id)
{
    if (!table_find(&b->factors, bytes_of(id))) {
        return false;
    }
    struct node name = {.kind = NODE_SCALAR, .text = bytes_of(id)};
    struct value value = {.factor = &name};
    struct plan_factor open = {.from_ns = INT64_MIN, .to_ns = INT64_MAX};
    struct input in = further_input(b, stream, input);
    read_factor(&in, &value, &open);
    keep_factors(&in);
    return true;
}

void build_rule_input(struct build *b, struct plan_stream *stream, const char *input,
                      double value, const char *source)
{
    struct plan_factor factor = {.value = value,
                                 .from_ns = INT64_MIN,
                                 .to_ns = INT64_MAX,
                                 .origin = "rule",
                                 .source = source};
    struct input in = further_input(b, stream, input);
    add_factor(&in, &factor);
    keep_factors(&in);
}

/* The text of a value as it is written, "25.8 GJ/t": of a list the first; NULL: none. */
static const struct node *written_value(struct build *b, const struct node *node)
{
    if (node && node->kind == NODE_LIST) {
        node = node->first;
    }
    if (!node || node->kind == NODE_SCALAR) {
        return node;
    }
    const struct node *factor = node_find(node, "factor");
    const struct library_factor *found =
        factor ? table_find(&b->factors, factor->text) : NULL;
    return found ? found->value : node_find(node, "value");
}

bool build_value_unit(struct build *b, const struct plan_input *plan,
                      struct unit *ret_unit)
{
    double number = 0;
    if (plan->point) {
        return units_parse(b->units, bytes_of(plan->point->window_unit), ret_unit,
                           NULL) == ERR_OK;
    }
    const struct node *value = written_value(b, plan->node);
    return value &&
           units_parse_quantity(b->units, value->text, &number, ret_unit, NULL) == ERR_OK;
}

bool build_input_unit(struct build *b, const struct plan_stream *stream,
                      const char *input, struct unit *ret_unit)
{
    for (size_t i = 0; i < stream->input_count; i++) {
        const struct plan_input *plan = &stream->inputs[i];
        if (strcmp(stream->method->inputs[plan->method_input].name, input) == 0) {
            return build_value_unit(b, plan, ret_unit);
        }
    }
    return false;
}
