/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows of separated values after RFC 4180: a cell in quotes may hold delimiters, line
 * ends and, doubled, quotes.  Other cells are trimmed.  Blank lines are no rows.
 */
#ifndef CSV_ROWS_H
#define CSV_ROWS_H

#include "core/arena.h"

#define CSV_COLUMNS_MAX 256

struct csv_rows {
    struct bytes text;
    uint8_t delimiter;
    size_t at;
    size_t line;      /* of the row that was read last, from 1 */
    size_t next_line; /* of the one to come */
};

struct csv_row {
    struct bytes cells[CSV_COLUMNS_MAX]; /* in the text or the arena */
    size_t count;
    struct bytes raw; /* the whole row, without its line end */
};

/* `text` without its byte order mark. */
void csv_rows_init(struct csv_rows *rows, struct bytes text, uint8_t delimiter);

/* The next row; false at the end.  `*ret_problem` is what is wrong with it, or NULL:
 * then the row's line is skipped and the next call goes on behind it. */
bool csv_rows_next(struct csv_rows *rows, struct arena *arena, struct csv_row *ret_row,
                   const char **ret_problem);

#endif
