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
#include "config/plan_private.h"

#include "core/mem.h"
#include "core/nearest.h"

#include <stdio.h>

struct library_file {
    const char *name;
    const char *version;
    const char *source;
    const struct node *factors;
};

static const struct setting file_settings[] = {
    {.key = "name",
     .type = SETTING_TEXT,
     AT(struct library_file, name),
     .help = "Name of the set; cited in summaries."},
    {.key = "version",
     .type = SETTING_TEXT,
     AT(struct library_file, version),
     .help = "Version of the set; cited in summaries."},
    {.key = "source",
     .type = SETTING_TEXT,
     AT(struct library_file, source),
     .initial = SETTING_UNSET,
     .help = "Where the values are from, when they do not say it themselves."},
    {.key = "factors",
     .type = SETTING_ANY,
     AT(struct library_file, factors),
     .help = "The list of values."},
    {0},
};

struct library_entry {
    struct library_factor factor;
    const struct node *from;
    const struct node *to;
    const char *name;
};

const struct setting library_settings[] = {
    {.key = "id",
     .type = SETTING_TEXT,
     AT(struct library_entry, factor.id),
     .help = "How inputs call it: `{factor: ID}`."},
    {.key = "name",
     .type = SETTING_TEXT,
     AT(struct library_entry, name),
     .initial = SETTING_UNSET,
     .help = "For people."},
    {.key = "value",
     .type = SETTING_ANY,
     AT(struct library_entry, factor.value),
     .help = "Number and unit, as in `25.8 GJ/t`."},
    {.key = "source",
     .type = SETTING_TEXT,
     AT(struct library_entry, factor.source),
     .initial = SETTING_UNSET,
     .help = "Act, table, laboratory; by default the file's."},
    {.key = "from",
     .type = SETTING_ANY,
     AT(struct library_entry, from),
     .initial = SETTING_UNSET,
     .help = "First day or time it is valid."},
    {.key = "to",
     .type = SETTING_ANY,
     AT(struct library_entry, to),
     .initial = SETTING_UNSET,
     .help = "Day or time from which it is no longer valid."},
    {0},
};

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

static void add_factor(struct build *b, const struct library_file *file, const char *set,
                       const struct node *node)
{
    struct library_entry *entry = pool_new(b->pool, struct library_entry);
    struct library_factor *factor = &entry->factor;
    factor->from_ns = INT64_MIN;
    factor->to_ns = INT64_MAX;
    factor->set = set;
    bool good = settings_read(library_settings, node, entry, b->problems);
    good = good && (!entry->from || build_read_time(b, entry->from, &factor->from_ns)) &&
           (!entry->to || build_read_time(b, entry->to, &factor->to_ns));
    if (!factor->source) {
        factor->source = file->source;
    }
    if (good && !factor->source) {
        problem_at(b->problems, node, "'%s' lacks a 'source'", factor->id);
    }
    if (!good) {
        return;
    }
    struct library_factor *first = table_find(&b->factors, bytes_of(factor->id));
    if (!first) {
        table_put(&b->factors, bytes_of(factor->id), factor);
    } else if (first->set == set) {
        chain(b, first, factor, node);
    }
}

static void read_file(struct build *b, const char *name, const struct node *place)
{
    const struct document *document = build_document(b, name, place);
    const struct node *root = document ? document_root(document) : NULL;
    struct library_file file = {0};
    if (!root || !settings_read(file_settings, root, &file, b->problems)) {
        return;
    }
    const char *set = pool_print(b->pool, "%s@%s", file.name, file.version);
    if (file.factors->kind != NODE_LIST) {
        problem_at(b->problems, file.factors, "factors: a list is wanted");
        return;
    }
    NODE_EACH(node, file.factors)
    {
        add_factor(b, &file, set, node);
    }
}

static void read_factors(struct build *b, const struct node *section)
{
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
