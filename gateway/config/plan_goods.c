/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a process makes: its goods by CN code with their sector parameters (2025/2547
 * Annex IV.1 item 35), and its activity level in the functional unit, which for cement is
 * the clinker contained and for fertilisers the nitrogen contained (Art. 4, Annex III F).
 */
#include "config/plan_private.h"

#include "config/sector_parameters.h"
#include "core/nearest.h"

#define PARAMETERS_MAX 32 /* names of the table */

/* ---- CN codes ---- */

void build_check_cn(struct build *b, const struct node *map, const char *code)
{
    size_t digits = 0;
    bool good = true;
    for (const char *at = code; at && *at; at++) {
        bool digit = *at >= '0' && *at <= '9';
        digits += digit ? 1 : 0;
        good = good && (digit || *at == ' ');
    }
    if (code && (!good || digits < 4 || digits > 8)) {
        problem_at(b->problems, node_find(map, "cn"),
                   "cn: '%s' is not a CN code of 4 to 8 digits, such as \"2523 10 00\"",
                   code);
    }
}

/* ---- goods ---- */

struct good {
    struct plan_good plan;
    const struct node *parameters;
};

const struct setting good_settings[] = {
    {.key = "id",
     .type = SETTING_TEXT,
     AT(struct good, plan.id),
     .help = "Name of the good within its process."},
    {.key = "name",
     .type = SETTING_TEXT,
     AT(struct good, plan.name),
     .initial = SETTING_UNSET,
     .help = "For people; by default the id."},
    {.key = "cn",
     .type = SETTING_TEXT,
     AT(struct good, plan.cn),
     .example = "\"2523 29 00\"",
     .help = "CN code, 4 to 8 digits."},
    {.key = "parameters",
     .type = SETTING_MAP,
     AT(struct good, parameters),
     .initial = SETTING_UNSET,
     .help =
         "Sector parameters by name, each a `value` with `source`, a `factor`, a list "
         "of these by date, or a word."},
    {0},
};

static void no_parameter(struct build *b, const char *category, const struct node *node)
{
    const char *names[PARAMETERS_MAX + 1] = {0};
    size_t count = 0;
    for (size_t i = 0; sector_parameters[i].input.name; i++) {
        const char *name = sector_parameters[i].input.name;
        if (sector_parameter_find(category, bytes_of(name)) >= 0) {
            names[count++] = name;
        }
    }
    const char *near = nearest_name(names, node->key);
    problem_at_key(b->problems, node,
                   "goods of the category '%s' have no parameter '%.*s'%s%s%s", category,
                   BYTES_ARG(node->key), near ? "; did you mean '" : "", near ? near : "",
                   near ? "'?" : "");
}

static bool is_one_of(const char *const *words, struct bytes word)
{
    for (size_t i = 0; words[i]; i++) {
        if (bytes_are(word, words[i])) {
            return true;
        }
    }
    return false;
}

/* A word is one of the parameter's. */
static void check_words(struct build *b, const struct sector_parameter *parameter,
                        const struct plan_input *input)
{
    for (size_t i = 0; parameter->words && i < input->factor_count; i++) {
        struct bytes word = bytes_of(input->factors[i].text);
        if (!is_one_of(parameter->words, word)) {
            const char *near = nearest_name(parameter->words, word);
            problem_at(b->problems, input->node,
                       "%s: there is no '%.*s'; did you mean "
                       "'%s'?",
                       parameter->input.name, BYTES_ARG(word),
                       near ? near : parameter->words[0]);
        }
    }
}

static void read_parameter(struct build *b, const char *category, const struct node *node,
                           struct plan_good *good, struct plan_input *ret_input)
{
    int index = sector_parameter_find(category, node->key);
    if (index < 0) {
        no_parameter(b, category, node);
        return;
    }
    const struct sector_parameter *parameter = &sector_parameters[index];
    if (!build_value(b, &parameter->input, node, ret_input)) {
        return;
    }
    ret_input->method_input = (size_t)index;
    if (ret_input->point) {
        problem_at(b->problems, node, "%s: a value or factor is wanted, not a point",
                   parameter->input.name);
    }
    check_words(b, parameter, ret_input);
    good->parameter_count++;
}

static void read_good(struct build *b, const struct node *node, const char *category,
                      struct plan_good *ret_good)
{
    struct good good = {0};
    bool read = settings_read(good_settings, node, &good, b->problems);
    build_check_id(b, node, "id");
    if (!read) {
        return;
    }
    build_check_cn(b, node, good.plan.cn);
    good.plan.name = good.plan.name ? good.plan.name : good.plan.id;
    size_t count = good.parameters ? good.parameters->count : 0;
    struct plan_input *inputs = pool_take(b->pool, count, sizeof *inputs);
    good.plan.parameters = inputs;
    NODE_EACH(parameter, good.parameters)
    {
        read_parameter(b, category, parameter, &good.plan,
                       &inputs[good.plan.parameter_count]);
    }
    *ret_good = good.plan;
}

void build_goods(struct build *b, const struct node *list, struct plan_process *process)
{
    struct table seen;
    if (list->kind != NODE_LIST || list->count == 0) {
        problem_at(b->problems, list,
                   "goods: a list is wanted, as in [{id: NAME, cn: "
                   "\"2523 29 00\"}]");
        return;
    }
    struct plan_good *goods = pool_take(b->pool, list->count, sizeof *goods);
    table_init(&seen);
    NODE_EACH(node, list)
    {
        struct plan_good *good = &goods[process->good_count++];
        read_good(b, node, process->category, good);
        if (good->id) {
            build_unique(b, &seen, node, "good", good->id);
        }
    }
    table_deinit(&seen);
    process->goods = goods;
    process->cn = process->cn ? process->cn : goods[0].cn;
}

