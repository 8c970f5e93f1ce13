/* SPDX-License-Identifier: Apache-2.0 */
/* Reads rows of separated values, a cell at a time. */
#include "csv_rows.h"

void csv_rows_init(struct csv_rows *rows, struct bytes text, uint8_t delimiter)
{
    struct bytes mark = BYTES("\xef\xbb\xbf");
    size_t start = bytes_start_with(text, mark) ? mark.len : 0;
    *rows = (struct csv_rows){.text = bytes_slice(text, start, text.len),
                              .delimiter = delimiter,
                              .next_line = 1};
}

static int peek(const struct csv_rows *rows)
{
    return rows->at < rows->text.len ? rows->text.data[rows->at] : '\n';
}

static bool at_end(const struct csv_rows *rows)
{
    bool pair = peek(rows) == '\r' &&
                (rows->at + 1 >= rows->text.len || rows->text.data[rows->at + 1] == '\n');
    return peek(rows) == '\n' || pair;
}

static struct bytes trim(struct bytes cell)
{
    while (cell.len && (cell.data[0] == ' ' || cell.data[0] == '\t')) {
        cell = bytes_slice(cell, 1, cell.len);
    }
    while (cell.len &&
           (cell.data[cell.len - 1] == ' ' || cell.data[cell.len - 1] == '\t')) {
        cell.len--;
    }
    return cell;
}

/* Makes one quote of two. */
static struct bytes undouble(struct arena *arena, struct bytes raw)
{
    uint8_t *plain = arena_take(arena, raw.len + 1, 1);
    size_t len = 0;
    for (size_t i = 0; plain && i < raw.len; i++) {
        plain[len++] = raw.data[i];
        i += raw.data[i] == '"' ? 1 : 0;
    }
    return (struct bytes){.data = plain, .len = len};
}

static const char *take_quoted(struct csv_rows *rows, struct arena *arena,
                               struct bytes *ret_cell)
{
    size_t start = ++rows->at;
    bool doubled = false;
    for (;; rows->at++) {
        if (rows->at >= rows->text.len) {
            return "a quote does not end";
        }
        if (rows->text.data[rows->at] != '"') {
            continue;
        }
        if (rows->at + 1 >= rows->text.len || rows->text.data[rows->at + 1] != '"') {
            break;
        }
        doubled = true;
        rows->at++;
    }
    struct bytes raw = bytes_slice(rows->text, start, rows->at - start);
    rows->at++;
    *ret_cell = doubled ? undouble(arena, raw) : raw;
    bool closed = at_end(rows) || peek(rows) == rows->delimiter;
    return closed ? NULL : "something stands behind a quoted cell";
}

static const char *take_cell(struct csv_rows *rows, struct arena *arena,
                             struct bytes *ret_cell)
{
    if (peek(rows) == '"') {
        return take_quoted(rows, arena, ret_cell);
    }
    size_t start = rows->at;
    while (!at_end(rows) && peek(rows) != rows->delimiter) {
        rows->at++;
    }
    *ret_cell = trim(bytes_slice(rows->text, start, rows->at - start));
    return NULL;
}

static const char *take_cells(struct csv_rows *rows, struct arena *arena,
                              struct csv_row *row)
{
    for (row->count = 0;; rows->at++) {
        if (row->count == CSV_COLUMNS_MAX) {
            return "it has too many cells";
        }
        const char *problem = take_cell(rows, arena, &row->cells[row->count]);
        if (problem) {
            return problem;
        }
        row->count++;
        if (at_end(rows)) {
            return NULL;
        }
    }
}

static void skip_line(struct csv_rows *rows)
{
    while (rows->at < rows->text.len && rows->text.data[rows->at] != '\n') {
        rows->at++;
    }
    rows->at++;
}

static void skip_blank_lines(struct csv_rows *rows)
{
    while (rows->at < rows->text.len && at_end(rows)) {
        skip_line(rows);
        rows->next_line++;
    }
}

bool csv_rows_next(struct csv_rows *rows, struct arena *arena, struct csv_row *ret_row,
                   const char **ret_problem)
{
    skip_blank_lines(rows);
    if (rows->at >= rows->text.len) {
        return false;
    }
    size_t start = rows->at;
    rows->line = rows->next_line;
    *ret_problem = take_cells(rows, arena, ret_row);
    if (*ret_problem) {
        rows->at = start;
    }
    ret_row->raw = bytes_slice(rows->text, start, rows->at - start);
    skip_line(rows);
    for (size_t i = start; i < rows->at && i < rows->text.len; i++) {
        rows->next_line += rows->text.data[i] == '\n' ? 1 : 0;
    }
    return true;
}
