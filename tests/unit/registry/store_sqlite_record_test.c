/* SPDX-License-Identifier: Apache-2.0 */
#include "registry/store_sqlite.h"

#include <criterion/criterion.h>

struct seen {
    int count;
    char ids[64];
    int64_t stored_ns;
};

static void see_record(void *ctx, const struct stored_record *record)
{
    struct seen *seen = ctx;
    seen->count++;
    seen->stored_ns = record->stored_ns;
    strncat(seen->ids, record->id, 8);
    strncat(seen->ids, (const char *)record->value.data, record->value.len);
}

static struct seen all(const struct store_driver *driver, struct store *store,
                       const char *id)
{
    struct seen seen = {0};
    struct error e = {0};
    cr_assert_eq(driver->each_record(store, "hold", id, see_record, &seen, &e), ERR_OK,
                 "%s", e.text);
    return seen;
}

Test(store_sqlite_record, is_kept_by_kind_and_id)
{
    const struct store_driver *driver = &store_sqlite;
    struct store *store = NULL;
    struct error e = {0};
    cr_assert_eq(driver->open(":memory:", &store, &e), ERR_OK, "%s", e.text);
    const struct stored_record records[] = {{"hold", "b", BYTES("1"), 1},
                                            {"hold", "a", BYTES("2"), 2},
                                            {"other", "c", BYTES("3"), 3},
                                            {"hold", "b", BYTES("4"), 4}};
    for (size_t i = 0; i < sizeof records / sizeof *records; i++) {
        cr_assert_eq(driver->put_record(store, &records[i], &e), ERR_OK, "%s", e.text);
    }
    cr_expect_str_eq(all(driver, store, NULL).ids, "a2b4");
    cr_expect_eq(all(driver, store, "b").stored_ns, 4);
    cr_expect_eq(all(driver, store, "c").count, 0);
    cr_assert_eq(driver->drop_record(store, "hold", "b", &e), ERR_OK);
    cr_expect_str_eq(all(driver, store, NULL).ids, "a2");
    driver->close(&store);
}
