/* SPDX-License-Identifier: Apache-2.0 */
/* One case: find the function, read, run, write; or say what is wrong with it. */
#include "compute/compute.h"

#include "compute/compute_private.h"
#include "core/mem.h"
#include "core/nearest.h"

#define METHODS_SHOWN_MAX 200

static enum err unknown_function(const char *name, struct error *e)
{
    const char *names[METHODS_SHOWN_MAX + 1] = {0};
    for (size_t i = 0; methods[i] && i < METHODS_SHOWN_MAX; i++) {
        names[i] = methods[i]->name;
    }
    const char *near = nearest_name(names, bytes_of(name));
    return error_set(e, ERR_REJECT, "unknown function '%s'%s%s%s", name,
                     near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
}

static enum err find_function(const json_t *request, const struct method **ret_method,
                              struct error *e)
{
    if (!json_is_object(request)) {
        return error_set(e, ERR_REJECT, "a case must be an object");
    }
    const char *name = json_string_value(json_object_get(request, "function"));
    if (!name) {
        return error_set(e, ERR_REJECT, "'function' is missing or no text");
    }
    if (!json_is_object(json_object_get(request, "inputs"))) {
        return error_set(e, ERR_REJECT, "'inputs' is missing or no object");
    }
    *ret_method = method_find(bytes_of(name));
    return *ret_method ? ERR_OK : unknown_function(name, e);
}

static int add_json(const char *text, size_t len, void *out)
{
    buf_add(out, (struct bytes){.data = (const uint8_t *)text, .len = len});
    return 0;
}

static void write_json(const json_t *value, struct buf *out)
{
    size_t flags = JSON_ENCODE_ANY | JSON_COMPACT | JSON_REAL_PRECISION(17);
    if (json_dump_callback(value, add_json, out, flags) != 0) {
        buf_add_text(out, "null");
    }
}

static void write_error(const struct error *e, struct buf *out)
{
    json_t *text = json_string(e->text);
    buf_add_text(out, ", \"error\": ");
    if (text) {
        write_json(text, out);
    } else {
        buf_add_text(out, "\"the case holds text that is not UTF-8\"");
    }
    json_decref(text);
}

static void free_hand(struct hand *hand)
{
    for (size_t i = 0; i < METHOD_INPUTS_MAX; i++) {
        mem_free(&hand->series[i]);
        mem_free(&hand->out_series[i]);
    }
}

static enum err run(struct hand *hand, const json_t *inputs, struct error *e)
{
    enum err err = hand_read(hand, inputs, e);
    if (err) {
        return err;
    }
    const struct quantity *series[METHOD_INPUTS_MAX];
    for (size_t i = 0; i < METHOD_INPUTS_MAX; i++) {
        series[i] = hand->series[i];
    }
    struct method_args args = {
        .inputs = hand->inputs, .series = series, .count = hand->count};
    struct method_results results = {.outputs = hand->outputs,
                                     .series = hand->out_series};
    return method_run(hand->method, &args, &results, e);
}

enum err compute_case(struct units *units, const json_t *request, struct buf *out,
                      struct error *e)
{
    struct hand hand = {.units = units};
    enum err err = find_function(request, &hand.method, e);
    if (!err) {
        err = run(&hand, json_object_get(request, "inputs"), e);
    }
    const json_t *id = json_object_get(request, "id");
    buf_add_text(out, "{\"id\": ");
    if (id) {
        write_json(id, out);
    } else {
        buf_add_text(out, "null");
    }
    if (err) {
        write_error(e, out);
    } else {
        buf_add_text(out, ", \"outputs\": ");
        hand_write(&hand, out);
    }
    buf_add_text(out, "}\n");
    free_hand(&hand);
    return err;
}
