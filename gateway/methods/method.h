/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The contract of a method: one calculation of the rules, one file in
 * gateway/methods/, one line in gateway/methods/list.h.
 *
 * A method is a pure function from named quantities to named quantities.  The same
 * table serves the pipeline (a stream of a process names a method and says where
 * each input comes from: a point or a factor), `emgate compute` (calculation by
 * hand), `emgate methods` and the reference page.  Units are converted before the
 * call: a method sees only the canonical unit of its table.
 *
 * A file may hold several closely related methods.
 */
#ifndef METHODS_METHOD_H
#define METHODS_METHOD_H

#include "core/arena.h"
#include "core/bytes.h"
#include "core/error.h"

enum input_flag {
    INPUT_OPTIONAL = 1, /* may be absent: `has` is false, unless `initial` is given */
    INPUT_SERIES = 2,   /* name1, name2, ... as many as are given */
    INPUT_TEXT = 4,     /* a word, not a number */
};

struct method_input {
    const char *name;
    const char *unit;    /* canonical, as units_parse() reads it; "1" for a share */
    const char *initial; /* default in the canonical unit, or NULL */
    unsigned flags;      /* of enum input_flag */
    double min, max;     /* inclusive; both 0: no limit */
    const char *help;    /* meaning; for formulas the symbol */
};

/* How an output enters a process's totals when the method is used by a stream. */
enum output_role {
    OUTPUT_PLAIN,       /* printed by compute, not summed */
    OUTPUT_CO2E,        /* t CO2e that counts; summed into the stream's term */
    OUTPUT_CO2_FOSSIL,  /* t CO2, gas total; also counts as CO2e */
    OUTPUT_CO2_BIOMASS, /* t CO2 zero-rated, reported apart */
    OUTPUT_N2O,         /* t N2O, gas total; its CO2e is another output */
    OUTPUT_CF4,         /* t CF4 */
    OUTPUT_C2F6,        /* t C2F6 */
    OUTPUT_CH4,         /* t CH4 */
    OUTPUT_ENERGY,      /* TJ of fuel, reported */
};

struct method_output {
    const char *name;
    const char *unit;
    enum output_role role;
    const char *help;
};

/* Which term of the attribution (eq. 55, 56) a stream's CO2e belongs to. */
enum attribution_term {
    TERM_DIRECT,           /* DirEm* */
    TERM_INDIRECT,         /* Em_el,cons */
    TERM_HEAT_IMPORT,      /* Em_H,imp */
    TERM_HEAT_EXPORT,      /* Em_H,exp, subtracted */
    TERM_WASTE_GAS_IMPORT, /* WG_imp */
    TERM_WASTE_GAS_EXPORT, /* WG_exp, subtracted */
    TERM_EL_PRODUCED,      /* Em_el,prod, subtracted */
    TERM_COUNT,
};

/* The names as configuration and summaries write them: "direct", "heat_import". */
extern const char *const attribution_term_names[TERM_COUNT];

/* One named quantity given to a method, already in the canonical unit. */
struct quantity {
    double value;
    struct bytes text; /* of INPUT_TEXT */
    bool has;
};

/* The inputs in the order of the method's table; a series is an array. */
struct method_args {
    const struct quantity *inputs;        /* one per table entry; for a series, unused */
    const struct quantity *const *series; /* per entry: its items, or NULL */
    const size_t *series_count;
};

struct method {
    const char *name;
    const char *summary;        /* one line */
    const char *formula;        /* as text, with units */
    const char *source;         /* act, annex, equation */
    const char *version;        /* goes into every summary: changes when results change */
    enum attribution_term term; /* default term of a stream */
    const struct method_input *inputs;   /* ends in {0} */
    const struct method_output *outputs; /* ends in {0} */
    bool stream; /* may be a stream's method; false: only a calculation by hand */

    /* Fills `out`, one per table entry (`has` false: no such output in this case).
     * Required inputs are present and within limits.  A series output "process1"...
     * is handled by `out_series`, NULL when the method has none.
     * Fails with ERR_REJECT and words: what is wrong with which input. */
    enum err (*compute)(const struct method_args *args, struct quantity *out,
                        struct arena *arena, struct error *e);
};

/* All methods, ending in NULL, in the order of gateway/methods/list.h. */
extern const struct method *const methods[];

const struct method *method_find(struct bytes name);

#endif
