/* SPDX-License-Identifier: Apache-2.0 */
/* What a sheet has at which cell. */
#include "report_rig.h"
#include "workbook.h"

Test(xlsx_book, the_same_report_is_the_same_file)
{
    struct report_rig rig;
    struct workbook book;
    struct error e = {0};
    char again[80];
    char command[200];
    report_rig_init(&rig);
    cr_assert(report_rig_add(&rig, "kiln", 2, 1, 3));
    workbook_of(&book, rig.report);
    snprintf(again, sizeof again, "%s-again", book.path);

    cr_assert_eq(report_write_xlsx(rig.report, again, &e), ERR_OK);

    snprintf(command, sizeof command, "cmp -s %s %s", book.path, again);
    cr_assert_eq(system(command), 0);
    unlink(again);
    workbook_done(&book);
    report_free(&rig.report);
}

Test(xlsx_book, a_place_that_can_not_be_written_is_an_error)
{
    struct report_rig rig;
    struct error e = {0};
    report_rig_init(&rig);

    cr_assert_eq(report_write_xlsx(rig.report, "/nowhere/report.xlsx", &e), ERR_SYSTEM);

    cr_assert_not_null(strstr(e.text, "/nowhere/report.xlsx"));
    report_free(&rig.report);
}
