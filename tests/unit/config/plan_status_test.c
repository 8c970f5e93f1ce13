/* SPDX-License-Identifier: Apache-2.0 */
#include "config_text.h"

#include <stdio.h>

/* The plant with settings added to the coal's rate. */
static struct plan *with_coal(const char *settings, struct problems *ret_words)
{
    char line[512];
    snprintf(line, sizeof line,
             "metric: coal, kind: rate, unit: kg/s, interval: 10s, %s}", settings);
    struct buf text =
        plant_with("metric: coal, kind: rate, unit: kg/s, interval: 10s}", line);
    struct plan *plan = plan_of((const char *)text.data, NULL, NULL, ret_words);
    buf_deinit(&text);
    return plan;
}

static void expect_problem(const char *settings, const char *words)
{
    struct problems problems;
    struct plan *plan = with_coal(settings, &problems);
    cr_assert(!plan, "%s was taken", settings);
    cr_assert(strstr((const char *)problems.text.data, words), "%s says: %s", settings,
              (const char *)problems.text.data);
    problems_deinit(&problems);
}

static struct plan *expect_good(const char *settings)
{
    struct problems problems;
    struct plan *plan = with_coal(settings, &problems);
    cr_assert(plan, "%s", (const char *)problems.text.data);
    problems_deinit(&problems);
    return plan;
}

Test(plan_status, masks_are_read_in_hexadecimal_and_decimal)
{
    struct plan *plan =
        expect_good("status: [{point: running, mask: 0x0C, equals: 4, is: calibration},"
                    " {point: running, mask: 16}, {point: running, is: maintenance}]");
    const struct plan_point *coal = plan_find_point(plan, BYTES("coal"));
    cr_assert_eq(coal->status_count, 3);
    cr_assert_eq(coal->status[0].mask, 0x0c);
    cr_assert_eq(coal->status[0].equals, 4);
    cr_assert_eq(coal->status[0].worth, WORTH_CALIBRATION);
    cr_assert_eq(&plan->points[coal->status[0].point_index], coal->status[0].point);
    cr_assert_eq(coal->status[1].equals, 16);
    cr_assert_eq(coal->status[1].worth, WORTH_BAD);
    cr_assert_eq(coal->status[2].mask, 0);
    plan_free(&plan);
}

Test(plan_status, ne_107_is_four_words)
{
    static const enum worth io_link[] = {WORTH_GOOD, WORTH_UNCERTAIN, WORTH_MAINTENANCE,
                                         WORTH_BAD};
    struct plan *plan = expect_good("status: [{point: running, ne107: io_link}]");
    const struct plan_point *coal = plan_find_point(plan, BYTES("coal"));
    cr_assert_eq(coal->status_count, 4);
    for (size_t i = 0; i < 4; i++) {
        cr_assert_eq(coal->status[i].equals, i + 1);
        cr_assert_eq(coal->status[i].worth, io_link[i]);
    }
    plan_free(&plan);
    plan = expect_good("status: [{point: running, ne107: opc_ua}]");
    coal = plan_find_point(plan, BYTES("coal"));
    cr_assert_eq(coal->status[0].worth, WORTH_BAD);
    cr_assert_eq(coal->status[3].worth, WORTH_GOOD);
    plan_free(&plan);
}

Test(plan_status, mistakes_are_told_at_their_place)
{
    expect_problem("status: [{point: runing}]", "did you mean 'running'");
    expect_problem("status: [{point: clinker}]", "must be another one, of kind state");
    expect_problem("status: [{point: running, mask: 0x}]", "a number of bits is wanted");
    expect_problem("status: [{point: running, mask: 0xZ}]", "a number of bits is wanted");
    expect_problem("status: [{point: running, mask: 0}]", "at least one bit");
    expect_problem("status: [{point: running, mask: 1, equals: 2}]", "bits that 'mask'");
    expect_problem("status: [{point: running, equals: 2}]", "either 'ne107'");
    expect_problem("status: [{point: running, ne107: io_link, mask: 1}]",
                   "either 'ne107'");
    expect_problem("status: {point: running}", "a list is wanted");
    expect_problem("frozen_while: running", "needs 'frozen_after'");
    expect_problem("frozen_after: 1m, frozen_while: hot", "of kind state");
    expect_problem("loop: [1]", "the values at 4 and at 20 mA");
    expect_problem("loop: [0, 5], assume_unit: t/h", "does not become 'mA'");
}

Test(plan_status, what_does_not_fit_the_kind_is_a_mistake)
{
    struct problems problems;
    struct buf text = plant_with("kind: counter, unit: t, interval: 10s}",
                                 "kind: counter, unit: t, interval: 10s, max_change: 3}");
    cr_assert(!plan_of((const char *)text.data, NULL, NULL, &problems));
    cr_assert(strstr((const char *)problems.text.data, "belongs to a rate or gauge"));
    problems_deinit(&problems);
    buf_deinit(&text);
    text = plant_with("kind: state, interval: 10s}",
                      "kind: state, interval: 10s, frozen_after: 1m,"
                      " status: [{point: running}]}");
    cr_assert(!plan_of((const char *)text.data, NULL, NULL, &problems));
    cr_assert(strstr((const char *)problems.text.data, "'status' belongs to"));
    cr_assert(strstr((const char *)problems.text.data, "'frozen_after' belongs to"));
    problems_deinit(&problems);
    buf_deinit(&text);
}
