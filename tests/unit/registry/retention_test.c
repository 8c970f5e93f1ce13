/* SPDX-License-Identifier: Apache-2.0 */
#include "registry/retention.h"

#include "core/timetext.h"
#include "stage.h"

#include <criterion/criterion.h>

#define YEARS 6

static int64_t ns_of(const char *text)
{
    int64_t ns = 0;
    bool zoned = false;
    cr_assert(time_parse_iso(bytes_of(text), &ns, &zoned), "%s", text);
    return ns;
}

static struct judgement put(struct stage *stage, const char *start, uint8_t key[32])
{
    struct envelope_facts facts = ENVELOPE_FACTS;
    facts.start_ns = ns_of(start);
    facts.end_ns = facts.start_ns + ENVELOPE_HOUR;
    return stage_put(stage, &facts, key);
}

/* Three hours of 2015, the last one in Karachi's 2016, and one of 2016. */
static void stage_fill(struct stage *stage)
{
    static const char *const starts[] = {"2015-03-01T00:00:00Z", "2015-12-31T18:00:00Z",
                                         "2015-12-31T19:00:00Z", "2016-06-01T00:00:00Z"};
    uint8_t key[32];
    stage_init(stage);
    stage->now_ns = ns_of("2016-07-01T00:00:00Z");
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
        cr_assert_eq(put(stage, starts[i], key).verdict, VERDICT_STORED);
    }
}

static void take_entry(void *ctx, const struct retention_entry *entry)
{
    struct retention_entry *taken = ctx;
    *taken = *entry;
}

static struct retention_entry entry_of(struct stage *stage)
{
    struct error e = {0};
    struct retention_entry entry = {0};
    cr_assert_eq(retention_each(stage->intake, YEARS, NULL, take_entry, &entry, &e),
                 ERR_OK, "%s", e.text);
    return entry;
}

static int64_t apply(struct stage *stage, const char *now, int64_t limit)
{
    struct error e = {0};
    struct retention_entry entry;
    int64_t deleted = 0;
    stage->now_ns = ns_of(now);
    cr_assert_eq(
        retention_apply(stage->intake, YEARS, stage->now_ns, limit, &entry, &deleted, &e),
        ERR_OK, "%s", e.text);
    return deleted;
}

static void mark(struct stage *stage, enum retention_mark what, int year, const char *at)
{
    struct error e = {0};
    struct retention_marking marking = {.mark = what,
                                        .installation = "PK-CEM-0001",
                                        .year = year,
                                        .words = "under verification",
                                        .at_ns = at ? ns_of(at) : 0};
    cr_assert_eq(retention_put(stage->intake, &marking, &e), ERR_OK, "%s", e.text);
}

Test(retention, a_year_goes_when_it_is_due_and_no_hour_of_the_next)
{
    struct stage stage;
    stage_fill(&stage);
    cr_expect_eq(entry_of(&stage).year, 2015);
    cr_expect_eq(entry_of(&stage).due_ns, ns_of("2021-12-31T19:00:00Z"));
    cr_expect_eq(apply(&stage, "2021-12-31T18:59:59Z", 100), 0);
    cr_expect_eq(apply(&stage, "2021-12-31T19:00:00Z", 1), 1);
    cr_expect_eq(entry_of(&stage).year, 2015); /* not yet through */
    cr_expect_eq(apply(&stage, "2021-12-31T19:00:00Z", 100), 1);
    cr_expect_eq(entry_of(&stage).year, 2016);
    cr_expect_eq(apply(&stage, "2021-12-31T19:00:00Z", 100), 0);
    cr_expect_eq(apply(&stage, "2023-01-01T00:00:00Z", 100), 2);
    cr_expect_eq(stage_total(&stage, PERIOD_YEAR).windows, 2); /* sums stay */
    stage_deinit(&stage);
}

Test(retention, what_was_deleted_does_not_come_in_again)
{
    struct stage stage;
    uint8_t key[32];
    stage_fill(&stage);
    cr_assert_eq(apply(&stage, "2022-06-01T00:00:00Z", 100), 2);
    struct judgement again = put(&stage, "2015-03-01T00:00:00Z", key);
    cr_expect_eq(again.verdict, VERDICT_REFUSED);
    cr_expect_eq(strncmp(again.reason, "retention: ", 11), 0, "%s", again.reason);
    cr_expect_eq(put(&stage, "2015-12-31T19:00:00Z", key).verdict, VERDICT_STORED);
    cr_expect_eq(stage_total(&stage, PERIOD_YEAR).windows, 2);
    stage_deinit(&stage);
}

Test(retention, a_hold_keeps_its_year_until_it_is_released)
{
    struct stage stage;
    struct error e = {0};
    stage_fill(&stage);
    mark(&stage, RETENTION_HOLD, 2015, NULL);
    cr_expect(entry_of(&stage).held);
    cr_expect_str_eq(entry_of(&stage).why, "under verification");
    cr_expect_eq(apply(&stage, "2040-01-01T00:00:00Z", 100), 0);
    cr_assert_eq(retention_release(stage.intake, "PK-CEM-0001", 2015, &e), ERR_OK);
    cr_expect_eq(apply(&stage, "2040-01-01T00:00:00Z", 100), 2);
    stage_deinit(&stage);
}

Test(retention, the_longest_rule_holds)
{
    struct stage stage;
    stage_fill(&stage);
    mark(&stage, RETENTION_VERIFIED, 2015, "2017-05-01T00:00:00Z");
    cr_expect_str_eq(entry_of(&stage).rule, "operator");
    mark(&stage, RETENTION_VERIFIED, 2015, "2020-02-29T00:00:00Z");
    cr_expect_str_eq(entry_of(&stage).rule, "verification");
    cr_expect_eq(entry_of(&stage).due_ns, ns_of("2024-02-28T00:00:00Z"));
    mark(&stage, RETENTION_DECLARED, 2015, "2020-09-30T00:00:00Z");
    cr_expect_str_eq(entry_of(&stage).rule, "declaration");
    cr_expect_eq(entry_of(&stage).due_ns, ns_of("2025-01-01T00:00:00Z"));
    cr_expect_eq(apply(&stage, "2024-12-31T23:59:59Z", 100), 0);
    cr_expect_eq(apply(&stage, "2025-01-01T00:00:00Z", 100), 2);
    stage_deinit(&stage);
}

Test(retention, years_without_any_are_passed_over)
{
    struct stage stage;
    uint8_t key[32];
    stage_init(&stage);
    stage.now_ns = ns_of("2016-01-01T00:00:00Z");
    cr_assert_eq(put(&stage, "2010-03-01T00:00:00Z", key).verdict, VERDICT_STORED);
    cr_assert_eq(put(&stage, "2014-03-01T00:00:00Z", key).verdict, VERDICT_STORED);
    cr_expect_eq(apply(&stage, "2030-01-01T00:00:00Z", 100), 1);
    cr_expect_eq(apply(&stage, "2030-01-01T00:00:00Z", 100), 1);
    cr_expect_eq(apply(&stage, "2030-01-01T00:00:00Z", 100), 0);
    cr_expect_eq(entry_of(&stage).year, 2024);
    stage_deinit(&stage);
}
