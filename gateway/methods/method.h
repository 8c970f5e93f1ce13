/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The contract of a method: one calculation of the rules, in a file of its family in
 * gateway/methods/, with one line in gateway/methods/list.h.
 *
 * A method is a pure function from named quantities to named quantities.  The same
 * table serves the pipeline (a stream of a process names a method and says where
 * each input comes from: a point or a factor), `emgate compute` (calculation by
 * hand), `emgate methods` and the reference page.  Units are converted before the
 * call: a method sees only the canonical unit of its table.
 *
 * Units in the tables are texts that units_parse() reads, or:
 *
 *   "t|1000 Nm3"   alternatives: what is given is converted to the one of its size, else
 *                  to the first of its dimension; quantity.which tells which one it was.
 *                  An output with alternatives sets `which` itself.
 *   "?c"           any unit: the first quantity of group c that is given sets the unit,
 *                  the others are converted to it, outputs of group c carry it.
 *   "XXX/t"        any currency, the same for all inputs and outputs.
 *
 * A series is an input written name1, name2, ...; all series of a method have the same
 * number of items, numbered from 1 without gaps.
 */
#ifndef METHODS_METHOD_H
#define METHODS_METHOD_H

#include "core/bytes.h"
#include "core/error.h"

enum input_flag {
    INPUT_OPTIONAL = 1,  /* may be absent: `has` is false, unless `initial` is given */
    INPUT_SERIES = 2,    /* name1, name2, ... as many as are given, at least one
                            unless optional */
    INPUT_TEXT = 4,      /* a word, not a number */
    INPUT_POSITIVE = 16, /* above 0: something is divided by it */
    INPUT_LIMITED = 8,   /* min and max hold, inclusive; either may be infinite */
};

#define METHOD_SERIES_MAX 20000 /* items of a series: hours of two years */
#define METHOD_INPUTS_MAX 24    /* entries of a table */

struct method_input {
    const char *name;
    const char *unit;           /* canonical; "1" for a share; NULL for text */
    const char *initial;        /* default in the first canonical unit, or NULL */
    const char *stream_initial; /* default in a stream where it differs, or NULL */
    unsigned flags;             /* of enum input_flag */
    double min, max;            /* with INPUT_LIMITED, in the canonical unit */
    const char *help;           /* meaning; for formulas the symbol; words of a text */
};

/* How an output enters a process's totals when the method is used by a stream.  The unit
 * of an output with a role is the one said here, without alternatives. */
enum output_role {
    OUTPUT_PLAIN,           /* printed by compute, not summed */
    OUTPUT_CO2E,            /* t CO2e that counts; summed into the stream's term */
    OUTPUT_CO2_FOSSIL,      /* t CO2, gas total; also counts as CO2e */
    OUTPUT_CO2_BIOMASS,     /* t CO2 zero-rated, reported apart */
    OUTPUT_CO2_UNPROVEN,    /* t CO2 of biomass without evidence: part of the fossil CO2,
                               reported beside it */
    OUTPUT_N2O,             /* t N2O, gas total; its CO2e is another output */
    OUTPUT_CF4,             /* t CF4 */
    OUTPUT_C2F6,            /* t C2F6 */
    OUTPUT_CH4,             /* t CH4 */
    OUTPUT_ENERGY,          /* TJ of fuel, reported */
    OUTPUT_CONSUMED,        /* t of a precursor that was consumed */
    OUTPUT_EMBEDDED_DIRECT, /* t CO2e embedded in a precursor, direct */
    OUTPUT_EMBEDDED_INDIRECT,    /* t CO2e, indirect */
    OUTPUT_EMBEDDED_DEFAULT,     /* t CO2e of the direct ones that rest on defaults */
    OUTPUT_EMBEDDED_ELECTRICITY, /* MWh */
};

struct method_output {
    const char *name;
    const char *unit;
    enum output_role role;
    bool series; /* name1, name2, ... as many as the input series */
    const char *help;
};

/* Which term of the attribution (eq. 55, 56) a stream's CO2e belongs to; a precursor's
 * belongs to none of them, but to EE_InpMat (eq. 60). */
