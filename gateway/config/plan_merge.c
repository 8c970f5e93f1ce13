/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Merges the main file and conf.d by section: lists append, maps take each other's
 * keys; the same key twice is a problem that names both places.
 */
#include "config/plan_private.h"

static void append(struct node *parent, struct node *child)
{
    struct node **end = &parent->first;
    while (*end) {
        end = &(*end)->next;
    }
    *end = child;
    child->parent = parent;
    parent->count++;
}

/* A copy that can get other siblings; its children are shared. */
static struct node *copy_of(struct build *b, const struct node *node)
{
    struct node *copy = pool_new(b->pool, struct node);
    *copy = *node;
    copy->next = NULL;
    return copy;
}

/* A copy whose children are copies too, so that more can be added. */
static struct node *open_copy(struct build *b, const struct node *node)
{
    struct node *copy = copy_of(b, node);
    copy->first = NULL;
    struct node **end = &copy->first;
    NODE_EACH(child, node)
    {
        *end = copy_of(b, child);
        (*end)->parent = copy;
        end = &(*end)->next;
    }
    return copy;
}

static struct node *find_open(struct node *map, struct bytes key)
{
    for (struct node *child = map->first; child; child = child->next) {
        if (bytes_equal(child->key, key)) {
            return child;
        }
    }
    return NULL;
}

static void given_twice(struct build *b, const struct node *second,
                        const struct node *first)
{
    problem_at_key(b->problems, second, "'%.*s' is given twice; first at %s:%d:%d",
                   BYTES_ARG(second->key), first->file, first->key_line,
                   first->key_column);
}

static void merge_map(struct build *b, struct node *into, const struct node *from)
{
    NODE_EACH(child, from)
    {
        const struct node *there = find_open(into, child->key);
        if (there) {
            given_twice(b, child, there);
        } else {
            append(into, copy_of(b, child));
        }
    }
}

static void merge_section(struct build *b, struct node *into, const struct node *from)
{
    if (into->kind != from->kind || into->kind == NODE_SCALAR) {
        given_twice(b, from, into);
    } else if (into->kind == NODE_MAP) {
        merge_map(b, into, from);
    } else {
        NODE_EACH(child, from)
        {
            append(into, copy_of(b, child));
        }
    }
}

const struct node *build_merge(struct build *b, const struct node *const *roots,
                               size_t count)
{
    struct node *merged = copy_of(b, roots[0]);
    merged->first = NULL;
    merged->count = 0;
    for (size_t i = 0; i < count; i++) {
        NODE_EACH(section, roots[i])
        {
            struct node *there = find_open(merged, section->key);
            if (there) {
                merge_section(b, there, section);
            } else {
                append(merged, open_copy(b, section));
            }
        }
    }
    return merged;
}
