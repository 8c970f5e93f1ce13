/* SPDX-License-Identifier: Apache-2.0 */
#include "registry/sums.h"

#include <criterion/criterion.h>
#include <stdio.h>

static char said[256];

static enum err say(struct store *store, const struct total_name *name,
                    const struct total *delta, struct error *e)
{
    (void)store;
    (void)e;
    size_t len = strlen(said);
    snprintf(said + len, sizeof said - len, "%d.%d.%d.%s=%d ", (int)name->scope,
             (int)name->owner, (int)name->period, name->label, (int)delta->windows);
    return ERR_OK;
}

Test(sums, each_total_is_given_once_and_in_order)
{
    static const struct {
        struct total_name name;
        int64_t windows;
    } added[] = {{{SCOPE_AREA, 1, PERIOD_YEAR, "2026"}, 1},
                 {{SCOPE_PROCESS, 10, PERIOD_DAY, "2026-07-16"}, 2},
                 {{SCOPE_PROCESS, 10, PERIOD_DAY, "2026-07-15"}, 3},
                 {{SCOPE_PROCESS, 9, PERIOD_YEAR, "2026"}, 4},
                 {{SCOPE_PROCESS, 10, PERIOD_DAY, "2026-07-16"}, 5}};
    struct store_driver driver = {.add_total = say};
    struct error e = {0};
    struct sums sums;
    sums_init(&sums);
    for (size_t i = 0; i < sizeof added / sizeof *added; i++) {
        struct total delta = {.windows = added[i].windows};
        sums_add(&sums, &added[i].name, &delta);
    }

    cr_assert_eq(sums_flush(&sums, &driver, NULL, &e), ERR_OK);

    cr_assert_str_eq(said, "0.9.3.2026=4 0.10.1.2026-07-15=3 0.10.1.2026-07-16=7 "
                           "1.1.3.2026=1 ");
    said[0] = 0;
    cr_assert_eq(sums_flush(&sums, &driver, NULL, &e), ERR_OK);
    cr_assert_str_eq(said, "");
    sums_deinit(&sums);
}
