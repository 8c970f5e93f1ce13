/* SPDX-License-Identifier: Apache-2.0 */
/* What a report adds up; between report.c and the files that write it. */
#ifndef REPORT_PRIVATE_H
#define REPORT_PRIVATE_H

#include "methods/method.h"
#include "report/report.h"

#define REPORT_GAPS_MAX 1000 /* windows listed; the count goes on */

/* A sum that is undetermined as soon as one part is. */
struct figure {
    double sum, rest; /* compensated */
    size_t parts;
    size_t lacking;
};

struct stream_total {
    struct figure co2e;
    struct figure biomass, unproven; /* t CO2 */
    struct figure activity;          /* inputs from points, the first of them */
    const char *activity_name;
    char activity_unit[32];
};

struct process_total {
    size_t windows, complete, substituted;
    struct figure terms[TERM_COUNT];
    struct figure activity, electricity, fuel_energy, biomass;
    struct stream_total *streams;
    json_t *gaps; /* window starts that are not complete */
    size_t gap_count;
};

struct report {
    const struct plan *plan;
    int64_t from_ns, to_ns;
    struct process_total *processes;
};

/* The value; NAN when it is undetermined or has no part. */
double figure_value(const struct figure *figure);

/* Eq. 55 and 56 over the period; NAN: undetermined. */
double report_direct(const struct report *report, size_t process, bool *ret_floored);
double report_indirect(const struct report *report, size_t process);

/* Half away from zero. */
double report_round(double value, int decimals);

#endif
