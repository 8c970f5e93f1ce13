/* SPDX-License-Identifier: Apache-2.0 */
#include "registry/routes.h"

#include <criterion/criterion.h>

Test(routes, whole_paths_and_prefixes_are_found)
{
    static const char *const found[][2] = {{"/", "/"},
                                           {"/page/style.css", "/page/"},
                                           {"/v1/summaries", "/v1/summaries"},
                                           {"/v1/summaries/00ff", "/v1/summaries/"},
                                           {"/metrics", "/metrics"}};
    for (size_t i = 0; i < sizeof found / sizeof *found; i++) {
        const struct route *route = route_find(found[i][0]);
        cr_assert_not_null(route, "%s", found[i][0]);
        cr_assert_str_eq(route->path, found[i][1]);
    }
    cr_assert_null(route_find("/v1"));
    cr_assert_null(route_find("/metrics/"));
    cr_assert_null(route_find(""));
}

Test(routes, what_is_not_for_all_names_who_may_read_it)
{
    cr_assert_eq(route_find("/metrics")->access, ACCESS_KEEPER);
    cr_assert_eq(route_find("/v1/checkpoints")->access, ACCESS_RECORDS);
    cr_assert_eq(route_find("/v1/totals")->access, ACCESS_LISTS);
    cr_assert_eq(route_find("/healthz")->access, ACCESS_OPEN);
}
