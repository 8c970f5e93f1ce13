/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a stream says about the precursor that it consumes, and what the rules make of
 * it: 2025/2547 Annex II A.1(4), (5), Annex III B, E(3); 2025/2621.
 *
 *   made in the installation   its values are solved with those of the other processes
 *   of Union or exempt origin  zero, but the quantity stands in the report
 *   bought, with values        a verification report is wanted, or they are defaults
 *   bought, without            default values of the country, with the year's mark-up
 */
#include "config/plan_private.h"

#include "core/nearest.h"
#include "methods/method.h"

#include <ctype.h>

struct precursor {
    struct plan_precursor plan;
    int category;
    const struct node *process;
    const struct node *origin;
    const struct node *defaults;
};

/* A precursor whose process is looked for when all are read. */
struct own_precursor {
    struct plan_precursor *plan;
    const struct node *process, *place;
    struct unit consumed; /* what is counted: t, or t of nitrogen */
    bool has_consumed;
    struct own_precursor *next;
};

#define NO_CATEGORY (-1)

const struct setting precursor_settings[] = {
    {.key = "process",
     .type = SETTING_ANY,
     AT(struct precursor, process),
     .initial = SETTING_UNSET,
     .help = "Of `precursor_own`: the process of this installation that makes it."},
    {.key = "category",
     .type = SETTING_WORD,
     AT(struct precursor, category),
     .initial = SETTING_UNSET,
     .words = category_names,
     .help = "Of a bought one: its aggregated category of goods."},
    {.key = "cn",
     .type = SETTING_TEXT,
     AT(struct precursor, plan.cn),
     .initial = SETTING_UNSET,
     .example = "\"7202 60 00\"",
     .help = "CN code, 4 to 8 digits."},
    {.key = "origin",
     .type = SETTING_ANY,
     AT(struct precursor, origin),
     .initial = SETTING_UNSET,
     .help = "Country that it was made in, two letters.  Goods of the Union and of the "
             "countries of Annex III of 2023/956 count as zero."},
    {.key = "supplier",
     .type = SETTING_TEXT,
     AT(struct precursor, plan.supplier),
     .initial = SETTING_UNSET,
     .help = "Operator who made it."},
    {.key = "installation",
     .type = SETTING_TEXT,
     AT(struct precursor, plan.installation),
     .initial = SETTING_UNSET,
     .help = "Installation that it was made in."},
    {.key = "verification",
     .type = SETTING_TEXT,
     AT(struct precursor, plan.verification),
     .initial = SETTING_UNSET,
     .help = "Reference of the verification report of its values; without one, default "
             "values have to be used."},
    {.key = "period",
     .type = SETTING_TEXT,
     AT(struct precursor, plan.period),
     .initial = SETTING_UNSET,
     .help = "Reporting period of its values; by default the year it is used in."},
    {.key = "default",
     .type = SETTING_ANY,
     AT(struct precursor, defaults),
     .initial = SETTING_UNSET,
     .example = "clinker_grey",
     .help = "Good whose default values of the country of origin count, with the mark-up "
             "of the year: `default.<country>.<good>.direct` of the factor files."},
    {0},
};

static bool has_input(const struct plan_stream *stream, const char *name)
{
    for (size_t i = 0; i < stream->input_count; i++) {
        size_t index = stream->inputs[i].method_input;
        if (strcmp(stream->method->inputs[index].name, name) == 0) {
            return true;
        }
    }
    return false;
}

static bool given(const struct plan_stream *stream)
{
    return has_input(stream, "see_direct") || has_input(stream, "see_indirect") ||
           has_input(stream, "electricity");
}

/* ---- what is counted ---- */

/* The substance that a consumption is counted by, or "". */
static bool counted_unit(struct build *b, const struct plan_stream *stream,
                         struct unit *ret_unit)
{
    struct unit content = {0};
    if (!build_input_unit(b, stream, "mass", ret_unit)) {
        return false;
    }
    if (has_input(stream, "content")) {
        memset(ret_unit->of, 0, sizeof ret_unit->of);
        if (build_input_unit(b, stream, "content", &content)) {
            memcpy(ret_unit->of, content.of, sizeof ret_unit->of);
        }
    }
    return true;
}

/* Specific emissions per kg of nitrogen go with a consumption in kg of nitrogen. */
static void check_counted(struct build *b, const struct plan_stream *stream,
                          const struct node *place)
{
    struct unit consumed = {0};
    struct unit specific = {0};
    if (!counted_unit(b, stream, &consumed) ||
        !build_input_unit(b, stream, "see_direct", &specific) ||
        strcmp(consumed.of, specific.per) == 0) {
        return;
    }
    problem_at(b->problems, place,
               "see_direct is per t%s%s, the consumption is counted in t%s%s: give "
               "'content' to convert it",
               specific.per[0] ? " " : "", specific.per, consumed.of[0] ? " " : "",
               consumed.of);
}

