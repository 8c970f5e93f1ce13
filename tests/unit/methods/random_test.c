/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What holds for methods whatever the numbers, by random inputs from their own tables.
 * Every method has a line in `rules`, or the first test fails: a new one is tried as
 * soon as it says what of it grows, or is excused by name with the reason.
 */
#include "methods/method.h"
#include "seeded.h"

#include <criterion/criterion.h>
#include <stdio.h>

#define ITEMS 7        /* of a series */
#define TRIALS 200     /* that count, a method */
#define DRAWS_MAX 2000 /* to get one: inputs that exclude each other are refused */
#define NEAR 1e-9

enum behaviour {
    LINEAR,       /* k times the inputs named gives k times the outputs; parts add up */
    PROPORTIONAL, /* the same without adding up: a floor or a smaller-of is in it */
    UNCHANGED, /* k times the inputs named changes nothing: a specific value, a factor */
    EXCUSED,
};

/* `words`: the inputs that grow together, or the reason of an excuse. */
static const struct rule {
    const char *method;
    enum behaviour behaviour;
    const char *words;
    const char *output; /* the only one it holds for; NULL: all */
} rules[] = {
    {"combustion", LINEAR, " fuel_quantity ", NULL},
    {"process", LINEAR, " activity_data ", NULL},
    {"flare", LINEAR, " volume ", NULL},
    {"clinker_output", LINEAR, " clinker bypass_dust kiln_dust ", NULL},
    {"gypsum", LINEAR, " gypsum ", NULL},
    {"urea_denox", LINEAR, " urea ", NULL},
    {"co2_transfer", LINEAR, " co2 ", NULL},
    {"mass_balance", LINEAR, " activity_data ", NULL},
    {"cems", LINEAR, " flow ", NULL},
    {"cems_nitric_acid", LINEAR, " air ", NULL},
    {"cems_average", LINEAR, " hours ", NULL},
    {"cems_hours", LINEAR, " flow ", NULL},
    {"conc_indirect", EXCUSED, "a rest of 100 %", NULL},
    {"hno3_flow", LINEAR, " air ", NULL},
    {"nm3", LINEAR, " flow ", NULL},
    {"percent_to_g", LINEAR, " percent ", NULL},
    {"pfc_slope", LINEAR, " aluminium ", NULL},
    {"pfc_overvoltage", LINEAR, " aluminium ", NULL},
    {"electricity", LINEAR, " electricity ", NULL},
    {"electricity_matched", PROPORTIONAL, " electricity supplied ", NULL},
    {"ef_electricity", UNCHANGED, " energy em_fgc el_net ", NULL},
    {"heat_flow", LINEAR, " volume_flow mass_flow ", NULL},
    {"heat_steam", LINEAR, " mass ", NULL},
    {"heat_emissions", LINEAR, " q_consumed ", NULL},
    {"heat_default_ef", LINEAR, " ef_fuel ", NULL},
    {"ef_mix", UNCHANGED, " energy em_fgc ", NULL},
    {"chp", UNCHANGED, " energy_in q_net el_net em_chp ", "ef_heat"},
    {"waste_gas_import", LINEAR, " energy volume ", NULL},
    {"waste_gas_export", LINEAR, " energy volume ", NULL},
    {"total", LINEAR, " term ", NULL},
    {"attr", PROPORTIONAL,
     " dir_em heat_imp heat_exp wg_imp wg_exp em_el_prod em_el_cons ", NULL},
    {"recf", PROPORTIONAL, " installation process ", "process"},
    {"molar_split", LINEAR, " em_total ", NULL},
    {"see", UNCHANGED,
     " dir_em activity_level electricity heat_imp heat_exp wg_imp wg_exp em_el_prod"
     " prec_mass ",
     NULL},
    {"precursor", LINEAR, " mass ", NULL},
    {"precursor_own", LINEAR, " mass ", NULL},
    {"weighted", UNCHANGED, " weight ", NULL},
    {"chain_share", UNCHANGED, " precursor_mass activity_level ", NULL},
    {"carbon_price", UNCHANGED, " precursor_mass activity_level ", NULL},
    {"markup", LINEAR, " default ", NULL},
    {"clinker_fu", UNCHANGED, " attr_em cement ", NULL},
    {"nitrogen_fu", UNCHANGED, " attr_em product ", NULL},
    {"stock_consumption", LINEAR, " imported exported stock_begin stock_end ", NULL},
    {"stock_production", LINEAR, " imported exported stock_begin stock_end ", NULL},
    {"clinker_from_cement", LINEAR,
     " cement_delivered cement_stock_variation clinker_supplied clinker_dispatched"
     " clinker_stock_variation ",
     NULL},
    {"cc_from_ef_ncv", LINEAR, " emission_factor ", NULL},
    {"cc_from_ef", LINEAR, " emission_factor ", NULL},
    {"ef_from_cc", LINEAR, " carbon_content ", NULL},
    {"ef_from_cc_mass", LINEAR, " carbon_content ", NULL},
    {"ncv_wet", EXCUSED, "the heat of the water is taken off", NULL},
    {"oxidation", UNCHANGED, " c_ash c_total ", NULL},
    {"stoich", LINEAR, " n_co2 ", NULL},
    {"ckd", EXCUSED, "a factor by a degree of calcination", NULL},
    {"co_as_co2", LINEAR, " co ", NULL},
    {"hour_valid", UNCHANGED, " points points_max ", NULL},
    {"subst_conc", PROPORTIONAL, " conc ", NULL},
    {"part75_missing", PROPORTIONAL,
     " before after p90 p95 maximum_lookback maximum_potential ", NULL},
    {"rounding", EXCUSED, "it rounds", NULL},
    {"n2o_round", EXCUSED, "it rounds", NULL},
    {"cost_benefit", LINEAR, " related_emissions ", NULL},
    {"mass_factor", LINEAR, " fuel ", NULL},
    {"volume_factor", LINEAR, " volume ", NULL},
    {"ship_ttw", EXCUSED, "per tonne of fuel", NULL},
    {"ship_fuel", LINEAR, " fuel ", NULL},
};

