/* SPDX-License-Identifier: Apache-2.0 */
#include "registry/store_sqlite.h"

#include <criterion/criterion.h>

Test(store_sqlite_text, every_statement_has_a_text_and_is_understood)
{
    struct error e = {0};
    struct sql sql;
    for (int i = 0; i < SQL_STATEMENTS; i++) {
        cr_assert_not_null(store_sqlite_shape.statements[i], "statement %d", i);
    }
    cr_assert_eq(sql_open(&sql, &store_sqlite_shape, ":memory:", &e), ERR_OK, "%s",
                 e.text);
    sql_close(&sql);
}
