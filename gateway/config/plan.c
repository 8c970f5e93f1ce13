/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Makes a plan of a bundle: parses every file, merges the sections of the main file
 * and conf.d, then lets each section's reader check it and fill its part.  Nothing
 * stops at the first mistake.
 */
#include "config/plan.h"

#include "config/migrate.h"
#include "config/plan_private.h"
#include "core/mem.h"

#include <stdio.h>

#define DOCUMENTS_MAX 256

/* The plan and what it is made of. */
struct owned_plan {
    struct plan plan;
    struct pool pool;
    struct document *documents[DOCUMENTS_MAX];
    const char *names[DOCUMENTS_MAX];
    size_t document_count;
};

_Static_assert(offsetof(struct owned_plan, plan) == 0, "a plan is its owner");

const struct section *const sections[] = {
    &section_gateway, &section_installation, &section_brokers,    &section_inputs,
    &section_points,  &section_factors,      &section_processes,  &section_windows,
    &section_journal, &section_outbox,       &section_sinks,      &section_bridge,
    &section_web,     &section_log,          &section_simulation, NULL,
};

#define SECTIONS_MAX 20

static const struct document *parse(struct build *b, const struct bundle_file *file)
{
    struct owned_plan *owned = (struct owned_plan *)b->plan;
    if (owned->document_count == DOCUMENTS_MAX) {
        problem_at(b->problems, NULL, "more than %d files", DOCUMENTS_MAX);
        return NULL;
    }
    struct document *document = document_parse(file->name, file->text, b->problems);
    owned->names[owned->document_count] = pool_print(b->pool, "%s", file->name);
    owned->documents[owned->document_count++] = document;
    return document;
}

const struct document *build_document(struct build *b, const char *name,
                                      const struct node *node)
{
    struct owned_plan *owned = (struct owned_plan *)b->plan;
    for (size_t i = 0; i < owned->document_count; i++) {
        if (strcmp(owned->names[i], name) == 0) {
            return owned->documents[i];
        }
    }
    const struct bundle_file *file = bundle_find(b->bundle, name);
    if (file) {
        return parse(b, file);
    }
    if (!b->files_missing) {
        problem_at(b->problems, node, "the stored configuration lacks the file '%s'",
                   name);
    }
    return NULL;
}

/* ---- variables ---- */

struct variables {
    const struct node *map; /* or NULL */
};

static bool find_variable(void *ctx, struct bytes name, struct bytes *ret_value)
{
    const struct variables *variables = ctx;
    NODE_EACH(variable, variables->map)
    {
        if (bytes_equal(variable->key, name) && variable->kind == NODE_SCALAR) {
            *ret_value = variable->text;
            return true;
        }
    }
    return false;
}

static const struct node *read_variables(struct build *b)
{
    const struct bundle_file *file = bundle_find(b->bundle, BUNDLE_ENVIRONMENT);
    const struct document *document = file ? parse(b, file) : NULL;
    return document ? document_root(document) : NULL;
}

/* ---- files ---- */

/* The main file and those beside it in conf.d; the others are asked for by name. */
static bool is_main(const struct bundle *bundle, size_t i)
{
    if (i == 0) {
        return true;
    }
    char *prefix = bundle_name_beside(bundle->files[0].name, BYTES("conf.d/"));
    const char *name = bundle->files[i].name;
    size_t len = strlen(prefix);
    bool inside = strncmp(name, prefix, len) == 0 && !strchr(name + len, '/');
    mem_free(&prefix);
    return inside;
}

static void check_sections(struct build *b, const struct node *root)
{
    const char *names[SECTIONS_MAX + 2] = {0};
    for (size_t i = 0; sections[i]; i++) {
        ASSERT(i < SECTIONS_MAX);
        names[i] = sections[i]->name;
        names[i + 1] = "version";
    }
    (void)config_version_of(root, CONFIG_VERSION, b->problems);
    node_check_keys(root, names, b->problems);
}

