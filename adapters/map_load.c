/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A mapping from the configuration's nodes: rules with their emits.  Tables of learned
 * names are collected first, since a rule may look up what a later one learns.  Defaults
 * of a rule are compiled last, when it is known what all its emits offer.
 */
#include "map_private.h"

#include "core/number.h"
#include "core/topic.h"

static const char *const map_keys[] = {"rules", NULL};
static const char *const rule_keys[] = {"topic",  "payload", "max_depth", "where",
                                        "ignore", "learn",   "emit",      "device",
                                        "ts",     "quality", NULL};
static const char *const emit_keys[] = {
    "each",   "when",  "device", "metric",  "unit",    "unit_map",           "vars",
    "lookup", "value", "ts",     "quality", "on_null", "on_missing_quality", NULL};
static const char *const learn_keys[] = {"table", "each", "key", "fields", NULL};
static const char *const lookup_keys[] = {"table", "key", "required", NULL};
static const char *const variable_keys[] = {"of", "re", NULL};

/* ---- tables of learned names ---- */

size_t map_load_table(struct map_loader *l, const struct node *node)
{
    struct map *map = l->map;
    if (!node || !map_scalar(l, node)) {
        return MAP_TABLES_MAX;
    }
    for (size_t i = 0; i < map->table_count; i++) {
        if (bytes_equal(map->tables[i].name, node->text)) {
            return i;
        }
    }
    if (map->table_count == MAP_TABLES_MAX) {
        problem_at(l->problems, node, "more than %d tables", MAP_TABLES_MAX);
        return MAP_TABLES_MAX;
    }
    map->tables[map->table_count].name = pool_copy(&map->pool, node->text);
    return map->table_count++;
}

static size_t field_number(struct map_loader *l, struct map_table_plan *table,
                           const struct node *field)
{
    for (size_t i = 0; i < table->field_count; i++) {
        if (bytes_equal(table->fields[i], field->key)) {
            return i;
        }
    }
    if (table->field_count == MAP_FIELDS_MAX) {
        problem_at_key(l->problems, field, "more than %d fields in a table",
                       MAP_FIELDS_MAX);
        return MAP_FIELDS_MAX;
    }
    table->fields[table->field_count] = pool_copy(&l->map->pool, field->key);
    return table->field_count++;
}

/* Notes the tables and fields that rules learn, before anything refers to them. */
static void collect_tables(struct map_loader *l, const struct node *rules)
{
    NODE_EACH(rule, rules)
    {
        const struct node *learn = node_find(rule, "learn");
        const struct node *name = node_find(learn, "table");
        if (!name || name->kind != NODE_SCALAR) {
            continue;
        }
        size_t number = map_load_table(l, name);
        if (number == MAP_TABLES_MAX) {
            continue;
        }
        l->map->tables[number].learned = true;
        NODE_EACH(field, node_find(learn, "fields"))
        {
            field_number(l, &l->map->tables[number], field);
        }
    }
}

static const struct map_learn *load_learn(struct map_loader *l, const struct node *node)
{
    struct map_learn *learn = pool_new(&l->map->pool, struct map_learn);
    learn->fields = pool_take(&l->map->pool, MAP_FIELDS_MAX, sizeof *learn->fields);
    l->scope = (struct map_scope){.table = MAP_TABLES_MAX};
    if (node->kind != NODE_MAP) {
        problem_at(l->problems, node, "'learn' must be a map");
        return learn;
    }
    node_check_keys(node, learn_keys, l->problems);
    const struct node *table = node_find(node, "table");
    const struct node *each = node_find(node, "each");
    const struct node *key = node_find(node, "key");
    const struct node *fields = node_find(node, "fields");
    if (!table || !key || !fields || fields->kind != NODE_MAP) {
        problem_at(l->problems, node, "'learn' needs 'table', 'key' and a map 'fields'");
        return learn;
    }
    learn->table = map_load_table(l, table);
    if (each) {
        map_load_selection(l, each, &learn->each);
    }
    learn->key = map_load_template(l, key);
    NODE_EACH(field, fields)
    {
        const struct map_template *form = map_load_template(l, field);
        if (learn->table < MAP_TABLES_MAX) {
            size_t number = field_number(l, &l->map->tables[learn->table], field);
            if (number < MAP_FIELDS_MAX) {
                learn->fields[number] = form;
            }
        }
    }
    return learn;
}

