/* SPDX-License-Identifier: Apache-2.0 */
#include "core/volume.h"

#include <criterion/criterion.h>

Test(volume, memory_is_told_from_a_disk)
{
    cr_assert_eq(volume_kind_of("/dev/shm"), VOLUME_MEMORY);
    cr_assert_neq(volume_kind_of(TEST_DATA), VOLUME_MEMORY);
    cr_assert_neq(volume_kind_of(TEST_DATA), VOLUME_UNKNOWN);
}

Test(volume, what_is_not_there_yet_is_judged_by_the_directory_above)
{
    cr_assert_eq(volume_kind_of("/dev/shm/not/there/yet"), VOLUME_MEMORY);
    cr_assert_eq(volume_kind_of("nothing-here"), volume_kind_of("."));
    cr_assert_eq(volume_kind_of("/nothing-here"), volume_kind_of("/"));
}
