/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What checks and divides: balances of a carrier (2025/2547 Annex IV item 17), splits of
 * a stream by mass, heat or moles (Annex III A.1, eq. 43), and meters of processes
 * reconciled with the one of the installation (eq. 41, 42).
 */
#include "config/plan_private.h"

#include "core/mem.h"
#include "methods/method.h"

#include <math.h>

const char *const carrier_names[] = {[CARRIER_ELECTRICITY] = "electricity",
                                     [CARRIER_HEAT] = "heat",
                                     [CARRIER_WASTE_GAS] = "waste_gas",
                                     [CARRIER_MATERIAL] = "material",
                                     NULL};

#define PARTS_MAX 64 /* of one sum */

/* ---- sums of points ---- */

/* The parts of a sum share the unit of the first. */
struct sum_of {
    struct build *b;
    struct plan_part *parts;
    size_t count;
    struct unit unit;
    const char *unit_text;
};

void build_note_other(struct build *b, const struct plan_part *part)
{
    b->others =
        mem_grow(b->others, b->other_count, &b->other_capacity, sizeof *b->others);
    b->others[b->other_count++] = *part;
}

static void add_part(struct sum_of *sum, const struct node *node, double weight)
{
    struct build *b = sum->b;
    const struct plan_point *point = build_find_point(b, node);
    struct unit unit = {0};
    struct plan_part part = {.point = point, .scale = 1};
    double offset = 0;
    struct error e = {0};
    if (!point || !point->window_unit ||
        units_parse(b->units, bytes_of(point->window_unit), &unit, &e) != ERR_OK) {
        return;
    }
    if (!sum->unit_text) {
        sum->unit = unit;
        sum->unit_text = point->window_unit;
    }
    if (unit_convert(&unit, &sum->unit, &part.scale, &offset, &e) != ERR_OK) {
        problem_at(b->problems, node, "point '%s' (%s) does not add to %s: %s", point->id,
                   point->window_unit, sum->unit_text, e.text);
        return;
    }
    part.point_index = (size_t)(point - b->plan->points);
    part.scale *= weight;
    build_note_other(b, &part);
    sum->parts[sum->count++] = part;
}

static bool is_list(struct build *b, const struct node *list, const char *what)
{
    bool good = list->kind == NODE_LIST && list->count > 0 && list->count <= PARTS_MAX;
    if (!good) {
        problem_at(b->problems, list, "%s: a list of 1 to %d points is wanted", what,
                   PARTS_MAX);
    }
    return good;
}

/* A list of ids. */
static void add_points(struct sum_of *sum, const struct node *list, const char *what)
{
    if (!is_list(sum->b, list, what)) {
        return;
    }
    sum->parts = pool_take(sum->b->pool, list->count, sizeof *sum->parts);
    NODE_EACH(node, list)
    {
        add_part(sum, node, 1);
    }
}

/* ---- balances ---- */

struct balance {
    struct plan_balance plan;
    int carrier;
    const struct node *in, *out;
};

const struct setting balance_settings[] = {
    {.key = "id",
     .type = SETTING_TEXT,
     AT(struct balance, plan.id),
     .help = "Name of the balance within its process."},
    {.key = "carrier",
     .type = SETTING_WORD,
     AT(struct balance, carrier),
     .words = carrier_names,
     .help = "What is balanced."},
    {.key = "in",
     .type = SETTING_ANY,
     AT(struct balance, in),
     .help = "Points of what comes in, made or imported: `[ID, ID]`."},
    {.key = "out",
     .type = SETTING_ANY,
     AT(struct balance, out),
     .help = "Points of what goes out: consumed, sold, lost."},
    {.key = "tolerance",
     .type = SETTING_SHARE,
     AT(struct balance, plan.tolerance),
     .initial = "1 %",
     .help = "Difference, of the larger side, beyond which it is an alarm."},
    {0},
};

static void read_balance(struct build *b, const struct node *node,
                         struct plan_balance *ret_plan)
{
    struct balance balance = {0};
    bool good = settings_read(balance_settings, node, &balance, b->problems);
    build_check_id(b, node, "id");
    if (!good) {
        return;
    }
    struct sum_of in = {.b = b};
    add_points(&in, balance.in, "in");
    struct sum_of out = {.b = b, .unit = in.unit, .unit_text = in.unit_text};
    add_points(&out, balance.out, "out");
    balance.plan.carrier = (enum carrier)balance.carrier;
    balance.plan.in = in.parts;
    balance.plan.in_count = in.count;
    balance.plan.out = out.parts;
    balance.plan.out_count = out.count;
    balance.plan.unit = in.unit_text;
    *ret_plan = balance.plan;
}

