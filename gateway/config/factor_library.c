/* SPDX-License-Identifier: Apache-2.0 */
/* From nodes to factors.  Days and times in ISO form are in order as texts. */
#include "config/factor_library.h"

void factor_library_init(struct factor_library *library, struct units *units)
{
    *library = (struct factor_library){.units = units};
}

void factor_library_deinit(struct factor_library *library)
{
    for (size_t i = 0; i < library->document_count; i++) {
        document_free(&library->documents[i]);
    }
    pool_deinit(&library->pool);
}

static struct bytes text_at(const struct node *map, const char *key)
{
    const struct node *node = node_find(map, key);
    return node && node->kind == NODE_SCALAR && !node_is_null(node) ? node->text
                                                                    : (struct bytes){0};
}

/* Valid at a common time: an open end is before or after everything. */
static bool overlap(const struct factor *a, const struct factor *b)
{
    bool a_ends = a->to.len > 0 && b->from.len > 0 && bytes_compare(a->to, b->from) <= 0;
    bool b_ends = b->to.len > 0 && a->from.len > 0 && bytes_compare(b->to, a->from) <= 0;
    return !a_ends && !b_ends;
}

/* A value with a later `from` ends an earlier one that has no end of its own. */
static bool succeeds(const struct factor *earlier, const struct factor *later)
{
    return earlier->to.len == 0 && later->from.len > 0 &&
           bytes_compare(later->from, earlier->from) > 0;
}

static bool fits_others(const struct factor_library *library, const struct factor *factor,
                        const struct node *node, struct problems *problems)
{
    for (const struct factor *other = library->first; other; other = other->next) {
        bool clash = bytes_equal(other->id, factor->id) && overlap(other, factor) &&
                     !succeeds(other, factor);
        if (clash) {
            problem_at(problems, node, "factor '%.*s' has two values at the same time",
                       BYTES_ARG(factor->id));
            return false;
        }
    }
    return true;
}

static bool read_value(struct factor_library *library, const struct node *node,
                       struct factor *factor, struct problems *problems)
{
    struct error e = {0};
    if (units_parse_quantity(library->units, factor->text, &factor->value, &factor->unit,
                             &e)) {
        problem_at(problems, node_find(node, "value"), "factor '%.*s': %s",
                   BYTES_ARG(factor->id), e.text);
        return false;
    }
    return true;
}

static void read_factor(struct factor_library *library, const struct node *node,
                        const char *set, struct bytes source, struct problems *problems)
{
    static const char *const keys[] = {"id",   "name", "value", "source",
                                       "from", "to",   NULL};
    struct factor *factor = pool_new(&library->pool, struct factor);
    factor->id = text_at(node, "id");
    factor->name = text_at(node, "name");
    factor->text = text_at(node, "value");
    factor->from = text_at(node, "from");
    factor->to = text_at(node, "to");
    factor->set = set;
    factor->source = text_at(node, "source");
    if (factor->source.len == 0) {
        factor->source = source;
    }
    node_check_keys(node, keys, problems);
    if (factor->id.len == 0 || factor->text.len == 0) {
        problem_at(problems, node, "a factor needs 'id' and 'value'");
        return;
    }
    if (factor->source.len == 0) {
        problem_at(problems, node, "factor '%.*s' lacks a 'source'",
                   BYTES_ARG(factor->id));
        return;
    }
    if (!read_value(library, node, factor, problems) ||
        !fits_others(library, factor, node, problems)) {
        return;
    }
    *(library->last ? &library->last->next : &library->first) = factor;
    library->last = factor;
    library->count++;
}

void factor_library_read(struct factor_library *library, const char *name,
                         struct bytes text, struct problems *problems)
{
    if (library->document_count == FACTOR_FILES_MAX) {
        problem_at(problems, NULL, "%s: more than %d factor files", name,
                   FACTOR_FILES_MAX);
        return;
    }
    struct document *document = document_parse(name, text, problems);
    library->documents[library->document_count++] = document;
    const struct node *root = document_root(document);
    struct bytes set_name = text_at(root, "name");
    struct bytes version = text_at(root, "version");
    const struct node *factors = node_find(root, "factors");
    if (set_name.len == 0 || version.len == 0 || !factors || factors->kind != NODE_LIST) {
        problem_at(problems, root, "%s: a factor file needs 'name', 'version', 'factors'",
                   name);
        return;
    }
    const char *set =
        pool_print(&library->pool, "%.*s@%.*s", BYTES_ARG(set_name), BYTES_ARG(version));
    NODE_EACH(node, factors)
    {
        read_factor(library, node, set, text_at(root, "source"), problems);
    }
}

const struct factor *factor_library_find(const struct factor_library *library,
                                         struct bytes id, struct bytes day)
{
    const struct factor *found = NULL;
    for (const struct factor *factor = library->first; factor; factor = factor->next) {
        bool begun = factor->from.len == 0 || bytes_compare(factor->from, day) <= 0;
        bool over = factor->to.len > 0 && bytes_compare(factor->to, day) <= 0;
        if (bytes_equal(factor->id, id) && begun && !over) {
            found = factor;
        }
    }
    return found;
}
