/* SPDX-License-Identifier: Apache-2.0 */
/* What a report adds up; between the files that add and those that write. */
#ifndef REPORT_PRIVATE_H
#define REPORT_PRIVATE_H

#include "core/pool.h"
#include "methods/method.h"
#include "report/report.h"

#define REPORT_GAPS_MAX 1000      /* windows listed; the count goes on */
#define REPORT_PROCESSES_MAX 1000 /* of one installation */
#define REPORT_STREAMS_MAX 1000   /* of one process */
#define REPORT_FACTORS_MAX 200    /* different values of one input; the mean goes on */
#define REPORT_UNIT_MAX 48

/* A sum that is undetermined as soon as one part is. */
struct figure {
    double sum, rest; /* compensated */
    size_t parts;
    size_t lacking;
};

/* One value of a calculation factor, and where it holds. */
struct report_factor {
    double value;
    const char *origin, *source;
    const char *first, *last; /* starts of windows */
    size_t windows;
};

/* One input of a stream over the period. */
struct input_total {
    const char *name;
    char unit[REPORT_UNIT_MAX];
    bool measured;  /* a point's, not a factor */
    size_t nonzero; /* windows with a value other than 0 */
    struct figure sum;
    struct figure weighted, weight; /* by the stream's activity */
    struct report_factor *factors;
    size_t factor_count, factor_capacity;
};

/* What a precursor is, and what was consumed of it. */
struct precursor_total {
    const char *process; /* of this installation that makes it, or NULL: bought */
    const char *category, *cn, *origin, *supplier, *installation, *verification, *period;
    const char *default_good;
    bool exempt, indirect_counts;
    char unit[REPORT_UNIT_MAX]; /* of `consumed` */
    struct figure consumed;
    struct figure direct, indirect, by_default; /* t CO2e embedded; bought ones only */
    struct figure electricity;                  /* MWh embedded */
};

struct stream_total {
    const char *id, *name, *method, *method_version;
    const char *activity;                  /* name of an input, or NULL */
    int term;                              /* enum attribution_term */
    struct figure co2e, biomass, unproven; /* biomass: t CO2 */
    struct figure heat;                    /* output `heat`, TJ */
    struct input_total *inputs;
    size_t input_count, input_capacity;
    bool is_n2o;
    struct precursor_total *precursor; /* or NULL: it is none */
};

/* A sector parameter of a good over the period: a number, or a word. */
struct parameter_total {
    struct input_total number; /* weighed by the amount of the good */
    const char *word;          /* the latest */
};

/* An amount of a good that left the process. */
struct product_total {
    const char *id, *name, *cn; /* "" of what is no named good; NULL where not told */
    char unit[REPORT_UNIT_MAX]; /* of the quantity: t, unless it is no mass */
    struct figure quantity;     /* of the good */
    struct figure level;        /* the same in the functional unit */
    bool contains;              /* the level is a content of the quantity */
    double window_quantity;     /* of the window being added */
    struct parameter_total *parameters;
    size_t parameter_count, parameter_capacity;
};

#define REPORT_PRODUCTS_MAX 100 /* of one process */

/* What one point's uncertainty makes of the figures of a process, with its sign. */
struct point_effect {
    const char *point;
    struct figure direct, indirect, activity;
};

#define REPORT_POINTS_MAX 1000 /* with an uncertainty, of one process */

#define REPORT_GASES 5

struct process_total {
    const char *id, *name, *category, *route, *cn, *functional_unit;
    bool indirect_counts; /* the good is not in Annex II of 2023/956 */
    size_t windows, complete, substituted;
    struct figure terms[TERM_COUNT];
    struct figure activity, electricity, fuel_energy, biomass, unproven;
    struct figure gas_mass[REPORT_GASES], gas_co2e[REPORT_GASES];
    struct stream_total *streams;
    size_t stream_count, stream_capacity;
    struct product_total *products; /* none where only one amount is counted as it is */
    size_t product_count, product_capacity;
    /* Effects of each point's uncertainty over the period; the points that state one. */
    struct point_effect *effects;
    size_t effect_count, effect_capacity;
    struct figure uncertain[3]; /* which windows have one: direct, indirect, activity */
    size_t alarms, balances_open;
    json_t *gaps; /* windows that are not complete, or have substitutes */
    size_t gap_count;
};

