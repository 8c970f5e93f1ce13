/* SPDX-License-Identifier: Apache-2.0 */
/* Conditions: loading, and whether they hold for the selected item. */
#include "map_private.h"

#include "core/number.h"

/* ---- what is tested ---- */

struct subject {
    enum map_type type;   /* 0: missing */
    struct map_text text; /* of scalars */
    bool truth;
    bool untyped; /* text of a topic, key or variable: compares with numbers too */
};

static struct subject subject_of_item(const struct map_run *run, uint32_t item)
{
    static const enum map_type types[] = {
        [TAPE_NULL] = TYPE_NULL,     [TAPE_FALSE] = TYPE_BOOL,
        [TAPE_TRUE] = TYPE_BOOL,     [TAPE_NUMBER] = TYPE_NUMBER,
        [TAPE_STRING] = TYPE_STRING, [TAPE_ARRAY] = TYPE_ARRAY,
        [TAPE_OBJECT] = TYPE_OBJECT, [TAPE_BYTES] = TYPE_STRING,
    };
    struct subject s = {0};
    if (item != TAPE_NONE) {
        s.type = types[tape_kind(&run->tape, item)];
        s.truth = tape_kind(&run->tape, item) == TAPE_TRUE;
        (void)map_item_text(&run->tape, item, &s.text); /* containers have none */
    }
    return s;
}

static struct subject find_subject(struct map_run *run, const struct map_condition *c)
{
    if (c->path) {
        return subject_of_item(run, map_path_find(run, c->path));
    }
    uint32_t item = TAPE_NONE;
    struct map_text text = {0};
    if (!map_reference_item(run, c->reference, &item, &text)) {
        return (struct subject){0};
    }
    if (item != TAPE_NONE) {
        return subject_of_item(run, item);
    }
    return (struct subject){.type = TYPE_STRING, .text = text, .untyped = true};
}

/* ---- comparing ---- */

static bool is_numeric(const struct subject *s)
{
    return s->type == TYPE_NUMBER || (s->type == TYPE_STRING && s->untyped);
}

/* -1, 0, 1; exact while both are whole. */
static int compare_numbers(const struct value *a, const struct value *b)
{
    if (a->kind == VALUE_INT && b->kind == VALUE_INT) {
        return (a->integer > b->integer) - (a->integer < b->integer);
    }
    if (a->kind == VALUE_UINT && b->kind == VALUE_UINT) {
        return (a->natural > b->natural) - (a->natural < b->natural);
    }
    double x = 0;
    double y = 0;
    (void)value_number(a, &x); /* both are numbers */
    (void)value_number(b, &y);
    return (x > y) - (x < y);
}

/* False when either is not a number. */
static bool order(const struct subject *s, const struct map_constant *constant,
                  int *ret_order)
{
    struct value number = {0};
    if (!is_numeric(s) || constant->kind != CONSTANT_NUMBER ||
        map_number(s->text.text, &number)) {
        return false;
    }
    *ret_order = compare_numbers(&number, &constant->number);
    return true;
}

static bool equals(const struct subject *s, const struct map_constant *constant)
{
    int by_number = 0;
    switch (constant->kind) {
    case CONSTANT_NULL:
        return s->type == TYPE_NULL;
    case CONSTANT_BOOL:
        return (s->type == TYPE_BOOL && s->truth == constant->truth) ||
               (s->untyped && bytes_equal(s->text.text, constant->text));
    case CONSTANT_NUMBER:
        return order(s, constant, &by_number) && by_number == 0;
    case CONSTANT_TEXT:
        return s->type == TYPE_STRING && bytes_equal(s->text.text, constant->text);
    }
    return false;
}

static bool is_in(const struct subject *s, const struct map_constants *constants)
{
    for (size_t i = 0; i < constants->count; i++) {
        if (equals(s, &constants->items[i])) {
            return true;
        }
    }
    return false;
}

static bool masked_equals(const struct subject *s, const struct map_condition *c)
{
    struct value number = {0};
    if (!is_numeric(s) || map_number(s->text.text, &number)) {
        return false;
    }
    if (number.kind == VALUE_DOUBLE && number.number >= 0 && number.number < 0x1p53 &&
        number.number == (double)(uint64_t)number.number) {
        number = (struct value){.kind = VALUE_UINT, .natural = (uint64_t)number.number};
    }
    if (number.kind != VALUE_INT && number.kind != VALUE_UINT) {
        return false;
    }
    uint64_t bits = number.kind == VALUE_INT ? (uint64_t)number.integer : number.natural;
    return (bits & c->mask) == c->equals;
}

static bool passes_order(const struct subject *s, const struct map_condition *c)
{
    int by = 0;
    return (!c->lt || (order(s, c->lt, &by) && by < 0)) &&
           (!c->gt || (order(s, c->gt, &by) && by > 0));
}

