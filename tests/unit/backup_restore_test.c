/* SPDX-License-Identifier: Apache-2.0 */
#include "backup.h"

#include "evidence_world.h"

#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>

/* A directory with nothing but this manifest. */
static enum err restore(const struct evidence_world *world, const char *manifest,
                        struct error *e)
{
    char folder[] = "/tmp/emgate-restore-XXXXXX";
    char path[96];
    char command[128];
    struct restore_result result;
    struct plan *plan = evidence_world_plan(world);
    cr_assert(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/" BACKUP_MANIFEST, folder);
    if (manifest) {
        cr_assert_eq(backup_write_file(path, bytes_of(manifest), 0600, e), ERR_OK);
    }
    enum err err = backup_restore(folder, plan, &result, e);
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    cr_assert_eq(system(command), 0);
    plan_free(&plan);
    return err;
}

#define FACTS "software s\nmade m\nrecords 1\n"

Test(backup_restore, takes_only_a_whole_backup_of_this_gateway_over_nothing)
{
    struct evidence_world world;
    struct error e;
    evidence_world_open(&world);
    cr_assert_eq(restore(&world, NULL, &e), ERR_REJECT);
    cr_assert(strstr(e.text, "broken off"), "%s", e.text);
    cr_assert_eq(restore(&world, "rubbish\n", &e), ERR_REJECT);
    cr_assert_eq(restore(&world, "emgate backup v1\ngateway x\n" FACTS "end 0\n", &e),
                 ERR_CONFIG);
    cr_assert(strstr(e.text, "'x'"), "%s", e.text);
    cr_assert_eq(restore(&world,
                         "emgate backup v1\ngateway " WORLD_GATEWAY "\n" FACTS "end 0\n",
                         &e),
                 ERR_CONFIG);
    cr_assert(strstr(e.text, "there is a journal"), "%s", e.text);
    evidence_world_close(&world);
}
