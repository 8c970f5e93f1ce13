/* SPDX-License-Identifier: Apache-2.0 */
/* What a sheet has at which cell. */
#include "report/report_private.h"
#include "workbook.h"

static const struct report_outline nothing = {.identity = {.country = "PK"}};

static void consume(struct precursor_total *precursor, double tonnes, double direct,
                    double by_default)
{
    figure_add(&precursor->consumed, tonnes);
    figure_add(&precursor->direct, direct);
    figure_add(&precursor->by_default, by_default);
    figure_add(&precursor->indirect, 3);
    figure_add(&precursor->electricity, 12);
}

static struct stream_total *stream_of(struct report *report, const char *process,
                                      const char *stream)
{
    return report_stream(report_process(report, process), &report->pool, stream);
}

Test(xlsx_precursors, bought_ones_have_a_block_with_quantity_use_and_values)
{
    struct report *report = report_new(&nothing, 0, 1);
    struct workbook book;
    struct precursor_total scrap = {
        .category = "crude_steel", .origin = "IN", .unit = "t"};
    struct precursor_total alloy = {.category = "femn", .unit = "t"};
    consume(&scrap, 4, 8, 0);
    consume(&alloy, 2, 5, 5);
    workbook_add(report, "melt", json_array());
    workbook_add(report, "roll", json_array());
    stream_of(report, "roll", "billets")->precursor = &scrap;
    stream_of(report, "melt", "alloy")->precursor = &alloy;

    workbook_of(&book, report);

    const char *sheet = "E_PurchPrec";
    workbook_expect_text(&book, sheet, "G14", "alloy");
    workbook_expect(&book, sheet, "L17", 2);
    workbook_expect(&book, sheet, "L28", 2);
    workbook_expect(&book, sheet, "L49", 2.5);
    workbook_expect_text(&book, sheet, "M49", "Default");
    workbook_expect_text(&book, sheet, "G58", "billets");
    workbook_expect(&book, sheet, "L73", 4);
    workbook_expect(&book, sheet, "L94", 3);
    workbook_expect(&book, sheet, "L95", 0.25);
    workbook_expect_text(&book, sheet, "M93", "Measured");
    workbook_expect_text(&book, "A_InstData", "E102", "Alloys");
    workbook_expect_text(&book, "A_InstData", "F102", "PK");
    workbook_expect_text(&book, "A_InstData", "F103", "IN");
    workbook_done(&book);
    report_free(&report);
}

Test(xlsx_precursors, what_is_made_inside_is_taken_off_the_market)
{
    struct report *report = report_new(&nothing, 0, 1);
    struct workbook book;
    struct precursor_total inside = {.process = "second", .unit = "t"};
    consume(&inside, 3, 0, 0);
    workbook_add(report, "first", json_array());
    workbook_add(report, "second", json_array());
    workbook_add(report, "third", json_array());
    stream_of(report, "third", "steel")->precursor = &inside;

    workbook_of(&book, report);

    workbook_expect(&book, "D_Processes", "L92", 5); /* 8 t less 3 */
    workbook_expect(&book, "D_Processes", "L98", 3); /* behind the first: the third */
    workbook_expect(&book, "D_Processes", "L27", 8);
    cr_assert_null(workbook_cell(&book, "E_PurchPrec", "L17"));
    workbook_done(&book);
    report_free(&report);
}