/* ---- bought ---- */

static void read_origin(struct build *b, const struct node *node,
                        struct plan_precursor *plan)
{
    if (node->kind != NODE_SCALAR || !is_country((const char *)node->text.data)) {
        problem_at(b->problems, node, "origin: a country of two letters is wanted");
        return;
    }
    plan->origin = (const char *)node->text.data;
    plan->exempt = is_exempt(plan->origin);
}

static void use_zero(struct build *b, struct plan_stream *stream,
                     const struct node *place)
{
    static const char source[] =
        "2025/2547 Annex III B; 2023/956 Annex III: goods of the "
        "Union and of exempt countries";
    if (given(stream)) {
        problem_at(b->problems, place,
                   "a precursor of this origin counts as zero: leave its values out");
        return;
    }
    build_rule_input(b, stream, "see_direct", 0, source);
    build_rule_input(b, stream, "see_indirect", 0, source);
}

#define GOODS_MAX 256 /* names that are looked through */

/* Says what to do: the rules have tables of all countries, the program of few. */
static void no_default(struct build *b, const struct node *node, const char *country,
                       const char *wanted)
{
    const char *names[GOODS_MAX + 1] = {0};
    size_t stem = strlen("default.xx.");
    size_t count = 0;
    for (size_t i = 0; i < b->factors.count && count < GOODS_MAX; i++) {
        const struct library_factor *factor = b->factors.entries[i].value;
        if (strncmp(factor->id, wanted, stem) == 0) {
            names[count++] = factor->id;
        }
    }
    const char *near = nearest_name(names, bytes_of(wanted));
    problem_at(b->problems, node,
               "there is no factor '%s'%s%s%s: the program has %s default values of %s. "
               "Put those of 2025/2621, or of its table of other countries, with their "
               "source under this id into a factor file and name it in 'factors'",
               wanted, near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "",
               count > 0 ? "other" : "no", country);
}

static void use_defaults(struct build *b, struct plan_stream *stream,
                         const struct plan_precursor *plan, const struct category *goods,
                         const struct node *node)
{
    static const char source[] = "2025/2621 Annex I: default values";
    char country[3] = {(char)tolower((unsigned char)plan->origin[0]),
                       (char)tolower((unsigned char)plan->origin[1]), 0};
    const char *stem = pool_print(b->pool, "default.%s.%s", country, plan->defaults);
    const char *direct = pool_print(b->pool, "%s.direct", stem);
    const char *indirect = pool_print(b->pool, "%s.indirect", stem);
    bool fertiliser = strcmp(goods->sector, "fertiliser") == 0;
    if (given(stream) || has_input(stream, "default_share")) {
        problem_at(b->problems, node, "'default' and values of its own: one of them");
        return;
    }
    if (!build_library_input(b, stream, "see_direct", direct)) {
        no_default(b, node, plan->origin, direct);
        return;
    }
    (void)build_library_input(b, stream, "see_indirect", indirect);
    build_rule_input(b, stream, "default_share", 1, source);
    (void)build_library_input(b, stream, "markup",
                              fertiliser ? "default.markup_fertilisers"
                                         : "default.markup");
}

/* Values of a supplier count when a verifier has reported on them. */
static void check_verified(struct build *b, const struct plan_stream *stream,
                           const struct plan_precursor *plan, const struct node *place)
{
    double by_default = 0;
    for (size_t i = 0; i < stream->input_count; i++) {
        const struct plan_input *input = &stream->inputs[i];
        const char *name = stream->method->inputs[input->method_input].name;
        if (strcmp(name, "default_share") == 0 && input->factor_count > 0) {
            by_default = input->factors[0].value;
        }
    }
    if (given(stream) && !plan->verification && by_default < 1) {
        problem_at(b->problems, place,
                   "a supplier's values need 'verification', the reference of the "
                   "verifier's report; without one use 'default'");
    }
}

static void finish_bought(struct build *b, struct plan_stream *stream,
                          struct precursor *precursor, const struct node *place)
{
    struct plan_precursor *plan = &precursor->plan;
    if (precursor->category == NO_CATEGORY || !precursor->origin) {
        problem_at(b->problems, place, "a bought precursor needs '%s'",
                   precursor->origin ? "category" : "origin");
        return;
    }
    const struct category *goods = &categories[precursor->category];
    plan->category = goods->name;
    plan->indirect_counts = goods->indirect_counts;
    read_origin(b, precursor->origin, plan);
    if (precursor->process) {
        problem_at(b->problems, precursor->process,
                   "made in the installation: the method is precursor_own");
    } else if (plan->origin && plan->exempt) {
        use_zero(b, stream, place);
    } else if (plan->origin && plan->defaults) {
        use_defaults(b, stream, plan, goods, precursor->defaults);
    } else {
        check_verified(b, stream, plan, place);
        check_counted(b, stream, place);
    }
}

