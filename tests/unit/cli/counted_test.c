/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/counted.h"

#include <criterion/criterion.h>
#include <stdio.h>

static void keep(void *ctx, const struct finding *finding)
{
    char *text = ctx;
    snprintf(text, 256, "%s: %s", finding->what, finding->words);
}

/* How often a process with a point of this unit is warned of. */
static size_t warned_of_point(const char *unit, bool content, char text[256])
{
    struct plan_point point = {.id = "belt", .window_unit = unit};
    struct plan_input input = {0};
    struct plan_activity activity = {.point = &point, .content = content ? &input : NULL};
    struct plan_process process = {.id = "acid",
                                   .category = "nitric_acid",
                                   .functional_unit = "kg N",
                                   .activities = &activity,
                                   .activity_count = 1};
    struct plan plan = {.processes = &process, .process_count = 1};
    struct findings findings = {.tell = keep, .ctx = text};
    text[0] = 0;
    counted_findings(&plan, &findings);
    return findings.counts[FINDING_WARN];
}

Test(counted, a_point_in_tonnes_is_not_silently_taken_for_nitrogen)
{
    char text[256];
    cr_assert_eq(warned_of_point("t", false, text), 1);
    cr_assert(strstr(text, "point 'belt' (t) is taken for N"), "%s", text);
    cr_assert_eq(warned_of_point("t NH3", false, text), 1);
    cr_assert_eq(warned_of_point("t", true, text), 0);
    cr_assert_eq(warned_of_point("t N", false, text), 0);
    cr_assert_eq(warned_of_point("(kg N/s)*h", false, text), 0);
}

/* How often a process of this category and unit is warned of, and with what words. */
static size_t warned(const char *category, const char *unit, char text[256])
{
    struct plan_process process = {
        .id = "mill", .category = category, .functional_unit = unit};
    struct plan plan = {.processes = &process, .process_count = 1};
    struct findings findings = {.tell = keep, .ctx = text};
    text[0] = 0;
    counted_findings(&plan, &findings);
    return findings.counts[FINDING_WARN];
}

Test(counted, tonnes_of_cement_and_of_ammonia_are_a_warning)
{
    char text[256];
    cr_assert_eq(warned("cement", "t", text), 1);
    cr_assert(strstr(text, "mill") && strstr(text, "t of clinker contained"), "%s", text);
    cr_assert_eq(warned("ammonia", "t", text), 1);
    cr_assert(strstr(text, "kg of nitrogen contained"), "%s", text);
    cr_assert_eq(warned("nitric_acid", "t HN", text), 1, "a part of the word is not it");
}

Test(counted, what_is_counted_by_the_rules_is_not)
{
    char text[256];
    cr_assert_eq(warned("cement", "t clinker", text), 0);
    cr_assert_eq(warned("ammonia", "kg N", text), 0);
    cr_assert_eq(warned("nitric_acid", "t N", text), 0);
    cr_assert_eq(warned("cement_clinker", "t", text), 0);
    cr_assert_eq(warned("urea", "t", text), 0);
    cr_assert_eq(warned("crude_steel", "t", text), 0);
}
