/* SPDX-License-Identifier: Apache-2.0 */
/* What `emgate export` refuses before it asks anybody. */
#include "printed.h"

#define EXAMPLE TEST_DATA "/../config/examples/cement.yaml"

static int run_export(const char *config, const char *from, const char *to,
                      const char *format)
{
    struct arguments arguments = {.values = {config, from, to, format}};
    return command_export.run(&command_export, &arguments);
}

Test(export_command, without_a_configuration_is_a_mistake_of_use)
{
    cr_assert_eq(run_export(NULL, "2026-01-01", "2027-01-01", NULL), EXIT_USAGE);
}

Test(export_command, the_period_needs_both_ends_in_order)
{
    cr_assert_eq(run_export(EXAMPLE, NULL, "2027-01-01", NULL), EXIT_USAGE);
    cr_assert_eq(run_export(EXAMPLE, "2026-01-01", NULL, NULL), EXIT_USAGE);
    cr_assert_eq(run_export(EXAMPLE, "2027-01-01", "2026-01-01", NULL), EXIT_USAGE);
    cr_assert_eq(run_export(EXAMPLE, "2026-01-32", "2027-01-01", NULL), EXIT_USAGE);
}

Test(export_command, an_unknown_format_is_a_mistake_of_use)
{
    cr_assert_eq(run_export(EXAMPLE, "2026-01-01", "2027-01-01", "pdf"), EXIT_USAGE);
}

Test(export_command, a_workbook_needs_a_file)
{
    cr_assert_eq(run_export(EXAMPLE, "2026-01-01", "2027-01-01", "xlsx"), EXIT_USAGE);
}
