/* SPDX-License-Identifier: Apache-2.0 */
#include "service_stage.h"

#include <criterion/criterion.h>

#define NONE ((struct bytes){0})
#define HOURS 205 /* more than one piece */

static void put_hours(struct service_stage *s)
{
    uint8_t key[32];
    for (int i = 0; i < HOURS; i++) {
        struct envelope_facts facts = ENVELOPE_FACTS;
        facts.start_ns += i * ENVELOPE_HOUR;
        facts.end_ns += i * ENVELOPE_HOUR;
        arena_reset(&s->stage.arena);
        arena_reset(&s->stage.scratch);
        arena_reset(&s->stage.kept);
        cr_assert_eq(stage_put(&s->stage, &facts, key).verdict, VERDICT_STORED);
    }
}

static int ask(struct service_stage *s, const char *from, const char *to,
               const char *format)
{
    s->more[0][0] = "installation";
    s->more[0][1] = "PK-CEM-0001";
    s->more[1][0] = "from";
    s->more[1][1] = from;
    s->more[2][0] = "to";
    s->more[2][1] = to;
    s->more[3][0] = "format";
    s->more[3][1] = format;
    return service_ask(s, api_export, "", NONE);
}

Test(api_export, reports_every_window_of_the_period_and_no_other)
{
    struct service_stage s;
    service_stage_init(&s);
    put_hours(&s);
    cr_assert_eq(ask(&s, "2026-01-01", "2027-01-01", "json"), 200);
    cr_assert(service_said(&s, "\"exact\":24600,"));
    /* 21:00 to midnight in the installation's zone. */
    cr_assert_eq(ask(&s, "2026-07-15", "2026-07-16", NULL), 200);
    cr_assert(service_said(&s, "\"exact\":360,"));
    cr_assert_eq(ask(&s, "2026-01-01", "2027-01-01", "csv"), 200);
    cr_assert(service_said(&s, "clinker,"));
    cr_assert_str_eq(s.answer.type, "text/csv; charset=utf-8");
    service_stage_deinit(&s);
}

Test(api_export, the_goods_have_their_specific_emissions)
{
    struct service_stage s;
    service_stage_init(&s);
    put_hours(&s);
    cr_assert_eq(ask(&s, "2026-01-01", "2027-01-01", "json"), 200);
    cr_assert_eq(service_ask(&s, api_embedded, "", NONE), 200);
    cr_assert(service_said(&s, "\"installation\":\"PK-CEM-0001\""));
    cr_assert(service_said(&s, "\"identifier\":\"clinker\""));
    cr_assert(service_said(&s, "\"windows_reported\":205,"));
    cr_assert(service_said(&s, "\"specific_embedded_emissions_direct\":{\"value\":"));
    s.more[2][1] = "2026-01-01";
    cr_assert_eq(service_ask(&s, api_embedded, "", NONE), 400);
    service_stage_deinit(&s);
}

Test(api_export, says_what_it_wants)
{
    struct service_stage s;
    service_stage_init(&s);
    cr_expect_eq(ask(&s, "2026-01-01", "2027-01-01", "json"), 404);
    put_hours(&s);
    cr_expect_eq(ask(&s, "2026-01-01", NULL, "json"), 400);
    cr_expect_eq(ask(&s, "2026-01-01", "2026-01-01", "json"), 400);
    cr_expect_eq(ask(&s, "2026-01-01", "tomorrow", "json"), 400);
    cr_expect_eq(ask(&s, "2026-01-01", "2027-01-01", "xml"), 400);
    s.more[0][0] = NULL;
    cr_expect_eq(service_ask(&s, api_export, "", NONE), 400);
    service_stage_deinit(&s);
}
