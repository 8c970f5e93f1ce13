/* SPDX-License-Identifier: Apache-2.0 */
/* Finds the keys by the parsed document, changes them in the text by line and column. */
#include "config/migrate.h"

#include "core/mem.h"
#include "core/number.h"

#include <stdio.h>
#include <stdlib.h>

#define PATH_DEPTH_MAX 8

/* Nothing yet: version 1 is the first.  A new entry comes with a new CONFIG_VERSION. */
const struct config_move config_moves[] = {{0}};

struct edit {
    int line, column;
    struct bytes old;
    const char *new;
    const struct node *node;
};

struct migration {
    struct edit *edits;
    size_t count, capacity;
    struct problems *problems;
};

int config_version_of(const struct node *root, int newest, struct problems *problems)
{
    const struct node *node = node_find(root, "version");
    uint64_t version = 1;
    if (node && (node->kind != NODE_SCALAR || !number_parse_u64(node->text, &version) ||
                 version < 1)) {
        problem_at(problems, node, "version: want a number from 1 on");
        return 0;
    }
    if (version > (uint64_t)newest) {
        problem_at(problems, node,
                   "version: the file is for version %llu of the configuration, this "
                   "program knows up to %d",
                   (unsigned long long)version, newest);
        return 0;
    }
    return (int)version;
}

/* ---- what is to be changed ---- */

static void note_move(struct migration *m, const struct config_move *move,
                      const struct node *node)
{
    if (node_find(node->parent, move->name)) {
        problem_at_key(m->problems, node,
                       "'%.*s' is '%s' since version %d, which is there too: keep one",
                       BYTES_ARG(node->key), move->name, move->since);
        return;
    }
    m->edits = mem_grow(m->edits, m->count, &m->capacity, sizeof *m->edits);
    m->edits[m->count++] = (struct edit){.line = node->key_line,
                                         .column = node->key_column,
                                         .old = node->key,
                                         .new = move->name,
                                         .node = node};
}

/* Follows the rest of a path from a node on. */
static void follow(struct migration *m, const struct config_move *move, const char *path,
                   const struct node *node, int depth)
{
    size_t len = strcspn(path, ".");
    if (depth > PATH_DEPTH_MAX) {
        return;
    }
    NODE_EACH(child, node)
    {
        struct bytes part = {.data = (const uint8_t *)path, .len = len};
        if (node->kind == NODE_LIST) {
            follow(m, move, path, child, depth + 1);
        } else if (node->kind == NODE_MAP && bytes_equal(child->key, part)) {
            if (path[len]) {
                follow(m, move, path + len + 1, child, depth + 1);
            } else {
                note_move(m, move, child);
            }
        }
    }
}

static int by_place(const void *a, const void *b)
{
    const struct edit *one = a;
    const struct edit *two = b;
    return one->line != two->line ? one->line - two->line : one->column - two->column;
}

/* ---- the text ---- */

struct place {
    struct bytes text;
    size_t at;
    int line, column; /* of `at`, from 1; columns count characters */
};

static void step(struct place *p)
{
    bool ends = p->text.data[p->at] == '\n';
    p->at++;
    bool inside = p->at < p->text.len && (p->text.data[p->at] & 0xc0) == 0x80;
    if (ends) {
        p->line++;
        p->column = 1;
    } else if (!inside) {
        p->column++;
    }
}

static void copy_until(struct place *p, int line, int column, struct buf *out)
{
    while (p->at < p->text.len &&
           (p->line < line || (p->line == line && p->column < column))) {
        buf_add_byte(out, p->text.data[p->at]);
        step(p);
    }
}

/* Puts the new name where the old one stands, quoted or not. */
static void change(struct migration *m, struct place *p, const struct edit *edit,
                   struct buf *out)
{
    copy_until(p, edit->line, edit->column, out);
    bool quoted = p->at < p->text.len &&
                  (p->text.data[p->at] == '"' || p->text.data[p->at] == '\'');
    if (quoted) {
        copy_until(p, edit->line, edit->column + 1, out);
    }
    struct bytes here = bytes_slice(p->text, p->at, edit->old.len);
    if (!bytes_equal(here, edit->old)) {
        problem_at_key(m->problems, edit->node, "rename '%.*s' to '%s' by hand",
                       BYTES_ARG(edit->old), edit->new);
        return;
    }
    buf_add_text(out, edit->new);
    for (size_t i = 0; i < edit->old.len; i++) {
        step(p);
    }
}

/* The version's own place: its value, or nothing yet. */
static void note_version(struct migration *m, const struct node *root, const char *number)
{
    const struct node *version = node_find(root, "version");
    const struct node *first = root->first;
    if (version) {
        m->edits = mem_grow(m->edits, m->count, &m->capacity, sizeof *m->edits);
        m->edits[m->count++] = (struct edit){.line = version->line,
                                             .column = version->column,
                                             .old = version->text,
                                             .new = number,
                                             .node = version};
    } else if (first && first->key_column != 1) {
        problem_at_key(m->problems, first, "write 'version: %s' by hand", number);
    }
}

/* A file that does not say its version gets it as its first key, behind the comments on
 * top. */
static void write_all(struct migration *m, const struct node *root, struct bytes text,
                      const char *number, struct buf *out)
{
    struct place p = {.text = text, .line = 1, .column = 1};
    if (!node_find(root, "version") && root->first) {
        copy_until(&p, root->first->key_line, 1, out);
        buf_add_text(out, "version: ");
        buf_add_text(out, number);
        buf_add_byte(out, '\n');
    }
    for (size_t i = 0; i < m->count; i++) {
        change(m, &p, &m->edits[i], out);
    }
    copy_until(&p, INT32_MAX, 1, out);
}

size_t config_migrate(const char *name, struct bytes text,
                      const struct config_move *moves, int newest, struct buf *out,
                      struct problems *problems)
{
    struct migration m = {.problems = problems};
    struct document *document = document_parse(name, text, problems);
    const struct node *root = document_root(document);
    size_t renamed = 0;
    int version =
        root && root->kind == NODE_MAP ? config_version_of(root, newest, problems) : 0;
    if (root && root->kind != NODE_MAP) {
        problem_at(problems, root, "a configuration is a map of sections");
    }
    for (; version > 0 && moves->path; moves++) {
        if (moves->since > version) {
            follow(&m, moves, moves->path, root, 0);
        }
    }
    renamed = m.count;
    if (problems->count == 0 && version > 0) {
        char number[16];
        snprintf(number, sizeof number, "%d", newest);
        note_version(&m, root, number);
        if (m.count > 0) {
            qsort(m.edits, m.count, sizeof *m.edits, by_place);
        }
        write_all(&m, root, text, number, out);
    }
    mem_free(&m.edits);
    document_free(&document);
    return renamed;
}
