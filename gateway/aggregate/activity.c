/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The activity level of a window in the functional unit (2025/2547 Annex III F):
 *
 *     AL = sum(Q x C)      C: clinker (eq. 64) or nitrogen (eq. 65) contained, else 1
 *
 * and the sector parameters of the goods.  A part that is not known leaves the activity
 * level undetermined, with an alarm that says which.
 */
#include "aggregate/process_private.h"
#include "aggregate/sum.h"

#include "config/sector_parameters.h"

/* The content, or 1; false, with words, when it is not known. */
static bool take_content(struct work *w, struct activity_value *value,
                         double *ret_content, const char **ret_missing)
{
    const struct plan_activity *activity = value->activity;
    struct error e = {0};
    *ret_content = 1;
    if (!activity->content) {
        return true;
    }
    if (!process_input(w, activity->content, &activity_content, &value->content,
                       ret_missing)) {
        return false;
    }
    if (method_input_check(&activity_content, &value->content.quantity, &e) != ERR_OK) {
        *ret_missing = (const char *)arena_copy(w->arena, bytes_of(e.text)).data;
        value->content.quantity.has = false;
        return false;
    }
    *ret_content = value->content.quantity.value;
    return true;
}

static bool take_part(struct work *w, struct activity_value *value)
{
    const struct plan_activity *activity = value->activity;
    const struct point_value *point = process_point(w->out, activity->point);
    const char *missing = "";
    double content = 0;
    bool known = take_content(w, value, &content, &missing);
    if (!point || !point->has) {
        return false; /* the point's quality tells */
    }
    value->quantity = (struct maybe){true, point->quantity};
    /* Nothing of something is nothing: where a mill stands there is no sample. */
    if (known || point->quantity == 0) {
        double counted = point->quantity == 0 ? 0 : point->quantity * content;
        value->level = (struct maybe){true, counted * activity->scale};
    } else {
        control_alarm(w, "activity_unknown", "activity level of point '%s': %s",
                      activity->point->id, missing);
    }
    return value->level.has;
}

static void take_parameters(struct work *w, struct good_value *value)
{
    const struct plan_good *good = value->good;
    value->parameters =
        arena_take(w->arena, good->parameter_count, sizeof *value->parameters);
    for (size_t i = 0; value->parameters && i < good->parameter_count; i++) {
        const struct plan_input *input = &good->parameters[i];
        const char *missing = "";
        if (!process_input(w, input, &sector_parameters[input->method_input].input,
                           &value->parameters[i], &missing)) {
            control_alarm(w, "parameter_unknown", "good '%s': %s", good->id, missing);
        }
    }
}

void activity_compute(struct work *w)
{
    const struct plan_process *process = w->window->process;
    struct process_value *out = w->out;
    struct sum sum = {0};
    bool has = process->activity_count > 0;
    out->activities =
        arena_take(w->arena, process->activity_count, sizeof *out->activities);
    for (size_t i = 0; out->activities && i < process->activity_count; i++) {
        struct activity_value *value = &out->activities[i];
        value->activity = &process->activities[i];
        has = take_part(w, value) && has;
        sum_add(&sum, value->level.value);
    }
    out->activity = (struct maybe){has, has ? sum_value(&sum) : 0};
    out->complete = out->complete && (has || process->activity_count == 0);
    out->goods = arena_take(w->arena, process->good_count, sizeof *out->goods);
    for (size_t g = 0; out->goods && g < process->good_count; g++) {
        out->goods[g].good = &process->goods[g];
        take_parameters(w, &out->goods[g]);
    }
}
