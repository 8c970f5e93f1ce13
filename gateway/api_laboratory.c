/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Laboratory results on the page: where one can be entered, what counts there now, and
 * what was entered so far.
 */
#include "api_private.h"

#include "core/clock.h"
#include "core/timetext.h"

#include <math.h>

#define RESULTS_SHOWN 200

/* ---- entering ---- */

static struct bytes text_of(const json_t *root, const char *key)
{
    const json_t *text = json_object_get(root, key);
    return json_is_string(text) ? bytes_of(json_string_value(text)) : BYTES("");
}

const char *operator_read_result(const struct plan *plan, const json_t *root,
                                 struct entry *ret_entry)
{
    const json_t *value = json_object_get(root, "value");
    struct laboratory_input found;
    struct error ignored;
    bool zoned = false;
    if (!laboratory_find(plan, text_of(root, "place"), &found)) {
        return "place: not one that a laboratory's result goes to";
    }
    const struct method_input *spec =
        &found.stream->method->inputs[found.input->method_input];
    struct quantity quantity = {.has = true};
    if (!json_is_number(value) || !isfinite(json_number_value(value))) {
        return "value: want a number";
    }
    if (!laboratory_unit(spec, text_of(root, "unit"), &quantity.which)) {
        return "unit: not one of this place";
    }
    quantity.value = json_number_value(value);
    if (method_input_check(spec, &quantity, &ignored) != ERR_OK) {
        return "value: outside of what the method takes";
    }
    if (!time_parse_iso(text_of(root, "from"), &ret_entry->event_ns, &zoned) || !zoned) {
        return "from: want a time with its zone";
    }
    if (ret_entry->words.len == 0) {
        return "words: want the laboratory and its report";
    }
    ret_entry->device = BYTES(ENTRY_LABORATORY);
    ret_entry->metric = text_of(root, "place");
    ret_entry->unit = text_of(root, "unit");
    ret_entry->value = quantity.value;
    return NULL;
}

/* ---- looking ---- */

static void put_number(struct json_writer *w, const char *key, double value)
{
    json_key(w, key);
    json_double(w, value);
}

static void put_from(struct json_writer *w, int64_t from_ns)
{
    if (from_ns != INT64_MIN) {
        json_key(w, "from");
        json_time(w, from_ns);
    }
}

static void put_result(const struct laboratory_result *result, struct json_writer *w)
{
    put_number(w, "value", result->value);
    json_pair(w, "unit", result->unit);
    put_from(w, result->from_ns);
    json_pair(w, "source", result->source);
    json_key(w, "record");
    json_u64(w, result->record);
}

/* What counts there now. */
static void put_now(const struct plan_input *input, const struct laboratory *laboratory,
                    struct json_writer *w)
{
    int64_t now_ns = clock_wall_ns(&clock_system);
    const struct laboratory_result *result = laboratory_at(laboratory, input, now_ns);
    const struct plan_factor *factor = plan_factor_at(input, now_ns);
    json_key(w, "now");
    json_open(w, '{');
    if (result) {
        put_result(result, w);
    } else if (factor) {
        put_number(w, "value", factor->value);
        put_from(w, factor->from_ns);
        json_pair(w, "origin", factor->origin);
        json_pair(w, "source", factor->source);
    }
    json_close(w, '}');
}

static void put_place(const struct laboratory_input *at,
                      const struct laboratory *laboratory, struct json_writer *w)
{
    const struct method_input *spec =
        &at->stream->method->inputs[at->input->method_input];
    char place[LABORATORY_PLACE_MAX];
    laboratory_place(at, place);
    json_open(w, '{');
    json_pair(w, "place", place);
    json_pair(w, "process", at->process->name ? at->process->name : at->process->id);
    json_pair(w, "stream", at->stream->name ? at->stream->name : at->stream->id);
    json_pair(w, "input", spec->name);
    json_pair(w, "units", spec->unit); /* alternatives between bars */
    json_pair(w, "help", spec->help);
    put_now(at->input, laboratory, w);
    json_close(w, '}');
}

static void put_places(const struct plan_process *process,
                       const struct laboratory *laboratory, struct json_writer *w)
{
    for (size_t s = 0; s < process->stream_count; s++) {
        const struct plan_stream *stream = &process->streams[s];
        for (size_t i = 0; i < stream->input_count; i++) {
            struct laboratory_input at = {process, stream, &stream->inputs[i]};
            if (laboratory_takes(&at)) {
                put_place(&at, laboratory, w);
            }
        }
    }
}

static void put_results(const struct laboratory *laboratory, struct json_writer *w)
{
    for (size_t i = 0; i < laboratory->count && i < RESULTS_SHOWN; i++) {
        const struct laboratory_result *result =
            &laboratory->results[laboratory->count - 1 - i];
        json_open(w, '{');
        json_pair(w, "place", result->place);
        put_result(result, w);
        json_key(w, "known");
        json_bool(w, result->input != NULL);
        json_close(w, '}');
    }
}

void api_put_laboratory(const struct plan *plan, const struct laboratory *laboratory,
                        struct json_writer *w)
{
    json_open(w, '{');
    json_key(w, "amend_s");
    json_i64(w, plan->windows.amend_until_ns / NS_PER_S);
    json_key(w, "places");
    json_open(w, '[');
    for (size_t i = 0; i < plan->process_count; i++) {
        put_places(&plan->processes[i], laboratory, w);
    }
    json_close(w, ']');
    json_key(w, "results");
    json_open(w, '[');
    put_results(laboratory, w);
    json_close(w, ']');
    json_close(w, '}');
}

void operator_laboratory(void *ctx, const struct web_question *question,
                         struct web_answer *answer)
{
    const struct api *api = ctx;
    struct json_writer w = json_writer_of(&answer->body);
    struct pipeline_view p;
    (void)question;
    pipeline_lock(api->view.pipeline, &p);
    if (p.fold) {
        api_put_laboratory(p.plan, aggregate_get_laboratory(fold_get_aggregate(p.fold)),
                           &w);
    } else {
        web_refuse(answer, 503, "no configuration is folded yet");
    }
    pipeline_unlock(api->view.pipeline);
}
