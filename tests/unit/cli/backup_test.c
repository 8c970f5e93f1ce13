/* SPDX-License-Identifier: Apache-2.0 */
#include "evidence_command.h"
#include "evidence_world.h"

#include <criterion/criterion.h>
#include <unistd.h>

Test(backup_command, a_stopped_gateway_is_copied_too_and_comes_back)
{
    struct evidence_world world;
    char config[128];
    char to[96];
    char command[512];
    evidence_world_open(&world);
    evidence_world_config(&world, config);
    outbox_close(&world.outbox);
    snprintf(to, sizeof to, "%s.copy", world.state);
    cr_assert_eq(command_line("emgate backup @", to, NULL, NULL), EXIT_USAGE);
    cr_assert_eq(command_line("emgate backup @ -c @", to, config, NULL), EXIT_OK);
    cr_assert(command_said("read back and checked"), "%s", command_printed);
    cr_assert_eq(command_line("emgate backup @ -c @", to, config, NULL), EXIT_BAD_CONFIG);
    cr_assert_eq(command_line("emgate restore @ -c @", to, config, NULL), EXIT_BAD_CONFIG,
                 "nothing is overwritten");

    snprintf(command, sizeof command, "rm -rf '%s' '%s'", world.database, world.journal);
    cr_assert_eq(system(command), 0);
    cr_assert_eq(command_line("emgate restore @ -c @", to, config, NULL), EXIT_OK);
    cr_assert(command_said("PRIVATE KEY"), "%s", command_printed);
    cr_assert(command_said("raises 'chain'"), "%s", command_printed);
    cr_assert_eq(command_line("emgate verify @", world.state, NULL, NULL), EXIT_OK, "%s",
                 command_printed);
    snprintf(command, sizeof command, "rm -rf '%s'", to);
    cr_assert_eq(system(command), 0);
    evidence_world_close(&world);
}
