/* SPDX-License-Identifier: Apache-2.0 */
/* Sheet B_EmInst: source streams, perfluorocarbons, measured stacks. */
#include "report/xlsx/book.h"

#include "core/clock.h"

#include <math.h>
#include <stdio.h>

#define STREAM_ROW 17
#define STREAM_ROWS 75
#define PFC_ROW 98
#define PFC_ROWS 10
#define MEASURED_ROW 113
#define MEASURED_ROWS 10

/* "t CO2/1000 Nm3" as the template writes it: without blanks. */
static const char *template_unit(const char *unit, char *text)
{
    size_t len = 0;
    for (; *unit && len + 1 < REPORT_UNIT_MAX; unit++) {
        if (*unit != ' ') {
            text[len++] = *unit;
        }
    }
    text[len] = '\0';
    return text;
}

static void put_unit(struct book *book, const char *column, size_t row, const char *unit)
{
    char text[REPORT_UNIT_MAX];
    book_text(book, column, row, template_unit(unit, text));
}

static double factor(const struct stream_total *stream, const char *name)
{
    return report_factor_value(report_input(stream, name));
}

static double activity_value(const struct stream_total *stream)
{
    const struct input_total *activity = report_activity(stream);
    return activity ? figure_value(&activity->sum) : (double)NAN;
}

static void put_activity(struct book *book, const struct stream_total *stream, size_t row)
{
    const struct input_total *activity = report_activity(stream);
    if (activity) {
        book_number(book, "F", row, figure_value(&activity->sum));
        put_unit(book, "G", row, activity->unit);
    }
}

static void put_emissions(struct book *book, const struct stream_total *stream,
                          size_t row)
{
    book_number(book, "AU", row, figure_value(&stream->co2e));
    book_number(book, "AV", row, figure_value(&stream->biomass));
}

/* ---- calculation ---- */

static const char *method_of(const struct stream_total *stream)
{
    const char *method = stream->method ? stream->method : "";
    if (strcmp(method, "combustion") == 0 || strcmp(method, "flare") == 0) {
        return "Combustion";
    }
    return strcmp(method, "mass_balance") == 0 ? "Mass balance" : "Process emissions";
}

/* The stream's factor; where its method has another, what it comes to per activity. */
static void put_emission_factor(struct book *book, const struct stream_total *stream,
                                size_t row)
{
    const struct input_total *given = report_input(stream, "emission_factor");
    const struct input_total *activity = report_activity(stream);
    if (given) {
        book_number(book, "J", row, report_factor_value(given));
        put_unit(book, "K", row, given->unit);
    } else if (activity && !report_input(stream, "carbon_content") &&
               activity_value(stream) > 0) {
        char unit[REPORT_UNIT_MAX + 8];
        double fossil = figure_value(&stream->co2e);
        snprintf(unit, sizeof unit, "tCO2/%s", activity->unit);
        book_number(book, "J", row, fossil / activity_value(stream));
        put_unit(book, "K", row, unit);
    }
}

/* Percent, as the template takes shares. */
static void put_percent(struct book *book, const char *column, size_t row, double share)
{
    book_number(book, column, row, share * 100);
}

/* Biomass with evidence (R), which is zero-rated, and without (T), which is not. */
static void put_biomass(struct book *book, const struct stream_total *stream, size_t row)
{
    double share = factor(stream, "biomass_fraction");
    double evidence = factor(stream, "biomass_evidence");
    evidence = isfinite(evidence) ? evidence : 0;
    put_percent(book, "R", row, share * evidence);
    put_percent(book, "T", row, share * (1 - evidence));
}

static void put_stream(struct book *book, const struct stream_total *stream, size_t row)
{
    const struct input_total *carbon = report_input(stream, "carbon_content");
    book_text(book, "D", row, method_of(stream));
    book_text(book, "E", row, xlsx_name(stream->name, stream->id));
    put_activity(book, stream, row);
    book_number(book, "H", row, factor(stream, "ncv"));
    put_emission_factor(book, stream, row);
    if (carbon) {
        book_number(book, "L", row, report_factor_value(carbon));
        put_unit(book, "M", row, carbon->unit);
    }
    put_percent(book, "N", row, factor(stream, "oxidation_factor"));
    put_percent(book, "P", row, factor(stream, "conversion_factor"));
    put_biomass(book, stream, row);
    put_emissions(book, stream, row);
}

