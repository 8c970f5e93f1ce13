/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads YAML by libyaml's events into nodes that know their place.  Depth and size
 * are bounded; everything is taken from one pool that is freed whole.
 */
#include "config/node/node.h"

#include "core/mem.h"
#include "core/pool.h"

#include <stdarg.h>
#include <yaml.h>

#define DEPTH_MAX 64
#define SUBSTITUTED_MAX 65536

struct document {
    struct pool pool;
    struct node *root;
};

struct reader {
    struct document *document;
    struct problems *problems;
    const char *name;
    yaml_parser_t parser;
    bool failed;
};

static struct bytes take_text(struct document *document, const uint8_t *data, size_t len)
{
    return pool_copy(&document->pool, (struct bytes){.data = data, .len = len});
}

static struct node *new_node(struct reader *r, enum node_kind kind, yaml_mark_t mark)
{
    struct node *node = pool_new(&r->document->pool, struct node);
    *node = (struct node){.kind = kind,
                          .file = r->name,
                          .line = (int)mark.line + 1,
                          .column = (int)mark.column + 1};
    return node;
}

static bool next_event(struct reader *r, yaml_event_t *ret_event)
{
    if (!yaml_parser_parse(&r->parser, ret_event)) {
        yaml_mark_t mark = r->parser.problem_mark;
        struct node here = {
            .file = r->name, .line = (int)mark.line + 1, .column = (int)mark.column + 1};
        problem_at(r->problems, &here, "not YAML: %s",
                   r->parser.problem ? r->parser.problem : "unreadable text");
        r->failed = true;
        return false;
    }
    return true;
}

static bool refused(struct reader *r, const struct node *node, const yaml_char_t *anchor,
                    const yaml_char_t *tag)
{
    if (anchor || tag) {
        problem_at(r->problems, node, "anchors, aliases and tags are not supported");
        return true;
    }
    return false;
}

static struct node *read_node(struct reader *r, const yaml_event_t *event, int depth);

static void append(struct node *parent, struct node **last, struct node *child)
{
    child->parent = parent;
    if (*last) {
        (*last)->next = child;
    } else {
        parent->first = child;
    }
    *last = child;
    parent->count++;
}

static struct node *read_list(struct reader *r, struct node *list, int depth)
{
    struct node *last = NULL;
    yaml_event_t event;
    while (next_event(r, &event)) {
        bool end = event.type == YAML_SEQUENCE_END_EVENT;
        struct node *child = end ? NULL : read_node(r, &event, depth);
        yaml_event_delete(&event);
        if (end || !child) {
            return end ? list : NULL;
        }
        append(list, &last, child);
    }
    return NULL;
}

/* Takes the key of the next pair from `event`. */
static bool read_key(struct reader *r, const yaml_event_t *event, struct node *ret_key)
{
    yaml_mark_t mark = event->start_mark;
    *ret_key = (struct node){
        .file = r->name, .line = (int)mark.line + 1, .column = (int)mark.column + 1};
    if (event->type != YAML_SCALAR_EVENT) {
        problem_at(r->problems, ret_key, "a key must be plain text");
        r->failed = true;
        return false;
    }
    ret_key->text =
        take_text(r->document, event->data.scalar.value, event->data.scalar.length);
    return true;
}

static void add_pair(struct reader *r, struct node *map, struct node **last,
                     const struct node *key, struct node *value)
{
    value->key = key->text;
    value->key_line = key->line;
    value->key_column = key->column;
    if (node_find(map, (const char *)key->text.data)) {
        problem_at(r->problems, key, "'%s' is given twice", (const char *)key->text.data);
        return;
    }
    append(map, last, value);
}

