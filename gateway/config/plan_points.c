/* SPDX-License-Identifier: Apache-2.0 */
/* The section "points": what is measured, where, in which unit, how often. */
#include "config/plan_private.h"

#include "core/clock.h"
#include "core/mem.h"
#include "core/number.h"

#include <math.h>
#include <stdio.h>

#define GAP_INTERVALS 3

struct point {
    struct plan_point plan;
    int kind;
    int integration;
    int substitute;
    const struct node *range;
    const struct node *calibrated, *calibration_due;
    const struct node *loop;
    const struct node *frozen_while;
    const struct node *status;
    const struct node *balance;
};

static const char *const kind_names[] = {
    [POINT_RATE] = "rate",   [POINT_COUNTER] = "counter", [POINT_AMOUNT] = "amount",
    [POINT_LEVEL] = "level", [POINT_GAUGE] = "gauge",     [POINT_STATE] = "state",
    [POINT_STATE + 1] = NULL};

const char *plan_point_kind_name(enum point_kind kind)
{
    return kind_names[kind];
}

static const char *const integration_names[] = {
    [INTEGRATE_HOLD] = "hold", [INTEGRATE_TRAPEZOID] = "trapezoid", NULL};

static const struct setting point_settings[] = {
    {.key = "id",
     .type = SETTING_TEXT,
     AT(struct point, plan.id),
     .help = "How processes call the point."},
    {.key = "name",
     .type = SETTING_TEXT,
     AT(struct point, plan.name),
     .initial = SETTING_UNSET,
     .help = "For people; by default the id."},
    {.key = "device",
     .type = SETTING_TEXT,
     AT(struct point, plan.device),
     .help = "The device as the adapter reports it."},
    {.key = "metric",
     .type = SETTING_TEXT,
     AT(struct point, plan.metric),
     .help = "The metric as the adapter reports it."},
    {.key = "kind",
     .type = SETTING_WORD,
     AT(struct point, kind),
     .words = kind_names,
     .help = "`rate`: integrated over time; `counter`: a meter's reading, differences "
             "count; `amount`: each reading is a delivery or batch; `level`: stock, "
             "opening less closing; `gauge`: mean; `state`: share of time it is true."},
    {.key = "unit",
     .type = SETTING_TEXT,
     AT(struct point, plan.unit),
     .initial = SETTING_UNSET,
     .help = "Unit of the point; readings are converted to it.  A `state` needs none."},
    {.key = "assume_unit",
     .type = SETTING_TEXT,
     AT(struct point, plan.assume_unit),
     .initial = SETTING_UNSET,
     .help = "Unit of readings that carry none; by default `unit`."},
    {.key = "interval",
     .type = SETTING_DURATION,
     AT(struct point, plan.interval_ns),
     .initial = SETTING_UNSET,
     .min = 1e6,
     .max = 86400e9,
     .help = "Expected time between readings; coverage is counted by it.  An `amount` or "
             "`level` may have none."},
    {.key = "max_gap",
     .type = SETTING_DURATION,
     AT(struct point, plan.max_gap_ns),
     .initial = SETTING_UNSET,
     .min = 1e6,
     .max = 7 * 86400e9,
     .help = "A value holds no longer than this; by default three intervals."},
    {.key = "integration",
     .type = SETTING_WORD,
     AT(struct point, integration),
     .initial = "hold",
     .words = integration_names,
     .help = "Of a `rate`: the value holds until the next reading, or the line between "
             "both."},
    {.key = "range",
     .type = SETTING_ANY,
     AT(struct point, range),
     .initial = SETTING_UNSET,
     .help = "`[least, most]` that is plausible, in `unit`; readings outside are not "
             "counted."},
    {.key = "loop",
     .type = SETTING_ANY,
     AT(struct point, loop),
     .initial = SETTING_UNSET,
     .help = "`[at 4 mA, at 20 mA]`, in `unit`: readings are the current of a 4-20 mA "
             "loop, in mA unless they say otherwise.  By NAMUR NE 43 a current below "
             "3.6 or above 21 mA is a fault and no value, one outside 3.8 to 20.5 mA "
             "uncertain."},
    {.key = "max_change",
     .type = SETTING_NUMBER,
     AT(struct point, plan.max_change),
     .initial = "0",
     .min = 0,
     .max = (double)INFINITY,
     .help = "Most that a `rate` or `gauge` can change in a minute, in `unit`; a reading "
             "behind a faster change is not counted.  0: any."},
    {.key = "frozen_after",
     .type = SETTING_DURATION,
     AT(struct point, plan.frozen_after_ns),
     .initial = "0s",
     .min = 0,
     .max = 86400e9,
     .help = "A value that has not changed at all for longer than this is frozen and not "
             "counted, until it changes; 0s: never.  Of a `rate`, `gauge` or `counter`."},
    {.key = "frozen_while",
     .type = SETTING_ANY,
     AT(struct point, frozen_while),
     .initial = SETTING_UNSET,
     .help = "Id of a `state` point: the value is only expected to change while this is "
             "true, such as the kiln's running."},
    {.key = "status",
     .type = SETTING_ANY,
     AT(struct point, status),
     .initial = SETTING_UNSET,
     .help = "What `state` points say of this one's readings: a list, see below."},
    {.key = "wrap",
     .type = SETTING_NUMBER,
     AT(struct point, plan.counter_wrap),
     .initial = "0",
     .min = 0,
     .max = (double)INFINITY,
     .help = "Of a `counter`: the value at which it starts again at zero; 0: it does "
             "not."},
    {.key = "valid",
     .type = SETTING_SHARE,
     AT(struct point, plan.valid_share),
     .initial = "80 %",
     .help = "Least share of the window that must be covered for the value to be valid."},
    {.key = "uncertainty",
     .type = SETTING_SHARE,
     AT(struct point, plan.uncertainty),
     .initial = "0",
     .help = "Relative, 95 % interval; 0: not stated."},
    {.key = "substitute",
     .type = SETTING_WORD,
     AT(struct point, substitute),
     .initial = "none",
     .words = substitution_names,
     .help = "Rule for a window whose value is not valid."},
    {.key = "substitute_value",
     .type = SETTING_NUMBER,
     AT(struct point, plan.substitute_value),
     .initial = SETTING_UNSET,
     .help = "Of the rule `constant`: the value of a whole operating window, in the "
             "window's unit; of `part75`: the maximum potential value."},
    {.key = "balance",
     .type = SETTING_ANY,
     AT(struct point, balance),
     .initial = SETTING_UNSET,
     .help =
         "Of the rule `balance`: the points that add up to this one, window by window; "
         "see below."},
    {.key = "calibrated",
     .type = SETTING_ANY,
     AT(struct point, calibrated),
     .initial = SETTING_UNSET,
     .example = "2026-03-01",
     .help = "Day of the instrument's last calibration."},
    {.key = "calibration_due",
     .type = SETTING_ANY,
     AT(struct point, calibration_due),
     .initial = SETTING_UNSET,
     .example = "2027-03-01",
     .help = "Day by which it has to be calibrated again: told 30 days before, and an "
             "alarm in every summary after it."},
    {.key = "location",
     .type = SETTING_TEXT,
     AT(struct point, plan.location),
     .initial = SETTING_UNSET,
     .help = "Where the instrument is, exactly; for the monitoring plan."},
    {.key = "instrument",
     .type = SETTING_TEXT,
     AT(struct point, plan.instrument),
     .initial = SETTING_UNSET,
     .help = "Kind, maker, model and number of the instrument; for the monitoring plan."},
    {0},
};

