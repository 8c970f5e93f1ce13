/* SPDX-License-Identifier: Apache-2.0 */
/* What a sheet has at which cell. */
#include "workbook.h"

#include "core/clock.h"

/* 2026 in Karachi, five hours ahead. */
#define YEAR_START_NS (INT64_C(1767207600) * NS_PER_S)
#define YEAR_END_NS (INT64_C(1798743600) * NS_PER_S)

Test(xlsx_installation, the_period_has_the_days_of_the_installations_zone)
{
    const struct report_outline_process processes[] = {
        {.id = "a", .name = "Kiln", .category = "cement_clinker"},
        {.id = "b", .category = "cement_clinker"},
        {.id = "c", .category = "feni", .route = "electric"},
    };
    const struct report_outline outline = {.identity = {.name = "Works",
                                                        .country = "PK",
                                                        .telephone = "1",
                                                        .time_zone = "Asia/Karachi"},
                                           .processes = processes,
                                           .process_count = 3};
    struct report *report = report_new(&outline, YEAR_START_NS, YEAR_END_NS);
    struct workbook book;

    workbook_of(&book, report);

    const char *sheet = "A_InstData";
    workbook_expect(&book, sheet, "I9", 46023); /* 2026-01-01 */
    workbook_expect(&book, sheet, "L9", 46387); /* 2026-12-31 */
    workbook_expect_text(&book, sheet, "I20", "Works");
    workbook_expect_text(&book, sheet, "I26", "PK");
    workbook_expect_text(&book, sheet, "I32", "1");
    cr_assert_null(workbook_cell(&book, sheet, "I19"));
    workbook_expect_text(&book, sheet, "E62", "Cement clinker");
    workbook_expect_text(&book, sheet, "E63", "Alloys");
    workbook_expect_text(&book, sheet, "I63", "electric");
    workbook_expect_text(&book, sheet, "L83", "Kiln");
    workbook_expect_text(&book, sheet, "L84", "b");
    workbook_done(&book);
    report_free(&report);
}