#define RULES (sizeof rules / sizeof rules[0])

/* The inputs and outputs of one call. */
struct call {
    struct quantity inputs[METHOD_INPUTS_MAX];
    struct quantity items[METHOD_INPUTS_MAX][ITEMS];
    size_t count;
    struct quantity outputs[METHOD_INPUTS_MAX];
    struct quantity out_items[METHOD_INPUTS_MAX][ITEMS];
};

static bool run(const struct method *method, struct call *call)
{
    const struct quantity *series[METHOD_INPUTS_MAX] = {NULL};
    struct quantity *out_series[METHOD_INPUTS_MAX] = {NULL};
    struct error e = {0};
    for (size_t i = 0; method->inputs[i].name; i++) {
        bool given = method->inputs[i].flags & INPUT_SERIES && call->items[i][0].has;
        series[i] = given ? call->items[i] : NULL;
    }
    for (size_t i = 0; method->outputs[i].name; i++) {
        call->outputs[i] = (struct quantity){.has = false};
        out_series[i] = method->outputs[i].series ? call->out_items[i] : NULL;
    }
    struct method_args args = {call->inputs, series, call->count};
    struct method_results results = {call->outputs, out_series};
    return method_run(method, &args, &results, &e) == ERR_OK;
}

/* ---- inputs ---- */

static struct quantity draw(struct seeded *random, const struct method_input *input)
{
    struct quantity q = {.has = true};
    bool limited = (input->flags & INPUT_LIMITED) != 0;
    if (input->flags & INPUT_TEXT) {
        q.text = bytes_of(seeded_below(random, 2) ? "CO2" : "N2O");
    } else if (limited && isfinite(input->max)) {
        q.value = seeded_within(random, isfinite(input->min) ? input->min : -input->max,
                                input->max);
    } else {
        bool negative = !limited && !(input->flags & INPUT_POSITIVE);
        q.value = seeded_size(random, -3, 4);
        q.value = negative && seeded_below(random, 2) ? -q.value : q.value;
    }
    return q;
}

static bool skipped(struct seeded *random, const struct method_input *input)
{
    return input->flags & INPUT_OPTIONAL && seeded_below(random, 2);
}

