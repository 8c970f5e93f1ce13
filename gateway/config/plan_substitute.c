/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rule `balance` for missing data: a mass or energy balance of other points
 * (2025/2547 Annex II B.6.2.6: any parameter that is not a concentration), such as
 *
 *     balance: [{point: main_meter}, {point: boiler_meter, sign: -1}]
 *     balance: [{point: coal, times: 9200 Nm3/t, source: "report of the commissioning"}]
 */
#include "config/plan_private.h"

#include "methods/method.h"

#define BALANCED_MAX 64

struct balanced {
    const struct node *point, *times;
    const char *source;
    int64_t sign;
};

const struct setting balanced_settings[] = {
    {.key = "point",
     .type = SETTING_ANY,
     AT(struct balanced, point),
     .help = "Id of another point."},
    {.key = "sign",
     .type = SETTING_WHOLE,
     AT(struct balanced, sign),
     .initial = "1",
     .min = -1,
     .max = 1,
     .help = "`-1` for what is taken off."},
    {.key = "times",
     .type = SETTING_ANY,
     AT(struct balanced, times),
     .initial = SETTING_UNSET,
     .example = "9200 Nm3/t",
     .help =
         "What one unit of it makes of this point; a value on the safe side.  Wants a "
         "`source`."},
    {.key = "source",
     .type = SETTING_TEXT,
     AT(struct balanced, source),
     .initial = SETTING_UNSET,
     .help = "Act, table or report that `times` is from."},
    {0},
};

/* Multiplies `unit` and `scale` by a quantity such as "9200 Nm3/t". */
static bool take_times(struct build *b, const struct balanced *read, struct unit *unit,
                       double *scale)
{
    struct unit factor = {0};
    struct error e = {0};
    double number = 0;
    if (!read->times) {
        return true;
    }
    if (!read->source) {
        problem_at(b->problems, read->times, "times: a constant needs its 'source'");
        return false;
    }
    if (read->times->kind != NODE_SCALAR ||
        units_parse_quantity(b->units, read->times->text, &number, &factor, &e) !=
            ERR_OK ||
        !(number > 0) || !unit_multiply(unit, &factor, 1)) {
        problem_at(b->problems, read->times,
                   "times: a quantity above 0 is wanted, as in 9200 Nm3/t%s%s",
                   e.text[0] ? ": " : "", e.text);
        return false;
    }
    if (factor.of[0] || factor.per[0]) {
        memcpy(unit->of, factor.of, sizeof unit->of);
    }
    *scale *= number;
    return true;
}

static bool read_balanced(struct build *b, const struct node *node,
                          const struct plan_point *of, struct plan_part *ret_part)
{
    struct balanced read = {0};
    struct unit from = {0};
    struct unit to = {0};
    struct error e = {0};
    double scale = 1;
    double offset = 0;
    if (!settings_read(balanced_settings, node, &read, b->problems)) {
        return false;
    }
    const struct plan_point *point = build_find_point(b, read.point);
    if (!point || !point->window_unit || !of->window_unit ||
        units_parse(b->units, bytes_of(point->window_unit), &from, NULL) != ERR_OK ||
        units_parse(b->units, bytes_of(of->window_unit), &to, NULL) != ERR_OK) {
        return false; /* told where the point stands */
    }
    if (point == of || read.sign == 0) {
        problem_at(b->problems, node,
                   "balance: another point is wanted, and 'sign' 1 or "
                   "-1");
        return false;
    }
    if (!take_times(b, &read, &from, &scale)) {
        return false;
    }
    *ret_part = (struct plan_part){point, (size_t)(point - b->plan->points), 1};
    if (unit_convert(&from, &to, &ret_part->scale, &offset, &e) != ERR_OK) {
        problem_at(b->problems, node, "point '%s' (%s) does not add up to '%s' (%s): %s",
                   point->id, point->window_unit, of->id, of->window_unit, e.text);
        return false;
    }
    ret_part->scale *= scale * (double)read.sign;
    return true;
}

static bool adds_up(const struct plan_point *point)
{
    return point->kind != POINT_GAUGE && point->kind != POINT_STATE;
}

void build_balance_rule(struct build *b, struct plan_point *point,
                        const struct node *list)
{
    bool rule = strcmp(point->substitute, "balance") == 0;
    if (rule != (list != NULL)) {
        problem_at(b->problems, list ? list : node_find(point->node, "substitute"),
                   "the rule 'balance' and the list 'balance' go together");
        return;
    }
    if (!list) {
        return;
    }
    if (!adds_up(point)) {
        problem_at(b->problems, list,
                   "balance: a %s does not add up; of a concentration the rule is "
                   "mean_plus_2_sigma (2025/2547 Annex II B.6.2.6)",
                   plan_point_kind_name(point->kind));
        return;
    }
    if (list->kind != NODE_LIST || list->count == 0 || list->count > BALANCED_MAX) {
        problem_at(b->problems, list,
                   "balance: a list of 1 to %d is wanted, as in [{point: ID}]",
                   BALANCED_MAX);
        return;
    }
    struct plan_part *parts = pool_take(b->pool, list->count, sizeof *parts);
    NODE_EACH(node, list)
    {
        point->balance_count +=
            read_balanced(b, node, point, &parts[point->balance_count]) ? 1 : 0;
    }
    point->balance = parts;
}