static const struct map_lookup *load_lookup(struct map_loader *l, const struct node *node)
{
    struct map_lookup *lookup = pool_new(&l->map->pool, struct map_lookup);
    if (node->kind != NODE_MAP) {
        problem_at(l->problems, node, "'lookup' must be a map");
        return NULL;
    }
    node_check_keys(node, lookup_keys, l->problems);
    const struct node *table = node_find(node, "table");
    const struct node *key = node_find(node, "key");
    if (!table || !key) {
        problem_at(l->problems, node, "'lookup' needs 'table' and 'key'");
        return NULL;
    }
    lookup->table = map_load_table(l, table);
    lookup->key = map_load_template(l, key);
    map_load_bool(l, node_find(node, "required"), &lookup->required);
    if (lookup->table < MAP_TABLES_MAX && !l->map->tables[lookup->table].learned) {
        problem_at(l->problems, table, "no rule learns a table '%.*s'",
                   BYTES_ARG(table->text));
    }
    return lookup->table < MAP_TABLES_MAX ? lookup : NULL;
}

/* ---- emits ---- */

static void load_variables(struct map_loader *l, const struct node *node,
                           struct map_emit *emit)
{
    if (!node) {
        return;
    }
    if (node->kind != NODE_MAP || node->count > MAP_VARS_MAX) {
        problem_at(l->problems, node, "'vars' must be a map of at most %d", MAP_VARS_MAX);
        return;
    }
    emit->variables = pool_take(&l->map->pool, node->count, sizeof *emit->variables);
    NODE_EACH(child, node)
    {
        struct map_variable *variable = &emit->variables[emit->variable_count++];
        const struct node *of = node_find(child, "of");
        variable->name = pool_copy(&l->map->pool, child->key);
        node_check_keys(child, variable_keys, l->problems);
        if (!of) {
            problem_at(l->problems, child,
                       "a variable is a map such as {of: '{./id}', re: '^([^.]+)'}");
            continue;
        }
        variable->of = map_load_template(l, of);
        variable->pattern = map_load_pattern(l, node_find(child, "re"));
    }
}

static void load_emit_names(struct map_loader *l, const struct node *node,
                            struct map_emit *emit)
{
    const struct node *device = node_find(node, "device");
    const struct node *metric = node_find(node, "metric");
    const struct node *unit = node_find(node, "unit");
    const struct node *unit_map = node_find(node, "unit_map");
    emit->device = device ? map_load_template(l, device) : NULL;
    if (metric) {
        emit->metric = map_load_template(l, metric);
    } else {
        problem_at(l->problems, node, "'metric' is missing");
    }
    if (unit && !node_is_null(unit)) {
        emit->unit = map_load_template(l, unit);
    }
    if (unit_map) {
        emit->unit_map = map_load_choices(l, unit_map);
    }
}

static void load_emit_policies(struct map_loader *l, const struct node *node,
                               struct map_emit *emit)
{
    static const char *const null_words[] = {"skip", "bad", "emit", NULL};
    static const char *const missing_words[] = {"bad", "true", "false", NULL};
    const struct node *on_null = node_find(node, "on_null");
    const struct node *on_missing = node_find(node, "on_missing_quality");
    emit->skip_null = on_null && map_load_word(l, on_null, null_words) == 0;
    int word = on_missing ? map_load_word(l, on_missing, missing_words) : 2;
    emit->bad_when_missing = word == 0 || word == 1;
}

