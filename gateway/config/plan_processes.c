/* SPDX-License-Identifier: Apache-2.0 */
/* The section "processes": what is made, and the streams that cause its emissions. */
#include "config/plan_private.h"

#include "core/nearest.h"
#include "methods/method.h"

#include <stdio.h>

/* ---- streams ---- */

struct stream {
    struct plan_stream plan;
    const struct node *method;
    const struct node *term;
    const struct node *inputs;
    const struct node *precursor;
    const struct node *split;
};

const struct setting stream_settings[] = {
    {.key = "id",
     .type = SETTING_TEXT,
     AT(struct stream, plan.id),
     .help = "Name of the stream within its process."},
    {.key = "name",
     .type = SETTING_TEXT,
     AT(struct stream, plan.name),
     .initial = SETTING_UNSET,
     .help = "For people; by default the id."},
    {.key = "method",
     .type = SETTING_ANY,
     AT(struct stream, method),
     .help = "How its emissions are calculated: see `emgate methods`."},
    {.key = "term",
     .type = SETTING_ANY,
     AT(struct stream, term),
     .initial = SETTING_UNSET,
     .help = "Which term of the attribution it belongs to: `direct`, `indirect`, "
             "`heat_import`, `heat_export`, `waste_gas_import`, `waste_gas_export`, "
             "`electricity_produced`, `precursor`; by default the method's."},
    {.key = "share",
     .type = SETTING_SHARE,
     AT(struct stream, plan.share),
     .initial = "100 %",
     .help = "Share of the stream that belongs to this process."},
    {.key = "split",
     .type = SETTING_MAP,
     AT(struct stream, split),
     .initial = SETTING_UNSET,
     .help = "The share by a physical relation, window by window, in place of `share`."},
    {.key = "inputs",
     .type = SETTING_ANY,
     AT(struct stream, inputs),
     .initial = SETTING_UNSET,
     .help = "Where each input of the method comes from, by its name."},
    {.key = "precursor",
     .type = SETTING_MAP,
     AT(struct stream, precursor),
     .initial = SETTING_UNSET,
     .help =
         "Of the methods `precursor` and `precursor_own`: what it is and who made it."},
    {0},
};

static void no_such(struct build *b, const struct node *node, const char *kind,
                    const char *const *names)
{
    const char *near = nearest_name(names, node->text);
    problem_at(b->problems, node, "there is no %s '%.*s'%s%s%s", kind,
               BYTES_ARG(node->text), near ? "; did you mean '" : "", near ? near : "",
               near ? "'?" : "");
}

static void find_method(struct build *b, struct stream *stream)
{
    const char *names[256] = {0};
    const struct method *method = method_find(stream->method->text);
    if (method && method->stream) {
        stream->plan.method = method;
        return;
    }
    if (method) {
        problem_at(b->problems, stream->method,
                   "the method '%s' is a calculation by hand, not one of a stream",
                   method->name);
        return;
    }
    size_t count = 0;
    for (size_t i = 0; methods[i] && count < 255; i++) {
        if (methods[i]->stream) {
            names[count++] = methods[i]->name;
        }
    }
    no_such(b, stream->method, "method", names);
}

static void find_term(struct build *b, struct stream *stream)
{
    const char *names[TERM_COUNT + 1] = {0};
    if (!stream->term) {
        stream->plan.term =
            stream->plan.method ? (int)stream->plan.method->term : TERM_DIRECT;
        return;
    }
    for (int i = 0; i < TERM_COUNT; i++) {
        names[i] = attribution_term_names[i];
        if (bytes_are(stream->term->text, names[i])) {
            stream->plan.term = i;
            return;
        }
    }
    no_such(b, stream->term, "term", names);
}

