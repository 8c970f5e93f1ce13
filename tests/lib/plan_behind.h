/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The small plant with lines behind its last stream, which loads or must not.  A test
 * that wants factors of a laboratory beside it defines BEHIND_FACTORS before including.
 */
#ifndef TESTS_PLAN_BEHIND_H
#define TESTS_PLAN_BEHIND_H

#include "config_text.h"

#ifdef BEHIND_FACTORS
#define BEHIND_FACTORS_FILE BUNDLE_FACTORS "lab.yaml"
#else
#define BEHIND_FACTORS NULL
#define BEHIND_FACTORS_FILE NULL
#endif

static inline struct plan *plan_behind(const char *lines, struct problems *problems)
{
    struct buf text = plant_with(NULL, lines);
    struct plan *plan =
        plan_of((const char *)text.data, BEHIND_FACTORS_FILE, BEHIND_FACTORS, problems);
    buf_deinit(&text);
    return plan;
}

static inline void expect_words(const char *lines, const char *words)
{
    struct problems problems;
    struct plan *plan = plan_behind(lines, &problems);
    cr_expect_null(plan);
    cr_expect(strstr((const char *)problems.text.data, words), "wanted: %s\ngot: %s",
              words, (const char *)problems.text.data);
    plan_free(&plan);
    problems_deinit(&problems);
}

/* The caller frees the plan. */
static inline struct plan *expect_plan(const char *lines)
{
    struct problems problems;
    struct plan *plan = plan_behind(lines, &problems);
    cr_assert(plan, "%s", (const char *)problems.text.data);
    problems_deinit(&problems);
    return plan;
}

#endif