enum attribution_term {
    TERM_DIRECT,           /* DirEm* */
    TERM_INDIRECT,         /* Em_el,cons */
    TERM_HEAT_IMPORT,      /* Em_H,imp */
    TERM_HEAT_EXPORT,      /* Em_H,exp, subtracted */
    TERM_WASTE_GAS_IMPORT, /* WG_imp */
    TERM_WASTE_GAS_EXPORT, /* WG_exp, subtracted */
    TERM_EL_PRODUCED,      /* Em_el,prod, subtracted */
    TERM_PRECURSOR,        /* EE_InpMat, direct part */
    TERM_COUNT,
};

/* The names as configuration and summaries write them: "direct", "heat_import". */
extern const char *const attribution_term_names[TERM_COUNT];

/* One named quantity. */
struct quantity {
    double value;      /* in the canonical unit */
    struct bytes text; /* of INPUT_TEXT */
    bool has;
    uint8_t which; /* of the unit's alternatives, from 0 */
};

/* The inputs in the order of the method's table. */
struct method_args {
    const struct quantity *inputs;        /* one per table entry; unused for a series */
    const struct quantity *const *series; /* per entry: `count` items; NULL when it is
                                             no series or none is given */
    size_t count;                         /* items of the series; 0: none */
};

/* Where the outputs go, in the order of the method's table; `has` is false before the
 * call and stays so for what does not apply. */
struct method_results {
    struct quantity *outputs;       /* one per table entry; unused for a series */
    struct quantity *const *series; /* per entry: room for `count` items, or NULL */
};

struct method {
    const char *name;
    const char *summary;        /* one line */
    const char *formula;        /* as text, with units */
    const char *source;         /* act, annex, equation */
    const char *version;        /* goes into every summary: changes when results change */
    enum attribution_term term; /* default term of a stream */
    bool stream; /* may be a stream's method; false: only a calculation by hand */
    const struct method_input *inputs;   /* ends in {0} */
    const struct method_output *outputs; /* ends in {0} */

    /* The calculation.  Required inputs are present, numbers are finite and within
     * limits.  Fails with ERR_REJECT and words: what is wrong with which input. */
    enum err (*compute)(const struct method_args *args,
                        const struct method_results *results, struct error *e);
};

/* Declarations: `method_<name>`. */
#define METHOD(name) extern const struct method method_##name;
#include "methods/list.h"
#undef METHOD

/* All methods, ending in NULL, in the order of gateway/methods/list.h. */
extern const struct method *const methods[];

/* The method of this name, or NULL. */
const struct method *method_find(struct bytes name);

struct buf;

/* Appends the tables of all methods as Markdown. */
void methods_print_reference(struct buf *out);

/* The index of the input that `name` means, or -1.  For an item of a series `*ret_item`
 * is its number from 0 ("term3" gives 2), else 0. */
int method_input_find(const struct method *method, struct bytes name, size_t *ret_item);

/* Fills one absent value from the table's defaults; `stream` says whose. */
void method_fill(const struct method_input *input, bool stream,
                 struct quantity *quantity);

/* Calls compute() for a method whose series are given or not, after checking presence
 * and limits of every input, and checks that every output is finite.  ERR_REJECT. */
enum err method_run(const struct method *method, const struct method_args *args,
                    const struct method_results *results, struct error *e) MUST_CHECK;

/* Checks one value against the limits of its input.  ERR_REJECT names input, value and
 * limits. */
enum err method_input_check(const struct method_input *input,
                            const struct quantity *quantity, struct error *e) MUST_CHECK;

struct units;
struct unit;

/* The conversion of a unit to the canonical one of an input (its "XXX" and "?c" take
 * any).  ERR_REJECT names the input and both units. */
struct method_conversion {
    double scale, offset; /* canonical = value * scale + offset */
    uint8_t which;        /* of the alternatives */
};
enum err method_convert(struct units *units, const struct method_input *input,
                        const struct unit *from, struct method_conversion *ret,
                        struct error *e) MUST_CHECK;

#endif
