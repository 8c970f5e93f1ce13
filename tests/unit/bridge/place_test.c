/* SPDX-License-Identifier: Apache-2.0 */
/* Where a bridge begins and goes on: its place on disk. */
#include "bridge_rig.h"

#include <criterion/criterion.h>

Test(place, a_restart_goes_on_where_it_was)
{
    struct bridge_rig *rig = bridge_rig_new();
    bridge_rig_open(rig);
    bridge_rig_put_many(rig, 10);
    bridge_rig_run(rig, 100);
    bridge_close(&rig->bridge);
    rig_close(&rig->rig);

    bridge_rig_open(rig);
    bridge_rig_put_many(rig, 10);
    bridge_rig_run(rig, 100);

    cr_assert_eq(bridge_rig_check(rig, 20), 0);
    cr_assert_geq(bridge_place(rig->bridge), 10);
    bridge_rig_free(rig);
}

Test(place, a_new_one_begins_with_what_comes_unless_told_otherwise)
{
    struct bridge_rig *rig = bridge_rig_new();
    rig->plan.from_oldest = false;
    cr_assert_eq(rig_open(&rig->rig), ERR_OK);
    bridge_rig_put_many(rig, 5);
    rig_close(&rig->rig);
    rig->next = 1;
    bridge_rig_open(rig);
    bridge_rig_put_many(rig, 5);

    bridge_rig_run(rig, 100);

    cr_assert_eq(bridge_rig_check(rig, 5), 0);
    bridge_rig_free(rig);
}

Test(place, a_place_that_is_damaged_begins_with_the_oldest_record)
{
    struct bridge_rig *rig = bridge_rig_new();
    struct error e;
    int file = -1;
    const struct disk *disk = &rig->rig.disk;
    bridge_rig_open(rig);
    bridge_rig_put_many(rig, 10);
    bridge_rig_run(rig, 100);
    bridge_close(&rig->bridge);
    rig_close(&rig->rig);
    cr_assert_eq(disk->open(disk->ctx, "/s/bridge-hq.place", DISK_WRITE, &file, &e),
                 ERR_OK);
    cr_assert_eq(disk->write(disk->ctx, file, 9, BYTES("\xff"), &e), ERR_OK);
    disk->close(disk->ctx, file);

    bridge_rig_open(rig);
    bridge_rig_run(rig, 100);

    cr_assert_eq(bridge_rig_check(rig, 10), 10);
    bridge_rig_free(rig);
}

Test(place, a_place_on_a_full_disk_is_tried_again)
{
    struct bridge_rig *rig = bridge_rig_new();
    bridge_rig_open(rig);
    bridge_rig_put_many(rig, 10);
    bridge_rig_run(rig, 100);
    rig->rig.now_ns += 2 * NS_PER_S;
    fault_disk_fail_at(rig->rig.faults, fault_disk_calls(rig->rig.faults) + 2, ERR_FULL,
                       false);

    bridge_rig_run(rig, 100);
    rig->rig.now_ns += 2 * NS_PER_S;
    bridge_rig_run(rig, 100);

    cr_assert_eq(bridge_place(rig->bridge), 10);
    cr_assert_eq(bridge_rig_check(rig, 10), 0);
    bridge_rig_free(rig);
}
