/* SPDX-License-Identifier: Apache-2.0 */
#include "config/node/node.h"

#include <criterion/criterion.h>

Test(problems, one_is_a_line_with_its_place)
{
    struct problems problems;
    struct node node = {.file = "a.yaml", .line = 3, .column = 7};
    problems_init(&problems);

    problem_at(&problems, &node, "'%s' is wrong", "x");
    problem_at(&problems, NULL, "no place");

    cr_assert_eq(problems.count, 2);
    cr_assert_str_eq((const char *)problems.text.data,
                     "a.yaml:3:7: 'x' is wrong\nno place\n");
    problems_deinit(&problems);
}

Test(problems, what_was_written_cannot_make_a_second_line)
{
    struct problems problems;
    problems_init(&problems);

    problem_at(&problems, NULL, "'%s' is wrong", "a\nb\x1b[31m");

    cr_assert_str_eq((const char *)problems.text.data, "'a b [31m' is wrong\n");
    problems_deinit(&problems);
}

Test(problems, those_beyond_the_limit_are_counted_only)
{
    struct problems problems;
    size_t lines = 0;
    problems_init(&problems);

    for (int i = 0; i < PROBLEMS_MAX + 5; i++) {
        problem_at(&problems, NULL, "x");
    }

    for (size_t i = 0; i < problems.text.len; i++) {
        lines += problems.text.data[i] == '\n';
    }
    cr_assert_eq(problems.count, PROBLEMS_MAX + 5);
    cr_assert_eq(lines, PROBLEMS_MAX);
    problems_deinit(&problems);
}
