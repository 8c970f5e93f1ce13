/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a table of separated values is read, as configured.  Either wide: `metrics` names
 * the columns that are metrics, with their units; or long: `metric`, `value` and `unit`
 * say which cells name a metric, hold its value and its unit.
 */
#ifndef CSV_SETTINGS_H
#define CSV_SETTINGS_H

#include "config/node/settings.h"
#include "core/arena.h"
#include "csv_rows.h"
#include "decode/timeformat.h"
#include "model/reading.h"

enum csv_header { CSV_HEADER_NONE, CSV_HEADER_FIRST, CSV_HEADER_REMEMBER };
enum csv_empty { CSV_EMPTY_SKIP, CSV_EMPTY_BAD };

struct csv_settings {
    const char *delimiter_text;
    int header; /* enum csv_header */
    const struct node *columns;
    const char *time; /* column, or NULL */
    const struct node *time_format;
    const struct node *tz;
    const char *decimal_text;
    const char *thousands_text;
    const char *device; /* template */
    const struct node *metrics;
    const struct node *texts;
    const char *metric; /* template, or NULL */
    const char *value;
    const char *unit;
    const struct node *quality;
    int empty; /* enum csv_empty */
    const struct node *match;

    /* from the above */
    uint8_t delimiter;
    uint8_t decimal;
    uint8_t thousands; /* 0: none */
    struct time_format format;
    const struct node *good;
    const struct node *uncertain;
    struct bytes quality_column; /* empty: none */
};

extern const struct setting csv_settings_table[];

/* Reads and checks; every mistake is a problem. */
void csv_settings_init(struct csv_settings *settings, const struct node *node,
                       struct problems *problems);
void csv_settings_deinit(struct csv_settings *settings);

/* Whether a list of texts has this one; `list` may be NULL. */
bool csv_list_has(const struct node *list, struct bytes text);

/* The text between the next braces of a template: the part before them, the name, and
 * what is left; false when there are no more (then all of it is `ret_before`). */
bool csv_template_next(struct bytes *rest, struct bytes *ret_before,
                       struct bytes *ret_name);

/* "topic.2", "topic.-1", "topic.1+": which levels; false for a column's name. */
bool csv_template_topic(struct bytes name, int *ret_position, bool *ret_rest);

/* A number as configured: 1.234,5 where thousands are '.' and decimals ','. */
MUST_CHECK bool csv_number(const struct csv_settings *settings, struct bytes text,
                           struct value *ret_value);

#endif
