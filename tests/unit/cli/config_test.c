/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/command.h"

#include <criterion/criterion.h>

Test(config, only_the_reference_can_be_asked_for)
{
    struct arguments arguments = {.words = {"everything"}, .word_count = 1};

    cr_assert_eq(command_config.run(&command_config, &arguments), EXIT_USAGE);
}
