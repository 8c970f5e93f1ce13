/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The YAML reader alone, which is fast: any bytes give a tree or problems; every node
 * has a place, its parent, its count and a terminated text.
 */
#include "fuzz.h"

#include "config/node/node.h"

static bool any_variable(void *ctx, struct bytes name, struct bytes *ret_value)
{
    (void)ctx;
    *ret_value = BYTES("${X} value");
    return name.len % 2 == 0;
}

static void walk(const struct node *node)
{
    size_t count = 0;
    ASSERT(node->line > 0 && node->column > 0);
    ASSERT(node->kind != NODE_SCALAR || node->text.data[node->text.len] == 0);
    NODE_EACH(child, node)
    {
        ASSERT(child->parent == node);
        walk(child);
        count++;
    }
    ASSERT(count == node->count);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct problems problems;
    problems_init(&problems);
    struct document *document =
        document_parse("x", (struct bytes){.data = data, .len = size}, &problems);
    document_substitute(document, any_variable, NULL, &problems);
    const struct node *root = document_root(document);
    if (root) {
        walk(root);
    }
    document_free(&document);
    problems_deinit(&problems);
    return 0;
}
