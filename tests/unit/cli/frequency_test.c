/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/frequency.h"

#include "core/clock.h"
#include "methods/method.h"

#include <criterion/criterion.h>
#include <math.h>

#define DAY_NS (24 * NS_PER_HOUR)
#define START_NS (INT64_C(1767225600) * NS_PER_S) /* 2026-01-01 */

struct rig {
    struct plan_point point;
    struct plan_factor factors[2];
    struct plan_input inputs[2];
    struct plan_stream stream;
    struct plan_process process;
    struct plan plan;
    struct frequency found;
    size_t told;
    struct findings findings;
};

/* Coal with two values: the first half of the year and what is behind it. */
static void make(struct rig *rig, int64_t first, int64_t second)
{
    *rig = (struct rig){.point = {.id = "coal"}};
    int64_t middle_ns = START_NS + 180 * DAY_NS;
    rig->factors[0] = (struct plan_factor){.value = 25,
                                           .from_ns = START_NS,
                                           .to_ns = middle_ns,
                                           .material = MATERIAL_COAL,
                                           .analyses = first,
                                           .scatter = 0.004};
    rig->factors[1] = rig->factors[0];
    rig->factors[1].from_ns = middle_ns;
    rig->factors[1].to_ns = INT64_MAX;
    rig->factors[1].analyses = second;
    rig->inputs[0] = (struct plan_input){.method_input = 0, .point = &rig->point};
    rig->inputs[1] = (struct plan_input){
        .method_input = 1, .factors = rig->factors, .factor_count = 2};
    rig->stream = (struct plan_stream){.id = "coal",
                                       .method = &method_combustion,
                                       .inputs = rig->inputs,
                                       .input_count = 2};
    rig->process =
        (struct plan_process){.id = "kiln", .streams = &rig->stream, .stream_count = 1};
    rig->plan = (struct plan){.processes = &rig->process, .process_count = 1};
}

static void keep(void *ctx, const struct frequency *frequency)
{
    struct rig *rig = ctx;
    rig->found = *frequency;
    rig->told++;
}

static void count(void *ctx, const struct finding *finding)
{
    struct rig *rig = ctx;
    (void)finding;
    rig->told++;
}

Test(frequency, values_that_hold_in_the_period_are_counted)
{
    struct rig rig;
    make(&rig, 2, 3);

    frequency_watch(&rig.plan, START_NS, START_NS + 365 * DAY_NS, NULL, keep, &rig);
    cr_assert_eq(rig.told, 1);
    cr_assert_str_eq(rig.found.input, "ncv");
    cr_assert_eq(rig.found.made, 5);
    cr_assert_eq(rig.found.required, 6);
    cr_assert_not(frequency_good(&rig.found));

    frequency_watch(&rig.plan, START_NS, START_NS + 90 * DAY_NS, NULL, keep, &rig);
    cr_assert_eq(rig.found.made, 2);
    cr_assert_eq(rig.found.required, 2);
    cr_assert(frequency_good(&rig.found));
}

Test(frequency, the_quantity_used_asks_for_more)
{
    struct rig rig;
    make(&rig, 4, 4);
    const struct report_outline outline = {0};
    struct report *report = report_new(&outline, START_NS, START_NS + 365 * DAY_NS);
    json_t *summary = json_pack(
        "{s:s, s:[{s:s, s:s, s:s, s:{s:f}, s:[{s:s, s:s, s:{s:f, s:s}}]}]}", "process",
        "kiln", "streams", "id", "coal", "method", "combustion", "term", "direct", "co2e",
        "value", 4e5, "inputs", "name", "fuel_quantity", "origin", "point:coal",
        "quantity", "value", 170000.0, "unit", "t");
    cr_assert(report_add(report, summary));

    frequency_watch(&rig.plan, START_NS, START_NS + 365 * DAY_NS, report, keep, &rig);

    cr_assert_eq(rig.found.quantity, 170000);
    cr_assert_eq(rig.found.required, 9);
    cr_assert_not(frequency_good(&rig.found));
    json_decref(summary);
    report_free(&report);
}

Test(frequency, the_rule_of_one_third_needs_the_activity_datas_uncertainty)
{
    struct rig rig;
    make(&rig, 1, 1);
    rig.point.uncertainty = 0.012;

    frequency_watch(&rig.plan, INT64_MIN, INT64_MAX, NULL, keep, &rig);
    cr_assert(rig.found.one_third);
    cr_assert(frequency_good(&rig.found));

    rig.point.uncertainty = 0.011;
    frequency_watch(&rig.plan, INT64_MIN, INT64_MAX, NULL, keep, &rig);
    cr_assert_not(rig.found.one_third);
}

Test(frequency, too_few_are_a_warning_of_check)
{
    struct rig rig;
    make(&rig, 2, 3);
    rig.findings = (struct findings){.tell = count, .ctx = &rig};

    frequency_findings(&rig.plan, &rig.findings);

    cr_assert_eq(rig.findings.counts[FINDING_WARN], 1);
    cr_assert_eq(rig.told, 1);
}

Test(frequency, values_of_tables_are_not_watched)
{
    struct rig rig;
    make(&rig, 0, 0);
    rig.factors[0].material = MATERIAL_NONE;
    rig.factors[1].material = MATERIAL_NONE;

    frequency_watch(&rig.plan, INT64_MIN, INT64_MAX, NULL, keep, &rig);

    cr_assert_eq(rig.told, 0);
}
