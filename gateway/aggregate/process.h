/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The emissions of one process in one window: from the quantities of its points to
 * streams, terms and specific embedded emissions.
 *
 * What could not be determined stays undetermined: a term with a stream that lacks an
 * input has no value, never a partial sum and never zero.
 *
 *   AttrEm_dir   = DirEm* + Em_H,imp - Em_H,exp + WG_imp - WG_exp - Em_el,prod, at
 *                  least 0; t CO2e      2025/2547 Annex III A, eq. 55
 *   AttrEm_indir = Em_el,cons           eq. 56
 *   SEE          = AttrEm / AL          eq. 57, 58; t CO2e per functional unit
 *   SEE_g        = (AttrEm + sum(M_i x SEE_i)) / AL   eq. 59, 60; where all precursors
 *                  are bought; those of the installation are solved over a period
 */
#ifndef AGGREGATE_PROCESS_H
#define AGGREGATE_PROCESS_H

#include "aggregate/integrate.h"
#include "aggregate/laboratory.h"
#include "core/arena.h"
#include "methods/method.h"

enum point_state {
    POINT_VALID,
    POINT_INCOMPLETE,  /* some of the window is covered, less than the valid share */
    POINT_MISSING,     /* nothing is known */
    POINT_SUBSTITUTED, /* by the point's rule */
    POINT_STANDSTILL,  /* the process stood still the whole window */
};

/* What one point gave to a window. */
struct point_value {
    const struct plan_point *point;
    size_t index; /* of the point in the plan */
    struct integral integral;
    bool has;
    double quantity;    /* in the window unit; for a valid rate with small gaps the mean
                           of what there is, over the operating time */
    double coverage;    /* 0..1 of the operating time */
    double uncertainty; /* 95 %, relative; 0: not stated */
    double effect_direct, effect_indirect; /* of that, t CO2e, with its sign */
    double effect_activity;                /* in the functional unit */
    uint32_t expected;                     /* readings possible in the operating time */
    uint32_t duplicate, rejected;
    enum point_state state;
    const char *substitution; /* the rule, or NULL */
};

struct maybe {
    bool has;
    double value;
};

struct input_value {
    const struct plan_input *input;
    const struct method_input *spec;
    struct quantity quantity;
    struct maybe reconciled; /* RecF that the point was multiplied by */
    const char *origin;      /* "point:<id>", "factor:...", "laboratory:<record>",
                                "constant", "default" */
    const char *source;
};

struct stream_value {
    const struct plan_stream *stream;
    struct input_value *inputs;
    size_t input_count;
    struct quantity *outputs; /* one per entry of the method's table; NULL: none */
    double share;             /* of the process, by the plan or its split */
    bool has_co2e;
    double co2e;         /* t CO2e that enters the term */
    const char *missing; /* why there is none, or "" */
};

/* What the method gave in this role, the stream's share taken. */
struct maybe stream_output(const struct stream_value *value, enum output_role role);

/* A part of the activity level. */
struct activity_value {
    const struct plan_activity *activity;
    struct maybe quantity;      /* in the point's window unit */
    struct input_value content; /* where the plan has one */
    struct maybe level;         /* in the functional unit */
};

struct good_value {
    const struct plan_good *good;
    struct input_value *parameters; /* one per parameter of the plan */
};

#define PROCESS_ALARMS_MAX 64

struct alarm {
    const char *code; /* a stable word: "balance_open" */
    const char *text; /* what about what */
};

struct balance_value {
    const struct plan_balance *balance;
    struct maybe in, out;
    bool closes;
};

enum process_gas { GAS_CO2, GAS_N2O, GAS_CF4, GAS_C2F6, GAS_CH4, GAS_COUNT };

struct process_value {
    const struct plan_process *process;
    struct point_value *points; /* the points that it uses, each once */
    size_t point_count;
    struct stream_value *streams;
    struct maybe terms[TERM_COUNT];
    struct maybe attributed_direct, attributed_indirect;
    bool floored;
    struct activity_value *activities; /* one per activity of the plan */
    struct good_value *goods;          /* one per good of the plan */
    struct maybe activity;             /* in the functional unit */
    struct maybe electricity;          /* MWh consumed */
    struct maybe fuel_energy;          /* TJ */
    struct maybe co2_biomass;          /* t CO2, zero-rated */
    struct maybe co2_unproven; /* t CO2 of biomass without evidence, in the fossil CO2 */
    struct maybe see_direct, see_indirect;
    /* Embedded in the precursors; none where one of them has no value of its own. */
    size_t precursor_count;
    struct maybe embedded_direct, embedded_indirect;
    struct maybe embedded_default;           /* of the direct ones, by default values */
    struct maybe good_direct, good_indirect; /* specific, with the precursors */
    double gas_t[GAS_COUNT];                 /* t of each gas, over the streams */
    bool gas_has[GAS_COUNT];
    bool complete; /* every input was there and valid */
    /* 95 %, in the unit of the figure; none where a point does not state its own. */
    struct maybe uncertainty_direct, uncertainty_indirect, uncertainty_activity;
    struct balance_value *balances; /* one per balance of the process */
    struct alarm *alarms;           /* the first PROCESS_ALARMS_MAX of them */
    size_t alarm_count;
};

/* Gives integral and counts of a point in a window; process_compute() judges them. */
typedef enum err process_point_fn(void *ctx, size_t point_index, int64_t from_ns,
                                  int64_t to_ns, struct point_value *ret_value,
                                  struct error *e);

/* Gives what the point's rule puts in the place of a window without valid data, as of a
 * whole operating window; false: nothing. */
typedef bool process_substitute_fn(void *ctx, size_t point_index, int64_t from_ns,
                                   double *ret_value);

struct process_window {
    const struct plan *plan;
    const struct plan_process *process;
    int64_t from_ns, to_ns;
    process_point_fn *point;             /* gives counts and integral of a point */
    process_substitute_fn *substitute;   /* NULL: nothing is substituted */
    const struct laboratory *laboratory; /* NULL: none was entered */
    void *ctx;
};

/* Works out one window; results live in `arena`.  ERR_REJECT: the arena is too small.
 * Other errors are those of `point`. */
enum err process_compute(const struct process_window *window, struct arena *arena,
                         struct process_value *ret_value, struct error *e) MUST_CHECK;

#endif
