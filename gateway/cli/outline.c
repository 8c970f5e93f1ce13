/* SPDX-License-Identifier: Apache-2.0 */
/* From a plan's structs to those of a report. */
#include "cli/outline.h"

#include "core/pool.h"
#include "methods/method.h"

static struct report_identity identity_of(const struct plan_installation *from)
{
    return (struct report_identity){
        .operator_id = from->operator_id,
        .operator_name = from->operator_name,
        .id = from->id,
        .name = from->name,
        .name_native = from->name_native,
        .address = from->address,
        .post_code = from->post_code,
        .po_box = from->po_box,
        .city = from->city,
        .country = from->country,
        .unlocode = from->unlocode,
        .latitude = from->latitude,
        .longitude = from->longitude,
        .economic_activity = from->economic_activity,
        .time_zone = from->time_zone,
        .representative = from->representative,
        .email = from->email,
        .telephone = from->telephone,
    };
}

/* The first input that a point gives and that adds up. */
static const char *activity_of(const struct plan_stream *stream)
{
    for (size_t i = 0; i < stream->input_count; i++) {
        const struct plan_input *input = &stream->inputs[i];
        const struct method_input *spec = &stream->method->inputs[input->method_input];
        const char *bar = spec->unit ? strchr(spec->unit, '|') : NULL;
        char unit[32] = "";
        size_t len = spec->unit ? (bar ? (size_t)(bar - spec->unit) : strlen(spec->unit))
                                : sizeof unit;
        if (len < sizeof unit) {
            memcpy(unit, spec->unit, len);
        }
        if (input->point && input->series_index == 0 && report_is_amount(unit)) {
            return spec->name;
        }
    }
    return NULL;
}

static struct report_outline_process process_of(const struct plan_process *from,
                                                struct pool *pool)
{
    struct report_outline_stream *streams =
        pool_take(pool, from->stream_count + 1, sizeof *streams);
    for (size_t i = 0; i < from->stream_count; i++) {
        streams[i] = (struct report_outline_stream){
            .id = from->streams[i].id,
            .name = from->streams[i].name,
            .activity = activity_of(&from->streams[i]),
        };
    }
    return (struct report_outline_process){
        .id = from->id,
        .name = from->name,
        .category = from->category,
        .route = from->route,
        .cn = from->cn,
        .functional_unit = from->functional_unit,
        .streams = streams,
        .stream_count = from->stream_count,
    };
}

const struct report_outline *outline_of(const struct plan *plan, struct pool *pool)
{
    struct report_outline_process *processes =
        pool_take(pool, plan->process_count + 1, sizeof *processes);
    for (size_t i = 0; i < plan->process_count; i++) {
        processes[i] = process_of(&plan->processes[i], pool);
    }
    struct report_outline *outline = pool_new(pool, struct report_outline);
    *outline = (struct report_outline){
        .identity = identity_of(&plan->installation),
        .factor_set = plan->factor_set,
        .plan_hash = plan->hash,
        .window_ns = plan->windows.length_ns,
        .processes = processes,
        .process_count = plan->process_count,
    };
    return outline;
}
