/* SPDX-License-Identifier: Apache-2.0 */
/* What a sheet has at which cell. */
#include "workbook.h"

static const struct report_outline nothing = {0};

Test(xlsx_processes, heat_and_waste_gas_stand_with_their_direction)
{
    struct report *report = report_new(&nothing, 0, 1);
    struct workbook book;
    workbook_add(report, "first", json_array());
    json_t *heat = json_pack("{s:s, s:s, s:s, s:{s:f}, s:[{s:s, s:s, s:{s:f, s:s}}]}",
                             "id", "h", "method", "heat_emissions", "term", "heat_export",
                             "co2e", "value", 12.0, "inputs", "name", "q_consumed",
                             "origin", "point:q", "quantity", "value", 0.2, "unit", "TJ");
    json_t *gas = json_pack(
        "{s:s, s:s, s:s, s:{s:f}, s:[{s:s, s:s, s:{s:f, s:s}}, {s:s, s:s, s:{s:f, "
        "s:s}}]}",
        "id", "g", "method", "waste_gas_import", "term", "waste_gas_import", "co2e",
        "value", 5.61, "inputs", "name", "volume", "origin", "point:v", "quantity",
        "value", 40.0, "unit", "1000 Nm3", "name", "ncv", "origin", "constant",
        "quantity", "value", 2.5, "unit", "GJ/1000 Nm3");
    workbook_add(report, "second", json_pack("[o, o]", heat, gas));

    workbook_of(&book, report);

    workbook_expect_text(&book, "D_Processes", "G76", "second");
    workbook_expect(&book, "D_Processes", "L89", 8);
    workbook_expect(&book, "D_Processes", "M122", 0.2);
    workbook_expect(&book, "D_Processes", "M123", 60);
    workbook_expect(&book, "D_Processes", "L126", 0.1);
    cr_assert(json_is_true(workbook_cell(&book, "D_Processes", "K115")));
    cr_assert(json_is_false(workbook_cell(&book, "D_Processes", "K50")));
    workbook_done(&book);
    report_free(&report);
}
