/* SPDX-License-Identifier: Apache-2.0 */
/* What `emgate explain` refuses before it asks anybody. */
#include "printed.h"

#define EXAMPLE TEST_DATA "/../config/examples/cement.yaml"

static int run_explain(const char *process, const char *hour, const char *config)
{
    struct arguments arguments = {
        .values = {config}, .words = {process, hour}, .word_count = 2};
    return command_explain.run(&command_explain, &arguments);
}

Test(explain_command, without_a_configuration_is_a_mistake_of_use)
{
    cr_assert_eq(run_explain("clinker", "latest", NULL), EXIT_USAGE);
}

Test(explain_command, an_hour_needs_its_zone)
{
    cr_assert_eq(run_explain("clinker", "2026-07-15T08:00", EXAMPLE), EXIT_USAGE);
    cr_assert_eq(run_explain("clinker", "yesterday", EXAMPLE), EXIT_USAGE);
}

Test(explain_command, an_unknown_process_is_a_mistake_of_use)
{
    cr_assert_eq(run_explain("clinkr", "latest", EXAMPLE), EXIT_USAGE);
}