/* ---- activity level ---- */

struct activity {
    const struct node *point, *content, *good;
};

const struct setting activity_settings[] = {
    {.key = "point",
     .type = SETTING_ANY,
     AT(struct activity, point),
     .help = "Id of a point whose unit becomes the functional unit."},
    {.key = "content",
     .type = SETTING_ANY,
     AT(struct activity, content),
     .initial = SETTING_UNSET,
     .help = "Where the functional unit is what the good contains, clinker or nitrogen: "
             "the share of it, as an input of a stream (`point`, `value`, `factor`, or a "
             "list of values by date), as in `{value: 82 %, source: laboratory}` or 460 "
             "kg N/t.  The functional unit of cement is then `t clinker`."},
    {.key = "good",
     .type = SETTING_ANY,
     AT(struct activity, good),
     .initial = SETTING_UNSET,
     .help = "Id of the good of this process that the point counts; the only one where "
             "there is one."},
    {0},
};

bool build_has_content(const struct node *list)
{
    NODE_EACH(node, list)
    {
        if (node_find(node, "content")) {
            return true;
        }
    }
    return false;
}

/* The share as an input; its point belongs to the process. */
static void read_content(struct build *b, const struct node *node, struct unit *unit,
                         struct plan_activity *plan)
{
    struct plan_input *content = pool_new(b->pool, struct plan_input);
    struct unit written = {0};
    if (!build_value(b, &activity_content, node, content)) {
        return;
    }
    if (content->point) {
        struct plan_part part = {content->point, content->point_index, 1};
        build_note_other(b, &part);
    }
    if (content->reconcile || content->sign < 0) {
        problem_at(b->problems, node,
                   "content: 'sign' and 'reconcile' belong to an amount, not to a share");
    }
    memset(unit->of, 0, sizeof unit->of);
    if (build_value_unit(b, content, &written)) {
        memcpy(unit->of, written.of, sizeof unit->of);
    }
    plan->content = content;
}

static const struct plan_good *find_good(struct build *b, const struct node *node,
                                         const struct plan_process *process)
{
    const char *names[256] = {0};
    if (!node) {
        return process->good_count == 1 ? &process->goods[0] : NULL;
    }
    for (size_t i = 0; i < process->good_count; i++) {
        const char *id = process->goods[i].id ? process->goods[i].id : "";
        if (bytes_are(node->text, id)) {
            return &process->goods[i];
        }
        if (i < 255) {
            names[i] = id;
        }
    }
    const char *near = nearest_name(names, node->text);
    problem_at(b->problems, node, "the process has no good '%.*s'%s%s%s",
               BYTES_ARG(node->text), near ? "; did you mean '" : "", near ? near : "",
               near ? "'?" : "");
    return NULL;
}

/* Tonnes of what the point counts; none where it counts a substance in something. */
static void find_tonnes(struct build *b, const struct unit *from, bool contains,
                        struct plan_activity *plan)
{
    struct unit tonne = {0};
    double offset = 0;
    bool mass = (contains || !from->of[0]) &&
                units_parse(b->units, BYTES("t"), &tonne, NULL) == ERR_OK &&
                unit_convert(from, &tonne, &plan->to_tonnes, &offset, NULL) == ERR_OK;
    plan->to_tonnes = mass ? plan->to_tonnes : 0;
}

/* `from` is the point's unit of what is counted. */
static void convert(struct build *b, const struct node *node, const struct unit *from,
                    const struct unit *unit, const struct plan_process *process,
                    struct plan_activity *plan)
{
    double offset = 0;
    struct error e = {0};
    const struct plan_point *point = plan->point;
    if (unit_convert(from, unit, &plan->scale, &offset, &e) != ERR_OK) {
        problem_at(b->problems, node,
                   "point '%s' (%s) does not become the functional unit '%s': %s%s",
                   point->id, point->window_unit, process->functional_unit, e.text,
                   plan->content || !unit->of[0] ? ""
                                                 : "; 'content' says how much of it");
    }
}

static void read_activity(struct build *b, const struct node *node,
                          const struct unit *unit, struct plan_process *process,
                          struct plan_activity *plan)
{
    struct activity activity = {0};
    struct unit from = {0};
    if (!settings_read(activity_settings, node, &activity, b->problems)) {
        return;
    }
    const struct plan_point *point = build_find_point(b, activity.point);
    if (!point || !point->window_unit ||
        units_parse(b->units, bytes_of(point->window_unit), &from, NULL) != ERR_OK) {
        return; /* told where the point stands */
    }
    *plan = (struct plan_activity){
        .point = point, .point_index = (size_t)(point - b->plan->points), .scale = 1};
    plan->good = find_good(b, activity.good, process);
    find_tonnes(b, &from, activity.content, plan);
    if (activity.content) {
        read_content(b, activity.content, &from, plan);
    }
    convert(b, activity.point, &from, unit, process, plan);
}

void build_activities(struct build *b, const struct node *list,
                      struct plan_process *process)
{
    struct unit unit = {0};
    if (list->kind != NODE_LIST || list->count == 0) {
        problem_at(b->problems, list, "activity: a list is wanted, as in [{point: ID}]");
        return;
    }
    if (!process->functional_unit ||
        !build_unit(b, list, bytes_of(process->functional_unit), &unit)) {
        return;
    }
    struct plan_activity *plans = pool_take(b->pool, list->count, sizeof *plans);
    NODE_EACH(node, list)
    {
        read_activity(b, node, &unit, process, &plans[process->activity_count++]);
    }
    process->activities = plans;
}
