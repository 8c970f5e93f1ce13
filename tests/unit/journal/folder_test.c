/* SPDX-License-Identifier: Apache-2.0 */
#include "journal/journal_private.h"

#include "core/mem.h"
#include "journal_rig.h"

#include <criterion/criterion.h>

static void put(struct rig *rig, const char *path, struct bytes data)
{
    fault_disk_put(rig->faults, path, data);
}

Test(folder, lists_segments_by_number_and_nothing_else)
{
    struct rig rig;
    rig_init(&rig, 1);
    cr_assert_eq(rig.disk.make_dir(rig.disk.ctx, "/j", NULL), ERR_OK);
    put(&rig, "/j/0000000010.seg", BYTES("x"));
    put(&rig, "/j/0000000002.seg", BYTES("x"));
    put(&rig, "/j/12345678901.seg", BYTES("x"));
    put(&rig, "/j/00000002.seg", BYTES("x"));
    put(&rig, "/j/0000000003.seg.old", BYTES("x"));
    put(&rig, "/j/lock", BYTES("x"));
    put(&rig, "/j/spare.tmp", BYTES("x"));
    struct folder folder;

    cr_assert_eq(folder_read(&rig.disk, "/j", &folder, NULL), ERR_OK);

    cr_assert_eq(folder.count, 3);
    cr_assert_eq(folder.numbers[0], 2);
    cr_assert_eq(folder.numbers[1], 10);
    cr_assert_eq(folder.numbers[2], 12345678901);
    cr_assert(folder.has_spare_temporary);
    cr_assert_not(folder.has_copy_temporary || folder.is_clean);
    folder_deinit(&folder);
    rig_deinit(&rig);
}

Test(folder, a_block_that_cannot_be_read_is_zero_and_counted)
{
    struct rig rig;
    rig_init(&rig, 1);
    static uint8_t data[3 * FORMAT_BLOCK];
    memset(data, 7, sizeof data);
    put(&rig, "/j/0000000001.seg", (struct bytes){.data = data, .len = sizeof data});
    struct segment_bytes bytes;
    /* open, size, the whole, then each block: the first reads fail for good */
    fault_disk_fail_at(rig.faults, fault_disk_calls(rig.faults) + 3, ERR_SYSTEM, true);

    cr_assert_eq(folder_read_segment(&rig.disk, "/j", 1, &bytes, NULL), ERR_OK);

    cr_assert_eq(bytes.len, sizeof data);
    cr_assert_eq(bytes.unreadable, 3);
    cr_assert(format_all_zero((struct bytes){.data = bytes.data, .len = bytes.len}));
    mem_free(&bytes.data);
    rig_deinit(&rig);
}

Test(folder, one_failed_read_is_tried_again)
{
    struct rig rig;
    rig_init(&rig, 1);
    static uint8_t data[3 * FORMAT_BLOCK];
    memset(data, 7, sizeof data);
    put(&rig, "/j/0000000001.seg", (struct bytes){.data = data, .len = sizeof data});
    struct segment_bytes bytes;
    fault_disk_fail_at(rig.faults, fault_disk_calls(rig.faults) + 3, ERR_SYSTEM, false);

    cr_assert_eq(folder_read_segment(&rig.disk, "/j", 1, &bytes, NULL), ERR_OK);

    cr_assert_eq(bytes.unreadable, 0);
    cr_assert_arr_eq(bytes.data, data, sizeof data);
    mem_free(&bytes.data);
    rig_deinit(&rig);
}
