/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the readers of the configuration's sections share.  Each section is one
 * constant struct: its name, its table of settings, and the function that turns it
 * into a part of the plan.  The same table makes the reference page.
 */
#ifndef CONFIG_PLAN_PRIVATE_H
#define CONFIG_PLAN_PRIVATE_H

#include "config/plan.h"
#include "core/pool.h"
#include "core/table.h"
#include "core/zone.h"
#include "units/units.h"

/* A plan being made. */
struct build {
    struct plan *plan;
    struct pool *pool; /* the plan's; everything is taken from it */
    const struct bundle *bundle;
    struct problems *problems;
    bool files_missing;        /* already told by bundle_read() */
    struct units *units;       /* NULL until build_open_units() */
    struct zone *zone;         /* the installation's; NULL when it has a problem */
    struct table points;       /* id -> struct plan_point */
    struct table factors;      /* id -> struct library_factor */
    struct table factor_sets;  /* "name@version" of those used, in order of use */
    bool input_lacks_point;    /* of a stream: told where the point stands */
    struct plan_input *inputs; /* of the stream being read */
    struct plan_part *others;  /* of the process being read: points beside inputs */
    size_t other_count, other_capacity;
    struct own_precursor *own_precursors; /* linked when all processes are read */
};

struct section {
    const char *name;
    const char *help;
    bool list;     /* a list of maps, each read by the table */
    bool required; /* it must be there */
    const struct setting *table;
    void (*read)(struct build *b, const struct node *section); /* NULL inside: absent */
};

/* In the order of reading: what refers to another comes after it. */
extern const struct section *const sections[];

extern const struct section section_gateway, section_installation, section_brokers,
    section_inputs, section_windows, section_journal, section_outbox, section_web,
    section_log, section_sinks, section_bridge, section_points, section_factors,
    section_processes, section_simulation;

/* Tables of what stands inside other sections, for the reference page. */
extern const struct setting operator_settings[], stream_settings[], value_settings[],
    activity_settings[], good_settings[], status_settings[], balanced_settings[],
    precursor_settings[], balance_settings[], split_settings[], part_settings[],
    reconcile_settings[];
/* Of the section `bridge`: a rule. */
extern const struct setting rule_settings[];

/* The file of the bundle, parsed; kept until the plan is freed.  NULL after a problem
 * at `node`. */
const struct document *build_document(struct build *b, const char *name,
                                      const struct node *node);

/* The sections of all files in one map. */
const struct node *build_merge(struct build *b, const struct node *const *roots,
                               size_t count);

/* Notes an id; a second one of the same kind is a problem that names the first place.
 * `seen` maps ids to nodes. */
bool build_unique(struct build *b, struct table *seen, const struct node *node,
                  const char *kind, const char *id);

/* Letters, digits, '-', '_' and '.', 1 to 64 of them; else a problem. */
bool build_check_id(struct build *b, const struct node *map, const char *key);

/* The point named at `node`, or NULL after a problem with the nearest name. */
const struct plan_point *build_find_point(struct build *b, const struct node *node);

/* Reads a date (its beginning) or a time, in the installation's zone unless an offset
 * is written.  A problem when it is neither. */
bool build_read_time(struct build *b, const struct node *node, int64_t *ret_ns);

/* Makes units readable; only the sections that have units wait for it.  False after a
 * problem. */
bool build_open_units(struct build *b);

/* Parses a unit; a problem at the node when it is none. */
bool build_unit(struct build *b, const struct node *node, struct bytes text,
                struct unit *ret_unit);

/* ---- the factor library (plan_factors.c) ---- */

/* A value of a factor file; those of the same id follow each other in time. */
struct library_factor {
    const char *id;
    const struct node *value; /* the text "25.8 GJ/t" */
    const char *source;
    const char *set; /* "name@version" */
    int64_t from_ns, to_ns;
    int material;     /* enum analysis_material */
    int64_t analyses; /* behind the value; 0: not said */
    double scatter;   /* relative, 95 %; negative: not said */
    struct library_factor *next;
};

/* The values of this id, or NULL after a problem with the nearest name. */
const struct library_factor *build_find_factor(struct build *b, const struct node *node);

/* ---- what points say of each other (plan_status.c) ---- */

