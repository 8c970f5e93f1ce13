/* SPDX-License-Identifier: Apache-2.0 */
#include "registry/admit.h"

#include "service_stage.h"

#include <criterion/criterion.h>
#include <stdlib.h>

Test(admit, lets_in_who_is_enrolled_and_shows_the_token)
{
    static const struct {
        const char *name, *authorization;
        int status;
    } cases[] = {{"cement-01", "Bearer of-cement", 0},
                 {"nobody", "Bearer of-cement", 403},
                 {"cement-01", NULL, 401},
                 {"cement-01", "of-cement", 401},
                 {"cement-01", "Bearer of-steel", 401}};
    struct service_stage s;
    service_stage_init(&s);
    setenv("EMGATE_TEST_TOKEN", "of-cement", 1);
    s.stage.gateway.token = (struct secret){SECRET_ENVIRONMENT, "EMGATE_TEST_TOKEN"};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct question question = {.authorization = cases[i].authorization};
        struct sender sender;

        bool in = admit(&s.service, &question, cases[i].name, &sender, &s.answer);

        cr_assert_eq(in, cases[i].status == 0, "%zu", i);
        if (in) {
            cr_assert_eq(sender.keys.count, 1);
        } else {
            cr_assert_eq(s.answer.status, cases[i].status, "%zu", i);
        }
    }
    service_stage_deinit(&s);
}

Test(admit, lets_in_by_the_named_certificate_only)
{
    static const struct {
        const char *shown;
        bool in;
    } cases[] = {{"g1", true}, {"g2", false}, {NULL, false}, {"", false}};
    struct service_stage s;
    service_stage_init(&s);
    s.stage.gateway.certificate = "g1";
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct question question = {.certificate = cases[i].shown};
        struct sender sender;
        bool in = admit(&s.service, &question, "cement-01", &sender, &s.answer);
        cr_assert_eq(in, cases[i].in, "%zu", i);
        cr_assert(in || s.answer.status == 401);
    }
    service_stage_deinit(&s);
}