static void draw_call(struct seeded *random, const struct method *method,
                      struct call *call)
{
    *call = (struct call){.count = 0};
    for (size_t i = 0; method->inputs[i].name; i++) {
        const struct method_input *input = &method->inputs[i];
        bool left_out = skipped(random, input);
        if (input->flags & INPUT_SERIES) {
            call->count = ITEMS;
        }
        for (size_t n = 0; !left_out && input->flags & INPUT_SERIES && n < ITEMS; n++) {
            call->items[i][n] = draw(random, input);
            /* Shares of one whole: together they are no more than it. */
            call->items[i][n].value /= isfinite(input->max) ? ITEMS : 1;
        }
        if (!left_out && !(input->flags & INPUT_SERIES)) {
            call->inputs[i] = draw(random, input);
        }
        method_fill(input, false, &call->inputs[i]);
    }
}

/* Draws until the method takes it. */
static void draw_good(struct seeded *random, const struct method *method,
                      struct call *call)
{
    for (size_t draws = 0; draws < DRAWS_MAX; draws++) {
        draw_call(random, method, call);
        if (run(method, call)) {
            return;
        }
    }
    cr_assert_fail("%s: no inputs that it takes (EMGATE_SEED=%llu)", method->name,
                   (unsigned long long)random->seed);
}

static bool grows(const struct rule *rule, const struct method_input *input)
{
    char word[64];
    snprintf(word, sizeof word, " %s ", input->name);
    return strstr(rule->words, word) != NULL;
}

/* ---- two calls beside each other ---- */

/* a's inputs that grow, times k. */
static void grow(const struct rule *rule, const struct method *method, double k,
                 struct call *a)
{
    for (size_t i = 0; method->inputs[i].name; i++) {
        bool is = grows(rule, &method->inputs[i]);
        for (size_t n = 0; is && n < a->count; n++) {
            a->items[i][n].value *= k;
        }
        a->inputs[i].value *= is ? k : 1;
    }
}

/* a = a - b, of the inputs that grow. */
static void take_off(const struct rule *rule, const struct method *method,
                     const struct call *b, struct call *a)
{
    for (size_t i = 0; method->inputs[i].name; i++) {
        bool is = grows(rule, &method->inputs[i]);
        for (size_t n = 0; is && n < a->count; n++) {
            a->items[i][n].value -= b->items[i][n].value;
        }
        a->inputs[i].value -= is ? b->inputs[i].value : 0;
    }
}

static bool near(double a, double b, double size)
{
    return fabs(a - b) <= NEAR * size;
}

static bool concerns(const struct rule *rule, const struct method_output *output)
{
    return !rule->output || strcmp(rule->output, output->name) == 0;
}

/* Whether wanted x `times` of one is the other, in all outputs. */
static bool same_outputs(const struct rule *rule, const struct method *method,
                         const struct call *one, double times, const struct call *other)
{
    bool same = true;
    for (size_t i = 0; method->outputs[i].name; i++) {
        bool series = method->outputs[i].series;
        const struct quantity *a = series ? one->out_items[i] : &one->outputs[i];
        const struct quantity *b = series ? other->out_items[i] : &other->outputs[i];
        for (size_t n = 0; n < (series ? one->count : 1); n++) {
            double wanted = a[n].value * times;
            same = same &&
                   (!concerns(rule, &method->outputs[i]) ||
                    (a[n].has == b[n].has && near(b[n].value, wanted, fabs(wanted))));
        }
    }
    return same;
}

/* k times the inputs: a power of two leaves every digit as it is. */
static bool scales(const struct rule *rule, const struct method *method,
                   struct seeded *random)
{
    struct call one;
    draw_good(random, method, &one);
    struct call other = one;
    double k = ldexp(1, (int)seeded_below(random, 12) - 8);
    grow(rule, method, k, &other);
    if (!run(method, &other)) {
        return true; /* beyond a limit */
    }
    return same_outputs(rule, method, &one, rule->behaviour == UNCHANGED ? 1 : k, &other);
}