static void load_emit(struct map_loader *l, const struct node *node,
                      struct map_emit *emit)
{
    l->scope = (struct map_scope){.table = MAP_TABLES_MAX};
    if (node->kind != NODE_MAP) {
        problem_at(l->problems, node, "an emit is a map");
        return;
    }
    node_check_keys(node, emit_keys, l->problems);
    const struct node *each = node_find(node, "each");
    const struct node *variables = node_find(node, "vars");
    const struct node *lookup = node_find(node, "lookup");
    const struct node *when = node_find(node, "when");
    const struct node *times = node_find(node, "ts");
    const struct node *quality = node_find(node, "quality");
    if (each) {
        map_load_selection(l, each, &emit->each);
    }
    load_variables(l, variables, emit);
    if (variables) {
        l->scope.variables[0] = variables;
        l->scope.variables_count = 1;
    }
    if (lookup) {
        emit->lookup = load_lookup(l, lookup);
        l->scope.has_lookup = true;
        l->scope.table = emit->lookup ? emit->lookup->table : MAP_TABLES_MAX;
    }
    if (when) {
        emit->when = map_load_conditions(l, when, &emit->when_count);
    }
    load_emit_names(l, node, emit);
    map_load_value(l, node_find(node, "value"), &emit->value);
    emit->times = times ? map_load_times(l, times) : NULL;
    emit->quality = quality ? map_load_quality(l, quality) : NULL;
    load_emit_policies(l, node, emit);
}

/* ---- rules ---- */

static size_t count_wildcards(const struct node *each)
{
    size_t count = 0;
    struct bytes text = each && each->kind == NODE_SCALAR ? each->text : BYTES("");
    for (size_t i = 0; i < text.len; i++) {
        bool starts = text.data[i] == '/' && i + 1 < text.len;
        count += starts && text.data[i + 1] == '*' ? 1 : 0;
    }
    return count;
}

/* What the rule's defaults may refer to: whatever one of its emits offers. */
static void open_rule_scope(struct map_loader *l, const struct node *emits)
{
    l->scope = (struct map_scope){.table = MAP_TABLES_MAX};
    NODE_EACH(emit, emits)
    {
        const struct node *variables = node_find(emit, "vars");
        size_t captures = count_wildcards(node_find(emit, "each"));
        if (captures > l->scope.captures) {
            l->scope.captures = captures;
        }
        if (variables && l->scope.variables_count < MAP_EMITS_MAX) {
            l->scope.variables[l->scope.variables_count++] = variables;
        }
        l->scope.has_lookup = l->scope.has_lookup || node_find(emit, "lookup");
    }
}

static void load_defaults(struct map_loader *l, const struct node *node,
                          struct map_rule *rule)
{
    const struct node *emits = node_find(node, "emit");
    const struct node *device = node_find(node, "device");
    const struct node *times = node_find(node, "ts");
    const struct node *quality = node_find(node, "quality");
    open_rule_scope(l, emits);
    const struct map_template *own = device ? map_load_template(l, device) : NULL;
    const struct map_times *own_times = times ? map_load_times(l, times) : NULL;
    const struct map_quality *own_quality = quality ? map_load_quality(l, quality) : NULL;
    const struct node *at = emits ? emits->first : NULL;
    for (size_t i = 0; i < rule->emit_count; i++, at = at->next) {
        struct map_emit *emit = &rule->emits[i];
        if (!node_find(at, "device") && !device && at->kind == NODE_MAP) {
            problem_at(l->problems, at, "'device' is missing, here and in the rule");
        }
        emit->device = emit->device ? emit->device : own;
        emit->times = emit->times ? emit->times : own_times;
        emit->quality = emit->quality ? emit->quality : own_quality;
    }
}

static void load_emits(struct map_loader *l, const struct node *node,
                       struct map_rule *rule)
{
    if (node->kind != NODE_LIST || node->count == 0 || node->count > MAP_EMITS_MAX) {
        problem_at(l->problems, node, "'emit' must be a list of 1 to %d", MAP_EMITS_MAX);
        return;
    }
    rule->emits = pool_take(&l->map->pool, node->count, sizeof *rule->emits);
    NODE_EACH(child, node)
    {
        load_emit(l, child, &rule->emits[rule->emit_count++]);
    }
}

