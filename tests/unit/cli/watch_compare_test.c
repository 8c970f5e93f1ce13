/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/watch_compare.h"

#include <criterion/criterion.h>

#define TRUTH                                                                            \
    "{\"windows\": [{\"process\": \"kiln\", \"start\": \"T1\", \"direct\": 100,"         \
    " \"indirect\": 2, \"activity\": 50}, {\"process\": \"kiln\", \"start\": \"T2\","    \
    " \"direct\": 100, \"indirect\": 2, \"activity\": 50}],"                             \
    " \"totals\": [{\"process\": \"kiln\", \"unit\": \"t\"}]}"
#define SUMMARY(start, direct)                                                           \
    "{\"process\": \"kiln\", \"window_start\": \"" start "\", \"direct_t\": " direct     \
    ", \"indirect_t\": 2, \"activity\": 50}"

/* Prints into the air; gives the verdict. */
static bool good(const char *summaries_text)
{
    json_t *truth = json_loads(TRUTH, 0, NULL);
    json_t *summaries = json_loads(summaries_text, 0, NULL);
    FILE *out = fopen("/dev/null", "w");
    cr_assert(truth && summaries && out);
    bool verdict = compare_print(truth, summaries, 0.1, out);
    fclose(out);
    json_decref(truth);
    json_decref(summaries);
    return verdict;
}

Test(watch_compare, equal_windows_are_good)
{
    cr_assert(good("[" SUMMARY("T1", "100") "," SUMMARY("T2", "100") "]"));
    cr_assert(good("[" SUMMARY("T1", "100") "," SUMMARY("T2", "100.1") "]"));
}

Test(watch_compare, a_difference_above_the_limit_is_not)
{
    cr_assert_not(good("[" SUMMARY("T1", "100") "," SUMMARY("T2", "100.3") "]"));
}

Test(watch_compare, a_missing_window_is_not)
{
    cr_assert_not(good("[" SUMMARY("T1", "100") "]"));
    cr_assert_not(good("[]"));
}

Test(watch_compare, a_figure_where_the_truth_is_zero_is_a_whole_difference)
{
    struct comparison none = {.direct = 0, .true_direct = 0};
    struct comparison some = {.direct = 1e-9, .true_direct = 0};

    cr_assert_eq(compare_difference(&none), 0);
    cr_assert_eq(compare_difference(&some), 100);
}
