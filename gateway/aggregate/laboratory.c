/* SPDX-License-Identifier: Apache-2.0 */
/* A list in the order of entry, searched from its end. */
#include "aggregate/laboratory.h"

#include "core/mem.h"

#include <math.h>
#include <stdio.h>

void laboratory_init(struct laboratory *laboratory)
{
    *laboratory = (struct laboratory){0};
}

void laboratory_deinit(struct laboratory *laboratory)
{
    mem_free(&laboratory->results);
    pool_deinit(&laboratory->pool);
}

/* ---- places ---- */

static const struct method_input *spec_of(const struct laboratory_input *input)
{
    return &input->stream->method->inputs[input->input->method_input];
}

void laboratory_place(const struct laboratory_input *input,
                      char ret_place[LABORATORY_PLACE_MAX])
{
    const struct method_input *spec = spec_of(input);
    char item[24] = "";
    if (spec->flags & INPUT_SERIES) {
        snprintf(item, sizeof item, "%zu", input->input->series_index + 1);
    }
    snprintf(ret_place, LABORATORY_PLACE_MAX, "%s/%s/%s%s", input->process->id,
             input->stream->id, spec->name, item);
}

bool laboratory_takes(const struct laboratory_input *input)
{
    const struct method_input *spec = spec_of(input);
    return !input->input->point && !(spec->flags & INPUT_TEXT) && spec->unit &&
           spec->unit[0] != '?' && !strstr(spec->unit, "XXX");
}

static bool find_in(const struct plan_process *process, struct bytes place,
                    struct laboratory_input *ret_input)
{
    char known[LABORATORY_PLACE_MAX];
    for (size_t s = 0; s < process->stream_count; s++) {
        const struct plan_stream *stream = &process->streams[s];
        for (size_t i = 0; i < stream->input_count; i++) {
            struct laboratory_input input = {process, stream, &stream->inputs[i]};
            laboratory_place(&input, known);
            if (bytes_are(place, known) && laboratory_takes(&input)) {
                *ret_input = input;
                return true;
            }
        }
    }
    return false;
}

bool laboratory_find(const struct plan *plan, struct bytes place,
                     struct laboratory_input *ret_input)
{
    for (size_t i = 0; i < plan->process_count; i++) {
        if (find_in(&plan->processes[i], place, ret_input)) {
            return true;
        }
    }
    return false;
}

bool laboratory_unit(const struct method_input *spec, struct bytes unit,
                     uint8_t *ret_which)
{
    struct bytes rest = bytes_of(spec->unit);
    for (uint8_t which = 0; rest.len > 0; which++) {
        const uint8_t *bar = memchr(rest.data, '|', rest.len);
        size_t len = bar ? (size_t)(bar - rest.data) : rest.len;
        if (bytes_equal(bytes_slice(rest, 0, len), unit)) {
            *ret_which = which;
            return true;
        }
        rest = bytes_slice(rest, len + (bar ? 1 : 0), rest.len);
    }
    return false;
}

/* ---- results ---- */

/* Where it counts by this plan, or NULL. */
static const struct plan_process *settle(struct laboratory_result *result,
                                         const struct plan *plan)
{
    struct laboratory_input found;
    result->input = NULL;
    if (!isfinite(result->value) ||
        !laboratory_find(plan, bytes_of(result->place), &found) ||
        !laboratory_unit(spec_of(&found), bytes_of(result->unit), &result->which)) {
        return NULL;
    }
    result->input = found.input;
    return found.process;
}

static const char *copy(struct laboratory *laboratory, const char *text)
{
    return (const char *)pool_copy(&laboratory->pool, bytes_of(text)).data;
}

const struct plan_process *laboratory_add(struct laboratory *laboratory,
                                          const struct plan *plan,
                                          const struct laboratory_result *result)
{
    if (laboratory->count == LABORATORY_RESULTS_MAX) {
        return NULL;
    }
    laboratory->results = mem_grow(laboratory->results, laboratory->count,
                                   &laboratory->capacity, sizeof *laboratory->results);
    struct laboratory_result *kept = &laboratory->results[laboratory->count++];
    *kept = (struct laboratory_result){.place = copy(laboratory, result->place),
                                       .unit = copy(laboratory, result->unit),
                                       .source = copy(laboratory, result->source),
                                       .record = result->record,
                                       .value = result->value,
                                       .from_ns = result->from_ns};
    return settle(kept, plan);
}

const struct laboratory_result *laboratory_at(const struct laboratory *laboratory,
                                              const struct plan_input *input,
                                              int64_t at_ns)
{
    const struct laboratory_result *best = NULL;
    for (size_t i = laboratory->count; i > 0; i--) {
        const struct laboratory_result *result = &laboratory->results[i - 1];
        bool counts = result->input == input && result->from_ns <= at_ns;
        if (counts && (!best || result->from_ns > best->from_ns)) {
            best = result;
        }
    }
    const struct plan_factor *factor = plan_factor_at(input, at_ns);
    return best && factor && factor->from_ns > best->from_ns ? NULL : best;
}

/* ---- stored ---- */

void laboratory_put(const struct laboratory *laboratory, struct buf *out)
{
    buf_add_varint(out, laboratory->count);
    for (size_t i = 0; i < laboratory->count; i++) {
        const struct laboratory_result *result = &laboratory->results[i];
        buf_add_string(out, bytes_of(result->place));
        buf_add_string(out, bytes_of(result->unit));
        buf_add_string(out, bytes_of(result->source));
        buf_add_varint(out, result->record);
        buf_add_u64(out, (uint64_t)result->from_ns);
        buf_add_f64(out, result->value);
    }
}

void laboratory_get(struct laboratory *laboratory, const struct plan *plan,
                    struct cursor *c)
{
    uint64_t count = cursor_varint(c);
    for (uint64_t i = 0; i < count && !c->failed; i++) {
        char *texts[3] = {NULL};
        for (size_t t = 0; t < 3; t++) {
            texts[t] = mem_text(cursor_string(c));
        }
        struct laboratory_result result = {
            .place = texts[0], .unit = texts[1], .source = texts[2]};
        result.record = cursor_varint(c);
        result.from_ns = (int64_t)cursor_u64(c);
        result.value = cursor_f64(c);
        if (!c->failed) {
            (void)laboratory_add(laboratory, plan, &result);
        }
        for (size_t t = 0; t < 3; t++) {
            mem_free(&texts[t]);
        }
    }
}