/* Reads the list `status` (may be NULL) and the point named at `frozen_while` (may be
 * NULL) of a point; all points can be found by now. */
void build_status(struct build *b, struct plan_point *point, const struct node *list);
void build_frozen(struct build *b, struct plan_point *point, const struct node *name);

/* ---- what stands in for a point (plan_substitute.c) ---- */

/* Reads the list `balance` of a point (NULL: there is none), which the rule of this name
 * wants; all points can be found by now. */
void build_balance_rule(struct build *b, struct plan_point *point,
                        const struct node *list);

/* ---- where a method's input comes from (plan_inputs.c) ---- */

/* Reads the map `inputs` (may be NULL) of the stream at `place` for its method. */
void build_inputs(struct build *b, struct plan_stream *stream, const struct node *inputs,
                  const struct node *place);

/* More inputs than the configuration names, for rules of precursors. */
#define INPUTS_BY_RULE 4

/* Gives an input that the configuration left out the library's values of this id; false:
 * there are none. */
bool build_library_input(struct build *b, struct plan_stream *stream, const char *input,
                         const char *id);

/* The same with a number that a rule says; in the canonical unit. */
void build_rule_input(struct build *b, struct plan_stream *stream, const char *input,
                      double value, const char *source);

struct method_input;

/* The same for one value that stands outside a stream, such as a content; false after a
 * problem. */
bool build_value(struct build *b, const struct method_input *spec,
                 const struct node *node, struct plan_input *ret_plan);

/* The unit that a value is written in; false when it is not there or does not read. */
bool build_value_unit(struct build *b, const struct plan_input *plan,
                      struct unit *ret_unit);

/* The unit that an input is written in: of its point's window, or of its first value;
 * false when it is not there or does not read. */
bool build_input_unit(struct build *b, const struct plan_stream *stream,
                      const char *input, struct unit *ret_unit);

/* ---- what a process makes (plan_goods.c) ---- */

/* Reads the lists `goods` (may be NULL) and `activity` of a process.  The goods first:
 * activities name them. */
void build_goods(struct build *b, const struct node *list, struct plan_process *process);
void build_activities(struct build *b, const struct node *list,
                      struct plan_process *process);

/* Whether an item of the list `activity` says a content. */
bool build_has_content(const struct node *list);

/* A CN code has four to eight digits, blanks between them; else a problem. */
void build_check_cn(struct build *b, const struct node *map, const char *code);

/* ---- controls (plan_controls.c) ---- */

/* The list `balances` of a process. */
void build_balances(struct build *b, const struct node *list,
                    struct plan_process *process);

/* The map `split` of a stream, and `reconcile` of an input: NULL after a problem. */
const struct plan_ratio *build_split(struct build *b, const struct node *map);
const struct plan_ratio *build_reconcile(struct build *b, const struct node *map);

/* Has the process take this point, which no stream of it names. */
void build_note_other(struct build *b, const struct plan_part *part);

/* Gives the process the points that these gathered. */
void build_keep_others(struct build *b, struct plan_process *process);

/* A problem where several processes take more than the whole of a point. */
void build_check_shares(struct build *b);

/* ---- precursors (plan_precursors.c) ---- */

/* Reads the map `precursor` (NULL: there is none) of the stream at `place`, and gives
 * the stream the inputs that follow from it. */
void build_precursor(struct build *b, struct plan_stream *stream, const struct node *map,
                     const struct node *place);

/* Finds the processes that make what others consume. */
void build_link_precursors(struct build *b);

/* Runs the method on made-up values; a problem at `place` when it refuses the inputs
 * whatever their values (plan_trial.c). */
void build_try_method(struct build *b, const struct plan_stream *stream,
                      const struct node *place);

/* ---- tables of the rules (plan_tables.c) ---- */

struct category {
    const char *name;
    const char *sector;
    const char *unit; /* functional unit */
    const char *const *routes;
    const char *contained; /* functional unit of an activity with a content, or NULL */
    bool indirect_counts;
};
extern const struct category categories[];
extern const char *const category_names[];
extern const char *const sector_names[];
extern const char *const substitution_names[];

/* An ISO 3166-1 alpha-2 code. */
bool is_country(const char *code);

/* A country whose goods count as zero: the Union, and Annex III of 2023/956. */
bool is_exempt(const char *code);

#endif