struct report {
    const struct report_outline *outline;
    int64_t from_ns, to_ns;
    struct pool pool; /* texts */
    struct process_total *processes;
    size_t process_count, process_capacity;
};

/* CO2, N2O, CF4, C2F6, CH4. */
extern const char *const report_gases[REPORT_GASES];

/* ---- report.c ---- */

/* The process or stream of this name, made when it is new; NULL: no room. */
struct process_total *report_process(struct report *report, const char *id);
struct stream_total *report_stream(struct process_total *process, struct pool *pool,
                                   const char *id);

/* ---- figures ---- */

/* Adds one part. */
void figure_add(struct figure *figure, double value);

/* The value; NAN when it is undetermined or has no part. */
double figure_value(const struct figure *figure);

/* Half away from zero. */
double report_round(double value, int decimals);

/* ---- over the period; NAN: undetermined ---- */

/* Eq. 55 and 56. */
double report_direct(const struct process_total *process, bool *ret_floored);
double report_indirect(const struct process_total *process);

/* Eq. 57 and 58: of the process alone. */
double report_see_direct(const struct process_total *process);
double report_see_indirect(const struct process_total *process);

/* Specific embedded emissions of a good with its precursors, eq. 59, t CO2e per
 * functional unit. */
struct report_good {
    double direct, by_default; /* the second: of the first, by default values */
    double indirect;           /* for information */
    double counted;            /* of the indirect ones, those that count */
    double electricity;        /* MWh per functional unit */
    char missing[160];         /* the first figure that lacks, or "" */
};

/* One for every process of the report, in its order; the caller frees them. */
struct report_good *report_goods_new(const struct report *report);

/* Solves matrix x = right in place, `right` becoming x; false: there is no one
 * solution. */
MUST_CHECK bool report_solve_linear(double *matrix, double *right, size_t count);

/* Half width of the 95 % interval over the period; NAN: not stated for all windows. */
struct report_uncertainty {
    double direct, indirect; /* t CO2e */
    double activity;         /* in the functional unit */
};
struct report_uncertainty report_uncertainty(const struct process_total *process);

/* Whether the process consumes any. */
bool report_has_precursors(const struct process_total *process);

/* What the installation's own streams emit, and its electricity. */
double report_total_direct(const struct report *report);
double report_total_indirect(const struct report *report);

/* The stream's activity data, or NULL. */
const struct input_total *report_activity(const struct stream_total *stream);

/* The input of this name, or NULL. */
const struct input_total *report_input(const struct stream_total *stream,
                                       const char *name);

/* The one value of a factor, or the mean by activity where it changed; NAN: none. */
double report_factor_value(const struct input_total *input);

/* ---- parts of the JSON ---- */

/* A figure exact and rounded; null where it is undetermined. */
void report_put_figure(struct json_writer *w, const char *key, double value, int decimals,
                       const char *unit);

/* One value of a factor with where it holds. */
void report_put_factor(struct json_writer *w, const struct report_factor *factor);

/* Uncertainty of a process, control identities of the installation (report_control.c). */
void report_put_uncertainty(struct json_writer *w, const struct process_total *process);
void report_put_control(struct json_writer *w, const struct report *report);

/* The goods by CN code with their sector parameters, where they are told
 * (report_products.c). */
void report_put_products(struct json_writer *w, const struct process_total *process,
                         const struct report_good *good);

/* Functional units in one unit of the good's quantity, C_k or N_i of eq. 64 and 65; NAN:
 * undetermined. */
double report_content(const struct product_total *product);

/* The parameter of this name, or NULL. */
const struct parameter_total *report_parameter(const struct product_total *product,
                                               const char *name);

/* Of one good (report_goods.c). */
void report_put_specific(struct json_writer *w, const struct process_total *process,
                         const struct report_good *good);
void report_put_precursors(struct json_writer *w, const struct report *report,
                           const struct report_good *goods,
                           const struct process_total *process);

#endif
