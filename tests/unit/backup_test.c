/* SPDX-License-Identifier: Apache-2.0 */
#include "backup.h"

#include "config_text.h"
#include "evidence_world.h"
#include "gateway.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static struct backup_result write_it(const struct evidence_world *world, const char *to,
                                     uint64_t until, enum err wanted)
{
    struct bundle bundle = bundle_of("gateway: {}\n", "/etc/../x.yaml", "text");
    struct plan *plan = evidence_world_plan(world);
    struct backup_settings settings = {
        .plan = plan, .bundle = &bundle, .to = to, .until_seq = until};
    struct backup_result result;
    struct error e = {0};
    cr_assert_eq(backup_snapshot(world->outbox, world->state, &e), ERR_OK, "%s", e.text);
    cr_assert_eq(backup_write(&settings, &result, &e), wanted, "%s", e.text);
    plan_free(&plan);
    bundle_deinit(&bundle);
    return result;
}

Test(backup, is_read_back_and_ends_where_it_was_told_to)
{
    struct evidence_world world;
    char to[96];
    char path[160];
    char command[160];
    evidence_world_open(&world);
    snprintf(to, sizeof to, "%s.copy", world.state);
    struct backup_result result = write_it(&world, to, 40, ERR_OK);
    cr_assert_eq(result.records, 40);
    cr_assert_gt(result.summaries, 10);
    snprintf(path, sizeof path, "%s/config/elsewhere/etc/up/x.yaml", to);
    cr_assert_eq(access(path, R_OK), 0, "no name leads out of the copy");
    snprintf(path, sizeof path, "%s/" BACKUP_SNAPSHOT, world.state);
    cr_assert_neq(access(path, F_OK), 0, "the snapshot is gone");
    (void)write_it(&world, to, 40, ERR_CONFIG); /* not over another one */
    unlink(path);
    snprintf(command, sizeof command, "rm -rf '%s'", to);
    cr_assert_eq(system(command), 0);
    evidence_world_close(&world);
}

Test(backup, a_database_ahead_of_the_journal_is_none)
{
    struct evidence_world world;
    char to[96];
    char command[160];
    struct error e;
    static const uint8_t fold[9] = {3, 41}; /* has folded record 41 */
    evidence_world_open(&world);
    cr_assert_eq(outbox_begin(world.outbox, &e), ERR_OK);
    cr_assert_eq(outbox_put_state(world.outbox, "fold", (struct bytes){fold, 9}, &e),
                 ERR_OK);
    cr_assert_eq(outbox_commit(world.outbox, &e), ERR_OK);
    snprintf(to, sizeof to, "%s.copy", world.state);
    (void)write_it(&world, to, 40, ERR_CORRUPT);
    snprintf(command, sizeof command, "rm -rf '%s'", to);
    cr_assert_eq(system(command), 0);
    evidence_world_close(&world);
}