/* Two windows of other sizes are the whole. */
static bool adds_up(const struct rule *rule, const struct method *method,
                    struct seeded *random)
{
    struct call whole;
    draw_good(random, method, &whole);
    struct call part = whole;
    grow(rule, method, seeded_within(random, 0, 1), &part);
    struct call rest = whole;
    take_off(rule, method, &part, &rest);
    bool same = run(method, &part) && run(method, &rest);
    for (size_t i = 0; method->outputs[i].name && same; i++) {
        bool series = method->outputs[i].series;
        struct quantity *w = series ? whole.out_items[i] : &whole.outputs[i];
        struct quantity *p = series ? part.out_items[i] : &part.outputs[i];
        struct quantity *r = series ? rest.out_items[i] : &rest.outputs[i];
        for (size_t n = 0; n < (series ? whole.count : 1); n++) {
            double size = fabs(w[n].value) + fabs(p[n].value) + fabs(r[n].value);
            same = same && near(w[n].value, p[n].value + r[n].value, size);
        }
    }
    return same;
}

static bool has_series(const struct method *method)
{
    bool has = false;
    for (size_t i = 0; method->inputs[i].name; i++) {
        has = has || method->inputs[i].flags & INPUT_SERIES;
    }
    return has;
}

/* The items of every series in another order give the same, in that order. */
static bool order_is_free(const struct method *method, struct seeded *random)
{
    struct call one;
    size_t order[ITEMS];
    draw_good(random, method, &one);
    seeded_order(random, order, ITEMS);
    struct call other = one;
    for (size_t i = 0; i < METHOD_INPUTS_MAX; i++) {
        for (size_t n = 0; n < ITEMS; n++) {
            other.items[i][n] = one.items[i][order[n]];
        }
    }
    bool same = run(method, &other);
    for (size_t i = 0; method->outputs[i].name && same; i++) {
        bool series = method->outputs[i].series;
        for (size_t n = 0; n < (series ? one.count : 1); n++) {
            double a = series ? one.out_items[i][order[n]].value : one.outputs[i].value;
            double b = series ? other.out_items[i][n].value : other.outputs[i].value;
            same = same && fabs(a - b) <= 1e-13 * fabs(a);
        }
    }
    return same;
}

/* ---- the tests ---- */

static const struct method *method_of(const struct rule *rule)
{
    const struct method *method = method_find(bytes_of(rule->method));
    cr_assert_not_null(method, "%s", rule->method);
    return method;
}

Test(random, every_method_has_a_rule_and_every_rule_its_inputs)
{
    for (size_t m = 0; methods[m]; m++) {
        size_t found = 0;
        for (size_t i = 0; i < RULES; i++) {
            found += strcmp(rules[i].method, methods[m]->name) == 0;
        }
        cr_assert_eq(found, 1, "'%s' needs one line in the rules of this test",
                     methods[m]->name);
    }
    for (size_t i = 0; i < RULES; i++) {
        const struct method *method = method_of(&rules[i]);
        size_t named = 0;
        size_t words = 0;
        for (const char *at = rules[i].words + 1; *at; at++) {
            words += *at == ' ';
        }
        for (size_t n = 0; method->inputs[n].name; n++) {
            named += grows(&rules[i], &method->inputs[n]);
        }
        cr_assert(rules[i].behaviour == EXCUSED ? !method->stream : named == words, "%s",
                  method->name);
    }
}

Test(random, a_method_scales_with_what_grows)
{
    struct seeded random = seeded_start(1);
    for (size_t i = 0; i < RULES; i++) {
        for (size_t n = 0; rules[i].behaviour != EXCUSED && n < TRIALS; n++) {
            cr_assert(scales(&rules[i], method_of(&rules[i]), &random),
                      "%s, trial %zu (EMGATE_SEED=%llu)", rules[i].method, n,
                      (unsigned long long)random.seed);
        }
    }
}

Test(random, the_parts_of_a_quantity_add_up)
{
    struct seeded random = seeded_start(2);
    for (size_t i = 0; i < RULES; i++) {
        for (size_t n = 0; rules[i].behaviour == LINEAR && n < TRIALS; n++) {
            cr_assert(adds_up(&rules[i], method_of(&rules[i]), &random),
                      "%s, trial %zu (EMGATE_SEED=%llu)", rules[i].method, n,
                      (unsigned long long)random.seed);
        }
    }
}