/* ---- made in the installation ---- */

static void finish_own(struct build *b, const struct plan_stream *stream,
                       const struct precursor *precursor, struct plan_precursor *plan,
                       const struct node *place)
{
    if (!precursor->process) {
        problem_at(b->problems, place,
                   "precursor_own needs 'process', the one that makes it");
        return;
    }
    struct own_precursor *own = pool_new(b->pool, struct own_precursor);
    *own = (struct own_precursor){.plan = plan,
                                  .process = precursor->process,
                                  .place = place,
                                  .next = b->own_precursors};
    own->has_consumed = counted_unit(b, stream, &own->consumed);
    b->own_precursors = own;
}

static const struct plan_process *find_process(struct build *b, const struct node *node)
{
    const char *names[256] = {0};
    for (size_t i = 0; i < b->plan->process_count; i++) {
        const struct plan_process *process = &b->plan->processes[i];
        if (process->id && bytes_are(node->text, process->id)) {
            return process;
        }
        if (i < 255) {
            names[i] = process->id ? process->id : "";
        }
    }
    const char *near = nearest_name(names, node->text);
    problem_at(b->problems, node, "there is no process '%.*s'%s%s%s",
               BYTES_ARG(node->text), near ? "; did you mean '" : "", near ? near : "",
               near ? "'?" : "");
    return NULL;
}

/* From t of what was consumed to the functional unit of the process that makes it. */
static void link_unit(struct build *b, struct own_precursor *own,
                      const struct plan_process *process)
{
    struct unit tonne = {0};
    struct unit unit = {0};
    double offset = 0;
    struct error e = {0};
    if (!own->has_consumed || !process->functional_unit ||
        units_parse(b->units, BYTES("t"), &tonne, &e) != ERR_OK ||
        units_parse(b->units, bytes_of(process->functional_unit), &unit, &e) != ERR_OK) {
        return;
    }
    memcpy(tonne.of, own->consumed.of, sizeof tonne.of);
    if (strcmp(tonne.of, unit.of) != 0 ||
        unit_convert(&tonne, &unit, &own->plan->to_unit, &offset, &e) != ERR_OK) {
        problem_at(b->problems, own->place,
                   "the process '%s' counts %s, the consumption is in t%s%s: give "
                   "'content' to convert it",
                   process->id, process->functional_unit, tonne.of[0] ? " " : "",
                   tonne.of);
    }
}

void build_link_precursors(struct build *b)
{
    for (struct own_precursor *own = b->own_precursors; own; own = own->next) {
        const struct plan_process *process = find_process(b, own->process);
        if (process) {
            own->plan->process = process->id;
            own->plan->unit = process->functional_unit;
            own->plan->category = process->category;
            own->plan->cn = process->cn;
            own->plan->indirect_counts = process->indirect_counts;
            link_unit(b, own, process);
        }
    }
}

/* ---- both ---- */

/* Only precursors have the map and the term. */
static bool is_precursor(struct build *b, const struct plan_stream *stream,
                         const struct node *map, const struct node *place)
{
    bool is = strncmp(stream->method->name, "precursor", strlen("precursor")) == 0;
    if (is && !map) {
        problem_at(b->problems, place, "the method '%s' needs the map 'precursor'",
                   stream->method->name);
    } else if (!is && (map || stream->term == TERM_PRECURSOR)) {
        problem_at(b->problems, map ? map : place,
                   "%s only with the methods precursor and precursor_own",
                   map ? "'precursor' goes" : "the term 'precursor' goes");
    }
    return is && map;
}

void build_precursor(struct build *b, struct plan_stream *stream, const struct node *map,
                     const struct node *place)
{
    if (!is_precursor(b, stream, map, place)) {
        return;
    }
    struct precursor *precursor = pool_new(b->pool, struct precursor);
    precursor->category = NO_CATEGORY;
    precursor->plan.to_unit = 1;
    precursor->plan.unit = "t";
    stream->term = TERM_PRECURSOR;
    if (!settings_read(precursor_settings, map, precursor, b->problems)) {
        return;
    }
    if (precursor->defaults) {
        precursor->plan.defaults = (const char *)precursor->defaults->text.data;
    }
    stream->precursor = &precursor->plan;
    if (strcmp(stream->method->name, "precursor_own") == 0) {
        finish_own(b, stream, precursor, &precursor->plan, map);
    } else {
        finish_bought(b, stream, precursor, map);
    }
}
