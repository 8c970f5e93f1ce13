/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A configuration file as a tree of nodes that remember where they stand, and the
 * list of problems found in it.  YAML 1.1 by libyaml, hence JSON too; anchors,
 * aliases and tags are refused; a key given twice in a map is a problem.
 *
 * All nodes and texts of a document live until document_free().
 */
#ifndef CONFIG_NODE_H
#define CONFIG_NODE_H

#include "core/buf.h"
#include "core/bytes.h"
#include "core/check.h"
#include "core/nearest.h"

enum node_kind { NODE_SCALAR, NODE_LIST, NODE_MAP };

struct node {
    enum node_kind kind;
    struct bytes text; /* of a scalar; terminated */
    bool quoted;       /* a quoted scalar is always text */
    struct bytes key;  /* when it stands in a map; terminated */
    const char *file;
    int line; /* from 1 */
    int column;
    int key_line;
    int key_column;
    const struct node *parent;
    struct node *first; /* children in order */
    struct node *next;
    size_t count; /* of children */
};

/* NOLINTBEGIN(bugprone-macro-parentheses): `child` becomes a variable's name. */
#define NODE_EACH(child, parent)                                                         \
    for (const struct node *child = (parent) ? (parent)->first : NULL; child;            \
         child = child->next)
/* NOLINTEND(bugprone-macro-parentheses) */

/* What was found wrong, as "file:line:column: words" lines, up to PROBLEMS_MAX. */
#define PROBLEMS_MAX 100

struct problems {
    struct buf text; /* one line each */
    size_t count;
};

/* An empty list; deinit gives the texts back. */
void problems_init(struct problems *problems);
void problems_deinit(struct problems *problems);

/* Adds one at the node's place; `node` may be NULL for a problem without place. */
void problem_at(struct problems *problems, const struct node *node, const char *format,
                ...) PRINTF_LIKE(3, 4);

/* The same at the node's key. */
void problem_at_key(struct problems *problems, const struct node *node,
                    const char *format, ...) PRINTF_LIKE(3, 4);

struct document;

/* Parses one file's text; `name` is how problems call it.  Gives a document even
 * when there are problems (its root may be NULL then).  Never NULL. */
struct document *document_parse(const char *name, struct bytes text,
                                struct problems *problems);
void document_free(struct document **document);
const struct node *document_root(const struct document *document);

/* Gives the value of a variable, or false when there is none. */
typedef bool variable_fn(void *ctx, struct bytes name, struct bytes *ret_value);

/* Replaces every "${NAME}" inside values (never in keys); "$${" stands for "${".
 * A variable that is not there is a problem. */
void document_substitute(struct document *document, variable_fn *find, void *ctx,
                         struct problems *problems);

/* The child with this key, or NULL.  `map` may be NULL or another kind. */
const struct node *node_find(const struct node *map, const char *key);

/* A plain (unquoted) null: "", "~", "null". */
bool node_is_null(const struct node *node);

struct pool;

/* A copy of a map without the keys in `names` (which ends in NULL), for a driver
 * whose own settings stand beside the common ones.  The children's children are
 * shared with the original. */
const struct node *node_without(struct pool *pool, const struct node *map,
                                const char *const *names);

/* Reports every key of `map` that is not in `names` (which ends in NULL), each with
 * the nearest known name. */
void node_check_keys(const struct node *map, const char *const *names,
                     struct problems *problems);

#endif