static bool read_limit(const struct node *node, double *ret_limit)
{
    return node && node->kind == NODE_SCALAR && number_parse(node->text, ret_limit);
}

static void read_range(struct build *b, struct point *point)
{
    const struct node *range = point->range;
    point->plan.range_min = -(double)INFINITY;
    point->plan.range_max = (double)INFINITY;
    if (!range) {
        return;
    }
    bool pair = range->kind == NODE_LIST && range->count == 2 &&
                read_limit(range->first, &point->plan.range_min) &&
                read_limit(range->first->next, &point->plan.range_max);
    if (!pair || point->plan.range_min >= point->plan.range_max) {
        problem_at(b->problems, range,
                   "range: two numbers are wanted, the smaller first, as in [0, 60]");
    }
}

static void read_loop(struct build *b, struct point *point)
{
    const struct node *loop = point->loop;
    if (!loop) {
        return;
    }
    point->plan.loop = true;
    bool pair = loop->kind == NODE_LIST && loop->count == 2 &&
                read_limit(loop->first, &point->plan.loop_low) &&
                read_limit(loop->first->next, &point->plan.loop_high);
    if (!pair) {
        problem_at(b->problems, loop,
                   "loop: the values at 4 and at 20 mA are wanted, as in [0, 250]");
    }
}

