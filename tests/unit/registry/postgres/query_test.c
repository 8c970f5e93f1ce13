/* SPDX-License-Identifier: Apache-2.0 */
#include "stage.h"

#include <criterion/criterion.h>
#include <stdlib.h>

struct seen {
    int count;
    int64_t latest, start_ns;
};

static void see(void *ctx, const struct stored_summary *summary)
{
    struct seen *seen = ctx;
    seen->count++;
    seen->latest += summary->latest ? 1 : 0;
    seen->start_ns = summary->start_ns;
    cr_assert_str_eq(summary->process, "clinker");
    cr_assert_eq(summary->amounts.value[AMOUNT_DIRECT], 100.5);
    cr_assert_not(summary->amounts.known[AMOUNT_FUEL]);
}

static enum err ask(void *ctx, const struct store_driver *driver, struct store *store,
                    struct ledger *ledger, struct error *e)
{
    (void)ledger;
    struct summary_query query = {.process = 1,
                                  .from_ns = ENVELOPE_START + ENVELOPE_HOUR,
                                  .to_ns = INT64_MAX,
                                  .after_start_ns = INT64_MIN,
                                  .limit = 2};
    return driver->each_summary(store, &query, see, ctx, e);
}

Test(query, a_page_of_summaries_begins_and_ends_where_it_is_asked)
{
    struct stage stage;
    uint8_t key[32];
    struct error e = {0};
    struct seen seen = {0};
    if (!getenv("EMGATE_TEST_POSTGRES")) {
        cr_skip_test("no PostgreSQL");
    }
    stage_init(&stage);
    for (int i = 0; i < 5; i++) {
        struct envelope_facts facts = ENVELOPE_FACTS;
        facts.start_ns += i * ENVELOPE_HOUR;
        facts.end_ns += i * ENVELOPE_HOUR;
        stage_put(&stage, &facts, key);
    }
    cr_assert_eq(intake_ask(stage.intake, ask, &seen, &e), ERR_OK, "%s", e.text);
    cr_assert_eq(seen.count, 2);
    cr_assert_eq(seen.latest, 2);
    cr_assert_eq(seen.start_ns, ENVELOPE_START + 2 * ENVELOPE_HOUR);
    stage_deinit(&stage);
}
