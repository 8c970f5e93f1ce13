/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finds what a configuration names beyond itself: mapping files, presets, factor
 * files, environment variables.  Looks at the tree only; whether a key may stand where
 * it stands is the plan's to say.
 */
#include "config/bundle_private.h"

#include "core/mem.h"

#include <stdio.h>
#include <stdlib.h>

static void add_beside(struct reader *r, const struct node *node)
{
    if (node->kind != NODE_SCALAR || node->text.len == 0) {
        return;
    }
    char *name = bundle_name_beside(node->file, node->text);
    reader_add(r, name, name, node);
    mem_free(&name);
}

static bool is_plain_name(struct bytes name)
{
    return name.len > 0 && name.len < 64 && !memchr(name.data, '/', name.len) &&
           name.data[0] != '.';
}

static void add_preset(struct reader *r, const struct node *node)
{
    if (node->kind != NODE_SCALAR || !is_plain_name(node->text)) {
        problem_at(r->problems, node, "preset: a plain name is wanted, as in 'shelly'");
        return;
    }
    char path[4096];
    char name[128];
    snprintf(path, sizeof path, "%s/adapters/presets/%.*s.yaml", bundle_data_directory(),
             BYTES_ARG(node->text));
    snprintf(name, sizeof name, BUNDLE_PRESET "%.*s.yaml", BYTES_ARG(node->text));
    reader_add(r, path, name, node);
}

static void add_inputs(struct reader *r, const struct node *inputs)
{
    NODE_EACH(input, inputs)
    {
        const struct node *mapping = node_find(input, "mapping");
        const struct node *preset = node_find(input, "preset");
        if (mapping) {
            add_beside(r, mapping);
        }
        if (preset) {
            add_preset(r, preset);
        }
    }
}

static bool asks_for_factor(const struct node *node)
{
    if (node_find(node, "factor")) {
        return true;
    }
    NODE_EACH(child, node)
    {
        if (asks_for_factor(child)) {
            return true;
        }
    }
    return false;
}

static void add_factors(struct reader *r, const struct node *root)
{
    NODE_EACH(file, node_find(root, "factors"))
    {
        add_beside(r, file);
    }
    if (asks_for_factor(node_find(root, "processes"))) {
        char directory[4096];
        snprintf(directory, sizeof directory, "%s/config/factors",
                 bundle_data_directory());
        reader_add_directory(r, directory, BUNDLE_FACTORS);
    }
}

/* As a double-quoted YAML text on one line. */
static void add_quoted(struct buf *out, struct bytes text)
{
    buf_add_byte(out, '"');
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.data[i];
        if (c < 0x20 || c == '"' || c == '\\' || c == 0x7f) {
            buf_print(out, "\\x%02x", c);
        } else {
            buf_add_byte(out, c);
        }
    }
    buf_add_byte(out, '"');
}

static bool note_variable(void *ctx, struct bytes name, struct bytes *ret_value)
{
    struct reader *r = ctx;
    char *copy = mem_text(name);
    const char *value = getenv(copy); /* NOLINT: nobody changes the environment */
    mem_free(&copy);
    *ret_value = bytes_of(value);
    if (value && !table_find(&r->variables, name)) {
        table_put(&r->variables, name, r);
        buf_print(&r->environment, "%.*s: ", BYTES_ARG(name));
        add_quoted(&r->environment, bytes_of(value));
        buf_add_byte(&r->environment, '\n');
    }
    return value != NULL;
}

/* What is wrong in the file is told by the plan, so the problems here are dropped. */
static void add_named_by(struct reader *r, const char *name, struct bytes text)
{
    struct problems unused;
    problems_init(&unused);
    struct document *document = document_parse(name, text, &unused);
    document_substitute(document, note_variable, r, &unused);
    const struct node *root = document_root(document);
    add_inputs(r, node_find(root, "inputs"));
    add_factors(r, root);
    document_free(&document);
    problems_deinit(&unused);
}

void reader_add_named(struct reader *r)
{
    size_t count = r->bundle->count;
    for (size_t i = 0; i < count; i++) {
        add_named_by(r, r->bundle->files[i].name, r->bundle->files[i].text);
    }
}
