/* SPDX-License-Identifier: Apache-2.0 */
/* Sheet E_PurchPrec: a block of 44 rows a bought precursor; and its rows in A_InstData.
 */
#include "report/xlsx/book.h"

#include <math.h>

#define LIST_ROW 102
#define BLOCK_ROW 14
#define BLOCK_ROWS 44
#define PRECURSORS_MAX 20
#define USES_MAX 10 /* processes of the template */

/* Which of the bought ones `stream` is, from 0, is the caller's `index`. */
struct bought {
    const struct stream_total *stream;
    const struct precursor_total *precursor;
    size_t process; /* that consumes it */
};

/* The bought precursor of this index; false: there are fewer. */
static bool find_bought(const struct report *report, size_t index, struct bought *ret)
{
    for (size_t i = 0; i < report->process_count; i++) {
        const struct process_total *process = &report->processes[i];
        for (size_t s = 0; s < process->stream_count; s++) {
            const struct stream_total *stream = &process->streams[s];
            bool bought = stream->precursor && !stream->precursor->process;
            if (bought && index-- == 0) {
                *ret = (struct bought){stream, stream->precursor, i};
                return true;
            }
        }
    }
    return false;
}

/* "Default" where all of it rests on default values. */
static const char *determination(const struct precursor_total *precursor)
{
    double direct = figure_value(&precursor->direct);
    double by_default = figure_value(&precursor->by_default);
    if (!isfinite(direct)) {
        return "Unknown";
    }
    return by_default > 0 && by_default >= direct * (1 - 1e-9) ? "Default" : "Measured";
}

static void write_labels(struct book *book, size_t head)
{
    static const struct {
        size_t row;
        const char *text;
    } labels[] = {
        {3, "Purchased, all routes"},    {14, "Used by process"},
        {35, "SEE direct, tCO2e/t"},     {36, "Electricity, MWh/t"},
        {37, "Factor of it, tCO2e/MWh"}, {38, "SEE indirect, tCO2e/t"},
    };
    for (size_t i = 0; i < sizeof labels / sizeof labels[0]; i++) {
        book_label(book, "E", head + labels[i].row, labels[i].text);
    }
}

static void write_block(struct book *book, const struct bought *bought, size_t head)
{
    const struct precursor_total *precursor = bought->precursor;
    double consumed = figure_value(&precursor->consumed);
    double power = figure_value(&precursor->electricity);
    double indirect = figure_value(&precursor->indirect);
    double of = consumed > 0 ? consumed : (double)NAN;
    const char *source = determination(precursor);
    write_labels(book, head);
    book_text(book, "G", head, xlsx_name(bought->stream->name, bought->stream->id));
    book_text(book, "K", head + 3, precursor->unit);
    book_number(book, "L", head + 3, consumed);
    if (bought->process < USES_MAX) {
        book_number(book, "L", head + 14 + bought->process, consumed);
    }
    book_number(book, "L", head + 35, figure_value(&precursor->direct) / of);
    book_text(book, "M", head + 35, source);
    book_number(book, "L", head + 36, power / of);
    book_number(book, "L", head + 37, power > 0 ? indirect / power : (double)NAN);
    book_number(book, "L", head + 38, indirect / of);
}

void xlsx_precursors(struct book *book, const struct report *report)
{
    struct bought bought;
    book_sheet(book, "E_PurchPrec");
    for (size_t i = 0; i < PRECURSORS_MAX && find_bought(report, i, &bought); i++) {
        write_block(book, &bought, BLOCK_ROW + i * BLOCK_ROWS);
    }
}

void xlsx_precursor_list(struct book *book, const struct report *report)
{
    struct bought bought;
    book_label(book, "E", LIST_ROW - 1,
               "Bought precursor: category (E), country (F), name (L)");
    for (size_t i = 0; i < PRECURSORS_MAX && find_bought(report, i, &bought); i++) {
        const struct precursor_total *precursor = bought.precursor;
        const char *own = report->outline->identity.country;
        char category[REPORT_UNIT_MAX];
        book_text(book, "E", LIST_ROW + i, xlsx_category(precursor->category, category));
        book_text(book, "F", LIST_ROW + i, precursor->origin ? precursor->origin : own);
        book_text(book, "L", LIST_ROW + i,
                  xlsx_name(bought.stream->name, bought.stream->id));
    }
}

/* What process `user` took of process `maker`, in the maker's functional unit. */
static double taken(const struct process_total *user, const struct process_total *maker)
{
    double sum = 0;
    for (size_t s = 0; s < user->stream_count; s++) {
        const struct precursor_total *precursor = user->streams[s].precursor;
        if (precursor && precursor->process &&
            strcmp(precursor->process, maker->id) == 0) {
            sum += figure_value(&precursor->consumed);
        }
    }
    return sum;
}

void xlsx_uses(struct book *book, const struct report *report, size_t maker, size_t head)
{
    const struct process_total *process = &report->processes[maker];
    double inside = 0;
    for (size_t i = 0; i < report->process_count; i++) {
        double used = taken(&report->processes[i], process);
        inside += used;
        /* Rows of the other processes, in order, the maker's own left out. */
        size_t row = head + 21 + i - (i > maker ? 1 : 0);
        if (i != maker && used != 0 && i < USES_MAX) {
            book_number(book, "L", row, used);
        }
    }
    book_number(book, "L", head + 16, figure_value(&process->activity) - inside);
}
