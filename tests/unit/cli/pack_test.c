/* SPDX-License-Identifier: Apache-2.0 */
#include "evidence_command.h"
#include "evidence_world.h"

#include <criterion/criterion.h>

Test(pack_command, what_it_makes_is_believed)
{
    struct evidence_world world;
    char config[128];
    char out[128];
    evidence_world_open(&world);
    evidence_world_config(&world, config);
    snprintf(out, sizeof out, "%s/out.pack", world.state);
    cr_assert_eq(command_line("emgate pack -c @ -o @ --process kiln", config, out, NULL),
                 EXIT_OK);
    cr_assert_eq(command_line("emgate verify @", out, NULL, NULL), EXIT_OK, "%s",
                 command_printed);
    cr_assert(command_said("process 'kiln'"), "%s", command_printed);
    evidence_world_close(&world);
}

Test(pack_command, without_a_place_or_anything_to_pack_it_says_so)
{
    struct evidence_world world;
    char config[128];
    evidence_world_open(&world);
    evidence_world_config(&world, config);
    cr_assert_eq(command_line("emgate pack -c @", config, NULL, NULL), EXIT_USAGE);
    cr_assert_eq(
        command_line("emgate pack -c @ -o /dev/null --process none", config, NULL, NULL),
        EXIT_DATA);
    cr_assert_eq(
        command_line("emgate pack -c @ -o /dev/null --from x", config, NULL, NULL),
        EXIT_USAGE);
    evidence_world_close(&world);
}
