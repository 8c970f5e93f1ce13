/* SPDX-License-Identifier: Apache-2.0 */
#include "registry/postgres/link.h"

#include <criterion/criterion.h>

Test(link, an_array_is_a_head_and_items_behind_their_lengths)
{
    static const uint8_t wanted[] = {
        0,    0,    0,    1,    0, 0, 0, 1, 0, 0, 0, 20,
        0,    0,    0,    2,    0, 0, 0, 1,             /* head */
        0,    0,    0,    8,    0, 0, 0, 0, 0, 0, 1, 2, /* 258 */
        0xff, 0xff, 0xff, 0xff,                         /* null */
    };
    struct pg_array array = {0};
    struct pg_params params = {0};
    pg_array_begin(&array, PG_INT8);
    pg_array_i64(&array, 258);
    pg_array_null(&array);

    pg_add_array(&params, &array);

    cr_assert_eq(params.lengths[0], sizeof wanted);
    cr_assert_arr_eq(params.values[0], wanted, sizeof wanted);
    pg_array_free(&array);
}

Test(link, nobody_there_is_a_matter_of_time)
{
    struct pg pg;
    struct error e = {0};
    cr_assert_eq(pg_open(&pg, "postgresql:///x?host=/nowhere", NULL, 0, &e), ERR_RETRY);
    cr_assert_neq(strlen(e.text), 0);
}
