/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The factor library: files of values that methods need, each with its source.
 *
 *     name: eu-2025-2547
 *     version: "2025-12-22"
 *     factors:
 *       - {id: ..., value: 25.8 GJ/t, source: ..., from: 2026-01-01}
 *
 * Files that the configuration names come first: an id there hides the built-in one.
 */
#include "config/factor_library.h"
#include "config/plan_private.h"

#include "core/mem.h"
#include "core/nearest.h"

#include <stdio.h>

/* In order of time behind the others of the same id. */
static void chain(struct build *b, struct library_factor *first,
                  struct library_factor *factor, const struct node *node)
{
    while (first->next) {
        first = first->next;
    }
    if (factor->from_ns < first->to_ns && first->to_ns != INT64_MAX) {
        problem_at(b->problems, node, "'%s' is valid at the same time as the one before",
                   factor->id);
    } else if (factor->from_ns == INT64_MIN || factor->from_ns <= first->from_ns) {
        problem_at(b->problems, node,
                   "'%s' is there twice; values of one id need 'from', in order",
                   factor->id);
    }
    if (first->to_ns == INT64_MAX) {
        first->to_ns = factor->from_ns;
    }
    first->next = factor;
}

static const char *kept(struct build *b, struct bytes text)
{
    return (const char *)pool_copy(b->pool, text).data;
}

/* From the library to the plan's own: times of the installation's zone. */
static void add_factor(struct build *b, const struct factor *from, const char *set)
{
    struct library_factor *factor = pool_new(b->pool, struct library_factor);
    *factor = (struct library_factor){
        .id = kept(b, from->id),
        .value = from->value_node,
        .source = kept(b, from->source),
        .set = set,
        .from_ns = INT64_MIN,
        .to_ns = INT64_MAX,
        .material = from->material,
        .analyses = from->analyses,
        .scatter = from->scatter,
    };
    if ((from->from_node && !build_read_time(b, from->from_node, &factor->from_ns)) ||
        (from->to_node && !build_read_time(b, from->to_node, &factor->to_ns))) {
        return;
    }
    struct library_factor *first = table_find(&b->factors, bytes_of(factor->id));
    if (!first) {
        table_put(&b->factors, bytes_of(factor->id), factor);
    } else if (first->set == set) {
        chain(b, first, factor, from->node);
    }
}

static void read_file(struct build *b, const char *name, const struct node *place)
{
    const struct document *document = build_document(b, name, place);
    struct factor_library library;
    if (!document) {
        return;
    }
    factor_library_init(&library, b->units);
    factor_library_read_root(&library, name, document_root(document), b->problems);
    const char *set = library.first ? kept(b, bytes_of(library.first->set)) : NULL;
    for (const struct factor *factor = library.first; factor; factor = factor->next) {
        add_factor(b, factor, set);
    }
    factor_library_deinit(&library);
}

static void read_factors(struct build *b, const struct node *section)
{
    if (!build_open_units(b)) {
        return;
    }
    NODE_EACH(node, section)
    {
        if (node->kind != NODE_SCALAR || node->text.len == 0) {
            problem_at(b->problems, node, "factors: the name of a file is wanted");
            continue;
        }
        char *name = bundle_name_beside(node->file, node->text);
        read_file(b, name, node);
        mem_free(&name);
    }
    for (size_t i = 0; i < b->bundle->count; i++) {
        const char *name = b->bundle->files[i].name;
        if (strncmp(name, BUNDLE_FACTORS, strlen(BUNDLE_FACTORS)) == 0) {
            read_file(b, name, NULL);
        }
    }
}

static void note_set(struct build *b, const char *set)
{
    if (table_find(&b->factor_sets, bytes_of(set))) {
        return;
    }
    table_put(&b->factor_sets, bytes_of(set), b);
    const char *before = b->plan->factor_set;
    b->plan->factor_set = before ? pool_print(b->pool, "%s, %s", before, set) : set;
}

const struct library_factor *build_find_factor(struct build *b, const struct node *node)
{
    const struct library_factor *factor =
        node->kind == NODE_SCALAR ? table_find(&b->factors, node->text) : NULL;
    if (factor) {
        note_set(b, factor->set);
        return factor;
    }
    const char **names = mem_array(b->factors.count + 1, sizeof *names);
    for (size_t i = 0; i < b->factors.count; i++) {
        names[i] = ((const struct library_factor *)b->factors.entries[i].value)->id;
    }
    const char *near = nearest_name(names, node->text);
    problem_at(b->problems, node, "there is no factor '%.*s'%s%s%s",
               BYTES_ARG(node->text), near ? "; did you mean '" : "", near ? near : "",
               near ? "'?" : "");
    mem_free(&names);
    return NULL;
}

const struct section section_factors = {
    .name = "factors",
    .help = "Factor files beside this file, one name each; they come before the built-in "
            "ones.",
    .list = true,
    .table = NULL,
    .read = read_factors,
};