static void read_stream(struct build *b, const struct node *node, struct stream *stream)
{
    bool good = settings_read(stream_settings, node, stream, b->problems);
    build_check_id(b, node, "id");
    if (!stream->plan.name) {
        stream->plan.name = stream->plan.id;
    }
    if (!good) {
        return;
    }
    if (stream->split && node_find(node, "share")) {
        problem_at(b->problems, stream->split, "'share' and 'split': one of them");
    } else if (stream->split) {
        stream->plan.split = build_split(b, stream->split);
    }
    find_method(b, stream);
    find_term(b, stream);
    size_t before = b->problems->count;
    b->input_lacks_point = false;
    if (stream->plan.method) {
        build_inputs(b, &stream->plan, stream->inputs, node);
        build_precursor(b, &stream->plan, stream->precursor, node);
    }
    bool sound = b->problems->count == before && !b->input_lacks_point;
    if (stream->plan.method && sound) {
        build_try_method(b, &stream->plan, node);
    }
}

static void read_streams(struct build *b, const struct node *list,
                         struct plan_process *process)
{
    struct table seen;
    if (list->kind != NODE_LIST) {
        problem_at(b->problems, list, "streams: a list is wanted");
        return;
    }
    struct plan_stream *streams = pool_take(b->pool, list->count, sizeof *streams);
    table_init(&seen);
    NODE_EACH(node, list)
    {
        struct stream stream = {0};
        read_stream(b, node, &stream);
        if (stream.plan.id) {
            build_unique(b, &seen, node, "stream", stream.plan.id);
        }
        streams[process->stream_count++] = stream.plan;
    }
    table_deinit(&seen);
    process->streams = streams;
}

/* ---- processes ---- */

struct process {
    struct plan_process plan;
    int category;
    int sector;
    const struct node *activity, *goods;
    const struct node *operating;
    const struct node *streams;
    const struct node *balances;
};

#define SECTOR_OF_CATEGORY (-1)

static const struct setting process_settings[] = {
    {.key = "id",
     .type = SETTING_TEXT,
     AT(struct process, plan.id),
     .help = "Name of the production process, unique in the installation."},
    {.key = "name",
     .type = SETTING_TEXT,
     AT(struct process, plan.name),
     .initial = SETTING_UNSET,
     .help = "For people; by default the id."},
    {.key = "category",
     .type = SETTING_WORD,
     AT(struct process, category),
     .words = category_names,
     .help = "Aggregated category of goods; gives the sector and the functional unit."},
    {.key = "route",
     .type = SETTING_TEXT,
     AT(struct process, plan.route),
     .initial = SETTING_UNSET,
     .help = "Production route, where the category has several."},
    {.key = "cn",
     .type = SETTING_TEXT,
     AT(struct process, plan.cn),
     .initial = SETTING_UNSET,
     .example = "\"2523 10 00\"",
     .help = "CN code of the good, 4 to 8 digits."},
    {.key = "sector",
     .type = SETTING_WORD,
     AT(struct process, sector),
     .initial = SETTING_UNSET,
     .words = sector_names,
     .help = "By default the category's."},
    {.key = "unit",
     .type = SETTING_TEXT,
     AT(struct process, plan.functional_unit),
     .initial = SETTING_UNSET,
     .help = "Functional unit of the activity level; by default the category's."},
    {.key = "activity",
     .type = SETTING_ANY,
     AT(struct process, activity),
     .help = "Points whose sum is the activity level: `[{point: ID}]`."},
    {.key = "goods",
     .type = SETTING_ANY,
     AT(struct process, goods),
     .initial = SETTING_UNSET,
     .help = "What it makes, by CN code, where that is more than one good or its sector "
             "parameters are told."},
    {.key = "operating",
     .type = SETTING_ANY,
     AT(struct process, operating),
     .initial = SETTING_UNSET,
     .help = "State point that tells when the process runs; by default always."},
    {.key = "streams",
     .type = SETTING_ANY,
     AT(struct process, streams),
     .help = "What causes its emissions."},
    {.key = "balances",
     .type = SETTING_ANY,
     AT(struct process, balances),
     .initial = SETTING_UNSET,
     .help = "What has to add up, window by window; where it does not, an alarm."},
    {0},
};