/* A rate times hours: "t/h" gives "t", "m3/s" gives "(m3/s)*h". */
static const char *window_unit(struct build *b, const struct plan_point *point)
{
    size_t len = strlen(point->unit);
    bool per_hour = len > 2 && strcmp(point->unit + len - 2, "/h") == 0 &&
                    strchr(point->unit, '/') == point->unit + len - 2;
    switch (point->kind) {
    case POINT_RATE:
        return per_hour ? pool_print(b->pool, "%.*s", (int)len - 2, point->unit)
                        : pool_print(b->pool, "(%s)*h", point->unit);
    case POINT_STATE:
        return "1";
    case POINT_COUNTER:
    case POINT_AMOUNT:
    case POINT_LEVEL:
    case POINT_GAUGE:
        return point->unit;
    }
    UNREACHABLE();
}

static void check_assumed(struct build *b, const struct node *node,
                          const struct plan_point *point, const struct unit *unit)
{
    const struct node *assumed = node_find(node, "assume_unit");
    struct unit from = {0};
    double scale = 0;
    double offset = 0;
    struct error e = {0};
    if (!assumed || !build_unit(b, assumed, bytes_of(point->assume_unit), &from)) {
        return;
    }
    if (unit_convert(&from, unit, &scale, &offset, &e) != ERR_OK) {
        problem_at(b->problems, assumed, "assume_unit: '%s' does not become '%s': %s",
                   point->assume_unit, point->loop ? "mA" : point->unit, e.text);
    }
}

static void read_units(struct build *b, const struct node *node, struct plan_point *point)
{
    struct unit unit = {0};
    struct unit window = {0};
    const struct node *place = node_find(node, "unit");
    if (!point->unit && point->kind == POINT_STATE) {
        point->unit = "1";
    }
    if (!point->unit) {
        problem_at(b->problems, node, "'unit' is missing: a unit is never assumed");
        return;
    }
    if (!build_unit(b, place ? place : node, bytes_of(point->unit), &unit)) {
        return;
    }
    const char *read_as = point->loop ? "mA" : point->unit;
    struct unit wanted = unit;
    if (point->loop && !build_unit(b, node, bytes_of(read_as), &wanted)) {
        return;
    }
    check_assumed(b, node, point, &wanted);
    if (!point->assume_unit) {
        point->assume_unit = read_as;
    }
    point->window_unit = window_unit(b, point);
    if (point->kind == POINT_RATE) {
        build_unit(b, place, bytes_of(point->window_unit), &window);
    }
}

static void check_times(struct build *b, const struct node *node,
                        struct plan_point *point)
{
    bool needed = point->kind != POINT_AMOUNT && point->kind != POINT_LEVEL;
    if (point->interval_ns == 0 && needed) {
        problem_at(b->problems, node,
                   "'interval' is missing: coverage of a %s is counted by it",
                   kind_names[point->kind]);
    }
    if (point->max_gap_ns == 0) {
        point->max_gap_ns = GAP_INTERVALS * point->interval_ns;
    } else if (point->max_gap_ns < point->interval_ns) {
        problem_at(b->problems, node_find(node, "max_gap"),
                   "'max_gap' must be at least 'interval'");
    }
}

