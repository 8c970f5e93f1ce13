/* SPDX-License-Identifier: Apache-2.0 */
/* What a sheet has at which cell. */
#include "report_rig.h"
#include "workbook.h"

Test(xlsx_balances, totals_are_whole_tonnes)
{
    struct report_rig rig;
    struct workbook book;
    report_rig_init(&rig);
    cr_assert(report_rig_add(&rig, "kiln", 10.5, 3.4, 4));

    workbook_of(&book, rig.report);

    workbook_expect(&book, "C_Emissions&Energy", "L25", 11);
    workbook_expect(&book, "C_Emissions&Energy", "M26", 3);
    workbook_expect(&book, "C_Emissions&Energy", "N27", 14);
    workbook_expect(&book, "C_Emissions&Energy", "H32", 11);
    workbook_done(&book);
    report_free(&rig.report);
}

Test(xlsx_balances, an_undetermined_total_is_an_empty_cell)
{
    struct report_rig rig;
    struct workbook book;
    report_rig_init(&rig);
    cr_assert(report_rig_add(&rig, "kiln", -2e9, 3.4, 4));

    workbook_of(&book, rig.report);

    cr_assert_null(workbook_cell(&book, "C_Emissions&Energy", "L25"));
    workbook_expect(&book, "C_Emissions&Energy", "M26", 3);
    workbook_done(&book);
    report_free(&rig.report);
}
