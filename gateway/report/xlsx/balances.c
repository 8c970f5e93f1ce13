/* SPDX-License-Identifier: Apache-2.0 */
/* Sheet C_Emissions&Energy: fuel, greenhouse gases by kind and by method. */
#include "report/xlsx/book.h"

#define FUEL_ROW 14
#define GAS_ROW 24
#define METHOD_ROW 31

static void put_tonnes(struct book *book, const char *column, size_t row, double value)
{
    book_number(book, column, row, report_round(value, 0));
}

/* The figure over all processes; 0 where none has it. */
static double sum_gas(const struct report *report, size_t gas)
{
    double sum = 0;
    for (size_t i = 0; i < report->process_count; i++) {
        const struct figure *figure = &report->processes[i].gas_co2e[gas];
        sum += figure->parts > 0 ? figure_value(figure) : 0;
    }
    return sum;
}

static double fuel_of(const struct report *report)
{
    double sum = 0;
    for (size_t i = 0; i < report->process_count; i++) {
        const struct figure *figure = &report->processes[i].fuel_energy;
        sum += figure->parts > 0 ? figure_value(figure) : 0;
    }
    return sum;
}

static double biomass_of(const struct report *report)
{
    double sum = 0;
    for (size_t i = 0; i < report->process_count; i++) {
        const struct figure *figure = &report->processes[i].biomass;
        sum += figure->parts > 0 ? figure_value(figure) : 0;
    }
    return sum;
}

static void write_fuel(struct book *book, const struct report *report)
{
    double fuel = fuel_of(report);
    book_label(book, "E", FUEL_ROW, "Fuel balance");
    book_label(book, "G", FUEL_ROW, "Unit");
    book_label(book, "H", FUEL_ROW, "Total fuel input");
    book_label(book, "I", FUEL_ROW, "Direct fuel for CBAM goods");
    book_label(book, "E", FUEL_ROW + 1, "from sheet B_EmInst");
    book_label(book, "E", FUEL_ROW + 3, "Results");
    book_text(book, "G", FUEL_ROW + 1, "TJ");
    book_text(book, "G", FUEL_ROW + 3, "TJ");
    book_number(book, "H", FUEL_ROW + 1, fuel);
    book_number(book, "H", FUEL_ROW + 3, fuel);
    book_number(book, "I", FUEL_ROW + 3, fuel);
}

static void write_gases(struct book *book, const struct report *report)
{
    static const char *const labels[][2] = {
        {"E", "Installation"}, {"G", "Unit"},           {"H", "Total CO2"},
        {"I", "Biomass"},      {"J", "Total N2O"},      {"K", "Total PFC"},
        {"L", "Total direct"}, {"M", "Total indirect"}, {"N", "Total emissions"},
    };
    for (size_t i = 0; i < sizeof labels / sizeof labels[0]; i++) {
        book_label(book, labels[i][0], GAS_ROW, labels[i][1]);
    }
    double direct = report_total_direct(report);
    double indirect = report_total_indirect(report);
    double biomass = biomass_of(report);
    const size_t rows[] = {GAS_ROW + 1, GAS_ROW + 3};
    for (size_t i = 0; i < 2; i++) {
        book_text(book, "G", rows[i], "tCO2e");
        put_tonnes(book, "H", rows[i], sum_gas(report, 0));
        put_tonnes(book, "I", rows[i], biomass);
        put_tonnes(book, "J", rows[i], sum_gas(report, 1));
        put_tonnes(book, "K", rows[i], sum_gas(report, 2) + sum_gas(report, 3));
        put_tonnes(book, "L", rows[i], direct);
    }
    put_tonnes(book, "M", GAS_ROW + 2, indirect);
    put_tonnes(book, "M", GAS_ROW + 3, indirect);
    put_tonnes(book, "N", GAS_ROW + 3, direct + indirect);
}

enum kind { KIND_CALCULATED, KIND_PFC, KIND_MEASURED, KIND_COUNT };

static enum kind kind_of(const struct stream_total *stream)
{
    if (xlsx_is_pfc(stream)) {
        return KIND_PFC;
    }
    return xlsx_is_measured(stream) ? KIND_MEASURED : KIND_CALCULATED;
}

static void write_methods(struct book *book, const struct report *report)
{
    double sums[KIND_COUNT] = {0};
    for (size_t i = 0; i < report->process_count; i++) {
        const struct process_total *process = &report->processes[i];
        for (size_t s = 0; s < process->stream_count; s++) {
            const struct stream_total *stream = &process->streams[s];
            if (stream->term == TERM_DIRECT && stream->method) {
                sums[kind_of(stream)] += figure_value(&stream->co2e);
            }
        }
    }
    book_label(book, "H", METHOD_ROW, "Calculation-based, without PFC");
    book_label(book, "I", METHOD_ROW, "Total PFC");
    book_label(book, "J", METHOD_ROW, "Measurement-based");
    book_text(book, "G", METHOD_ROW + 1, "tCO2e");
    put_tonnes(book, "H", METHOD_ROW + 1, sums[KIND_CALCULATED]);
    put_tonnes(book, "I", METHOD_ROW + 1, sums[KIND_PFC]);
    put_tonnes(book, "J", METHOD_ROW + 1, sums[KIND_MEASURED]);
}

void xlsx_balances(struct book *book, const struct report *report)
{
    book_sheet(book, "C_Emissions&Energy");
    write_fuel(book, report);
    write_gases(book, report);
    write_methods(book, report);
}