Test(random, the_order_of_a_series_does_not_show)
{
    struct seeded random = seeded_start(3);
    for (size_t m = 0; methods[m]; m++) {
        for (size_t n = 0; has_series(methods[m]) && n < TRIALS; n++) {
            cr_assert(order_is_free(methods[m], &random),
                      "%s, trial %zu (EMGATE_SEED=%llu)", methods[m]->name, n,
                      (unsigned long long)random.seed);
        }
    }
}

Test(random, processes_and_what_belongs_to_none_are_the_installation)
{
    struct seeded random = seeded_start(4);
    for (size_t n = 0; n < TRIALS; n++) {
        struct call split;
        double sum = 0;
        draw_good(&random, &method_molar_split, &split);
        for (size_t i = 0; i < split.count; i++) {
            sum += split.out_items[0][i].value;
        }
        cr_assert(near(sum, split.inputs[0].value, fabs(split.inputs[0].value)));
        draw_good(&random, &method_recf, &split);
        sum = 0;
        for (size_t i = 0; i < split.count; i++) {
            sum += split.out_items[1][i].value;
        }
        cr_assert(near(sum, split.inputs[0].value, fabs(split.inputs[0].value)),
                  "trial %zu (EMGATE_SEED=%llu)", n, (unsigned long long)random.seed);
    }
}

/* ---- methods that are wrong must be caught ---- */

static enum err rounds(const struct method_args *args,
                       const struct method_results *results, struct error *e)
{
    enum err err = method_gypsum.compute(args, results, e);
    results->outputs[0].value = round(results->outputs[0].value * 1000) / 1000;
    return err;
}

static enum err adds_a_constant(const struct method_args *args,
                                const struct method_results *results, struct error *e)
{
    enum err err = method_gypsum.compute(args, results, e);
    results->outputs[0].value += 1e-6;
    return err;
}

static enum err floors(const struct method_args *args,
                       const struct method_results *results, struct error *e)
{
    enum err err = method_total.compute(args, results, e);
    results->outputs[0].value = fmax(results->outputs[0].value, 0);
    return err;
}

static enum err forgets_the_last(const struct method_args *args,
                                 const struct method_results *results, struct error *e)
{
    struct method_args less = *args;
    less.count--;
    return method_total.compute(&less, results, e);
}

static size_t caught(const char *name,
                     bool (*holds)(const struct rule *, const struct method *,
                                   struct seeded *),
                     enum err (*compute)(const struct method_args *,
                                         const struct method_results *, struct error *))
{
    struct seeded random = seeded_start(5);
    struct method broken = *method_find(bytes_of(name));
    const struct rule *rule = rules;
    size_t count = 0;
    broken.compute = compute;
    while (strcmp(rule->method, name) != 0) {
        rule++;
    }
    for (size_t n = 0; n < TRIALS; n++) {
        count += !holds(rule, &broken, &random);
    }
    return count;
}

static bool order_of(const struct rule *rule, const struct method *method,
                     struct seeded *random)
{
    (void)rule;
    return order_is_free(method, random);
}

Test(random, a_wrong_method_is_caught)
{
    cr_assert_eq(caught("gypsum", scales, method_gypsum.compute), 0);
    cr_assert_gt(caught("gypsum", scales, rounds), TRIALS / 4);
    cr_assert_gt(caught("gypsum", scales, adds_a_constant), TRIALS / 4);
    cr_assert_gt(caught("gypsum", adds_up, adds_a_constant), TRIALS / 4);
    cr_assert_eq(caught("total", adds_up, method_total.compute), 0);
    cr_assert_gt(caught("total", order_of, forgets_the_last), TRIALS / 4);
    cr_assert_eq(caught("total", scales, floors), 0); /* a floor scales ... */
    struct seeded random = seeded_start(6);
    struct method broken = method_total;
    size_t count = 0;
    broken.compute = floors;
    for (size_t n = 0; n < TRIALS; n++) { /* ... but does not add up */
        struct call a;
        struct call b;
        draw_good(&random, &broken, &a);
        draw_good(&random, &broken, &b);
        double parts = a.outputs[0].value + b.outputs[0].value;
        for (size_t i = 0; i < ITEMS; i++) {
            a.items[0][i].value += b.items[0][i].value;
        }
        cr_assert(run(&broken, &a));
        count += !near(a.outputs[0].value, parts, parts);
    }
    cr_assert_gt(count, TRIALS / 4);
}