/* The unit of the category, or the process's own when it measures the same. */
static void check_unit(struct build *b, const struct node *node,
                       const struct category *category, struct plan_process *process)
{
    bool contained =
        category->contained && build_has_content(node_find(node, "activity"));
    struct unit own = {0};
    struct unit theirs = {0};
    double scale = 0;
    double offset = 0;
    struct error e = {0};
    const struct node *place = node_find(node, "unit");
    if (!process->functional_unit) {
        process->functional_unit = contained ? category->contained : category->unit;
    }
    if (!process->functional_unit) {
        problem_at(b->problems, node, "'unit' is missing: the category '%s' has none",
                   category->name);
    }
    if (!place || !category->unit ||
        !build_unit(b, place, bytes_of(process->functional_unit), &own) ||
        !build_unit(b, place, bytes_of(category->unit), &theirs)) {
        return;
    }
    if (unit_convert(&own, &theirs, &scale, &offset, &e) != ERR_OK) {
        problem_at(b->problems, place, "unit: the category '%s' is counted in %s: %s",
                   category->name, category->unit, e.text);
    }
}

static void check_route(struct build *b, const struct node *node,
                        const struct category *category,
                        const struct plan_process *process)
{
    if (!process->route || !category->routes) {
        return;
    }
    for (size_t i = 0; category->routes[i]; i++) {
        if (strcmp(category->routes[i], process->route) == 0) {
            return;
        }
    }
    no_such(b, node_find(node, "route"), "route", category->routes);
}

static void find_operating(struct build *b, const struct node *node,
                           struct plan_process *process)
{
    const struct plan_point *point = node ? build_find_point(b, node) : NULL;
    if (point && point->kind != POINT_STATE) {
        problem_at(b->problems, node, "operating: the point '%s' must be a state",
                   point->id);
    }
    process->operating = point;
    process->operating_index = point ? (size_t)(point - b->plan->points) : 0;
}

static void read_process(struct build *b, const struct node *node,
                         struct process *process)
{
    struct plan_process *plan = &process->plan;
    process->sector = SECTOR_OF_CATEGORY;
    plan->node = node;
    bool good = settings_read(process_settings, node, process, b->problems);
    build_check_id(b, node, "id");
    if (!plan->name) {
        plan->name = plan->id;
    }
    const struct category *category = &categories[process->category];
    plan->category = category->name;
    plan->indirect_counts = category->indirect_counts;
    plan->sector = process->sector == SECTOR_OF_CATEGORY ? category->sector
                                                         : sector_names[process->sector];
    if (good) {
        check_unit(b, node, category, plan);
        check_route(b, node, category, plan);
        build_check_cn(b, node, plan->cn);
    }
    b->other_count = 0;
    if (process->goods) {
        build_goods(b, process->goods, plan);
    }
    if (process->activity) {
        build_activities(b, process->activity, plan);
    }
    find_operating(b, process->operating, plan);
    if (process->streams) {
        read_streams(b, process->streams, plan);
    }
    if (process->balances) {
        build_balances(b, process->balances, plan);
    }
    build_keep_others(b, plan);
}

static void read_processes(struct build *b, const struct node *section)
{
    if (!section || !build_open_units(b)) {
        return;
    }
    struct table seen;
    table_init(&seen);
    struct plan_process *processes =
        pool_take(b->pool, section->count, sizeof *processes);
    size_t count = 0;
    NODE_EACH(node, section)
    {
        struct process process = {0};
        read_process(b, node, &process);
        if (process.plan.id) {
            build_unique(b, &seen, node, "process", process.plan.id);
        }
        processes[count++] = process.plan;
    }
    table_deinit(&seen);
    b->plan->processes = processes;
    b->plan->process_count = count;
    build_link_precursors(b);
    build_check_shares(b);
}

const struct section section_processes = {
    .name = "processes",
    .help = "What is made, and what causes its emissions.",
    .list = true,
    .required = true,
    .table = process_settings,
    .read = read_processes,
};

/* ---- simulation ---- */

/* What stands below a point is read by `emgate simulate`. */
static void read_simulation(struct build *b, const struct node *section)
{
    NODE_EACH(child, section)
    {
        struct node name = *child;
        name.kind = NODE_SCALAR;
        name.text = child->key;
        name.line = child->key_line;
        name.column = child->key_column;
        build_find_point(b, &name);
    }
    b->plan->simulation = section;
}

const struct section section_simulation = {
    .name = "simulation",
    .help = "What `emgate simulate` plays, by point.",
    .read = read_simulation,
};
