/* SPDX-License-Identifier: Apache-2.0 */
/* The `value` of an emit from its node. */
#include "map_private.h"

static const char *const value_keys[] = {
    "path",     "as",     "map",     "map_strict", "bytes",           "linear", "scale",
    "scale_by", "offset", "decimal", "strip_unit", "non_finite_text", NULL};

static void load_value_paths(struct map_loader *l, const struct node *node,
                             struct map_value *value)
{
    const struct node *path = node_find(node, "path");
    bool list = path && path->kind == NODE_LIST;
    value->path_count = list ? path->count : 1;
    value->paths = pool_take(&l->map->pool, value->path_count + 1, sizeof *value->paths);
    if (!path) { /* the item itself */
        value->paths[0] = (struct map_path){.origin = FROM_ITEM, .per_item = true};
    } else if (!list) {
        map_load_path(l, path, &value->paths[0]);
    }
    size_t i = 0;
    NODE_EACH(child, list ? path : NULL)
    {
        map_load_path(l, child, &value->paths[i++]);
    }
}

static void load_linear(struct map_loader *l, const struct node *node,
                        struct map_value *value)
{
    double numbers[4] = {0};
    size_t i = 0;
    if (node->kind != NODE_LIST || node->count != 4) {
        problem_at(l->problems, node,
                   "'linear' is a list of four: [in_lo, in_hi, out_lo, out_hi]");
        return;
    }
    NODE_EACH(child, node)
    {
        map_load_number(l, child, &numbers[i++]);
    }
    if (numbers[0] == numbers[1]) {
        problem_at(l->problems, node, "'linear': in_lo and in_hi must differ");
    }
    value->linear = true;
    value->in_low = numbers[0];
    value->in_high = numbers[1];
    value->out_low = numbers[2];
    value->out_high = numbers[3];
}

static void load_arithmetic(struct map_loader *l, const struct node *node,
                            struct map_value *value)
{
    const struct node *linear = node_find(node, "linear");
    const struct node *scale = node_find(node, "scale");
    const struct node *scale_by = node_find(node, "scale_by");
    const struct node *offset = node_find(node, "offset");
    if (linear) {
        load_linear(l, linear, value);
    }
    value->scaled = scale && map_load_number(l, scale, &value->scale);
    value->shifted = offset && map_load_number(l, offset, &value->offset);
    if (scale_by) {
        struct map_path *path = pool_new(&l->map->pool, struct map_path);
        map_load_path(l, scale_by, path);
        value->scale_by = path;
    }
}

void map_load_value(struct map_loader *l, const struct node *node,
                    struct map_value *ret_value)
{
    static const char *const types[] = {"auto", "number", "int", "bool", "string", NULL};
    static const char *const marks[] = {".", ",", NULL};
    struct map_value value = {0};
    if (node && node->kind != NODE_MAP) {
        problem_at(l->problems, node, "'value' is a map such as {path: ./v}");
        node = NULL;
    }
    if (node) {
        node_check_keys(node, value_keys, l->problems);
    }
    load_value_paths(l, node, &value);
    const struct node *as = node_find(node, "as");
    const struct node *choices = node_find(node, "map");
    const struct node *bytes = node_find(node, "bytes");
    const struct node *texts = node_find(node, "non_finite_text");
    const struct node *mark = node_find(node, "decimal");
    int type = as ? map_load_word(l, as, types) : AS_AUTO;
    value.as = type < 0 ? AS_AUTO : (enum map_as)type;
    value.choices = choices ? map_load_choices(l, choices) : value.choices;
    value.bytes = bytes ? map_load_bytes(l, bytes) : NULL;
    value.non_finite = texts ? map_load_constants(l, texts) : value.non_finite;
    value.decimal_comma = mark && map_load_word(l, mark, marks) == 1;
    map_load_bool(l, node_find(node, "map_strict"), &value.choices_strict);
    map_load_bool(l, node_find(node, "strip_unit"), &value.strip_unit);
    load_arithmetic(l, node, &value);
    if (value.choices_strict && !choices) {
        problem_at(l->problems, node, "'map_strict' without 'map' makes every value bad");
    }
    *ret_value = value;
}
