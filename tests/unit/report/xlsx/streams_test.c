/* SPDX-License-Identifier: Apache-2.0 */
/* What a sheet has at which cell. */
#include "workbook.h"

#define SHEET "B_EmInst"

struct given {
    const char *name;
    double value;
    const char *unit, *origin;
};

static const struct report_outline nothing = {.window_ns = INT64_C(3600000000000)};

/* Adds a window with one stream; the inputs end in {0}. */
static void add(struct report *report, const char *method, double co2e,
                const struct given *inputs)
{
    json_t *list = json_array();
    for (; inputs->name; inputs++) {
        json_array_append_new(list, json_pack("{s:s, s:{s:f, s:s}, s:s, s:s}", "name",
                                              inputs->name, "quantity", "value",
                                              inputs->value, "unit", inputs->unit,
                                              "origin", inputs->origin, "source", "lab"));
    }
    json_t *outputs = json_pack("[{s:s, s:{s:f}}]", "name",
                                strcmp(method, "cems") == 0 ? "n2o" : "other", "quantity",
                                "value", 1.0);
    json_t *streams = json_pack("[{s:s, s:s, s:s, s:{s:f}, s:o, s:o}]", "id", method,
                                "method", method, "term", "direct", "co2e", "value", co2e,
                                "inputs", list, "outputs", outputs);
    workbook_add(report, "kiln", streams);
}

Test(xlsx_streams, a_fuel_has_its_factors_in_the_templates_columns)
{
    static const struct given coal[] = {
        {"fuel_quantity", 10.5, "t", "point:coal"},
        {"ncv", 25.8, "GJ/t", "constant"},
        {"emission_factor", 94.6, "t CO2/TJ", "factor:a@1"},
        {"oxidation_factor", 0.98, "1", "constant"},
        {"biomass_fraction", 0.4, "1", "constant"},
        {"biomass_evidence", 0.75, "1", "constant"},
        {0},
    };
    struct report *report = report_new(&nothing, 0, 1);
    struct workbook book;
    add(report, "combustion", 24, coal);

    workbook_of(&book, report);

    workbook_expect_text(&book, SHEET, "D17", "Combustion");
    workbook_expect_text(&book, SHEET, "E17", "combustion");
    workbook_expect(&book, SHEET, "F17", 10.5);
    workbook_expect_text(&book, SHEET, "G17", "t");
    workbook_expect(&book, SHEET, "H17", 25.8);
    workbook_expect(&book, SHEET, "J17", 94.6);
    workbook_expect_text(&book, SHEET, "K17", "tCO2/TJ");
    workbook_expect(&book, SHEET, "N17", 98);
    workbook_expect(&book, SHEET, "R17", 30);
    workbook_expect(&book, SHEET, "T17", 10);
    workbook_expect(&book, SHEET, "AU17", 24);
    workbook_done(&book);
    report_free(&report);
}

Test(xlsx_streams, a_factor_that_changed_is_the_mean_by_energy)
{
    static const struct given rich[] = {
        {"fuel_quantity", 1, "1000 Nm3", "point:gas"},
        {"ncv", 30, "GJ/1000 Nm3", "constant"},
        {"emission_factor", 50, "t CO2/TJ", "constant"},
        {0},
    };
    static const struct given lean[] = {
        {"fuel_quantity", 1, "1000 Nm3", "point:gas"},
        {"ncv", 10, "GJ/1000 Nm3", "constant"},
        {"emission_factor", 60, "t CO2/TJ", "constant"},
        {0},
    };
    struct report *report = report_new(&nothing, 0, 1);
    struct workbook book;
    add(report, "combustion", 1, rich);
    add(report, "combustion", 1, lean);

    workbook_of(&book, report);

    workbook_expect_text(&book, SHEET, "G17", "1000Nm3");
    workbook_expect(&book, SHEET, "H17", 20);
    workbook_expect(&book, SHEET, "J17", (30 * 50 + 10 * 60) / 40.0);
    workbook_done(&book);
    report_free(&report);
}

Test(xlsx_streams, perfluorocarbons_and_measured_stacks_have_rows_of_their_own)
{
    static const struct given pots[] = {
        {"aluminium", 100, "t", "point:metal"},
        {"frequency", 0.2, "anode effects/cell-day", "point:f"},
        {"sef_cf4", 0.143, "(kg CF4/t Al)/(min/cell-day)", "factor:p@1"},
        {"collection_efficiency", 0.95, "1", "constant"},
        {0},
    };
    static const struct given stack[] = {
        {"concentration", 2, "g/Nm3", "point:c"},
        {"flow", 5000, "Nm3", "point:v"},
        {0},
    };
    struct report *report = report_new(&nothing, 0, 1);
    struct workbook book;
    add(report, "pfc_slope", 2, pots);
    add(report, "cems", 3, stack);

    workbook_of(&book, report);

    workbook_expect_text(&book, SHEET, "D98", "Slope");
    workbook_expect(&book, SHEET, "AG98", 0.2);
    workbook_expect(&book, SHEET, "AI98", 0.143);
    workbook_expect(&book, SHEET, "AT98", 95);
    workbook_expect_text(&book, SHEET, "E113", "N2O");
    workbook_expect(&book, SHEET, "V113", 2);
    workbook_expect(&book, SHEET, "X113", 1);
    workbook_expect(&book, SHEET, "Z113", 5);
    cr_assert_null(workbook_cell(&book, SHEET, "E17"));
    workbook_done(&book);
    report_free(&report);
}
