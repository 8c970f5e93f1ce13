/* SPDX-License-Identifier: Apache-2.0 */
#include "registry/ledger.h"

#include "stage.h"

#include <criterion/criterion.h>

Test(ledger, the_same_again_gives_the_time_of_the_first)
{
    struct stage stage;
    uint8_t key[32];
    stage_init(&stage);
    struct envelope_facts facts = ENVELOPE_FACTS;
    stage_put(&stage, &facts, key);
    stage.now_ns = 5000;

    struct judgement again = stage_put(&stage, &facts, key);

    cr_assert_eq(again.verdict, VERDICT_STORED);
    cr_assert_eq(again.stored_ns, 1000);
    cr_assert_eq(stage_total(&stage, PERIOD_YEAR).windows, 1);
    stage_deinit(&stage);
}

/* All orders in which three revisions of one window can come. */
Test(ledger, the_latest_revision_counts_whatever_the_order)
{
    static const int orders[6][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2},
                                     {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
    for (int order = 0; order < 6; order++) {
        struct stage stage;
        stage_init(&stage);
        struct envelope_facts facts[3] = {ENVELOPE_FACTS, ENVELOPE_FACTS, ENVELOPE_FACTS};
        uint8_t keys[3][32];
        for (uint32_t i = 0; i < 3; i++) {
            facts[i].revision = i;
            facts[i].direct = 0.1 + i;
            facts[i].supersedes = i > 0 ? keys[i - 1] : NULL;
            envelope_make(&facts[i], &stage.arena, keys[i]);
        }

        for (int i = 0; i < 3; i++) {
            uint8_t key[32];
            cr_assert_eq(stage_put(&stage, &facts[orders[order][i]], key).verdict,
                         VERDICT_STORED, "order %d", order);
        }

        struct total total = stage_total(&stage, PERIOD_DAY);
        cr_assert_eq(total.windows, 1);
        cr_assert_eq(total.known[AMOUNT_DIRECT], 1);
        cr_assert_eq(exact_value(total.sum[AMOUNT_DIRECT]), 2.1);
        stage_deinit(&stage);
    }
}

Test(ledger, a_revision_that_replaces_another_summary_is_refused_in_both_orders)
{
    static const uint8_t nothing[32] = {0};
    for (int order = 0; order < 2; order++) {
        struct stage stage;
        uint8_t key[32];
        stage_init(&stage);
        struct envelope_facts facts[2] = {ENVELOPE_FACTS, ENVELOPE_FACTS};
        facts[1].revision = 1;
        facts[1].supersedes = nothing;

        cr_assert_eq(stage_put(&stage, &facts[order], key).verdict, VERDICT_STORED);
        struct judgement second = stage_put(&stage, &facts[1 - order], key);

        cr_assert_eq(second.verdict, VERDICT_REFUSED);
        cr_assert_eq(strncmp(second.reason, "supersedes: ", 12), 0);
        stage_deinit(&stage);
    }
}

Test(ledger, windows_that_touch_stand_and_windows_that_overlap_do_not)
{
    static const struct {
        int64_t from, to; /* in quarters of an hour */
        enum verdict verdict;
    } cases[] = {{4, 8, VERDICT_STORED},  {-4, 0, VERDICT_STORED},
                 {1, 3, VERDICT_REFUSED}, {-1, 1, VERDICT_REFUSED},
                 {3, 5, VERDICT_REFUSED}, {-4, 12, VERDICT_REFUSED}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct stage stage;
        uint8_t key[32];
        stage_init(&stage);
        struct envelope_facts facts = ENVELOPE_FACTS;
        stage_put(&stage, &facts, key);
        facts.start_ns = ENVELOPE_START + cases[i].from * ENVELOPE_HOUR / 4;
        facts.end_ns = ENVELOPE_START + cases[i].to * ENVELOPE_HOUR / 4;

        cr_assert_eq(stage_put(&stage, &facts, key).verdict, cases[i].verdict, "%zu", i);
        stage_deinit(&stage);
    }
}

Test(ledger, periods_are_those_of_the_zone)
{
    static const struct {
        const char *zone;
        enum period period;
        const char *label;
    } cases[] = {
        {"UTC", PERIOD_HOUR, "2026-07-15T16"},
        {"", PERIOD_DAY, "2026-07-15"},
        {"Asia/Karachi", PERIOD_HOUR, "2026-07-15T21"},
        {"Pacific/Kiritimati", PERIOD_DAY, "2026-07-16"},
        {"Asia/Karachi", PERIOD_MONTH, "2026-07"},
        {"Asia/Karachi", PERIOD_YEAR, "2026"},
    };
    struct ledger *ledger = ledger_new(&store_sqlite, NULL);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char label[PERIOD_LABEL_MAX];
        struct error e = {0};
        cr_assert_eq(ledger_label(ledger, cases[i].zone, ENVELOPE_START, cases[i].period,
                                  label, &e),
                     ERR_OK);
        cr_assert_str_eq(label, cases[i].label);
    }
    ledger_free(&ledger);
}

Test(ledger, a_zone_that_is_not_known_is_put_off)
{
    struct stage stage;
    uint8_t key[32];
    stage_init(&stage);
    struct envelope_facts facts = ENVELOPE_FACTS;
    facts.time_zone = "Mars/Olympus_Mons";

    cr_assert_eq(stage_put(&stage, &facts, key).verdict, VERDICT_LATER);
    stage_deinit(&stage);
}
