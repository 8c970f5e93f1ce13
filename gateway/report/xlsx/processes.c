/* SPDX-License-Identifier: Apache-2.0 */
/* Sheet D_Processes: a block of 65 rows a process. */
#include "report/xlsx/book.h"

#include <math.h>

#define BLOCK_ROW 11
#define BLOCK_ROWS 65
#define BLOCKS_MAX 10

/* Energy of a stream in TJ, by its activity or its method's own figure. */
static double energy_of(const struct stream_total *stream)
{
    const struct input_total *activity = report_activity(stream);
    if (stream->heat.parts > 0) {
        return figure_value(&stream->heat);
    }
    if (activity && strcmp(activity->unit, "TJ") == 0) {
        return figure_value(&activity->sum);
    }
    double ncv = report_factor_value(report_input(stream, "ncv"));
    return activity ? figure_value(&activity->sum) * ncv / 1000 : (double)NAN;
}

struct carrier {
    double energy, emissions; /* TJ or MWh, t CO2e */
    bool there;
};

static struct carrier carrier_of(const struct process_total *process, int term)
{
    struct carrier sum = {0};
    for (size_t i = 0; i < process->stream_count; i++) {
        const struct stream_total *stream = &process->streams[i];
        if (stream->term == term && stream->method) {
            sum.there = true;
            sum.energy += energy_of(stream);
            sum.emissions += figure_value(&stream->co2e);
        }
    }
    return sum;
}

/* Amount at `row`, with its factor below where `factor` says so. */
static void put_carrier(struct book *book, const char *column, size_t row,
                        struct carrier carrier, bool factor)
{
    if (carrier.there) {
        book_number(book, column, row, carrier.energy);
    }
    if (carrier.there && factor && carrier.energy > 0) {
        book_number(book, column, row + 1, carrier.emissions / carrier.energy);
    }
}

static void put_exported(struct book *book, const struct process_total *process,
                         size_t row)
{
    double emissions = 0;
    double energy = 0;
    bool there = false;
    for (size_t i = 0; i < process->stream_count; i++) {
        const struct stream_total *stream = &process->streams[i];
        const struct input_total *activity = report_activity(stream);
        if (stream->term == TERM_EL_PRODUCED && activity) {
            there = true;
            energy += figure_value(&activity->sum);
            emissions += figure_value(&stream->co2e);
        }
    }
    if (there) {
        book_number(book, "L", row, energy);
        book_number(book, "L", row + 1, energy > 0 ? emissions / energy : (double)NAN);
    }
}

static void write_labels(struct book *book, size_t head)
{
    static const struct {
        size_t row;
        const char *text;
    } labels[] = {
        {5, "Production by route, functional units"},
        {13, "Total production"},
        {16, "Produced for the market"},
        {21, "Consumed by the other processes"},
        {39, "Measurable heat (K), waste gases (L)"},
        {43, "DirEm*, t CO2e"},
        {46, "Heat imported (L), exported (M), TJ"},
        {47, "Factor, t CO2/TJ"},
        {50, "Waste gas imported (L), exported (M), TJ"},
        {54, "Electricity consumed, MWh"},
        {55, "Factor, t CO2/MWh"},
        {56, "Source of the factor"},
        {60, "Electricity exported, MWh"},
        {61, "Factor, t CO2/MWh"},
    };
    for (size_t i = 0; i < sizeof labels / sizeof labels[0]; i++) {
        book_label(book, "E", head + labels[i].row, labels[i].text);
    }
}

static void write_block(struct book *book, const struct report *report, size_t index,
                        size_t head)
{
    const struct process_total *process = &report->processes[index];
    double production = figure_value(&process->activity);
    struct carrier heat_in = carrier_of(process, TERM_HEAT_IMPORT);
    struct carrier heat_out = carrier_of(process, TERM_HEAT_EXPORT);
    struct carrier gas_in = carrier_of(process, TERM_WASTE_GAS_IMPORT);
    struct carrier gas_out = carrier_of(process, TERM_WASTE_GAS_EXPORT);
    const struct figure *direct = &process->terms[TERM_DIRECT];
    write_labels(book, head);
    book_text(book, "G", head, xlsx_name(process->name, process->id));
    book_text(book, "K", head + 5, process->functional_unit);
    book_number(book, "L", head + 5, production);
    book_number(book, "L", head + 13, production);
    xlsx_uses(book, report, index, head);
    book_bool(book, "K", head + 39, heat_in.there || heat_out.there);
    book_bool(book, "L", head + 39, gas_in.there || gas_out.there);
    book_number(book, "L", head + 43,
                direct->parts + direct->lacking > 0 ? figure_value(direct) : 0);
    put_carrier(book, "L", head + 46, heat_in, true);
    put_carrier(book, "M", head + 46, heat_out, true);
    put_carrier(book, "L", head + 50, gas_in, false);
    put_carrier(book, "M", head + 50, gas_out, false);
    book_number(book, "L", head + 54, figure_value(&process->electricity));
    book_number(book, "L", head + 55, xlsx_electricity_factor(process));
    book_text(book, "L", head + 56, xlsx_electricity_source(process));
    put_exported(book, process, head + 60);
}

void xlsx_processes(struct book *book, const struct report *report)
{
    book_sheet(book, "D_Processes");
    for (size_t i = 0; i < report->process_count && i < BLOCKS_MAX; i++) {
        write_block(book, report, i, BLOCK_ROW + i * BLOCK_ROWS);
    }
}
