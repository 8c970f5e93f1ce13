/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/verify_directory.h"

#include "evidence_command.h"
#include "evidence_world.h"

#include <criterion/criterion.h>

Test(verify_directory, a_state_directory_is_judged_whole)
{
    struct evidence_world world;
    evidence_world_open(&world);
    cr_assert_eq(command_line("emgate verify @", world.state, NULL, NULL), EXIT_OK, "%s",
                 command_printed);
    cr_assert(command_said("ok      journal"), "%s", command_printed);
    cr_assert(command_said("ok      replay"), "%s", command_printed);
    evidence_world_close(&world);
}

Test(verify_directory, a_byte_changed_in_the_journal_is_told_with_its_place)
{
    struct evidence_world world;
    char path[256];
    evidence_world_open(&world);
    snprintf(path, sizeof path, "%s/0000000001.seg", world.journal);
    FILE *segment = fopen(path, "r+be");
    cr_assert(segment);
    cr_assert_eq(fseek(segment, 3 * 4096 + 200, SEEK_SET), 0);
    fputs("xx", segment);
    fclose(segment);
    cr_assert_eq(command_line("emgate verify journal @", world.journal, NULL, NULL),
                 EXIT_CHECK_FAILED);
    cr_assert(command_said("FAILED  journal"), "%s", command_printed);
    cr_assert(command_said("12288"), "%s", command_printed);
    evidence_world_close(&world);
}

Test(verify_directory, a_journal_is_compared_with_a_checkpoint)
{
    struct evidence_world world;
    struct arena arena;
    struct bytes note;
    struct error e;
    char path[128];
    char key[KEY_HEX_MAX];
    evidence_world_open(&world);
    arena_init(&arena, 4096);
    cr_assert_eq(outbox_get_state(world.outbox, "checkpoint", &arena, &note, &e), ERR_OK);
    snprintf(path, sizeof path, "%s/note", world.state);
    command_file(path, note);
    key_print(key_get_public(world.keys[1]), key);
    cr_assert_eq(
        command_line("emgate verify consistency @ @ --key @", world.journal, path, key),
        EXIT_OK, "%s", command_printed);
    cr_assert(command_said("ok      note"), "%s", command_printed);
    arena_deinit(&arena);
    evidence_world_close(&world);
}
