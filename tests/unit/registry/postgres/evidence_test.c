/* SPDX-License-Identifier: Apache-2.0 */
#include "registry/store_postgres.h"

#include "stage.h"

#include <criterion/criterion.h>
#include <stdlib.h>

static void count_refusal(void *ctx, const struct stored_refusal *refusal)
{
    cr_assert_eq(strncmp(refusal->reason, "window: ", 8), 0);
    ++*(int64_t *)ctx;
}

/* A reason that is cut inside a character must not break the transaction. */
Test(evidence, only_the_newest_refusals_are_kept_whatever_their_bytes)
{
    struct error e = {0};
    struct store *store = NULL;
    char where[WHERE_MAX];
    if (!getenv("EMGATE_TEST_POSTGRES")) {
        cr_skip_test("no PostgreSQL");
    }
    const struct store_driver *driver = stage_store(where);
    cr_assert_eq(driver->open(where, &store, &e), ERR_OK, "%s", e.text);
    cr_assert_eq(driver->begin(store, &e), ERR_OK);
    struct arrival refused = {.sender = "a", .envelope = BYTES("bytes")};
    arrival_judge(&refused, VERDICT_REFUSED, "window: \xc3");
    for (unsigned i = 0; i < REFUSALS_MAX + 5; i++) {
        memcpy(refused.key, &i, sizeof i);
        cr_assert_eq(driver->put_refusal(store, &refused, i, &e), ERR_OK, "%s", e.text);
    }
    cr_assert_eq(driver->commit(store, &e), ERR_OK, "%s", e.text);
    struct gateway_query all = {.limit = INT64_MAX};
    int64_t count = 0;
    cr_assert_eq(driver->each_refusal(store, &all, count_refusal, &count, &e), ERR_OK);
    cr_assert_eq(count, REFUSALS_MAX);
    driver->close(&store);
}
