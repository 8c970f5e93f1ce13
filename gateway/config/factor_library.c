/* SPDX-License-Identifier: Apache-2.0 */
/* From nodes to factors.  Days and times in ISO form are in order as texts. */
#include "config/factor_library.h"

#include "config/analyses.h"
#include "core/timetext.h"

#include <stdio.h>

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

/* ---- what a file says ---- */

struct library_file {
    const char *name, *version, *source;
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
    const char *id, *name, *source;
    const struct node *value, *from, *to;
    int material;
    int64_t analyses;
    double scatter;
};

const struct setting library_settings[] = {
    {.key = "id",
     .type = SETTING_TEXT,
     AT(struct library_entry, id),
     .help = "How inputs call it: `{factor: ID}`."},
    {.key = "name",
     .type = SETTING_TEXT,
     AT(struct library_entry, name),
     .initial = SETTING_UNSET,
     .help = "For people."},
    {.key = "value",
     .type = SETTING_ANY,
     AT(struct library_entry, value),
     .help = "Number and unit, as in `25.8 GJ/t`."},
    {.key = "source",
     .type = SETTING_TEXT,
     AT(struct library_entry, source),
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
    {.key = "material",
     .type = SETTING_WORD,
     AT(struct library_entry, material),
     .initial = "none",
     .words = analysis_materials,
     .help = "Row of the table of least frequencies (2025/2547 Annex II B.5) for a value "
             "from analyses."},
    {.key = "analyses",
     .type = SETTING_WHOLE,
     AT(struct library_entry, analyses),
     .initial = "0",
     .min = 0,
     .max = 1e6,
     .help = "Analyses behind the value."},
    {.key = "scatter",
     .type = SETTING_SHARE,
     AT(struct library_entry, scatter),
     .initial = SETTING_UNSET,
     .help = "Of the analyses, relative, 95 %: for the 1/3 rule."},
    {0},
};

/* ---- reading ---- */

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
        bool clash = bytes_equal(other->id, factor->id) && other->set == factor->set &&
                     overlap(other, factor) && !succeeds(other, factor);
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

/* A day "2026-07-01", or a time. */
static bool read_time(const struct node *node, struct bytes *ret_text,
                      struct problems *problems)
{
    char day[TIME_TEXT_MAX];
    int64_t ns = 0;
    bool zoned = false;
    if (!node) {
        return true;
    }
    struct bytes text = node->kind == NODE_SCALAR ? node->text : (struct bytes){0};
    if (text.len == 10) {
        snprintf(day, sizeof day, "%.*sT00:00", BYTES_ARG(text));
    }
    if (!time_parse_iso(text.len == 10 ? bytes_of(day) : text, &ns, &zoned)) {
        problem_at(problems, node, "'%.*s' is no day such as 2026-07-01 and no time",
                   BYTES_ARG(text));
        return false;
    }
    *ret_text = text;
    return true;
}

static void describe(struct factor *factor, const struct library_entry *entry,
                     const struct node *node)
{
    factor->id = bytes_of(entry->id);
    factor->name = bytes_of(entry->name ? entry->name : "");
    factor->text = entry->value->text;
    factor->source = bytes_of(entry->source);
    factor->material = entry->material;
    factor->analyses = entry->analyses;
    factor->scatter = entry->scatter;
    factor->node = node;
    factor->value_node = entry->value;
    factor->from_node = entry->from;
    factor->to_node = entry->to;
}

static void read_factor(struct factor_library *library, const struct node *node,
                        const char *set, const char *source, struct problems *problems)
{
    struct library_entry entry = {.source = source, .scatter = -1};
    if (!settings_read(library_settings, node, &entry, problems)) {
        return;
    }
    struct factor *factor = pool_new(&library->pool, struct factor);
    factor->set = set;
    if (!entry.source) {
        problem_at(problems, node, "factor '%s' lacks a 'source'", entry.id);
        return;
    }
    describe(factor, &entry, node);
    if (!read_value(library, node, factor, problems) ||
        !read_time(entry.from, &factor->from, problems) ||
        !read_time(entry.to, &factor->to, problems) ||
        !fits_others(library, factor, node, problems)) {
        return;
    }
    *(library->last ? &library->last->next : &library->first) = factor;
    library->last = factor;
    library->count++;
}

void factor_library_read_root(struct factor_library *library, const char *name,
                              const struct node *root, struct problems *problems)
{
    struct library_file file = {0};
    if (!root) {
        problem_at(problems, NULL, "%s: a factor file is empty", name);
        return;
    }
    if (!settings_read(file_settings, root, &file, problems)) {
        return;
    }
    if (file.factors->kind != NODE_LIST) {
        problem_at(problems, file.factors, "factors: a list is wanted");
        return;
    }
    const char *set = pool_print(&library->pool, "%s@%s", file.name, file.version);
    NODE_EACH(node, file.factors)
    {
        read_factor(library, node, set, file.source, problems);
    }
}

void factor_library_read(struct factor_library *library, const char *name,
                         struct bytes text, struct problems *problems)
{
    if (library->document_count == FACTOR_FILES_MAX) {
        problem_at(problems, NULL, "%s: more than %d factor files", name,
                   FACTOR_FILES_MAX);
        return;
    }
    size_t before = problems->count;
    struct document *document = document_parse(name, text, problems);
    library->documents[library->document_count++] = document;
    if (problems->count == before) {
        factor_library_read_root(library, name, document_root(document), problems);
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
