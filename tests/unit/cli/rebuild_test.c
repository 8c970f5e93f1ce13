/* SPDX-License-Identifier: Apache-2.0 */
#include "evidence_command.h"
#include "evidence_world.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

Test(rebuild_command, says_what_it_made_and_where_the_old_file_is)
{
    struct evidence_world world;
    char config[128];
    evidence_world_open(&world);
    evidence_world_config(&world, config);
    outbox_close(&world.outbox);
    cr_assert_eq(command_line("emgate rebuild -c @ --json", config, NULL, NULL), EXIT_OK);
    cr_assert(command_said("\"summaries\":"), "%s", command_printed);
    cr_assert(command_said("outbox.db.before-rebuild-1"), "%s", command_printed);
    cr_assert_eq(command_line("emgate rebuild -c @", config, NULL, NULL), EXIT_OK);
    cr_assert(command_said("outbox.db.before-rebuild-2"), "%s", command_printed);
    evidence_world_close(&world);
}

Test(rebuild_command, leaves_a_running_gateway_alone)
{
    struct evidence_world world;
    char config[128];
    char lock[128];
    evidence_world_open(&world);
    evidence_world_config(&world, config);
    snprintf(lock, sizeof lock, "%s/lock", world.state);
    int file = open(lock, O_RDWR | O_CREAT | O_CLOEXEC, 0640);
    cr_assert(file >= 0 && flock(file, LOCK_EX) == 0);
    cr_assert_eq(command_line("emgate rebuild -c @", config, NULL, NULL),
                 EXIT_UNAVAILABLE);
    cr_assert_eq(command_line("emgate rebuild", NULL, NULL, NULL), EXIT_USAGE);
    close(file);
    evidence_world_close(&world);
}
