/* SPDX-License-Identifier: Apache-2.0 */
#include "stage.h"

#include <criterion/criterion.h>
#include <stdlib.h>

/* Each month has a partition; the years before 2000 share one. */
Test(prepare, windows_of_every_year_find_their_place)
{
    static const int64_t hours[] = {0, 262968, 262967, 500000, 1139543, 1139544, 2000000};
    struct stage stage;
    uint8_t key[32];
    if (!getenv("EMGATE_TEST_POSTGRES")) {
        cr_skip_test("no PostgreSQL");
    }
    stage_init(&stage);
    for (size_t i = 0; i < sizeof hours / sizeof *hours; i++) {
        struct envelope_facts facts = ENVELOPE_FACTS;
        facts.start_ns = hours[i] * ENVELOPE_HOUR;
        facts.end_ns = facts.start_ns + ENVELOPE_HOUR;
        cr_assert_eq(stage_put(&stage, &facts, key).verdict, VERDICT_STORED, "%zu", i);
        cr_assert_eq(stage_put(&stage, &facts, key).verdict, VERDICT_STORED, "%zu", i);
    }
    stage_deinit(&stage);
}