/* Keys that mean nothing for this kind are mistakes, not decoration. */
static void check_kind(struct build *b, const struct node *node,
                       const struct plan_point *point)
{
    static const struct {
        const char *key;
        enum point_kind kind;
    } bound[] = {{"wrap", POINT_COUNTER}, {"integration", POINT_RATE}};
    for (size_t i = 0; i < sizeof bound / sizeof *bound; i++) {
        const struct node *given = node_find(node, bound[i].key);
        if (given && point->kind != bound[i].kind) {
            problem_at_key(b->problems, given, "'%s' belongs to a %s, this is a %s",
                           bound[i].key, kind_names[bound[i].kind],
                           kind_names[point->kind]);
        }
    }
    const struct node *value = node_find(node, "substitute_value");
    bool constant = strcmp(point->substitute, "constant") == 0;
    bool part75 = strcmp(point->substitute, "part75") == 0;
    if (constant && !value) {
        problem_at(b->problems, node_find(node, "substitute"),
                   "substitute: the rule 'constant' needs 'substitute_value'");
    } else if (!constant && !part75 && value) {
        problem_at_key(b->problems, value,
                       "'substitute_value' belongs to the rules 'constant' and 'part75'");
    }
}

static void read_calibration(struct build *b, struct point *point)
{
    struct plan_point *plan = &point->plan;
    plan->calibrated_ns = INT64_MIN;
    plan->calibration_due_ns = INT64_MAX;
    if (point->calibrated) {
        (void)build_read_time(b, point->calibrated, &plan->calibrated_ns);
    }
    if (point->calibration_due) {
        (void)build_read_time(b, point->calibration_due, &plan->calibration_due_ns);
    }
    if (plan->calibrated_ns >= plan->calibration_due_ns) {
        problem_at(b->problems, point->calibration_due,
                   "calibration_due must be later than calibrated");
    }
}

static void read_point(struct build *b, const struct node *node, struct point *point)
{
    point->plan.substitute_value = (double)NAN; /* unless given */
    bool good = settings_read(point_settings, node, point, b->problems);
    struct plan_point *plan = &point->plan;
    plan->kind = (enum point_kind)point->kind;
    plan->integration = (enum integration)point->integration;
    plan->substitute = substitution_names[point->substitute];
    plan->node = node;
    if (!plan->name) {
        plan->name = plan->id;
    }
    build_check_id(b, node, "id");
    read_range(b, point);
    read_calibration(b, point);
    read_loop(b, point);
    if (good) {
        read_units(b, node, plan);
        check_times(b, node, plan);
        check_kind(b, node, plan);
    }
}

/* One point a device and metric: a reading has one place to go. */
static void check_unique(struct build *b, struct table *seen,
                         const struct plan_point *point)
{
    if (!point->device || !point->metric) {
        return;
    }
    char key[1024];
    int len = snprintf(key, sizeof key, "%s' metric '%s", point->device, point->metric);
    if (len > 0 && (size_t)len < sizeof key) {
        build_unique(b, seen, point->node, "device", key);
    } else {
        problem_at(b->problems, point->node, "device and metric are too long");
    }
}

static void read_points(struct build *b, const struct node *section)
{
    if (!section || !build_open_units(b)) {
        return;
    }
    struct table ids;
    struct table metrics;
    table_init(&ids);
    table_init(&metrics);
    struct plan_point *points = pool_take(b->pool, section->count, sizeof *points);
    struct point *read = mem_array(section->count, sizeof *read);
    size_t count = 0;
    NODE_EACH(node, section)
    {
        struct point *point = &read[count];
        read_point(b, node, point);
        points[count] = point->plan;
        if (point->plan.id && build_unique(b, &ids, node, "point", point->plan.id)) {
            table_put(&b->points, bytes_of(point->plan.id), &points[count]);
        }
        check_unique(b, &metrics, &points[count]);
        count++;
    }
    table_deinit(&ids);
    table_deinit(&metrics);
    b->plan->points = points;
    b->plan->point_count = count;
    for (size_t i = 0; i < count; i++) { /* now that every point can be named */
        build_status(b, &points[i], read[i].status);
        build_frozen(b, &points[i], read[i].frozen_while);
        build_balance_rule(b, &points[i], read[i].balance);
    }
    mem_free(&read);
}

const struct section section_points = {
    .name = "points",
    .help = "What is measured: a device's metric with its kind and unit.",
    .list = true,
    .required = true,
    .table = point_settings,
    .read = read_points,
};