/* The sections of all main files, or NULL. */
static const struct node *read_main_files(struct build *b)
{
    const struct node *roots[DOCUMENTS_MAX];
    struct variables variables = {.map = read_variables(b)};
    size_t count = 0;
    for (size_t i = 0; i < b->bundle->count && count < DOCUMENTS_MAX; i++) {
        if (!is_main(b->bundle, i)) {
            continue;
        }
        struct owned_plan *owned = (struct owned_plan *)b->plan;
        const struct document *document = parse(b, &b->bundle->files[i]);
        if (!document) {
            continue;
        }
        document_substitute(owned->documents[owned->document_count - 1], find_variable,
                            &variables, b->problems);
        const struct node *root = document_root(document);
        if (root && root->kind == NODE_MAP) {
            roots[count++] = root;
        } else if (root && !node_is_null(root)) {
            problem_at(b->problems, root, "the file must be a map of sections");
        }
    }
    return count > 0 ? build_merge(b, roots, count) : NULL;
}

static bool right_kind(struct build *b, const struct section *section,
                       const struct node *node)
{
    enum node_kind wanted = section->list ? NODE_LIST : NODE_MAP;
    if (!node || node->kind == wanted) {
        return true;
    }
    problem_at(b->problems, node, "'%s' must be a %s", section->name,
               section->list ? "list: lines that begin with '- '" : "map: 'key: value'");
    return false;
}

static void read_sections(struct build *b, const struct node *root)
{
    check_sections(b, root);
    for (size_t i = 0; sections[i]; i++) {
        const struct section *section = sections[i];
        const struct node *node = node_find(root, section->name);
        if (node && node_is_null(node)) {
            node = NULL;
        }
        if (!node && section->required) {
            problem_at(b->problems, root, "the section '%s' is missing", section->name);
        } else if (right_kind(b, section, node)) {
            section->read(b, node);
        }
    }
}

static void build_deinit(struct build *b)
{
    units_close(&b->units);
    zone_close(&b->zone);
    mem_free(&b->others);
    table_deinit(&b->points);
    table_deinit(&b->factors);
    table_deinit(&b->factor_sets);
}

static void build(struct build *b)
{
    table_init(&b->points);
    table_init(&b->factors);
    table_init(&b->factor_sets);
    const struct node *root = read_main_files(b);
    if (root) {
        read_sections(b, root);
    } else if (b->problems->count == 0) {
        problem_at(b->problems, NULL, "the configuration is empty");
    }
}

struct plan *plan_new(const struct bundle *bundle, struct problems *problems)
{
    struct owned_plan *owned = mem_new(struct owned_plan);
    struct plan *plan = &owned->plan;
    struct build b = {.plan = plan,
                      .pool = &owned->pool,
                      .bundle = bundle,
                      .problems = problems,
                      .files_missing = problems->count > 0};
    build(&b);
    build_deinit(&b);
    memcpy(plan->hash, bundle->hash, sizeof plan->hash);
    if (problems->count > 0) {
        plan_free(&plan);
    }
    return plan;
}

void plan_free(struct plan **plan)
{
    struct owned_plan *owned = (struct owned_plan *)*plan;
    if (!owned) {
        return;
    }
    for (size_t i = 0; i < owned->document_count; i++) {
        document_free(&owned->documents[i]);
    }
    pool_deinit(&owned->pool);
    mem_free(&owned);
    *plan = NULL;
}

const struct plan_factor *plan_factor_at(const struct plan_input *input, int64_t event_ns)
{
    for (size_t i = 0; i < input->factor_count; i++) {
        const struct plan_factor *factor = &input->factors[i];
        if (event_ns >= factor->from_ns && event_ns < factor->to_ns) {
            return factor;
        }
    }
    return NULL;
}

const struct plan_point *plan_find_point(const struct plan *plan, struct bytes id)
{
    for (size_t i = 0; i < plan->point_count; i++) {
        if (bytes_are(id, plan->points[i].id)) {
            return &plan->points[i];
        }
    }
    return NULL;
}
