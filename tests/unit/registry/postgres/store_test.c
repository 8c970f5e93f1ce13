/* SPDX-License-Identifier: Apache-2.0 */
#include "registry/store_postgres.h"

#include "stage.h"

#include <criterion/criterion.h>
#include <stdlib.h>

static void count_change(void *ctx, const struct stored_change *change)
{
    (void)change;
    ++*(int *)ctx;
}

Test(store, what_is_rolled_back_is_gone_and_what_is_committed_stays)
{
    struct stored_change change = {.gateway = "a", .envelope = BYTES("x")};
    struct error e = {0};
    struct store *store = NULL;
    char where[WHERE_MAX];
    if (!getenv("EMGATE_TEST_POSTGRES")) {
        cr_skip_test("no PostgreSQL");
    }
    const struct store_driver *driver = stage_store(where);
    for (int committed = 0; committed < 2; committed++) {
        int count = 0;
        cr_assert_eq(driver->open(where, &store, &e), ERR_OK, "%s", e.text);
        cr_assert_eq(driver->begin(store, &e), ERR_OK);
        cr_assert_eq(driver->put_change(store, &change, &e), ERR_OK, "%s", e.text);
        if (committed) {
            cr_assert_eq(driver->commit(store, &e), ERR_OK, "%s", e.text);
        } else {
            driver->rollback(store);
        }
        driver->close(&store);
        cr_assert_eq(driver->open(where, &store, &e), ERR_OK, "%s", e.text);
        cr_assert_eq(driver->each_change(store, count_change, &count, &e), ERR_OK);
        cr_assert_eq(count, committed);
        driver->close(&store);
    }
}
