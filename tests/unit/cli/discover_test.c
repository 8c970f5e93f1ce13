/* SPDX-License-Identifier: Apache-2.0 */
/* `emgate discover`: what it refuses before it connects.  The rest is
 * tests/system/connect/discover_test.py. */
#include "printed.h"

static int discover(const char *broker, const char *seconds, const char *filter)
{
    struct arguments arguments = {.values = {broker, seconds, filter}};
    return command_discover.run(&command_discover, &arguments);
}

Test(discover_command, refuses_what_it_cannot_do)
{
    cr_assert_eq(discover(NULL, NULL, NULL), EXIT_USAGE);
    cr_assert_eq(discover("mqtt://127.0.0.1:1", "soon", NULL), EXIT_USAGE);
    cr_assert_eq(discover("mqtt://127.0.0.1:1", "-1", NULL), EXIT_USAGE);
    cr_assert_eq(discover("mqtt://127.0.0.1:1", NULL, "a/#/b"), EXIT_USAGE);
    cr_assert_eq(discover("http://127.0.0.1", NULL, NULL), EXIT_USAGE);
}

Test(discover_command, a_broker_that_is_not_there_is_unavailable)
{
    cr_assert_eq(discover("mqtt://127.0.0.1:1", "0", NULL), EXIT_UNAVAILABLE);
}
