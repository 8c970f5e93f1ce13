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
