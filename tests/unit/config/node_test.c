/* SPDX-License-Identifier: Apache-2.0 */
#include "config/node/node.h"

#include "core/pool.h"

#include <criterion/criterion.h>

struct parsed {
    struct problems problems;
    struct document *document;
    const struct node *root;
};

static struct parsed parse(const char *text)
{
    struct parsed p = {0};
    problems_init(&p.problems);
    p.document = document_parse("a.yaml", bytes_of(text), &p.problems);
    p.root = document_root(p.document);
    return p;
}

static void finish(struct parsed *p)
{
    document_free(&p->document);
    problems_deinit(&p->problems);
}

static void expect_refused(const char *text, const char *words)
{
    struct parsed p = parse(text);
    cr_expect_eq(p.problems.count, 1);
    cr_expect_str_eq((const char *)p.problems.text.data, words);
    finish(&p);
}

Test(node, a_tree_knows_where_everything_stands)
{
    struct parsed p = parse("a: 1\nlist:\n  - x\n  - {k: 'v'}\n");
    const struct node *list = node_find(p.root, "list");
    const struct node *inner = node_find(list->first->next, "k");

    cr_assert_eq(p.problems.count, 0);
    cr_assert_eq(p.root->count, 2);
    cr_assert_eq(list->kind, NODE_LIST);
    cr_assert_eq(list->key_line, 2);
    cr_assert_eq(list->key_column, 1);
    cr_assert_eq(inner->line, 4);
    cr_assert_eq(inner->column, 9);
    cr_assert(inner->quoted);
    cr_assert(bytes_are(inner->text, "v"));
    cr_assert_str_eq(inner->file, "a.yaml");
    finish(&p);
}

Test(node, json_is_yaml_too)
{
    struct parsed p = parse("{\"a\": [1, \"two\", null]}");
    const struct node *first = node_find(p.root, "a")->first;

    cr_assert_eq(p.problems.count, 0);
    cr_assert(bytes_are(first->text, "1"));
    cr_assert(first->next->quoted);
    cr_assert(node_is_null(first->next->next));
    finish(&p);
}

Test(node, what_is_not_wanted_of_yaml_is_refused)
{
    expect_refused("a: &x 1\n",
                   "a.yaml:1:4: anchors, aliases and tags are not supported\n");
    expect_refused("a: *x\n",
                   "a.yaml:1:4: anchors, aliases and tags are not supported\n");
    expect_refused("a: !!int 1\n",
                   "a.yaml:1:4: anchors, aliases and tags are not supported\n");
    expect_refused("a: 1\na: 2\n", "a.yaml:2:1: 'a' is given twice\n");
    expect_refused("a: 1\n---\nb: 2\n", "a.yaml:3:1: a second document in one file\n");
    expect_refused("[a]: 1\n", "a.yaml:1:1: a key must be plain text\n");
}

Test(node, what_is_not_yaml_has_a_place_and_no_root)
{
    struct parsed p = parse("a: [1, 2\nb: 3\n");

    cr_assert_null(p.root);
    cr_assert_eq(p.problems.count, 1);
    cr_assert(strstr((const char *)p.problems.text.data, "a.yaml:2:"));
    finish(&p);
}

Test(node, nesting_has_a_limit)
{
    char text[256];
    memset(text, '[', 200);
    text[200] = 0;

    struct parsed p = parse(text);

    cr_assert_null(p.root);
    cr_assert(strstr((const char *)p.problems.text.data, "nested deeper than 64 levels"));
    finish(&p);
}

static bool one_variable(void *ctx, struct bytes name, struct bytes *ret_value)
{
    (void)ctx;
    *ret_value = BYTES("lahore");
    return bytes_are(name, "PLANT");
}

Test(node, variables_stand_in_values_only_and_must_exist)
{
    struct problems problems;
    problems_init(&problems);
    struct document *document = document_parse(
        "a.yaml", bytes_of("a: x-${PLANT}-y\n${PLANT}: ${NOPE}\nc: $${PLANT}\n"),
        &problems);

    document_substitute(document, one_variable, NULL, &problems);

    const struct node *root = document_root(document);
    cr_assert(bytes_are(node_find(root, "a")->text, "x-lahore-y"));
    cr_assert(bytes_are(node_find(root, "c")->text, "${PLANT}"));
    cr_assert_not_null(node_find(root, "${PLANT}"));
    cr_assert_str_eq((const char *)problems.text.data,
                     "a.yaml:2:11: the environment has no variable 'NOPE'\n");
    document_free(&document);
    problems_deinit(&problems);
}

Test(node, a_variable_that_is_not_closed_is_told)
{
    struct parsed p = parse("a: 'x${PLANT'\n");

    document_substitute(p.document, one_variable, NULL, &p.problems);

    cr_assert_eq(p.problems.count, 1);
    cr_assert(strstr((const char *)p.problems.text.data, "a.yaml:1:4: '${' must be"));
    finish(&p);
}

Test(node, a_copy_without_some_keys_keeps_the_others)
{
    static const char *const names[] = {"b", NULL};
    struct pool pool = {0};
    struct parsed p = parse("{a: 1, b: 2, c: {d: 3}}");

    const struct node *copy = node_without(&pool, p.root, names);

    cr_assert_eq(copy->count, 2);
    cr_assert_null(node_find(copy, "b"));
    cr_assert(bytes_are(node_find(node_find(copy, "c"), "d")->text, "3"));
    cr_assert_eq(p.root->count, 3);
    pool_deinit(&pool);
    finish(&p);
}
