/* SPDX-License-Identifier: Apache-2.0 */
#include "registry/store_sqlite.h"

#include <criterion/criterion.h>

struct seen {
    int64_t count, first_id;
    uint64_t size;
};

static void see_refusal(void *ctx, const struct stored_refusal *refusal)
{
    struct seen *seen = ctx;
    seen->first_id = seen->count++ == 0 ? refusal->id : seen->first_id;
}

static void see_checkpoint(void *ctx, const struct stored_checkpoint *checkpoint)
{
    struct seen *seen = ctx;
    seen->size = seen->count++ == 0 ? checkpoint->size : seen->size;
}

Test(store_sqlite_evidence, only_the_newest_of_a_gateway_are_kept)
{
    struct error e = {0};
    struct store *store = NULL;
    cr_assert_eq(store_sqlite.open(":memory:", &store, &e), ERR_OK, "%s", e.text);
    struct arrival refused = {.sender = "a", .envelope = BYTES("bytes")};
    arrival_judge(&refused, VERDICT_REFUSED, "window: x");
    for (unsigned i = 0; i < REFUSALS_MAX + 5; i++) {
        memcpy(refused.key, &i, sizeof i);
        struct stored_checkpoint checkpoint = {
            .gateway = "a", .size = i, .note = BYTES("note")};
        cr_assert_eq(store_sqlite.put_refusal(store, &refused, i, &e), ERR_OK);
        cr_assert_eq(store_sqlite.put_checkpoint(store, &checkpoint, &e), ERR_OK);
    }
    struct gateway_query all = {.limit = INT64_MAX};
    struct seen refusals = {0};
    struct seen checkpoints = {0};
    cr_assert_eq(store_sqlite.each_refusal(store, &all, see_refusal, &refusals, &e),
                 ERR_OK);
    cr_assert_eq(
        store_sqlite.each_checkpoint(store, &all, see_checkpoint, &checkpoints, &e),
        ERR_OK);
    cr_assert_eq(refusals.count, REFUSALS_MAX);
    cr_assert_eq(refusals.first_id, 6);
    cr_assert_eq(checkpoints.count, CHECKPOINTS_MAX);
    cr_assert_eq(checkpoints.size, REFUSALS_MAX + 4);
    store_sqlite.close(&store);
}
