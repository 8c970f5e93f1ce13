/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A workbook written cell by cell: a column by its letters, a row by the number that
 * a reader sees.  The first failure is kept.  Numbers are written with 16 significant
 * digits, which is what the library gives.
 */
#ifndef REPORT_XLSX_BOOK_H
#define REPORT_XLSX_BOOK_H

#include "report/report_private.h"

#include <xlsxwriter.h>

struct book {
    lxw_workbook *workbook;
    lxw_worksheet *sheet; /* the one that is written to */
    lxw_format *label, *date;
    lxw_error failure;
};

/* The next sheet; what follows goes there. */
void book_sheet(struct book *book, const char *name);

/* An empty or NULL text, or a number that is not finite, leaves the cell empty. */
void book_text(struct book *book, const char *column, size_t row, const char *text);
void book_label(struct book *book, const char *column, size_t row, const char *text);
void book_number(struct book *book, const char *column, size_t row, double value);
void book_bool(struct book *book, const char *column, size_t row, bool value);
/* The day of a local time in seconds since 1970. */
void book_day(struct book *book, const char *column, size_t row, int64_t local_s);

/* ---- the sheets, each in its file ---- */

/* A_InstData */
void xlsx_installation(struct book *book, const struct report *report);
/* B_EmInst */
void xlsx_streams(struct book *book, const struct report *report);
/* C_Emissions&Energy */
void xlsx_balances(struct book *book, const struct report *report);
/* D_Processes */
void xlsx_processes(struct book *book, const struct report *report);
/* E_PurchPrec, and the list of these in A_InstData */
void xlsx_precursors(struct book *book, const struct report *report);
void xlsx_precursor_list(struct book *book, const struct report *report);
/* What others took of a process, in its block of D_Processes that starts at `head`, and
 * what is left for the market. */
void xlsx_uses(struct book *book, const struct report *report, size_t maker, size_t head);
/* Summary_Processes, Summary_Products, Summary_Communication */
void xlsx_summaries(struct book *book, const struct report *report);

/* Name of a process or stream, else its identifier. */
const char *xlsx_name(const char *name, const char *id);

/* A category as the template calls it; `text` has REPORT_UNIT_MAX bytes. */
const char *xlsx_category(const char *category, char *text);

/* The code list's word for where the factor of a process's electricity is from. */
const char *xlsx_electricity_source(const struct process_total *process);

/* Emissions of the process's electricity per MWh consumed. */
double xlsx_electricity_factor(const struct process_total *process);

/* Whether its method is one for perfluorocarbons, or measures in the stack. */
bool xlsx_is_pfc(const struct stream_total *stream);
bool xlsx_is_measured(const struct stream_total *stream);

#endif