static bool passes_pattern(const struct subject *s, const struct map_condition *c)
{
    bool scalar = s->type & (TYPE_STRING | TYPE_NUMBER | TYPE_BOOL);
    return !c->pattern || (scalar && pattern_search(c->pattern, s->text.text, NULL));
}

static bool test_holds(struct map_run *run, const struct map_condition *c)
{
    struct subject s = find_subject(run, c);
    if (c->exists == TRI_FALSE || s.type == 0) {
        return c->exists == TRI_FALSE && s.type == 0;
    }
    if (c->types && !(c->types & s.type)) {
        return false;
    }
    if (c->as_number) {
        struct value number = {0};
        if ((s.type != TYPE_STRING && s.type != TYPE_NUMBER) ||
            map_number(s.text.text, &number)) {
            return c->exists == TRI_TRUE && !c->eq && !c->ne && !c->in && !c->lt &&
                   !c->gt && !c->masked && !c->pattern;
        }
        s.type = TYPE_NUMBER;
    }
    return (!c->eq || equals(&s, c->eq)) && (!c->ne || !equals(&s, c->ne)) &&
           (!c->in || is_in(&s, c->in)) && passes_order(&s, c) && passes_pattern(&s, c) &&
           (!c->masked || masked_equals(&s, c));
}

bool map_condition_holds(struct map_run *run, const struct map_condition *c)
{
    switch (c->kind) {
    case CONDITION_TEST:
        return test_holds(run, c);
    case CONDITION_ALL:
        return map_conditions_hold(run, c->children, c->count);
    case CONDITION_NOT:
        return !map_conditions_hold(run, c->children, c->count);
    case CONDITION_ANY:
        for (size_t i = 0; i < c->count; i++) {
            if (map_condition_holds(run, &c->children[i])) {
                return true;
            }
        }
        return false;
    }
    return false;
}

bool map_conditions_hold(struct map_run *run, const struct map_condition *conditions,
                         size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!map_condition_holds(run, &conditions[i])) {
            return false;
        }
    }
    return true;
}

bool map_emit_holds(struct map_run *run, const struct map_emit *emit, bool with_meta)
{
    for (size_t i = 0; i < emit->when_count; i++) {
        const struct map_condition *c = &emit->when[i];
        if (c->uses_meta == with_meta && !map_condition_holds(run, c)) {
            return false;
        }
    }
    return true;
}

/* ---- loading ---- */

static const char *const test_keys[] = {"path", "ref",    "eq",     "ne",   "in",
                                        "lt",   "gt",     "exists", "type", "re",
                                        "mask", "equals", "as",     NULL};

static const char *const group_keys[] = {"all", "any", "not", NULL};

static const struct map_constant *load_constant(struct map_loader *l,
                                                const struct node *node)
{
    if (!node) {
        return NULL;
    }
    struct map_constant *constant = pool_new(&l->map->pool, struct map_constant);
    *constant = map_load_constant(l, node);
    return constant;
}

static const struct map_constant *load_limit(struct map_loader *l,
                                             const struct node *node)
{
    const struct map_constant *constant = load_constant(l, node);
    if (constant && constant->kind != CONSTANT_NUMBER) {
        problem_at(l->problems, node, "'%.*s' must be a number", BYTES_ARG(node->key));
    }
    return constant;
}

static void load_types(struct map_loader *l, const struct node *node,
                       struct map_condition *c)
{
    static const char *const names[] = {"number", "string", "bool", "null",
                                        "object", "array",  NULL};
    if (!node) {
        return;
    }
    if (node->kind != NODE_LIST) {
        int type = map_load_word(l, node, names);
        c->types = type < 0 ? 0 : 1U << type;
        return;
    }
    NODE_EACH(child, node)
    {
        int type = map_load_word(l, child, names);
        c->types |= type < 0 ? 0 : 1U << type;
    }
}

/* A whole number, also 0x1F. */
static uint64_t load_bits(struct map_loader *l, const struct node *node)
{
    uint64_t bits = 0;
    struct bytes text = map_scalar(l, node) ? node->text : BYTES("0");
    if (bytes_start_with(text, BYTES("0x")) && text.len > 2 && text.len <= 18) {
        for (size_t i = 2; i < text.len; i++) {
            uint8_t digit = text.data[i] | 0x20;
            bool decimal = digit >= '0' && digit <= '9';
            if (!decimal && (digit < 'a' || digit > 'f')) {
                problem_at(l->problems, node, "'%.*s' is no whole number",
                           BYTES_ARG(text));
                return 0;
            }
            bits = bits << 4 | (uint64_t)(decimal ? digit - '0' : digit - 'a' + 10);
        }
        return bits;
    }
    if (!number_parse_u64(text, &bits)) {
        problem_at(l->problems, node, "'%.*s' is no whole number", BYTES_ARG(text));
    }
    return bits;
}

