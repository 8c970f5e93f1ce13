/* SPDX-License-Identifier: Apache-2.0 */
#include "evidence_command.h"
#include "evidence_world.h"
#include "fold_rig.h"

#include <criterion/criterion.h>

/* The plant's configuration with the world's state in it. */
static void write_config(const struct evidence_world *world, char path[128])
{
    struct buf text;
    static const char find[] = "/tmp/emgate-test";
    const char *at = strstr(rig_text, find);
    cr_assert(at);
    buf_init(&text, 1 << 16);
    buf_add(&text, (struct bytes){(const uint8_t *)rig_text, (size_t)(at - rig_text)});
    buf_add_text(&text, world->state);
    buf_add_text(&text, at + sizeof find - 1);
    snprintf(path, 128, "%s/plant.yaml", world->state);
    command_file(path, buf_bytes(&text));
    buf_deinit(&text);
}

Test(pack_command, what_it_makes_is_believed)
{
    struct evidence_world world;
    char config[128];
    char out[128];
    evidence_world_open(&world);
    write_config(&world, config);
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
    write_config(&world, config);
    cr_assert_eq(command_line("emgate pack -c @", config, NULL, NULL), EXIT_USAGE);
    cr_assert_eq(
        command_line("emgate pack -c @ -o /dev/null --process none", config, NULL, NULL),
        EXIT_DATA);
    cr_assert_eq(
        command_line("emgate pack -c @ -o /dev/null --from x", config, NULL, NULL),
        EXIT_USAGE);
    evidence_world_close(&world);
}
