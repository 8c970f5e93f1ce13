/* SPDX-License-Identifier: Apache-2.0 */
/* Single texts of a mapping: words, numbers, constants, tables of choices, patterns. */
#include "map_private.h"

#include "core/number.h"

const struct node *map_scalar(struct map_loader *l, const struct node *node)
{
    if (node->kind != NODE_SCALAR) {
        problem_at(l->problems, node, "'%.*s' must be text, not a %s",
                   BYTES_ARG(node->key), node->kind == NODE_LIST ? "list" : "map");
        return NULL;
    }
    return node;
}

bool map_load_bool(struct map_loader *l, const struct node *node, bool *ret_value)
{
    if (!node) {
        return false;
    }
    bool yes = node->kind == NODE_SCALAR && bytes_are(node->text, "true");
    bool no = node->kind == NODE_SCALAR && bytes_are(node->text, "false");
    if (!yes && !no) {
        problem_at(l->problems, node, "'%.*s' must be true or false",
                   BYTES_ARG(node->key));
        return false;
    }
    *ret_value = yes;
    return true;
}

bool map_load_number(struct map_loader *l, const struct node *node, double *ret_value)
{
    if (node->kind != NODE_SCALAR || !number_parse(node->text, ret_value)) {
        problem_at(l->problems, node, "'%.*s' must be a number", BYTES_ARG(node->key));
        return false;
    }
    return true;
}

int map_load_word(struct map_loader *l, const struct node *node, const char *const *words)
{
    if (!map_scalar(l, node)) {
        return -1;
    }
    for (int i = 0; words[i]; i++) {
        if (bytes_are(node->text, words[i])) {
            return i;
        }
    }
    struct buf known;
    buf_init(&known, 256);
    for (size_t i = 0; words[i]; i++) {
        buf_print(&known, "%s%s", i ? ", " : "", words[i]);
    }
    problem_at(l->problems, node, "unknown word '%.*s'; known: %.*s",
               BYTES_ARG(node->text), BYTES_ARG(buf_bytes(&known)));
    buf_deinit(&known);
    return -1;
}

struct map_constant map_load_constant(struct map_loader *l, const struct node *node)
{
    struct map_constant constant = {.kind = CONSTANT_TEXT};
    if (!map_scalar(l, node)) {
        return constant;
    }
    constant.text = pool_copy(&l->map->pool, node->text);
    if (node->quoted) {
        return constant;
    }
    if (node_is_null(node)) {
        constant.kind = CONSTANT_NULL;
    } else if (bytes_are(node->text, "true") || bytes_are(node->text, "false")) {
        constant.kind = CONSTANT_BOOL;
        constant.truth = bytes_are(node->text, "true");
    } else if (!map_number(node->text, &constant.number)) {
        constant.kind = CONSTANT_NUMBER;
    }
    return constant;
}

struct map_constants map_load_constants(struct map_loader *l, const struct node *node)
{
    struct map_constants constants = {0};
    if (node->kind != NODE_LIST) {
        problem_at(l->problems, node, "'%.*s' must be a list", BYTES_ARG(node->key));
        return constants;
    }
    constants.items = pool_take(&l->map->pool, node->count + 1, sizeof *constants.items);
    NODE_EACH(child, node)
    {
        constants.items[constants.count++] = map_load_constant(l, child);
    }
    return constants;
}

/* Puts the choice where its key belongs; keys come once, the reader saw to that. */
static void insert_choice(struct map_choices *choices, struct map_choice choice)
{
    size_t at = choices->count++;
    while (at > 0 && bytes_compare(choices->items[at - 1].key, choice.key) > 0) {
        choices->items[at] = choices->items[at - 1];
        at--;
    }
    choices->items[at] = choice;
}

struct map_choices map_load_choices(struct map_loader *l, const struct node *node)
{
    struct map_choices choices = {0};
    if (node->kind != NODE_MAP) {
        problem_at(l->problems, node, "'%.*s' must be a map", BYTES_ARG(node->key));
        return choices;
    }
    choices.items = pool_take(&l->map->pool, node->count + 1, sizeof *choices.items);
    NODE_EACH(child, node)
    {
        insert_choice(&choices,
                      (struct map_choice){.key = pool_copy(&l->map->pool, child->key),
                                          .value = map_load_constant(l, child)});
    }
    return choices;
}

struct pattern *map_load_pattern(struct map_loader *l, const struct node *node)
{
    struct pattern *pattern = NULL;
    struct error e = {0};
    if (!node || !map_scalar(l, node)) {
        return NULL;
    }
    if (pattern_compile(node->text, &l->map->pool, &pattern, &e)) {
        problem_at(l->problems, node, "pattern '%.*s': %s", BYTES_ARG(node->text),
                   e.text);
        return NULL;
    }
    return pattern;
}
