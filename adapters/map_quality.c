/* SPDX-License-Identifier: Apache-2.0 */
/* Quality: an ordered list of conditions with what follows from the first that holds. */
#include "map_private.h"

static const char *const keys[] = {"when",       "quality",  "detail",
                                   "null_value", "override", NULL};
static const char *const words[] = {"good", "uncertain", "bad", "skip", NULL};

static void load_rule(struct map_loader *l, const struct node *node,
                      struct map_quality_rule *rule)
{
    static const enum quality qualities[] = {QUALITY_GOOD, QUALITY_UNCERTAIN, QUALITY_BAD,
                                             QUALITY_BAD};
    bool override = true;
    if (node->kind != NODE_MAP) {
        problem_at(l->problems, node,
                   "a quality rule is a map such as {when: ..., quality: bad}");
        return;
    }
    node_check_keys(node, keys, l->problems);
    const struct node *when = node_find(node, "when");
    const struct node *quality = node_find(node, "quality");
    const struct node *detail = node_find(node, "detail");
    if (when) {
        struct map_condition *all = pool_new(&l->map->pool, struct map_condition);
        all->kind = CONDITION_ALL;
        all->children = map_load_conditions(l, when, &all->count);
        rule->when = all;
    }
    int word = quality ? map_load_word(l, quality, words) : -1;
    if (!quality) {
        problem_at(l->problems, node,
                   "'quality' is missing: good, uncertain, bad or skip");
    }
    rule->quality = word < 0 ? QUALITY_BAD : qualities[word];
    rule->skip = word == 3;
    if (detail && map_scalar(l, detail)) {
        rule->detail = pool_copy(&l->map->pool, detail->text);
    }
    map_load_bool(l, node_find(node, "null_value"), &rule->null_value);
    map_load_bool(l, node_find(node, "override"), &override);
    rule->keep_bad = !override;
}

const struct map_quality *map_load_quality(struct map_loader *l, const struct node *node)
{
    bool list = node->kind == NODE_LIST;
    struct map_quality *quality = pool_new(&l->map->pool, struct map_quality);
    quality->count = list ? node->count : 1;
    quality->rules = pool_take(&l->map->pool, quality->count + 1, sizeof *quality->rules);
    if (!list) {
        load_rule(l, node, &quality->rules[0]);
        return quality;
    }
    size_t i = 0;
    NODE_EACH(child, node)
    {
        load_rule(l, child, &quality->rules[i++]);
    }
    return quality;
}

const struct map_quality_rule *map_quality_find(struct map_run *run,
                                                const struct map_quality *quality)
{
    for (size_t i = 0; quality && i < quality->count; i++) {
        const struct map_quality_rule *rule = &quality->rules[i];
        if (!rule->when || map_condition_holds(run, rule->when)) {
            return rule;
        }
    }
    return NULL;
}
