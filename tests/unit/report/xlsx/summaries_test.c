/* SPDX-License-Identifier: Apache-2.0 */
/* What a sheet has at which cell. */
#include "report_rig.h"
#include "workbook.h"

Test(xlsx_summaries, specific_emissions_have_five_decimals)
{
    struct report_rig rig;
    struct workbook book;
    report_rig_init(&rig);
    rig.process.cn = "2523 10 00";
    report_free(&rig.report);
    rig.report = report_new(&rig.outline, 0, 24 * NS_PER_HOUR);
    cr_assert(report_rig_add(&rig, "kiln", 2, 1, 3));

    workbook_of(&book, rig.report);

    workbook_expect_text(&book, "Summary_Products", "D10", "kiln");
    workbook_expect_text(&book, "Summary_Products", "F10", "2523 10 00");
    workbook_expect(&book, "Summary_Products", "I10", 0.66667);
    workbook_expect(&book, "Summary_Products", "J10", 0.33333);
    workbook_expect(&book, "Summary_Products", "K10", 1);
    workbook_expect_text(&book, "Summary_Communication", "L10", "tCO2e/t");
    workbook_expect(&book, "Summary_Processes", "M10", 2);
    workbook_done(&book);
    report_free(&rig.report);
}

Test(xlsx_summaries, each_good_has_a_row_with_its_parameters)
{
    struct report_rig rig;
    struct workbook book;
    report_rig_init(&rig);
    json_t *summary = json_pack(
        "{s:s, s:s, s:{s:b}, s:{s:f}, s:[{s:s, s:{s:f, s:s}, s:{s:f}}, {s:s}],"
        " s:[{s:s, s:s, s:[{s:s, s:{s:f, s:s}}, {s:s, s:s}]}, {s:s, s:s}], s:[]}",
        "process", "kiln", "window_start", "1970-01-01T05:00:00Z", "quality", "complete",
        1, "activity_level", "value", 4.0, "activity_parts", "good", "a", "quantity",
        "value", 5.0, "unit", "t", "level", "value", 4.0, "good", "b", "goods", "id", "a",
        "cn", "2523 29 00", "parameters", "name", "clinker_ratio", "quantity", "value",
        0.8, "unit", "1", "name", "reducing_agent", "text", "biogas", "id", "b", "cn",
        "2523 90 00", "streams");
    cr_assert_not_null(summary);
    cr_assert(report_add(rig.report, summary));
    json_decref(summary);

    workbook_of(&book, rig.report);

    workbook_expect_text(&book, "Summary_Products", "P9", "Reducing agent");
    workbook_expect_text(&book, "Summary_Products", "P10", "biogas");
    workbook_expect(&book, "Summary_Products", "Y10", 80);
    cr_assert_null(workbook_cell(&book, "Summary_Products", "R10"));
    workbook_expect_text(&book, "Summary_Products", "F11", "2523 90 00");
    cr_assert_null(workbook_cell(&book, "Summary_Products", "D12"));
    workbook_done(&book);
    report_free(&rig.report);
}