static struct node *read_map(struct reader *r, struct node *map, int depth)
{
    struct node *last = NULL;
    yaml_event_t event;
    while (next_event(r, &event)) {
        bool end = event.type == YAML_MAPPING_END_EVENT;
        struct node key;
        bool has_key = !end && read_key(r, &event, &key);
        yaml_event_delete(&event);
        if (!has_key) {
            return end ? map : NULL;
        }
        if (!next_event(r, &event)) {
            return NULL;
        }
        struct node *value = read_node(r, &event, depth);
        yaml_event_delete(&event);
        if (!value) {
            return NULL;
        }
        add_pair(r, map, &last, &key, value);
    }
    return NULL;
}

static struct node *too_deep(struct reader *r, const struct node *node)
{
    problem_at(r->problems, node, "nested deeper than %d levels", DEPTH_MAX);
    r->failed = true;
    return NULL;
}

static struct node *read_scalar(struct reader *r, const yaml_event_t *event)
{
    struct node *node = new_node(r, NODE_SCALAR, event->start_mark);
    node->text =
        take_text(r->document, event->data.scalar.value, event->data.scalar.length);
    node->quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    refused(r, node, event->data.scalar.anchor, event->data.scalar.tag);
    return node;
}

static struct node *read_node(struct reader *r, const yaml_event_t *event, int depth)
{
    if (event->type == YAML_SCALAR_EVENT) {
        return read_scalar(r, event);
    }
    if (event->type == YAML_SEQUENCE_START_EVENT) {
        struct node *list = new_node(r, NODE_LIST, event->start_mark);
        refused(r, list, event->data.sequence_start.anchor,
                event->data.sequence_start.tag);
        return depth >= DEPTH_MAX ? too_deep(r, list) : read_list(r, list, depth + 1);
    }
    if (event->type == YAML_MAPPING_START_EVENT) {
        struct node *map = new_node(r, NODE_MAP, event->start_mark);
        refused(r, map, event->data.mapping_start.anchor, event->data.mapping_start.tag);
        return depth >= DEPTH_MAX ? too_deep(r, map) : read_map(r, map, depth + 1);
    }
    struct node *other = new_node(r, NODE_SCALAR, event->start_mark);
    problem_at(r->problems, other, "anchors, aliases and tags are not supported");
    r->failed = true;
    return NULL;
}

static void read_document(struct reader *r)
{
    yaml_event_t event;
    while (!r->failed && next_event(r, &event)) {
        bool content =
            event.type == YAML_SCALAR_EVENT || event.type == YAML_SEQUENCE_START_EVENT ||
            event.type == YAML_MAPPING_START_EVENT || event.type == YAML_ALIAS_EVENT;
        bool end = event.type == YAML_STREAM_END_EVENT;
        if (content && r->document->root) {
            struct node here = {.file = r->name,
                                .line = (int)event.start_mark.line + 1,
                                .column = (int)event.start_mark.column + 1};
            problem_at(r->problems, &here, "a second document in one file");
            r->failed = true;
        } else if (content) {
            r->document->root = read_node(r, &event, 0);
            r->failed = r->failed || !r->document->root;
        }
        yaml_event_delete(&event);
        if (end) {
            return;
        }
    }
}

struct document *document_parse(const char *name, struct bytes text,
                                struct problems *problems)
{
    struct document *document = mem_new(struct document);
    struct reader r = {.document = document, .problems = problems};
    r.name = (const char *)take_text(document, (const uint8_t *)name, strlen(name)).data;
    if (!yaml_parser_initialize(&r.parser)) {
        UNREACHABLE();
    }
    yaml_parser_set_input_string(&r.parser, text.data, text.len);
    read_document(&r);
    yaml_parser_delete(&r.parser);
    if (r.failed) {
        document->root = NULL;
    }
    return document;
}

void document_free(struct document **document)
{
    if (!*document) {
        return;
    }
    pool_deinit(&(*document)->pool);
    mem_free(document);
}

const struct node *document_root(const struct document *document)
{
    return document->root;
}

