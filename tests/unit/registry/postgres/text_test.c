/* SPDX-License-Identifier: Apache-2.0 */
#include "registry/postgres/store.h"

#include <criterion/criterion.h>

Test(text, every_statement_has_a_text)
{
    for (int i = 0; i < PG_STATEMENTS; i++) {
        cr_assert_not_null(pg_statements[i], "statement %d", i);
    }
}
