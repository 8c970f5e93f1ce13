/* SPDX-License-Identifier: Apache-2.0 */
#include "registry/retain.h"

#include "service_stage.h"

#include <criterion/criterion.h>

#define YEAR_NS (366 * 24 * ENVELOPE_HOUR)

static int64_t stored(struct service_stage *s)
{
    cr_assert_eq(service_ask(s, api_summaries, "", (struct bytes){0}), 200);
    return service_said(s, "\"key\"") ? 1 : 0;
}

Test(retain, deletes_by_itself_only_where_it_is_said)
{
    struct service_stage s;
    struct retain retain = {0};
    struct envelope_facts facts = ENVELOPE_FACTS;
    uint8_t key[32];
    service_stage_init(&s);
    s.settings.retention_years = 6;
    cr_assert_eq(stage_put(&s.stage, &facts, key).verdict, VERDICT_STORED);
    s.stage.now_ns = ENVELOPE_START + 5 * YEAR_NS;
    s.settings.retention_delete = true;
    retain_tend(&retain, &s.service);
    cr_expect_eq(stored(&s), 1); /* not due */
    s.stage.now_ns = ENVELOPE_START + 8 * YEAR_NS;
    s.settings.retention_delete = false;
    retain_tend(&retain, &s.service);
    cr_expect_eq(stored(&s), 1);
    s.settings.retention_delete = true;
    retain_tend(&retain, &s.service);
    cr_expect_eq(stored(&s), 0);
    service_stage_deinit(&s);
}

Test(retain, by_command_all_at_once)
{
    struct service_stage s;
    struct error e = {0};
    struct envelope_facts facts = ENVELOPE_FACTS;
    uint8_t key[32];
    service_stage_init(&s);
    s.settings.retention_years = 6;
    cr_assert_eq(stage_put(&s.stage, &facts, key).verdict, VERDICT_STORED);
    s.stage.now_ns = ENVELOPE_START + 8 * YEAR_NS;
    cr_assert_eq(retain_print(&s.service, &e), ERR_OK);
    cr_expect_eq(stored(&s), 1);
    cr_assert_eq(retain_delete(&s.service, &e), ERR_OK, "%s", e.text);
    cr_expect_eq(stored(&s), 0);
    service_stage_deinit(&s);
}
