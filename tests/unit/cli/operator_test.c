/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/command.h"

#include <criterion/criterion.h>

Test(operator, a_configuration_must_be_named_and_be_there)
{
    struct arguments arguments = {.words = {"meena"}, .word_count = 1};
    cr_expect_eq(command_operator.run(&command_operator, &arguments), EXIT_USAGE);
    arguments.values[0] = "/nowhere/plant.yaml";
    cr_expect_eq(command_operator.run(&command_operator, &arguments), EXIT_BAD_CONFIG);
}
