/* SPDX-License-Identifier: Apache-2.0 */
#include "registry/api_list.h"

#include "service_stage.h"

#include <criterion/criterion.h>

#define NONE ((struct bytes){0})

Test(api_list, pages_go_on_where_the_last_one_ended)
{
    struct service_stage s;
    uint8_t key[32];
    service_stage_init(&s);
    struct envelope_facts facts = ENVELOPE_FACTS;
    stage_put(&s.stage, &facts, key);
    facts.process = "cement";
    stage_put(&s.stage, &facts, key);

    s.limit = "1";
    cr_assert_eq(service_ask(&s, api_processes, "", NONE), 200);
    cr_assert(service_said(&s, "clinker") && !service_said(&s, "\"process\":\"cement\""));
    cr_assert(service_said(&s, "\"next\":\"1\""));
    s.after = "1";
    cr_assert_eq(service_ask(&s, api_processes, "", NONE), 200);
    cr_assert(service_said(&s, "\"process\":\"cement\""));
    s.after = "2";
    cr_assert_eq(service_ask(&s, api_processes, "", NONE), 200);
    cr_assert_not(service_said(&s, "next"));
    s.limit = "1001";
    cr_assert_eq(service_ask(&s, api_processes, "", NONE), 400);
    service_stage_deinit(&s);
}