void build_balances(struct build *b, const struct node *list,
                    struct plan_process *process)
{
    struct table seen;
    if (list->kind != NODE_LIST) {
        problem_at(b->problems, list, "balances: a list is wanted");
        return;
    }
    struct plan_balance *balances = pool_take(b->pool, list->count, sizeof *balances);
    table_init(&seen);
    NODE_EACH(node, list)
    {
        struct plan_balance *balance = &balances[process->balance_count++];
        read_balance(b, node, balance);
        if (balance->id) {
            build_unique(b, &seen, node, "balance", balance->id);
        }
    }
    table_deinit(&seen);
    process->balances = balances;
}

/* ---- splits ---- */

struct split {
    int by;
    const struct node *own, *others;
};

enum { BY_MASS, BY_HEAT, BY_MOLE };
static const char *const by_names[] = {"mass", "heat", "mole", NULL};
static const char *const by_units[] = {"t", "TJ", "t"};

const struct setting split_settings[] = {
    {.key = "by",
     .type = SETTING_WORD,
     AT(struct split, by),
     .words = by_names,
     .help = "The relation: `mass`, `heat`, or `mole` (mass over molar mass)."},
    {.key = "own",
     .type = SETTING_ANY,
     AT(struct split, own),
     .help = "Points of this process: `[{point: ID}]`."},
    {.key = "others",
     .type = SETTING_ANY,
     AT(struct split, others),
     .help = "Points of all others that share the stream, goods outside CBAM too."},
    {0},
};

struct part {
    const struct node *point, *molar_mass;
};

const struct setting part_settings[] = {
    {.key = "point",
     .type = SETTING_ANY,
     AT(struct part, point),
     .help = "Id of the point."},
    {.key = "molar_mass",
     .type = SETTING_ANY,
     AT(struct part, molar_mass),
     .initial = SETTING_UNSET,
     .example = "17.03 g/mol",
     .help = "By `mole`: of the substance."},
    {0},
};

/* 1 / M in mol/g; 0 after a problem. */
static double moles_per_gram(struct build *b, const struct node *node)
{
    struct unit unit = {0};
    struct unit wanted = {0};
    double number = 0;
    double scale = 0;
    double offset = 0;
    struct error e = {0};
    bool good =
        node->kind == NODE_SCALAR &&
        units_parse_quantity(b->units, node->text, &number, &unit, &e) == ERR_OK &&
        units_parse(b->units, BYTES("g/mol"), &wanted, &e) == ERR_OK &&
        unit_convert(&unit, &wanted, &scale, &offset, &e) == ERR_OK && number > 0;
    if (!good) {
        problem_at(b->problems, node,
                   "molar_mass: a mass above 0 is wanted, as in 17.03 "
                   "g/mol");
        return 0;
    }
    return 1 / (number * scale);
}

static void add_split_part(struct sum_of *sum, const struct node *node, bool by_mole)
{
    struct part part = {0};
    double weight = 1;
    if (!settings_read(part_settings, node, &part, sum->b->problems)) {
        return;
    }
    if (by_mole != (part.molar_mass != NULL)) {
        problem_at(sum->b->problems, node, "'molar_mass' is wanted by mole, only there");
        return;
    }
    if (by_mole) {
        weight = moles_per_gram(sum->b, part.molar_mass);
    }
    add_part(sum, part.point, weight);
}

/* Into `sum`, whose parts have room. */
static void add_split_parts(struct sum_of *sum, const struct node *list, bool by_mole,
                            const char *what)
{
    if (is_list(sum->b, list, what)) {
        NODE_EACH(node, list)
        {
            add_split_part(sum, node, by_mole);
        }
    }
}

const struct plan_ratio *build_split(struct build *b, const struct node *map)
{
    struct split split = {0};
    if (!settings_read(split_settings, map, &split, b->problems)) {
        return NULL;
    }
    struct sum_of all = {.b = b, .unit_text = by_units[split.by]};
    struct plan_ratio *ratio = pool_new(b->pool, struct plan_ratio);
    if (!build_unit(b, map, bytes_of(all.unit_text), &all.unit)) {
        return NULL;
    }
    all.parts =
        pool_take(b->pool, split.own->count + split.others->count, sizeof *all.parts);
    add_split_parts(&all, split.own, split.by == BY_MOLE, "own");
    ratio->above = all.parts;
    ratio->above_count = all.count;
    add_split_parts(&all, split.others, split.by == BY_MOLE, "others");
    ratio->below = all.parts;
    ratio->below_count = all.count;
    return ratio;
}

/* ---- reconciliation ---- */

struct reconcile {
    const struct node *to, *of;
};

