/* SPDX-License-Identifier: Apache-2.0 */
/* Parts of the activity level, and goods with their sector parameters, as protobuf. */
#include "aggregate/summary_private.h"

/* protobuf-c's structs hold `char *` though packing only reads. */
static char *text(const char *t)
{
    return (char *)(uintptr_t)(t ? t : "");
}

static Emgate__V1__Quantity *write_amount(struct writer *w,
                                          const struct activity_value *value)
{
    const struct plan_activity *activity = value->activity;
    struct maybe tonnes = {value->quantity.has,
                           value->quantity.value * activity->to_tonnes};
    return activity->to_tonnes > 0
               ? summary_known(w, tonnes, "t")
               : summary_known(w, value->quantity, activity->point->window_unit);
}

static Emgate__V1__ActivityPart *write_part(struct writer *w,
                                            const struct activity_value *value)
{
    const struct plan_activity *activity = value->activity;
    Emgate__V1__ActivityPart *part = arena_new(w->arena, Emgate__V1__ActivityPart);
    if (!part) {
        return NULL;
    }
    emgate__v1__activity_part__init(part);
    part->point = text(activity->point->id);
    part->good = text(activity->good ? activity->good->id : NULL);
    part->quantity = write_amount(w, value);
    if (activity->content) {
        part->content = summary_input(w, value->content.spec->name, &value->content);
    }
    part->level = summary_known(w, value->level, w->value->process->functional_unit);
    return part;
}

static Emgate__V1__Good *write_good(struct writer *w, const struct good_value *value)
{
    size_t count = value->good->parameter_count;
    Emgate__V1__Good *good = arena_new(w->arena, Emgate__V1__Good);
    if (!good) {
        return NULL;
    }
    emgate__v1__good__init(good);
    good->id = text(value->good->id);
    good->name = text(value->good->name);
    good->cn = text(value->good->cn);
    good->parameters = arena_take(w->arena, count, sizeof(void *));
    for (size_t i = 0; good->parameters && value->parameters && i < count; i++) {
        const struct input_value *input = &value->parameters[i];
        Emgate__V1__NamedQuantity *n = summary_input(w, input->spec->name, input);
        if (n) {
            n->text =
                (char *)(uintptr_t)(input->quantity.text.len ? input->quantity.text.data
                                                             : (const uint8_t *)"");
            good->parameters[good->n_parameters++] = n;
        }
    }
    return good;
}

/* Whether a part says more than its point's quantity does. */
static bool tells_more(const struct plan_process *process)
{
    for (size_t i = 0; i < process->activity_count; i++) {
        if (process->activities[i].content || process->activities[i].good) {
            return true;
        }
    }
    return false;
}

void summary_write_goods(struct writer *w, Emgate__V1__Summary *summary)
{
    const struct plan_process *process = w->value->process;
    size_t count = tells_more(process) ? process->activity_count : 0;
    summary->activity_parts = arena_take(w->arena, count, sizeof(void *));
    for (size_t i = 0; summary->activity_parts && i < count; i++) {
        Emgate__V1__ActivityPart *part = write_part(w, &w->value->activities[i]);
        if (part) {
            summary->activity_parts[summary->n_activity_parts++] = part;
        }
    }
    summary->goods = arena_take(w->arena, process->good_count, sizeof(void *));
    for (size_t i = 0; summary->goods && i < process->good_count; i++) {
        Emgate__V1__Good *good = write_good(w, &w->value->goods[i]);
        if (good) {
            summary->goods[summary->n_goods++] = good;
        }
    }
}
