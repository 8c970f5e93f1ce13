/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a window has to agree with: balances per carrier (2025/2547 Annex IV item 17),
 * ratios of meters (Annex III A.1, eq. 41 to 43), the validity of calibrations and of
 * factors (Annex II A.5(22)(a), B.5).  What does not agree is an alarm in the summary;
 * no figure is changed.
 */
#include "aggregate/process_private.h"
#include "aggregate/sum.h"

#include "config/sector_parameters.h"
#include "core/timetext.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

#define ALARM_TEXT_MAX 256

void control_alarm(struct work *work, const char *code, const char *format, ...)
{
    char text[ALARM_TEXT_MAX];
    va_list args;
    struct process_value *out = work->out;
    if (!out->alarms) {
        out->alarms = arena_take(work->arena, PROCESS_ALARMS_MAX, sizeof *out->alarms);
    }
    if (out->alarms && out->alarm_count < PROCESS_ALARMS_MAX) {
        va_start(args, format);
        vsnprintf(text, sizeof text, format, args);
        va_end(args);
        out->alarms[out->alarm_count] = (struct alarm){
            .code = code,
            .text = (const char *)arena_copy(work->arena, bytes_of(text)).data};
    }
    out->alarm_count++;
}

/* ---- sums and ratios ---- */

/* The sum of the parts, or the first point that gave nothing. */
static struct maybe sum_of(const struct process_value *value,
                           const struct plan_part *parts, size_t count,
                           const char **ret_missing)
{
    struct sum sum = {0};
    for (size_t i = 0; i < count; i++) {
        const struct point_value *point = process_point(value, parts[i].point);
        if (!point || !point->has) {
            *ret_missing = parts[i].point->id;
            return (struct maybe){.has = false};
        }
        sum_add(&sum, point->quantity * parts[i].scale);
    }
    return (struct maybe){true, sum_value(&sum)};
}

struct maybe control_ratio(const struct process_value *value,
                           const struct plan_ratio *ratio)
{
    const char *missing = NULL;
    struct maybe above = sum_of(value, ratio->above, ratio->above_count, &missing);
    struct maybe below = sum_of(value, ratio->below, ratio->below_count, &missing);
    if (!above.has || !below.has || (below.value == 0 && above.value != 0)) {
        return (struct maybe){.has = false};
    }
    return (struct maybe){true, below.value == 0 ? 1 : above.value / below.value};
}

/* ---- balances ---- */

static void check_balance(struct work *work, struct balance_value *value)
{
    const struct plan_balance *balance = value->balance;
    const char *missing = NULL;
    value->in = sum_of(work->out, balance->in, balance->in_count, &missing);
    value->out = sum_of(work->out, balance->out, balance->out_count, &missing);
    if (missing) {
        control_alarm(work, "balance_unknown",
                      "balance '%s' can't be checked: no data of point '%s'", balance->id,
                      missing);
        return;
    }
    double larger = fmax(fabs(value->in.value), fabs(value->out.value));
    double apart = value->in.value - value->out.value;
    value->closes = fabs(apart) <= balance->tolerance * larger;
    if (!value->closes) {
        control_alarm(work, "balance_open",
                      "balance '%s' of %s: in %.6g, out %.6g %s, %.3g %% apart",
                      balance->id, carrier_names[balance->carrier], value->in.value,
                      value->out.value, balance->unit, 100 * fabs(apart) / larger);
    }
}

static void check_balances(struct work *work)
{
    const struct plan_process *process = work->window->process;
    work->out->balances =
        arena_take(work->arena, process->balance_count, sizeof *work->out->balances);
    for (size_t i = 0; work->out->balances && i < process->balance_count; i++) {
        work->out->balances[i].balance = &process->balances[i];
        check_balance(work, &work->out->balances[i]);
    }
}

/* ---- validity ---- */

static void print_day(int64_t ns, char text[TIME_TEXT_MAX])
{
    time_print_iso(ns, text);
    text[10] = 0;
}

static void check_calibration(struct work *work, const struct plan_point *point)
{
    char day[TIME_TEXT_MAX];
    int64_t due_ns = point->calibration_due_ns;
    if (due_ns == INT64_MAX || work->window->to_ns + PLAN_WARN_NS <= due_ns) {
        return;
    }
    print_day(due_ns, day);
    if (work->window->to_ns > due_ns) {
        control_alarm(work, "calibration_lapsed",
                      "point '%s': its calibration lapsed on %s", point->id, day);
    } else {
        control_alarm(work, "calibration_due", "point '%s': calibration is due on %s",
                      point->id, day);
    }
}

/* The factor in use ends soon and none follows. */
static void check_factor(struct work *work, const struct plan_input *input,
                         const char *what, const char *id, const char *name)
{
    char day[TIME_TEXT_MAX];
    int64_t end_ns =
        input->factor_count ? input->factors[input->factor_count - 1].to_ns : INT64_MAX;
    bool in_use = end_ns > work->window->from_ns;
    if (in_use && end_ns != INT64_MAX && work->window->to_ns + PLAN_WARN_NS > end_ns) {
        print_day(end_ns, day);
        control_alarm(work, "factor_due",
                      "%s '%s': the last value of '%s' is valid "
                      "until %s",
                      what, id, name, day);
    }
}

static void check_factors(struct work *work, const struct plan_stream *stream)
{
    for (size_t i = 0; i < stream->input_count; i++) {
        const struct plan_input *input = &stream->inputs[i];
        check_factor(work, input, "stream", stream->id,
                     stream->method->inputs[input->method_input].name);
    }
}

static void check_goods(struct work *work)
{
    const struct plan_process *process = work->window->process;
    for (size_t i = 0; i < process->activity_count; i++) {
        const struct plan_activity *activity = &process->activities[i];
        if (activity->content) {
            check_factor(work, activity->content, "activity level", activity->point->id,
                         activity_content.name);
        }
    }
    for (size_t g = 0; g < process->good_count; g++) {
        const struct plan_good *good = &process->goods[g];
        for (size_t i = 0; i < good->parameter_count; i++) {
            const struct plan_input *input = &good->parameters[i];
            check_factor(work, input, "good", good->id,
                         sector_parameters[input->method_input].input.name);
        }
    }
}

/* ---- all ---- */

static void check_streams(struct work *work)
{
    const struct plan_process *process = work->window->process;
    for (size_t s = 0; work->out->streams && s < process->stream_count; s++) {
        const struct stream_value *value = &work->out->streams[s];
        check_factors(work, &process->streams[s]);
        if (value->missing[0] && !value->outputs) {
            control_alarm(work, "stream_unknown", "stream '%s': %s", value->stream->id,
                          value->missing);
        }
    }
}

void control_check(struct work *work)
{
    for (size_t i = 0; i < work->out->point_count; i++) {
        check_calibration(work, work->out->points[i].point);
    }
    check_streams(work);
    check_goods(work);
    check_balances(work);
    if (work->out->floored) {
        control_alarm(work, "floored",
                      "the terms of eq. 55 add up to less than 0: taken as 0");
    }
}
