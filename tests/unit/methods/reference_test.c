/* SPDX-License-Identifier: Apache-2.0 */
#include "core/buf.h"
#include "methods/method.h"

#include <criterion/criterion.h>
#include <stdio.h>

#define PAGE_MAX (1 << 20)

static char page[PAGE_MAX];

/* Units, defaults, limits and roles of every method are written down twice: in its table
 * and on the page, so that none changes unseen. */
Test(reference, the_page_is_what_the_tables_say)
{
    FILE *file = fopen(TEST_DATA "/../docs/reference/methods.md", "re");
    cr_assert_not_null(file);
    size_t len = fread(page, 1, sizeof page - 1, file);
    fclose(file);
    page[len] = 0;
    const char *rest = strchr(page, '\n');
    cr_assert_not_null(rest);

    struct buf out;
    buf_init(&out, PAGE_MAX);
    methods_print_reference(&out);

    const char *made = (const char *)out.data;
    for (size_t i = 0; i < out.len && rest[1 + i]; i++) {
        cr_assert_eq(made[i], rest[1 + i], "run tools/reference.sh; differs at: %.60s",
                     made + i);
    }
    cr_assert_eq(out.len, strlen(rest + 1), "run tools/reference.sh");
    buf_deinit(&out);
}
