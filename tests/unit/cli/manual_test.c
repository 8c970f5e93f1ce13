/* SPDX-License-Identifier: Apache-2.0 */
#include "printed.h"

Test(manual, the_page_has_every_command_with_its_options)
{
    cr_assert_eq(printed_run(&command_manual, NULL, NULL), EXIT_OK);
    cr_assert(strncmp(printed_text, ".TH EMGATE 1 ", 13) == 0);
    for (size_t i = 0; commands[i]; i++) {
        char wanted[64];
        snprintf(wanted, sizeof wanted, ".SS emgate %s ", commands[i]->name);
        cr_assert(strstr(printed_text, wanted), "no %s", commands[i]->name);
    }
    cr_assert(strstr(printed_text, "\\fB\\-\\-no\\-environment\\fR"));
}

Test(manual, the_completion_knows_commands_and_options)
{
    cr_assert_eq(printed_run(&command_manual, "bash", NULL), EXIT_OK);
    cr_assert(strstr(printed_text, "words=\"run check "));
    cr_assert(strstr(printed_text, "check) words=\"--help --config"));
}

Test(manual, another_word_is_a_usage_error)
{
    cr_assert_eq(printed_run(&command_manual, "nonsense", NULL), EXIT_USAGE);
}
