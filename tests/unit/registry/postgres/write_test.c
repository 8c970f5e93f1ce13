/* SPDX-License-Identifier: Apache-2.0 */
#include "stage.h"

#include <criterion/criterion.h>
#include <stdlib.h>

/* Two revisions in one transaction and a third in the next. */
Test(write, only_the_last_revision_is_the_latest)
{
    struct stage stage;
    uint8_t keys[3][32];
    struct arrival arrivals[3];
    struct error e = {0};
    if (!getenv("EMGATE_TEST_POSTGRES")) {
        cr_skip_test("no PostgreSQL");
    }
    stage_init(&stage);
    struct envelope_facts facts = ENVELOPE_FACTS;
    for (uint32_t i = 0; i < 3; i++) {
        facts.revision = i;
        facts.direct = 10.0 + i;
        facts.supersedes = i > 0 ? keys[i - 1] : NULL;
        struct bytes bytes = envelope_make(&facts, &stage.arena, keys[i]);
        cr_assert_eq(arrival_read(bytes, &stage.sender, &stage.scratch, &stage.kept,
                                  &arrivals[i], &e),
                     ERR_OK);
    }
    cr_assert_eq(intake_put(stage.intake, arrivals, 2, &e), ERR_OK, "%s", e.text);
    cr_assert_eq(stage_total(&stage, PERIOD_DAY).windows, 1);
    cr_assert_eq(exact_value(stage_total(&stage, PERIOD_DAY).sum[AMOUNT_DIRECT]), 11.0);
    cr_assert_eq(intake_put(stage.intake, arrivals + 2, 1, &e), ERR_OK, "%s", e.text);
    cr_assert_eq(exact_value(stage_total(&stage, PERIOD_YEAR).sum[AMOUNT_DIRECT]), 12.0);
    stage_deinit(&stage);
}