const struct node *node_find(const struct node *map, const char *key)
{
    if (!map || map->kind != NODE_MAP) {
        return NULL;
    }
    NODE_EACH(child, map)
    {
        if (bytes_are(child->key, key)) {
            return child;
        }
    }
    return NULL;
}

bool node_is_null(const struct node *node)
{
    return node->kind == NODE_SCALAR && !node->quoted &&
           (node->text.len == 0 || bytes_are(node->text, "~") ||
            bytes_are(node->text, "null"));
}

struct substitution {
    struct document *document;
    variable_fn *find;
    void *ctx;
    struct problems *problems;
};

/* The length of the name at `at`, or 0. */
static size_t name_len(struct bytes text, size_t at)
{
    size_t len = 0;
    for (; at + len < text.len; len++) {
        uint8_t c = text.data[at + len];
        bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
        bool digit = c >= '0' && c <= '9';
        if (!letter && !(digit && len > 0)) {
            break;
        }
    }
    return len;
}

/* Adds what "${NAME}" at `at` stands for; gives the index behind it. */
static size_t substitute_one(struct substitution *s, const struct node *node, size_t at,
                             struct buf *out)
{
    struct bytes text = node->text;
    size_t len = name_len(text, at + 2);
    size_t end = at + 2 + len;
    if (len == 0 || end >= text.len || text.data[end] != '}') {
        problem_at(s->problems, node,
                   "'${' must be followed by a name and '}', as in '${PLANT_ID}'; write "
                   "'$${' for the characters themselves");
        return text.len;
    }
    struct bytes name = bytes_slice(text, at + 2, len);
    struct bytes value = {0};
    if (!s->find(s->ctx, name, &value)) {
        problem_at(s->problems, node, "the environment has no variable '%.*s'",
                   BYTES_ARG(name));
    }
    buf_add(out, value);
    return end + 1;
}

static void substitute_scalar(struct substitution *s, struct node *node)
{
    struct bytes text = node->text;
    if (!memmem(text.data, text.len, "${", 2)) {
        return;
    }
    struct buf out;
    buf_init(&out, SUBSTITUTED_MAX);
    for (size_t i = 0; i < text.len;) {
        struct bytes rest = bytes_slice(text, i, text.len);
        if (bytes_start_with(rest, BYTES("$${"))) {
            buf_add_text(&out, "${");
            i += 3;
        } else if (bytes_start_with(rest, BYTES("${"))) {
            i = substitute_one(s, node, i, &out);
        } else {
            buf_add_byte(&out, text.data[i++]);
        }
    }
    if (out.overflow) {
        problem_at(s->problems, node, "longer than %d bytes with its variables",
                   SUBSTITUTED_MAX);
    }
    node->text = pool_copy(&s->document->pool, buf_bytes(&out));
    buf_deinit(&out);
}

/* As deep as the document, hence at most DEPTH_MAX. */
static void substitute_tree(struct substitution *s, struct node *node)
{
    if (node->kind == NODE_SCALAR) {
        substitute_scalar(s, node);
    }
    for (struct node *child = node->first; child; child = child->next) {
        substitute_tree(s, child);
    }
}

void document_substitute(struct document *document, variable_fn *find, void *ctx,
                         struct problems *problems)
{
    struct substitution s = {
        .document = document, .find = find, .ctx = ctx, .problems = problems};
    if (document->root) {
        substitute_tree(&s, document->root);
    }
}

const struct node *node_without(struct pool *pool, const struct node *map,
                                const char *const *names)
{
    struct node *copy = pool_new(pool, struct node);
    *copy = *map;
    copy->first = NULL;
    copy->count = 0;
    struct node *last = NULL;
    NODE_EACH(child, map)
    {
        const char *const *name = names;
        while (*name && !bytes_are(child->key, *name)) {
            name++;
        }
        if (!*name) {
            struct node *kept = pool_new(pool, struct node);
            *kept = *child;
            kept->next = NULL;
            append(copy, &last, kept);
        }
    }
    return copy;
}
