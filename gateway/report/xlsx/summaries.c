/* SPDX-License-Identifier: Apache-2.0 */
/* Sheets Summary_Processes, Summary_Products and Summary_Communication. */
#include "report/xlsx/book.h"

#include "core/mem.h"

#include <math.h>
#include <stdio.h>

#define FIRST_ROW 10
#define PRODUCTS_MAX 100

static const char *see_unit(const struct process_total *process, char *text)
{
    const char *unit = process->functional_unit ? process->functional_unit : "";
    snprintf(text, REPORT_UNIT_MAX, "tCO2e/%s", unit);
    return text;
}

static void put_specific(struct book *book, const struct process_total *process,
                         const struct report_good *good, size_t row)
{
    double direct = good->direct;
    double indirect = good->indirect;
    char unit[REPORT_UNIT_MAX];
    book_number(book, "I", row, report_round(direct, 5));
    book_number(book, "J", row, report_round(indirect, 5));
    book_number(book, "K", row, report_round(direct + indirect, 5));
    book_text(book, "L", row, see_unit(process, unit));
}

/* Sector parameters, in the template's order; contents in percent. */
static const struct {
    const char *column, *name, *label;
    double scale;
} parameters[] = {
    {"P", "reducing_agent", "Reducing agent", 1},
    {"Q", "steel_mill_number", "Steel mill number", 1},
    {"R", "manganese", "% Mn", 100},
    {"S", "chromium", "% Cr", 100},
    {"T", "nickel", "% Ni", 100},
    {"U", "other_alloys", "% other alloys", 100},
    {"V", "carbon", "% C", 100},
    {"W", "scrap_ratio", "t scrap/t", 1},
    {"X", "pre_consumer_scrap", "% pre-consumer scrap", 100},
    {"Y", "clinker_ratio", "% clinker", 100},
    {"Z", "purity", "% urea", 100},
    {"AA", "concentration", "% concentration", 100},
    {"AB", "nitrogen", "% N", 100},
    {"AC", "nitrogen_ammonium", "% N as ammonium", 100},
    {"AD", "nitrogen_nitrate", "% N as nitrate", 100},
    {"AE", "nitrogen_urea", "% N as urea", 100},
    {"AF", "nitrogen_organic", "% N in other organic forms", 100},
    {"AG", "other_elements", "% other elements", 100},
};

static void put_parameters(struct book *book, const struct product_total *product,
                           size_t row)
{
    for (size_t i = 0; i < sizeof parameters / sizeof parameters[0]; i++) {
        const struct parameter_total *parameter =
            report_parameter(product, parameters[i].name);
        if (parameter && parameter->word) {
            book_text(book, parameters[i].column, row, parameter->word);
        } else if (parameter) {
            book_number(book, parameters[i].column, row,
                        report_factor_value(&parameter->number) * parameters[i].scale);
        }
    }
}

/* One row; `product` is NULL where the process tells of no goods. */
static void put_product(struct book *book, const struct process_total *process,
                        const struct report_good *good,
                        const struct product_total *product, size_t row)
{
    char category[REPORT_UNIT_MAX];
    double level = figure_value(&process->activity);
    double power = figure_value(&process->electricity);
    bool named = product && product->id[0];
    book_text(book, "D", row, xlsx_name(process->name, process->id));
    book_text(book, "E", row, xlsx_category(process->category, category));
    book_text(book, "F", row, named ? product->cn : process->cn);
    book_text(book, "H", row,
              named ? xlsx_name(product->name, product->id)
                    : xlsx_name(process->name, process->id));
    put_specific(book, process, good, row);
    book_text(book, "N", row, xlsx_electricity_source(process));
    if (report_has_precursors(process)) {
        book_number(book, "M", row, good->by_default / good->direct);
        book_number(book, "O", row, good->electricity);
    } else {
        book_number(book, "O", row, level > 0 ? power / level : (double)NAN);
    }
    if (product) {
        put_parameters(book, product, row);
    }
}

static void write_labels(struct book *book, const char *const *labels)
{
    for (char column = 'D'; *labels; column++, labels++) {
        const char name[2] = {column, '\0'};
        book_label(book, name, FIRST_ROW - 1, *labels);
    }
}

static void write_products(struct book *book, const struct report *report,
                           const struct report_good *goods)
{
    static const char *const labels[] = {"Process",
                                         "Category",
                                         "CN code",
                                         "CN name",
                                         "Product name",
                                         "SEE",
                                         "SEE indirect",
                                         "SEE total",
                                         "Unit",
                                         "Default share",
                                         "Source of the electricity factor",
                                         "Embedded electricity, MWh",
                                         NULL};
    write_labels(book, labels);
    for (size_t i = 0; i < sizeof parameters / sizeof parameters[0]; i++) {
        book_label(book, parameters[i].column, FIRST_ROW - 1, parameters[i].label);
    }
    size_t row = FIRST_ROW;
    for (size_t i = 0; i < report->process_count; i++) {
        const struct process_total *process = &report->processes[i];
        size_t count = process->product_count ? process->product_count : 1;
        for (size_t p = 0; p < count && row < FIRST_ROW + PRODUCTS_MAX; p++) {
            put_product(book, process, &goods[i],
                        process->product_count ? &process->products[p] : NULL, row++);
        }
    }
}

static void write_processes(struct book *book, const struct report *report,
                            const struct report_good *goods)
{
    static const char *const labels[] = {"Process",
                                         "Category",
                                         "Route",
                                         "Activity level",
                                         "Unit",
                                         "SEE direct",
                                         "SEE indirect",
                                         "SEE total",
                                         "Unit",
                                         "Attributed direct, t CO2e",
                                         "Attributed indirect, t CO2e",
                                         NULL};
    write_labels(book, labels);
    for (size_t i = 0; i < report->process_count; i++) {
        const struct process_total *process = &report->processes[i];
        size_t row = FIRST_ROW + i;
        char category[REPORT_UNIT_MAX];
        bool floored = false;
        book_text(book, "D", row, xlsx_name(process->name, process->id));
        book_text(book, "E", row, xlsx_category(process->category, category));
        book_text(book, "F", row, process->route);
        book_number(book, "G", row, figure_value(&process->activity));
        book_text(book, "H", row, process->functional_unit);
        put_specific(book, process, &goods[i], row);
        book_number(book, "M", row, report_round(report_direct(process, &floored), 0));
        book_number(book, "N", row, report_round(report_indirect(process), 0));
    }
}

void xlsx_summaries(struct book *book, const struct report *report)
{
    struct report_good *goods = report_goods_new(report);
    book_sheet(book, "Summary_Processes");
    write_processes(book, report, goods);
    book_sheet(book, "Summary_Products");
    write_products(book, report, goods);
    book_sheet(book, "Summary_Communication");
    write_products(book, report, goods);
    mem_free(&goods);
}
