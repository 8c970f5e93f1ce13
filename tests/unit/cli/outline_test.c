/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/outline.h"

#include "core/pool.h"
#include "methods/method.h"

#include <criterion/criterion.h>

Test(outline, has_the_names_and_the_activity_data_of_the_plan)
{
    struct bundle bundle;
    struct problems problems;
    struct pool pool = {0};
    problems_init(&problems);
    bundle_read(TEST_DATA "/../config/examples/fertiliser.yaml", &bundle, &problems);
    struct plan *plan = plan_new(&bundle, &problems);
    cr_assert_not_null(plan, "%s", (const char *)problems.text.data);

    const struct report_outline *outline = outline_of(plan, &pool);

    cr_assert_str_eq(outline->identity.id, plan->installation.id);
    cr_assert_eq(outline->process_count, plan->process_count);
    const char *flow = NULL;
    for (size_t i = 0; i < outline->process_count; i++) {
        for (size_t s = 0; s < outline->processes[i].stream_count; s++) {
            if (strcmp(plan->processes[i].streams[s].method->name, "cems") == 0) {
                flow = outline->processes[i].streams[s].activity;
            }
        }
    }
    cr_assert_str_eq(flow, "flow");
    pool_deinit(&pool);
    plan_free(&plan);
    bundle_deinit(&bundle);
    problems_deinit(&problems);
}