/* ---- perfluorocarbons ---- */

static void put_pfc(struct book *book, const struct stream_total *stream, size_t row)
{
    bool slope = strcmp(stream->method, "pfc_slope") == 0;
    book_text(book, "D", row, slope ? "Slope" : "Overvoltage");
    book_text(book, "E", row, xlsx_name(stream->name, stream->id));
    put_activity(book, stream, row);
    book_number(book, "AG", row, factor(stream, "frequency"));
    book_number(book, "AH", row, factor(stream, "duration"));
    book_number(book, "AI", row, factor(stream, "sef_cf4"));
    book_number(book, "AJ", row, factor(stream, "aeo"));
    book_number(book, "AK", row, factor(stream, "current_efficiency"));
    book_number(book, "AL", row, factor(stream, "ovc"));
    book_number(book, "AM", row, factor(stream, "f_c2f6"));
    put_percent(book, "AT", row, factor(stream, "collection_efficiency"));
    put_emissions(book, stream, row);
}

/* ---- measured stacks ---- */

/* Hours are those with flow; the concentration is the mean weighted by flow, so that
 * V x X x Z is the mass of the period. */
static void put_measured(struct book *book, const struct report *report,
                         const struct stream_total *stream, size_t row)
{
    const struct input_total *flow = report_activity(stream);
    int64_t window_ns =
        report->outline->window_ns > 0 ? report->outline->window_ns : NS_PER_HOUR;
    book_text(book, "D", row, xlsx_name(stream->name, stream->id));
    book_text(book, "E", row, stream->is_n2o ? "N2O" : "CO2");
    book_number(book, "V", row, factor(stream, "concentration"));
    if (flow) {
        double hours = (double)flow->nonzero * (double)window_ns / (double)NS_PER_HOUR;
        book_number(book, "X", row, hours);
        book_number(book, "Z", row, figure_value(&flow->sum) / 1000 / hours);
    }
    put_emissions(book, stream, row);
}

/* ---- the sheet ---- */

static void write_labels(struct book *book)
{
    static const char *const labels[][2] = {
        {"D", "Method"},
        {"E", "Source stream"},
        {"F", "Activity data"},
        {"G", "Unit"},
        {"H", "Net calorific value, GJ/t or GJ/1000Nm3"},
        {"J", "Emission factor"},
        {"K", "Unit"},
        {"L", "Carbon content"},
        {"M", "Unit"},
        {"N", "Oxidation factor, %"},
        {"P", "Conversion factor, %"},
        {"R", "Biomass, %"},
        {"T", "Non-sustainable biomass, %"},
        {"AU", "Fossil, t CO2e"},
        {"AV", "Biogenic, t CO2e"},
    };
    for (size_t i = 0; i < sizeof labels / sizeof labels[0]; i++) {
        book_label(book, labels[i][0], STREAM_ROW - 1, labels[i][1]);
    }
    book_label(book, "E", PFC_ROW - 1,
               "Perfluorocarbons: frequency (AG), duration (AH), SEF (AI), AEO (AJ), "
               "CE (AK), OVC (AL), F (AM), collection % (AT)");
    book_label(book, "E", MEASURED_ROW - 1,
               "Measured: gas (E), g/Nm3 (V), hours (X), 1000Nm3/h (Z)");
}

void xlsx_streams(struct book *book, const struct report *report)
{
    size_t row = STREAM_ROW;
    size_t pfc = PFC_ROW;
    size_t measured = MEASURED_ROW;
    book_sheet(book, "B_EmInst");
    write_labels(book);
    for (size_t i = 0; i < report->process_count; i++) {
        const struct process_total *process = &report->processes[i];
        for (size_t s = 0; s < process->stream_count; s++) {
            const struct stream_total *stream = &process->streams[s];
            if (stream->term != TERM_DIRECT || !stream->method) {
                continue;
            }
            if (xlsx_is_pfc(stream) && pfc < PFC_ROW + PFC_ROWS) {
                put_pfc(book, stream, pfc++);
            } else if (xlsx_is_measured(stream) &&
                       measured < MEASURED_ROW + MEASURED_ROWS) {
                put_measured(book, report, stream, measured++);
            } else if (row < STREAM_ROW + STREAM_ROWS && !xlsx_is_pfc(stream) &&
                       !xlsx_is_measured(stream)) {
                put_stream(book, stream, row++);
            }
        }
    }
}
