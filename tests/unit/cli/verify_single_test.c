/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/verify_single.h"

#include "evidence_command.h"
#include "evidence_edit.h"
#include "evidence_world.h"

#include <criterion/criterion.h>

struct stage {
    struct evidence_world world;
    struct edit edit;
    char path[128], keys[2][KEY_HEX_MAX];
};

static void open_stage(struct stage *s)
{
    evidence_world_open(&s->world);
    struct buf pack = evidence_world_pack(&s->world, NULL, false);
    edit_open(&s->edit, buf_bytes(&pack));
    buf_deinit(&pack);
    snprintf(s->path, sizeof s->path, "%s/single", s->world.state);
    key_print(key_get_public(s->world.keys[0]), s->keys[0]);
    key_print(key_get_public(s->world.keys[1]), s->keys[1]);
}

static void close_stage(struct stage *s)
{
    edit_close(&s->edit);
    evidence_world_close(&s->world);
}

static int verify(struct stage *s, enum pack_kind kind, int key)
{
    command_file(s->path, buf_bytes(&s->edit.entries[edit_find(&s->edit, kind, 1)].data));
    return command_line("emgate verify @ --key @", s->path, s->keys[key], NULL);
}

Test(verify_single, a_summary_alone_is_judged_by_the_given_key)
{
    struct stage s;
    open_stage(&s);
    cr_assert_eq(verify(&s, PACK_SUMMARY, 0), EXIT_OK, "%s", command_printed);
    cr_assert(command_said("ok      summary     signed: gateway 'test-01'"), "%s",
              command_printed);
    cr_assert_eq(verify(&s, PACK_SUMMARY, 1), EXIT_CHECK_FAILED);
    close_stage(&s);
}

Test(verify_single, so_is_a_checkpoint)
{
    struct stage s;
    open_stage(&s);
    cr_assert_eq(verify(&s, PACK_CHECKPOINT, 1), EXIT_OK, "%s", command_printed);
    cr_assert(command_said("ok      checkpoint  of emgate/test-01"), "%s",
              command_printed);
    cr_assert_eq(verify(&s, PACK_CHECKPOINT, 0), EXIT_CHECK_FAILED);
    close_stage(&s);
}

Test(verify_single, without_a_key_nothing_can_be_said)
{
    struct stage s;
    open_stage(&s);
    verify(&s, PACK_SUMMARY, 0);
    cr_assert_eq(command_line("emgate verify @", s.path, NULL, NULL), EXIT_DATA);
    close_stage(&s);
}
