/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The operator's emissions report over a period, from summaries: Implementing Regulation
 * (EU) 2025/2547, Annex IV.  Rounding is done here and nowhere else: emissions to whole
 * tonnes CO2e, specific embedded emissions to five decimals, half away from zero (Annex
 * II A.1(6) to (8)); each rounded figure stands beside the exact one.
 *
 * The terms of eq. 55 are summed over the period first; the floor at zero is applied to
 * the sum, not to each window.  What a window could not determine leaves the period's
 * figure undetermined, and is listed.
 *
 * A report knows nothing of a gateway's configuration: processes and streams are those
 * of the summaries, in order of appearance.  An outline, where there is one, adds what
 * summaries don't carry (names, address) and fixes the order.
 */
#ifndef REPORT_REPORT_H
#define REPORT_REPORT_H

#include "core/error.h"
#include "core/json_writer.h"

#include <jansson.h>

/* ---- what summaries don't carry; NULL: not known ---- */

struct report_outline_stream {
    const char *id, *name;
    const char *activity; /* the input that is its activity data */
};

struct report_outline_process {
    const char *id, *name, *category, *route, *cn, *functional_unit;
    const struct report_outline_stream *streams;
    size_t stream_count;
};

struct report_identity {
    const char *operator_id, *operator_name;
    const char *id, *name, *name_native, *address, *post_code, *po_box, *city, *country;
    const char *unlocode, *latitude, *longitude, *economic_activity, *time_zone;
    const char *representative, *email, *telephone;
};

struct report_outline {
    struct report_identity identity;
    const char *factor_set;
    const uint8_t *plan_hash; /* 32 bytes */
    int64_t window_ns;        /* 0: not known */
    const struct report_outline_process *processes;
    size_t process_count;
};

/* ---- a report ---- */

struct report;

/* The period is [from_ns, to_ns).  The outline is borrowed, with its texts. */
struct report *report_new(const struct report_outline *outline, int64_t from_ns,
                          int64_t to_ns);
void report_free(struct report **report);

/* Adds the latest revision of one window, as summary_json_put() writes it.  False when
 * it names no process, or the report has as many as it can hold. */
MUST_CHECK bool report_add(struct report *report, const json_t *summary);

/* Whether a unit of methods is of an amount that adds up over windows, as activity data
 * do, and not of a mean. */
MUST_CHECK bool report_is_amount(const char *unit);

/* Activity data in t (NAN in any other unit) and emissions in t CO2e of a stream so far;
 * both NAN when they are undetermined. */
void report_used(const struct report *report, const char *process, const char *stream,
                 double *ret_tonnes, double *ret_co2e);

enum report_detail {
    REPORT_FULL,   /* with source streams and data gaps, Annex IV.1 */
    REPORT_SUMMARY /* without, Annex IV.2 */
};

/* The report as one JSON object. */
void report_put_json(const struct report *report, enum report_detail detail,
                     struct json_writer *writer);

/* The goods alone, as one JSON object: specific embedded emissions with precursors, by
 * the names and figures of the report. */
void report_put_goods(const struct report *report, struct json_writer *writer);

/* One line a process, and with REPORT_FULL one a stream; header first, RFC 4180. */
void report_put_csv(const struct report *report, enum report_detail detail,
                    struct buf *out);

/* A workbook whose sheets and cells are those of the Commission's communication
 * template (docs/formats/xlsx.md), at `path`, which is replaced.  ERR_SYSTEM: it can't be
 * written; ERR_CONFIG: the program was built without it. */
enum err report_write_xlsx(const struct report *report, const char *path,
                           struct error *e) MUST_CHECK;

#endif
