/* SPDX-License-Identifier: Apache-2.0 */
/* The kind of point proposed, by unit, name and how the values went. */
#include "cli/discover_private.h"

#include "units/units.h"

#include <criterion/criterion.h>

static char *text(const char *literal)
{
    return (char *)(uintptr_t)literal; /* propose() only reads */
}

static struct proposal propose_for(const char *metric, const char *unit, bool rises,
                                   bool falls)
{
    struct units *units = NULL;
    struct error e;
    struct seen_point point = {.device = text("d"),
                               .metric = text(metric),
                               .unit = text(unit),
                               .number = true,
                               .rises = rises,
                               .falls = falls};
    cr_assert_eq(units_open(&units, &e), ERR_OK, "%s", e.text);
    struct proposal proposal = propose(units, &point);
    units_close(&units);
    return proposal;
}

Test(discover_kind, the_unit_says_most)
{
    static const struct {
        const char *metric, *unit;
        bool rises, falls;
        enum point_kind kind;
    } list[] = {
        {"flow", "t/h", true, true, POINT_RATE},
        {"power", "kW", false, false, POINT_RATE},
        {"gas", "Nm3/h", false, false, POINT_RATE},
        {"energy", "kWh", true, false, POINT_COUNTER},
        {"weight", "t", false, true, POINT_AMOUNT},
        {"silo_content", "t", false, true, POINT_LEVEL},
        {"temp", "degC", true, false, POINT_GAUGE},
        {"o2", "%", false, false, POINT_GAUGE},
        {"Total_Starts", "", true, false, POINT_COUNTER},
        {"total", "", false, true, POINT_GAUGE},
        {"kiln_running", "", false, false, POINT_STATE},
    };
    for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
        struct proposal got =
            propose_for(list[i].metric, list[i].unit, list[i].rises, list[i].falls);
        cr_expect_eq(got.kind, list[i].kind, "%s in '%s': %s", list[i].metric,
                     list[i].unit, got.why);
        cr_expect(got.why[0]);
    }
}

Test(discover_kind, a_unit_that_is_none_is_left_to_people)
{
    struct proposal got = propose_for("signal", "dBm", false, false);
    cr_assert(got.unit_unknown);
    cr_assert_str_eq(got.unit, "1");
    got = propose_for("energy_kwh", "", true, false);
    cr_assert(got.unit_named && !got.unit_unknown);
    cr_assert_str_eq(got.unit, "kWh");
    cr_assert_eq(got.kind, POINT_COUNTER);
    got = propose_for("kwh", "", true, false);
    cr_assert_not(got.unit_named);
}

Test(discover_kind, true_and_false_are_a_state)
{
    struct seen_point point = {.metric = text("x"), .unit = text(""), .truth = true};
    cr_assert_eq(propose(NULL, &point).kind, POINT_STATE);
}
