/* SPDX-License-Identifier: Apache-2.0 */
/* `emgate tap`: what it refuses before it asks a gateway.  The rest is
 * tests/system/connect/tap_test.py. */
#include "printed.h"

static const char example[] = TEST_DATA "/../config/examples/cement.yaml";

/* By the options' order: config, stage, point, count, seconds. */
static int tap(const char *stage, const char *point, const char *count,
               const char *seconds)
{
    struct arguments arguments = {.values = {example, stage, point, count, seconds}};
    return command_tap.run(&command_tap, &arguments);
}

Test(tap_command, refuses_what_it_cannot_do)
{
    cr_assert_eq(tap("slices", NULL, NULL, NULL), EXIT_USAGE);
    cr_assert_eq(tap(NULL, NULL, "-1", NULL), EXIT_USAGE);
    cr_assert_eq(tap(NULL, NULL, NULL, "soon"), EXIT_USAGE);
    cr_assert_eq(tap(NULL, NULL, NULL, "-1"), EXIT_USAGE);
    cr_assert_eq(tap("rejects", "kiln_coal", NULL, NULL), EXIT_USAGE);
}

Test(tap_command, an_unknown_point_is_a_mistake_of_use)
{
    cr_assert_eq(tap(NULL, "kiln_coke", NULL, NULL), EXIT_USAGE);
}

Test(tap_command, needs_a_configuration_that_reads)
{
    struct arguments arguments = {.values = {NULL}};
    cr_assert_eq(command_tap.run(&command_tap, &arguments), EXIT_USAGE);
    arguments.values[0] = "/nowhere/plant.yaml";
    cr_assert_eq(command_tap.run(&command_tap, &arguments), EXIT_BAD_CONFIG);
}
