/* SPDX-License-Identifier: Apache-2.0 */
/* The bridges of a configuration together. */
#include "bridges.h"

#include "core/mem.h"
#include "journal_rig.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

Test(bridges, all_are_opened_with_a_place_of_their_own_and_closed)
{
    static const struct plan_bridge_rule rule = {
        .topic = "#", .broker = PLAN_ANY_BROKER, .to = "{topic}"};
    struct plan_bridge two[] = {{.id = "a", .rules = &rule, .rule_count = 1},
                                {.id = "b", .rules = &rule, .rule_count = 1}};
    char folder[] = "/tmp/emgate-bridges-XXXXXX";
    cr_assert_not_null(mkdtemp(folder));
    struct plan plan = {
        .gateway_id = "g1", .state_directory = folder, .bridges = two, .bridge_count = 2};
    struct rig rig;
    struct bridges bridges = {0};
    struct error e;
    uint64_t seq = 0;
    rig_init(&rig, 1);
    cr_assert_eq(rig_open(&rig), ERR_OK);
    cr_assert_eq(rig_append(&rig, 1, 8, &seq), ERR_OK);
    cr_assert_eq(journal_commit(rig.journal, &e), ERR_OK);

    cr_assert_eq(bridges_open(&plan, rig.journal, &bridges, &e), ERR_OK, "%s", e.text);

    cr_assert_eq(bridges.count, 2);
    cr_assert_eq(bridges_seen(&bridges), 1);
    bridges_close(&bridges);
    for (size_t i = 0; i < 2; i++) {
        char path[96];
        snprintf(path, sizeof path, "%s/bridge-%s.place", folder, two[i].id);
        cr_expect_eq(unlink(path), 0);
    }
    cr_expect_eq(rmdir(folder), 0);
    rig_deinit(&rig);
}
