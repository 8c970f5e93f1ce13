/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The uncertainty of a window's figures, from that of its points: 95 %, as a point states
 * it (2025/2547 definition 1), carried by the law of propagation for quantities that do
 * not depend on each other:
 *
 *     U = sqrt( sum over points of (f(x (1 + u)) - f(x))^2 )
 *
 * The effect of one point is taken over all streams that use it before it is squared: one
 * meter errs the same way everywhere.  For the same reason its effects add up over the
 * windows of a period before they are squared there (gateway/report).  Factors enter
 * without uncertainty.  A figure that rests on a point of unstated uncertainty has none.
 */
#include "aggregate/process_private.h"

#include <math.h>

/* What each figure is made of. */
struct figures {
    double direct, indirect, activity;
};

static double sign_of(int term)
{
    switch ((enum attribution_term)term) {
    case TERM_DIRECT:
    case TERM_HEAT_IMPORT:
    case TERM_WASTE_GAS_IMPORT:
        return 1;
    case TERM_HEAT_EXPORT:
    case TERM_WASTE_GAS_EXPORT:
    case TERM_EL_PRODUCED:
        return -1;
    case TERM_INDIRECT:
    case TERM_PRECURSOR:
    case TERM_COUNT:
        return 0;
    }
    UNREACHABLE();
}

static bool has_part(const struct plan_part *parts, size_t count,
                     const struct plan_point *point)
{
    for (size_t i = 0; i < count; i++) {
        if (parts[i].point == point) {
            return true;
        }
    }
    return false;
}

static bool ratio_uses(const struct plan_ratio *ratio, const struct plan_point *point)
{
    return ratio && (has_part(ratio->above, ratio->above_count, point) ||
                     has_part(ratio->below, ratio->below_count, point));
}

static bool stream_uses(const struct plan_stream *stream, const struct plan_point *point)
{
    for (size_t i = 0; i < stream->input_count; i++) {
        if (stream->inputs[i].point == point ||
            ratio_uses(stream->inputs[i].reconcile, point)) {
            return true;
        }
    }
    return ratio_uses(stream->split, point);
}

/* t CO2e of the stream with the point's quantity in `again`; false: the method refuses
 * it. */
static bool stream_again(struct work *again, const struct plan_stream *stream,
                         double *ret_co2e)
{
    struct stream_value value = {.stream = stream};
    process_stream(again, &value);
    *ret_co2e = value.co2e;
    return value.has_co2e;
}

/* How far a stream moves with the point; upwards, or downwards where it is at a limit. */
static double stream_effect(struct work *again, const struct stream_value *value,
                            struct point_value *moved, double uncertainty)
{
    double kept = moved->quantity;
    double co2e = 0;
    moved->quantity = kept * (1 + uncertainty);
    bool good = stream_again(again, value->stream, &co2e);
    double effect = co2e - value->co2e;
    if (!good) {
        moved->quantity = kept * (1 - uncertainty);
        good = stream_again(again, value->stream, &co2e);
        effect = value->co2e - co2e;
    }
    moved->quantity = kept;
    return good ? effect : (double)NAN;
}

/* Of the point as the amount or as its content. */
static double activity_effect(const struct process_value *value,
                              const struct point_value *point)
{
    double effect = 0;
    for (size_t i = 0; i < value->process->activity_count; i++) {
        const struct activity_value *part = &value->activities[i];
        const struct plan_input *content = part->activity->content;
        if (part->activity->point == point->point ||
            (content && content->point == point->point)) {
            effect += part->level.value * point->uncertainty;
        }
    }
    return effect;
}

/* Fills the effects of one point. */
static void carry_point(struct work *work, struct point_value *point, struct work *again,
                        struct point_value *moved)
{
    const struct plan_process *process = work->window->process;
    for (size_t s = 0; s < process->stream_count; s++) {
        const struct stream_value *value = &work->out->streams[s];
        int term = value->stream->term;
        if (!value->has_co2e || term == TERM_PRECURSOR ||
            !stream_uses(value->stream, point->point)) {
            continue;
        }
        double effect = stream_effect(again, value, moved, point->uncertainty);
        point->effect_direct += sign_of(term) * effect;
        point->effect_indirect += term == TERM_INDIRECT ? effect : 0;
    }
    point->effect_activity = activity_effect(work->out, point);
}

/* Whether every point behind the figure states its uncertainty; `indirect` says which
 * figure. */
static bool all_stated(const struct process_value *value, bool indirect)
{
    for (size_t s = 0; s < value->process->stream_count; s++) {
        const struct plan_stream *stream = &value->process->streams[s];
        bool counts =
            indirect ? stream->term == TERM_INDIRECT : sign_of(stream->term) != 0;
        for (size_t i = 0; counts && i < value->point_count; i++) {
            const struct point_value *point = &value->points[i];
            if (point->uncertainty <= 0 && stream_uses(stream, point->point)) {
                return false;
            }
        }
    }
    return true;
}

static bool activity_stated(const struct process_value *value)
{
    for (size_t i = 0; i < value->process->activity_count; i++) {
        const struct plan_activity *activity = &value->process->activities[i];
        const struct plan_input *content = activity->content;
        if (activity->point->uncertainty <= 0 ||
            (content && content->point && content->point->uncertainty <= 0)) {
            return false;
        }
    }
    return true;
}

static struct maybe root_of(bool has, double square)
{
    bool known = has && isfinite(square);
    return (struct maybe){known, known ? sqrt(square) : 0};
}

static void add_up(struct process_value *value)
{
    struct figures squares = {0};
    for (size_t i = 0; i < value->point_count; i++) {
        const struct point_value *p = &value->points[i];
        squares.direct += p->effect_direct * p->effect_direct;
        squares.indirect += p->effect_indirect * p->effect_indirect;
        squares.activity += p->effect_activity * p->effect_activity;
    }
    value->uncertainty_direct =
        root_of(value->attributed_direct.has && all_stated(value, false), squares.direct);
    value->uncertainty_indirect = root_of(
        value->attributed_indirect.has && all_stated(value, true), squares.indirect);
    value->uncertainty_activity =
        root_of(value->activity.has && activity_stated(value), squares.activity);
}

void uncertainty_carry(struct work *work)
{
    struct process_value scratch = *work->out;
    scratch.points = arena_take(work->arena, scratch.point_count, sizeof *scratch.points);
    if (!scratch.points || scratch.point_count == 0) {
        return;
    }
    memcpy(scratch.points, work->out->points,
           scratch.point_count * sizeof *scratch.points);
    struct work again = {
        .window = work->window, .arena = work->arena, .out = &scratch, .e = work->e};
    for (size_t i = 0; i < work->out->point_count; i++) {
        struct point_value *point = &work->out->points[i];
        if (point->has && point->uncertainty > 0) {
            carry_point(work, point, &again, &scratch.points[i]);
        }
    }
    add_up(work->out);
}