const struct setting reconcile_settings[] = {
    {.key = "to",
     .type = SETTING_ANY,
     AT(struct reconcile, to),
     .help = "Points of the installation's meter: `[ID]`."},
    {.key = "of",
     .type = SETTING_ANY,
     AT(struct reconcile, of),
     .help = "Points of the meters of all processes that have to add up to it."},
    {0},
};

const struct plan_ratio *build_reconcile(struct build *b, const struct node *map)
{
    struct reconcile reconcile = {0};
    if (!settings_read(reconcile_settings, map, &reconcile, b->problems)) {
        return NULL;
    }
    struct plan_ratio *ratio = pool_new(b->pool, struct plan_ratio);
    struct sum_of to = {.b = b};
    add_points(&to, reconcile.to, "to");
    struct sum_of of = {.b = b, .unit = to.unit, .unit_text = to.unit_text};
    add_points(&of, reconcile.of, "of");
    *ratio = (struct plan_ratio){.above = to.parts,
                                 .above_count = to.count,
                                 .below = of.parts,
                                 .below_count = of.count};
    return ratio;
}

/* What may stand in for the point. */
static void note_balanced(struct build *b, const struct plan_point *point)
{
    for (size_t i = 0; point && i < point->balance_count; i++) {
        build_note_other(b, &point->balance[i]);
    }
}

/* The balances of all points that the process takes. */
static void note_balances(struct build *b, const struct plan_process *process)
{
    size_t count = b->other_count;
    note_balanced(b, process->operating);
    for (size_t i = 0; i < count; i++) {
        note_balanced(b, b->others[i].point);
    }
    for (size_t i = 0; i < process->activity_count; i++) {
        note_balanced(b, process->activities[i].point);
    }
    for (size_t s = 0; s < process->stream_count; s++) {
        for (size_t i = 0; i < process->streams[s].input_count; i++) {
            note_balanced(b, process->streams[s].inputs[i].point);
        }
    }
}

void build_keep_others(struct build *b, struct plan_process *process)
{
    note_balances(b, process);
    struct plan_part *kept = pool_take(b->pool, b->other_count, sizeof *kept);
    if (b->other_count > 0) {
        memcpy(kept, b->others, b->other_count * sizeof *kept);
    }
    process->others = kept;
    process->other_count = b->other_count;
}

/* ---- shares ---- */

static bool same_use(const struct plan_stream *a, const struct plan_input *x,
                     const struct plan_stream *b, const struct plan_input *y)
{
    return a->method == b->method && a->term == b->term && x->point && !a->split &&
           !b->split && x->point == y->point && x->method_input == y->method_input &&
           x->sign == y->sign;
}

/* What `other` takes of the point in the same use, by its share; 0: nothing. */
static double taken_by(const struct plan_stream *other, const struct plan_stream *stream,
                       const struct plan_input *input)
{
    double sum = 0;
    for (size_t i = 0; i < other->input_count; i++) {
        sum += same_use(stream, input, other, &other->inputs[i]) ? other->share : 0;
    }
    return sum;
}

/* What all processes take of the point in this use; 0 when another comes first. */
static double whole_share(const struct plan *plan, const struct plan_stream *stream,
                          const struct plan_input *input)
{
    double sum = 0;
    for (size_t p = 0; p < plan->process_count; p++) {
        const struct plan_process *process = &plan->processes[p];
        for (size_t s = 0; s < process->stream_count; s++) {
            double taken = taken_by(&process->streams[s], stream, input);
            if (sum == 0 && taken > 0 && &process->streams[s] != stream) {
                return 0;
            }
            sum += taken;
        }
    }
    return sum;
}

#define WHOLE (1 + 1e-9)

/* Only of what adds up: a mean, such as a concentration, may serve many, and so may the
 * flow of a stack in which several gases are measured. */
static bool adds_up(const struct plan_stream *stream, const struct plan_input *input)
{
    bool stack = stream->method && strncmp(stream->method->name, "cems", 4) == 0;
    return !stack && input->point && input->point->kind != POINT_GAUGE &&
           input->point->kind != POINT_STATE;
}

static void check_shares_of(struct build *b, const struct plan_stream *stream)
{
    for (size_t i = 0; i < stream->input_count; i++) {
        const struct plan_input *input = &stream->inputs[i];
        double sum = adds_up(stream, input) ? whole_share(b->plan, stream, input) : 0;
        if (sum > WHOLE) {
            problem_at(b->problems, input->node,
                       "point '%s' is taken %.6g times in all: the shares of its streams "
                       "must not add up to more than 1",
                       input->point->id, sum);
        }
    }
}

void build_check_shares(struct build *b)
{
    for (size_t p = 0; p < b->plan->process_count; p++) {
        const struct plan_process *process = &b->plan->processes[p];
        for (size_t s = 0; s < process->stream_count; s++) {
            check_shares_of(b, &process->streams[s]);
        }
    }
}