static void load_mask(struct map_loader *l, const struct node *node,
                      struct map_condition *c)
{
    const struct node *mask = node_find(node, "mask");
    const struct node *wanted = node_find(node, "equals");
    if (!mask && !wanted) {
        return;
    }
    if (!mask || !wanted) {
        problem_at(l->problems, node, "'mask' and 'equals' belong together");
        return;
    }
    c->masked = true;
    c->mask = load_bits(l, mask);
    c->equals = load_bits(l, wanted);
    if (c->equals & ~c->mask) {
        problem_at(l->problems, wanted,
                   "'equals' has bits that 'mask' takes away: it can "
                   "never hold");
    }
}

static bool path_uses_meta(const struct map_path *path)
{
    for (size_t i = 0; i < path->count; i++) {
        if (path->segments[i].formed && path->segments[i].formed->uses_meta) {
            return true;
        }
    }
    return false;
}

static void load_subject(struct map_loader *l, const struct node *node,
                         struct map_condition *c)
{
    const struct node *path = node_find(node, "path");
    const struct node *reference = node_find(node, "ref");
    if (!path == !reference) {
        problem_at(l->problems, node, "a condition needs one of 'path' and 'ref'");
    }
    if (path) {
        struct map_path *own = pool_new(&l->map->pool, struct map_path);
        map_load_path(l, path, own);
        c->path = own;
        c->uses_meta = path_uses_meta(own);
    } else if (reference) {
        c->reference = map_load_reference(l, reference);
        c->uses_meta = c->reference && c->reference->uses_meta;
    }
}

static void load_as(struct map_loader *l, const struct node *node,
                    struct map_condition *c)
{
    static const char *const words[] = {"number", NULL};
    if (node && map_load_word(l, node, words) == 0) {
        c->as_number = true;
    }
}

static void load_test(struct map_loader *l, const struct node *node,
                      struct map_condition *c)
{
    node_check_keys(node, test_keys, l->problems);
    load_subject(l, node, c);
    load_as(l, node_find(node, "as"), c);
    c->eq = load_constant(l, node_find(node, "eq"));
    c->ne = load_constant(l, node_find(node, "ne"));
    c->lt = load_limit(l, node_find(node, "lt"));
    c->gt = load_limit(l, node_find(node, "gt"));
    load_types(l, node_find(node, "type"), c);
    load_mask(l, node, c);
    const struct node *in = node_find(node, "in");
    if (in) {
        struct map_constants *constants = pool_new(&l->map->pool, struct map_constants);
        *constants = map_load_constants(l, in);
        c->in = constants;
    }
    const struct node *exists = node_find(node, "exists");
    bool wanted = false;
    if (exists && map_load_bool(l, exists, &wanted)) {
        c->exists = wanted ? TRI_TRUE : TRI_FALSE;
    }
    c->pattern = map_load_pattern(l, node_find(node, "re"));
    if ((c->path || c->reference) && node->count < 2 + (c->as_number ? 1U : 0U)) {
        problem_at(l->problems, node,
                   "nothing is asked: write one of eq, ne, in, lt, gt, exists, type, re, "
                   "mask with equals");
    }
}

static bool is_group(const struct node *node)
{
    for (size_t i = 0; group_keys[i]; i++) {
        if (node_find(node, group_keys[i])) {
            return true;
        }
    }
    return false;
}

static void load_condition(struct map_loader *l, const struct node *node,
                           struct map_condition *c);

static void load_group(struct map_loader *l, const struct node *node,
                       struct map_condition *c)
{
    static const enum map_condition_kind kinds[] = {CONDITION_ALL, CONDITION_ANY,
                                                    CONDITION_NOT};
    node_check_keys(node, group_keys, l->problems);
    if (node->count != 1) {
        problem_at(l->problems, node, "only one of 'all', 'any' and 'not' at a time");
    }
    for (size_t i = 0; group_keys[i]; i++) {
        const struct node *children = node_find(node, group_keys[i]);
        if (children) {
            c->kind = kinds[i];
            c->children = map_load_conditions(l, children, &c->count);
        }
    }
    for (size_t i = 0; i < c->count; i++) {
        c->uses_meta = c->uses_meta || c->children[i].uses_meta;
    }
}

static void load_condition(struct map_loader *l, const struct node *node,
                           struct map_condition *c)
{
    *c = (struct map_condition){.kind = CONDITION_TEST};
    if (node->kind != NODE_MAP) {
        problem_at(l->problems, node,
                   "a condition is a map such as {path: ./q, eq: true}");
        return;
    }
    if (is_group(node)) {
        load_group(l, node, c);
    } else {
        load_test(l, node, c);
    }
}

struct map_condition *map_load_conditions(struct map_loader *l, const struct node *node,
                                          size_t *ret_count)
{
    bool list = node->kind == NODE_LIST;
    *ret_count = list ? node->count : 1;
    struct map_condition *conditions =
        pool_take(&l->map->pool, *ret_count + 1, sizeof *conditions);
    if (!list) {
        load_condition(l, node, &conditions[0]);
        return conditions;
    }
    size_t i = 0;
    NODE_EACH(child, node)
    {
        load_condition(l, child, &conditions[i++]);
    }
    return conditions;
}
