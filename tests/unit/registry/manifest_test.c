/* SPDX-License-Identifier: Apache-2.0 */
#include "registry/manifest.h"

#include <criterion/criterion.h>

Test(manifest_record, is_read_as_it_was_printed)
{
    char text[MANIFEST_RECORD_MAX];
    struct manifest_record record = {INT64_MAX, UINT64_MAX, 2, 3, UINT64_MAX};
    struct manifest_record read = {0};
    manifest_record_read(manifest_record_print(&record, text), &read);
    cr_expect_eq(memcmp(&record, &read, sizeof record), 0);
}

Test(manifest_record, what_cannot_be_read_changes_nothing)
{
    struct manifest_record read = {.stated = 7};
    manifest_record_read(BYTES("1 2 x 4 5"), &read);
    manifest_record_read(BYTES("1 2"), &read);
    manifest_record_read((struct bytes){0}, &read);
    cr_expect_eq(read.stated, 7);
    cr_expect_eq(read.received_ns, 0);
}