static void load_consequence(struct map_loader *l, const struct node *node,
                             struct map_rule *rule)
{
    const struct node *learn = node_find(node, "learn");
    const struct node *emits = node_find(node, "emit");
    const struct node *ignore = node_find(node, "ignore");
    bool read = map_load_bool(l, ignore, &rule->ignore);
    bool ignored = rule->ignore || (ignore && !read);
    size_t given = (learn ? 1U : 0U) + (emits ? 1U : 0U) + (ignored ? 1U : 0U);
    if (given != 1) {
        problem_at(l->problems, node,
                   "a rule needs one of 'emit', 'learn' and 'ignore: true'");
    }
    rule->learn = learn ? load_learn(l, learn) : NULL;
    if (emits) {
        load_emits(l, emits, rule);
    }
    load_defaults(l, node, rule);
}

static void load_topic(struct map_loader *l, const struct node *node,
                       struct map_rule *rule)
{
    const struct node *topic = node_find(node, "topic");
    if (!topic) {
        problem_at(l->problems, node, "'topic' is missing");
        return;
    }
    if (map_scalar(l, topic)) {
        const char *problem = topic_filter_problem(topic->text);
        rule->topic = pool_copy(&l->map->pool, topic->text);
        if (problem) {
            problem_at(l->problems, topic, "topic filter '%.*s': %s",
                       BYTES_ARG(topic->text), problem);
        }
    }
}

static void load_rule(struct map_loader *l, const struct node *node,
                      struct map_rule *rule)
{
    static const char *const payloads[] = {"json", "text", "binary", NULL};
    rule->depth_max = TAPE_DEPTH_DEFAULT;
    rule->name = pool_print(&l->map->pool, "%s:%d", node->file, node->line);
    l->scope = (struct map_scope){.table = MAP_TABLES_MAX};
    if (node->kind != NODE_MAP) {
        problem_at(l->problems, node, "a rule is a map");
        return;
    }
    node_check_keys(node, rule_keys, l->problems);
    load_topic(l, node, rule);
    const struct node *payload = node_find(node, "payload");
    const struct node *depth = node_find(node, "max_depth");
    const struct node *where = node_find(node, "where");
    int kind = payload ? map_load_word(l, payload, payloads) : PAYLOAD_JSON;
    rule->payload = kind < 0 ? PAYLOAD_JSON : (enum map_payload)kind;
    int64_t levels = TAPE_DEPTH_DEFAULT;
    if (depth && (depth->kind != NODE_SCALAR || !number_parse_i64(depth->text, &levels) ||
                  levels < 1 || levels > TAPE_DEPTH_MAX)) {
        problem_at(l->problems, depth, "'max_depth' must be a whole number from 1 to %d",
                   TAPE_DEPTH_MAX);
        levels = TAPE_DEPTH_DEFAULT;
    }
    rule->depth_max = (int)levels;
    if (rule->depth_max > l->map->depth_max) {
        l->map->depth_max = rule->depth_max;
    }
    if (where) {
        rule->where = map_load_conditions(l, where, &rule->where_count);
    }
    load_consequence(l, node, rule);
}

void map_load(struct map *map, const struct node *root, struct problems *problems)
{
    struct map_loader *l = pool_new(&map->pool, struct map_loader);
    *l = (struct map_loader){.map = map, .problems = problems};
    map->depth_max = 1;
    const struct node *rules = node_find(root, "rules");
    if (!root || root->kind != NODE_MAP) {
        problem_at(problems, root, "a mapping is a map with a list 'rules'");
        return;
    }
    node_check_keys(root, map_keys, problems);
    if (!rules || rules->kind != NODE_LIST || rules->count == 0 ||
        rules->count > MAP_RULES_MAX) {
        problem_at(problems, rules ? rules : root, "'rules' must be a list of 1 to %d",
                   MAP_RULES_MAX);
        return;
    }
    collect_tables(l, rules);
    map->rules = pool_take(&map->pool, rules->count, sizeof *map->rules);
    NODE_EACH(rule, rules)
    {
        load_rule(l, rule, &map->rules[map->rule_count++]);
    }
}

void map_deinit(struct map *map)
{
    for (struct map_time *time = map->times_made; time; time = time->next_made) {
        time_format_deinit(&time->format);
    }
    pool_deinit(&map->pool);
    *map = (struct map){0};
}
