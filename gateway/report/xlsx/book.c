/* SPDX-License-Identifier: Apache-2.0 */
/* The workbook as a whole, and what its sheets share. */
#include "report/xlsx/book.h"

#include "core/clock.h"

#include <math.h>
#include <stdio.h>
#include <unistd.h>

#define NAME_MAX_LEN 16

static void note(struct book *book, lxw_error failure)
{
    if (book->failure == LXW_NO_ERROR) {
        book->failure = failure;
    }
}

static lxw_row_t row_of(size_t row)
{
    return (lxw_row_t)(row - 1);
}

static lxw_col_t column_of(const char *column)
{
    char cell[NAME_MAX_LEN];
    snprintf(cell, sizeof cell, "%s1", column);
    return lxw_name_to_col(cell);
}

void book_sheet(struct book *book, const char *name)
{
    book->sheet = workbook_add_worksheet(book->workbook, name);
    if (!book->sheet) {
        note(book, LXW_ERROR_MEMORY_MALLOC_FAILED);
    }
}

static void put_text(struct book *book, const char *column, size_t row, const char *text,
                     lxw_format *format)
{
    if (book->sheet && text && *text) {
        note(book, worksheet_write_string(book->sheet, row_of(row), column_of(column),
                                          text, format));
    }
}

void book_text(struct book *book, const char *column, size_t row, const char *text)
{
    put_text(book, column, row, text, NULL);
}

void book_label(struct book *book, const char *column, size_t row, const char *text)
{
    put_text(book, column, row, text, book->label);
}

void book_number(struct book *book, const char *column, size_t row, double value)
{
    if (book->sheet && isfinite(value)) {
        note(book, worksheet_write_number(book->sheet, row_of(row), column_of(column),
                                          value, NULL));
    }
}

void book_bool(struct book *book, const char *column, size_t row, bool value)
{
    if (book->sheet) {
        note(book, worksheet_write_boolean(book->sheet, row_of(row), column_of(column),
                                           value ? 1 : 0, NULL));
    }
}

void book_day(struct book *book, const char *column, size_t row, int64_t local_s)
{
    const int64_t days_1899_to_1970 = 25569;
    const int64_t day_s = INT64_C(24) * 3600;
    int64_t days = local_s >= 0 ? local_s / day_s : -((day_s - 1 - local_s) / day_s);
    if (book->sheet) {
        note(book,
             worksheet_write_number(book->sheet, row_of(row), column_of(column),
                                    (double)(days + days_1899_to_1970), book->date));
    }
}

/* ---- what the sheets share ---- */

const char *xlsx_name(const char *name, const char *id)
{
    return name && *name ? name : id;
}

const char *xlsx_category(const char *category, char *text)
{
    category = category ? category : "";
    if (strcmp(category, "femn") == 0 || strcmp(category, "fecr") == 0 ||
        strcmp(category, "feni") == 0) {
        return "Alloys";
    }
    if (strcmp(category, "dri") == 0) {
        return "DRI";
    }
    snprintf(text, REPORT_UNIT_MAX, "%s", category);
    for (char *c = strchr(text, '_'); c; c = strchr(c, '_')) {
        *c = ' ';
    }
    if (text[0] >= 'a' && text[0] <= 'z') {
        text[0] = (char)(text[0] - 'a' + 'A');
    }
    return text;
}

static bool method_is(const struct stream_total *stream, const char *name)
{
    return stream->method && strcmp(stream->method, name) == 0;
}

bool xlsx_is_pfc(const struct stream_total *stream)
{
    return method_is(stream, "pfc_slope") || method_is(stream, "pfc_overvoltage");
}

bool xlsx_is_measured(const struct stream_total *stream)
{
    return method_is(stream, "cems") || method_is(stream, "cems_nitric_acid");
}

static bool is_grid(const struct stream_total *stream)
{
    const struct input_total *factor = report_input(stream, "ef");
    const char *origin =
        factor && factor->factor_count == 1 ? factor->factors[0].origin : NULL;
    return origin && strncmp(origin, "factor:grid.", 12) == 0;
}

const char *xlsx_electricity_source(const struct process_total *process)
{
    const struct stream_total *only = NULL;
    for (size_t i = 0; i < process->stream_count; i++) {
        const struct stream_total *stream = &process->streams[i];
        if (stream->term == TERM_INDIRECT) {
            if (only || method_is(stream, "electricity_matched")) {
                return "Mix";
            }
            only = stream;
        }
    }
    return only && is_grid(only) ? "D.4(a)" : NULL;
}

double xlsx_electricity_factor(const struct process_total *process)
{
    double consumed = figure_value(&process->electricity);
    return consumed > 0 ? report_indirect(process) / consumed : (double)NAN;
}

/* ---- the workbook ---- */

/* What the template has no place for. */
static void write_about(struct book *book, const struct report *report)
{
    char hash[65] = {0};
    const uint8_t *digest = report->outline->plan_hash;
    for (size_t i = 0; digest && i < 32; i++) {
        snprintf(hash + 2 * i, 3, "%02x", digest[i]);
    }
    const char *lines[][2] = {
        {"Made by", "emgate"},
        {"Layout", "cells of the Commission's communication template, V2.1.1"},
        {"Rule set", "CBAM-2025/2547"},
        {"Factor sets", report->outline->factor_set},
        {"Monitoring plan", hash},
        {"Time zone", report->outline->identity.time_zone},
        {"Rounding", "A, B, D and E: exact.  C and the summaries: emissions to whole "
                     "tonnes, specific emissions to 5 decimals, half away from zero"},
    };
    book_sheet(book, "emgate");
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        book_label(book, "A", i + 1, lines[i][0]);
        book_text(book, "B", i + 1, lines[i][1]);
    }
}

static void write_sheets(struct book *book, const struct report *report)
{
    book->label = workbook_add_format(book->workbook);
    book->date = workbook_add_format(book->workbook);
    if (!book->label || !book->date) {
        note(book, LXW_ERROR_MEMORY_MALLOC_FAILED);
        return;
    }
    format_set_bold(book->label);
    format_set_num_format(book->date, "yyyy-mm-dd");
    xlsx_installation(book, report);
    xlsx_streams(book, report);
    xlsx_balances(book, report);
    xlsx_processes(book, report);
    xlsx_precursors(book, report);
    xlsx_summaries(book, report);
    write_about(book, report);
}

enum err report_write_xlsx(const struct report *report, const char *path, struct error *e)
{
    struct book book = {.workbook = workbook_new(path)};
    if (!book.workbook) {
        return error_set(e, ERR_SYSTEM, "'%s': the workbook can't be made", path);
    }
    /* The file depends on the report only, not on the day it is made. */
    lxw_doc_properties properties = {.created = (time_t)(report->to_ns / NS_PER_S)};
    note(&book, workbook_set_properties(book.workbook, &properties));
    write_sheets(&book, report);
    note(&book, workbook_close(book.workbook));
    if (book.failure != LXW_NO_ERROR) {
        return error_set(e, ERR_SYSTEM, "'%s': %s", path, lxw_strerror(book.failure));
    }
    return ERR_OK;
}
