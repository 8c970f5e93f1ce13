/* SPDX-License-Identifier: Apache-2.0 */
/* Writes a report as a workbook and reads single cells back, with Python's standard
 * library. */
#ifndef TESTS_WORKBOOK_H
#define TESTS_WORKBOOK_H

#include "report/report.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct workbook {
    char path[64];
    json_t *sheets; /* {sheet: {cell: value}} */
};

static inline void workbook_read(struct workbook *book)
{
    char command[512];
    json_error_t error;
    snprintf(command, sizeof command,
             "python3 -B -c 'import sys, json; sys.path.insert(0, \"%s/lib\"); "
             "from xlsx_check import read; print(json.dumps(read(\"%s\")))'",
             TEST_DATA, book->path);
    FILE *answer = popen(command, "r");
    cr_assert_not_null(answer);
    book->sheets = json_loadf(answer, 0, &error);
    cr_assert_eq(pclose(answer), 0);
    cr_assert_not_null(book->sheets, "%s", error.text);
}

static inline void workbook_of(struct workbook *book, const struct report *report)
{
    struct error e = {0};
    snprintf(book->path, sizeof book->path, "/tmp/emgate-workbook-XXXXXX");
    close(mkstemp(book->path));
    cr_assert_eq(report_write_xlsx(report, book->path, &e), ERR_OK, "%s", e.text);
    workbook_read(book);
}

static inline void workbook_done(struct workbook *book)
{
    json_decref(book->sheets);
    unlink(book->path);
}

/* The cell, or NULL when it is empty. */
static inline const json_t *workbook_cell(const struct workbook *book, const char *sheet,
                                          const char *cell)
{
    const json_t *cells = json_object_get(book->sheets, sheet);
    cr_assert_not_null(cells, "no sheet %s", sheet);
    return json_object_get(cells, cell);
}

static inline void workbook_expect_text(const struct workbook *book, const char *sheet,
                                        const char *cell, const char *text)
{
    const char *found = json_string_value(workbook_cell(book, sheet, cell));
    cr_assert(found && strcmp(found, text) == 0, "%s!%s: %s", sheet, cell,
              found ? found : "nothing");
}

static inline void workbook_expect(const struct workbook *book, const char *sheet,
                                   const char *cell, double value)
{
    const json_t *found = workbook_cell(book, sheet, cell);
    cr_assert(json_is_number(found), "%s!%s: no number", sheet, cell);
    cr_assert_float_eq(json_number_value(found), value,
                       1e-12 * (value < 0 ? -value : value), "%s!%s: %.17g", sheet, cell,
                       json_number_value(found));
}

/* Adds a window of a process; takes the list of its streams. */
static inline void workbook_add(struct report *report, const char *process,
                                json_t *streams)
{
    json_t *summary =
        json_pack("{s:s, s:s, s:{s:b}, s:{s:f, s:s}, s:o}", "process", process,
                  "window_start", "2026-01-01T00:00:00Z", "quality", "complete", 1,
                  "activity_level", "value", 8.0, "unit", "t", "streams", streams);
    cr_assert_not_null(summary);
    cr_assert(report_add(report, summary));
    json_decref(summary);
}

#endif
