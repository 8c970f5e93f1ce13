/* SPDX-License-Identifier: Apache-2.0 */
#include "service_stage.h"

#include <criterion/criterion.h>

#define NONE ((struct bytes){0})

static void put(struct service_stage *s, struct envelope_facts *facts, uint8_t key[32])
{
    struct judgement judged = stage_put(&s->stage, facts, key);
    cr_assert_eq(judged.verdict, VERDICT_STORED, "%s", judged.reason);
}

static void ask(struct service_stage *s, const char *group)
{
    s->group = group;
    cr_assert_eq(service_ask(s, api_rollups, "", NONE), 200);
}

Test(api_rollup, adds_up_over_processes_and_follows_revisions_and_names)
{
    struct service_stage s;
    uint8_t key[32];
    uint8_t later[32];
    service_stage_init(&s);
    struct envelope_facts clinker = ENVELOPE_FACTS;
    clinker.country = "PK";
    clinker.sector = "cement";
    clinker.category = "clinker";
    struct envelope_facts steel = clinker;
    steel.process = "furnace";
    steel.sector = "steel";
    steel.category = "crude_steel";
    steel.direct = 7;
    put(&s, &clinker, key);
    put(&s, &steel, later);
    ask(&s, "country");
    cr_assert(service_said(&s, "\"name\":\"PK\",\"label\":\"2026\""));
    cr_assert(service_said(&s, "\"direct_t\":107.5"));
    ask(&s, "installation");
    cr_assert(service_said(&s, "\"direct_t\":107.5"));

    clinker.revision = 1;
    clinker.supersedes = key;
    clinker.direct = 1;
    clinker.category = "cement";
    put(&s, &clinker, later);

    ask(&s, "category");
    cr_assert(service_said(&s, "\"name\":\"cement\",\"label\":\"2026\",\"unit\":\"t\","
                               "\"windows\":1,\"complete_windows\":1,\"direct_t\":1,"));
    cr_assert_not(service_said(&s, "\"clinker\""));
    ask(&s, "operator");
    cr_assert(service_said(&s, "\"direct_t\":8,"));
    service_stage_deinit(&s);
}

Test(api_rollup, goes_on_where_the_page_before_ended)
{
    struct service_stage s;
    uint8_t key[32];
    service_stage_init(&s);
    struct envelope_facts facts = ENVELOPE_FACTS;
    facts.sector = "b";
    put(&s, &facts, key);
    facts.process = "other";
    facts.sector = "a";
    put(&s, &facts, key);

    s.limit = "1";
    ask(&s, "country");
    ask(&s, "sector");
    cr_assert(service_said(&s, "\"name\":\"b\"") || service_said(&s, "\"name\":\"a\""));
    service_stage_deinit(&s);
}

Test(api_rollup, a_group_that_is_none_is_refused)
{
    struct service_stage s;
    service_stage_init(&s);
    s.group = "planet";
    cr_assert_eq(service_ask(&s, api_rollups, "", NONE), 400);
    s.group = NULL;
    s.after = "x";
    cr_assert_eq(service_ask(&s, api_rollups, "", NONE), 400);
    service_stage_deinit(&s);
}
