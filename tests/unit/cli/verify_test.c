/* SPDX-License-Identifier: Apache-2.0 */
#include "evidence_command.h"
#include "evidence_world.h"

#include <criterion/criterion.h>
#include <unistd.h>

struct stage {
    struct evidence_world world;
    struct buf pack;
    char path[128];
    char key[KEY_HEX_MAX], stranger[KEY_HEX_MAX];
};

static void stage_open(struct stage *s, bool whole)
{
    static const uint8_t seed[KEY_PUBLIC_LEN] = {66};
    struct key_pair *pair = key_of_seed(seed);
    evidence_world_open(&s->world);
    s->pack = evidence_world_pack(&s->world, NULL, whole);
    snprintf(s->path, sizeof s->path, "%s/pack", s->world.state);
    command_file(s->path, buf_bytes(&s->pack));
    key_print(key_get_public(s->world.keys[0]), s->key);
    key_print(key_get_public(pair), s->stranger);
    key_close(&pair);
}

static void stage_close(struct stage *s)
{
    buf_deinit(&s->pack);
    evidence_world_close(&s->world);
}

Test(verify_command, says_line_by_line_what_holds)
{
    struct stage s;
    stage_open(&s, true);
    cr_assert_eq(command_line("emgate verify @ --key @", s.path, s.key, NULL), EXIT_OK);
    cr_assert(command_said("ok      summary"), "%s", command_printed);
    cr_assert(command_said("ok      replay"), "%s", command_printed);
    cr_assert(command_said("/pack: ok\n"), "%s", command_printed);
    cr_assert_not(command_said("FAILED"));
    stage_close(&s);
}

Test(verify_command, names_the_record_that_was_changed)
{
    struct stage s;
    stage_open(&s, true);
    uint8_t *reading = memmem(s.pack.data, s.pack.len, "v1/a/telemetry", 14);
    cr_assert(reading);
    reading[0] = 'T';
    command_file(s.path, buf_bytes(&s.pack));
    cr_assert_eq(command_line("emgate verify @ --key @", s.path, s.key, NULL),
                 EXIT_CHECK_FAILED);
    cr_assert(command_said("FAILED  record      record 3: "), "%s", command_printed);
    cr_assert_eq(command_line("emgate verify --json @", s.path, NULL, NULL),
                 EXIT_CHECK_FAILED);
    cr_assert(command_said("{\"check\":\"record\",\"outcome\":\"failed\","
                           "\"where\":\"record 3\""),
              "%s", command_printed);
    stage_close(&s);
}

Test(verify_command, a_key_of_somebody_else_is_told)
{
    struct stage s;
    stage_open(&s, false);
    cr_assert_eq(command_line("emgate verify @ --key @", s.path, s.stranger, NULL),
                 EXIT_CHECK_FAILED);
    cr_assert(command_said("FAILED  key"), "%s", command_printed);
    stage_close(&s);
}

Test(verify_command, parts_are_judged_alone)
{
    struct stage s;
    stage_open(&s, false);
    cr_assert_eq(command_line("emgate verify chain @", s.path, NULL, NULL), EXIT_OK);
    cr_assert_not(command_said("tree"));
    cr_assert_eq(command_line("emgate verify inclusion --record 3 @", s.path, NULL, NULL),
                 EXIT_OK);
    cr_assert(command_said("inclusion   record 3: it is in"), "%s", command_printed);
    cr_assert_eq(
        command_line("emgate verify inclusion --record 99999 @", s.path, NULL, NULL),
        EXIT_CHECK_FAILED);
    stage_close(&s);
}

Test(verify_command, exit_codes_say_what_kind_of_no_it_is)
{
    struct stage s;
    stage_open(&s, false);
    command_file(s.path, BYTES("something else"));
    cr_assert_eq(command_line("emgate verify @", s.path, NULL, NULL), EXIT_DATA);
    cr_assert_eq(command_line("emgate verify @/none", s.path, NULL, NULL), EXIT_IO);
    cr_assert_eq(command_line("emgate verify @ --key xy", s.path, NULL, NULL),
                 EXIT_USAGE);
    stage_close(&s);
}
