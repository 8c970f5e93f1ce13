/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The inputs of a case.  First pass: which inputs there are, how long the series, and
 * the units that the table leaves open.  Second pass: values, converted.
 */
#include "compute/compute_private.h"

#include "core/mem.h"
#include "core/nearest.h"

#include <stdlib.h>

static struct bytes text_of(const json_t *string)
{
    return (struct bytes){.data = (const uint8_t *)json_string_value(string),
                          .len = json_string_length(string)};
}

static enum err unknown_input(const struct method *method, const char *name,
                              struct error *e)
{
    const char *names[METHOD_INPUTS_MAX + 1] = {0};
    for (size_t i = 0; method->inputs[i].name; i++) {
        names[i] = method->inputs[i].name;
    }
    const char *near = nearest_name(names, bytes_of(name));
    return error_set(e, ERR_REJECT, "'%s' has no input '%s'%s%s%s", method->name, name,
                     near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
}

/* The members "value" and "unit" of one input, and no others. */
static enum err read_members(const json_t *given, const json_t **ret_value,
                             const json_t **ret_unit, struct error *e)
{
    if (!json_is_object(given)) {
        return error_set(e, ERR_REJECT, "must be an object with 'value' and 'unit'");
    }
    const json_t *value = json_object_get(given, "value");
    const json_t *unit = json_object_get(given, "unit");
    if (!value) {
        return error_set(e, ERR_REJECT, "'value' is missing");
    }
    if (unit && !json_is_string(unit)) {
        return error_set(e, ERR_REJECT, "'unit' must be a text");
    }
    if (json_object_size(given) > (size_t)(unit ? 2 : 1)) {
        return error_set(e, ERR_REJECT, "only 'value' and 'unit' are known");
    }
    *ret_value = value;
    *ret_unit = unit;
    return ERR_OK;
}

/* ---- open units ---- */

const struct open_unit *hand_group(const struct hand *hand, char letter)
{
    for (size_t i = 0; i < hand->group_count; i++) {
        if (hand->groups[i].letter == letter) {
            return &hand->groups[i];
        }
    }
    return NULL;
}

static bool is_open(const struct method_input *input)
{
    return input->unit && input->unit[0] == '?';
}

/* "same" stands for the unit of the group. */
static bool is_same(struct bytes text)
{
    return bytes_are(text, "same");
}

static enum err note_open_unit(struct hand *hand, const struct method_input *input,
                               const json_t *given, struct error *e)
{
    const json_t *unit = json_object_get(given, "unit");
    if (!is_open(input) || !json_is_string(unit) || is_same(text_of(unit)) ||
        hand_group(hand, input->unit[1])) {
        return ERR_OK;
    }
    ASSERT(hand->group_count < GROUP_MAX);
    struct open_unit group = {.letter = input->unit[1],
                              .text = unit_without_remark(text_of(unit))};
    enum err err = units_parse(hand->units, text_of(unit), &group.unit, e);
    if (!err) {
        hand->groups[hand->group_count++] = group;
    }
    return err;
}

static enum err note_inputs(struct hand *hand, const json_t *inputs, struct error *e)
{
    const char *name;
    json_t *given;
    json_object_foreach((json_t *)(uintptr_t)inputs, name, given)
    {
        size_t item = 0;
        int index = method_input_find(hand->method, bytes_of(name), &item);
        if (index < 0) {
            return unknown_input(hand->method, name, e);
        }
        const struct method_input *input = &hand->method->inputs[index];
        if ((input->flags & INPUT_SERIES) && item >= hand->count) {
            hand->count = item + 1;
        }
        if (note_open_unit(hand, input, given, e)) {
            return error_wrap(e, "input '%s'", name);
        }
    }
    return ERR_OK;
}

/* ---- values ---- */

static enum err convert_open(const struct hand *hand, const struct method_input *input,
                             struct bytes unit_text, struct quantity *quantity,
                             struct error *e)
{
    const struct open_unit *group = hand_group(hand, input->unit[1]);
    if (!group) {
        return error_set(e, ERR_REJECT, "no input of its kind has a unit");
    }
    if (is_same(unit_text)) {
        return ERR_OK;
    }
    struct unit unit;
    double scale = 1;
    double offset = 0;
    enum err err = units_parse(hand->units, unit_text, &unit, e);
    err = err ? err : unit_convert(&unit, &group->unit, &scale, &offset, e);
    if (!err) {
        quantity->value = quantity->value * scale + offset;
    }
    return err;
}

static enum err note_currency(struct hand *hand, const struct unit *unit, struct error *e)
{
    if (!unit->currency[0]) {
        return ERR_OK;
    }
    if (hand->currency[0] && strcmp(hand->currency, unit->currency) != 0) {
        return error_set(e, ERR_REJECT, "%s is given where %s is wanted", unit->currency,
                         hand->currency);
    }
    memcpy(hand->currency, unit->currency, sizeof hand->currency);
    return ERR_OK;
}

static enum err convert_closed(struct hand *hand, const struct method_input *input,
                               struct bytes unit_text, struct quantity *quantity,
                               struct error *e)
{
    struct unit unit;
    struct method_conversion conversion = {0};
    enum err err = units_parse(hand->units, unit_text, &unit, e);
    err = err ? err : method_convert(hand->units, input, &unit, &conversion, e);
    err = err ? err : note_currency(hand, &unit, e);
    if (!err) {
        quantity->value = quantity->value * conversion.scale + conversion.offset;
        quantity->which = conversion.which;
    }
    return err;
}

static enum err read_number(struct hand *hand, const struct method_input *input,
                            const json_t *value, const json_t *unit,
                            struct quantity *quantity, struct error *e)
{
    if (!json_is_number(value)) {
        return error_set(e, ERR_REJECT, "'value' must be a number");
    }
    if (!unit) {
        return error_set(e, ERR_REJECT, "'unit' is missing");
    }
    quantity->value = json_number_value(value);
    return is_open(input) ? convert_open(hand, input, text_of(unit), quantity, e)
                          : convert_closed(hand, input, text_of(unit), quantity, e);
}

static enum err read_input(struct hand *hand, const struct method_input *input,
                           const json_t *given, struct quantity *ret, struct error *e)
{
    const json_t *value = NULL;
    const json_t *unit = NULL;
    struct quantity quantity = {.has = true};
    enum err err = read_members(given, &value, &unit, e);
    if (err) {
        return err;
    }
    if (input->flags & INPUT_TEXT) {
        if (!json_is_string(value)) {
            return error_set(e, ERR_REJECT, "'value' must be a text: %s", input->help);
        }
        quantity.text = text_of(value);
    } else {
        err = read_number(hand, input, value, unit, &quantity, e);
    }
    if (!err) {
        *ret = quantity;
    }
    return err;
}

static void take_room(struct hand *hand)
{
    for (size_t i = 0; hand->method->inputs[i].name; i++) {
        if (hand->count > 0 && (hand->method->inputs[i].flags & INPUT_SERIES)) {
            hand->series[i] = mem_array(hand->count, sizeof *hand->series[i]);
        }
    }
    for (size_t i = 0; hand->method->outputs[i].name; i++) {
        if (hand->count > 0 && hand->method->outputs[i].series) {
            hand->out_series[i] = mem_array(hand->count, sizeof *hand->out_series[i]);
        }
    }
}

static void fill_defaults(struct hand *hand)
{
    for (size_t i = 0; hand->method->inputs[i].name; i++) {
        const struct method_input *input = &hand->method->inputs[i];
        bool series = (input->flags & INPUT_SERIES) != 0;
        for (size_t n = 0; n < (series ? hand->count : 1); n++) {
            method_fill(input, false, series ? &hand->series[i][n] : &hand->inputs[i]);
        }
    }
}

enum err hand_read(struct hand *hand, const json_t *inputs, struct error *e)
{
    enum err err = note_inputs(hand, inputs, e);
    if (err) {
        return err;
    }
    take_room(hand);
    const char *name;
    json_t *given;
    json_object_foreach((json_t *)(uintptr_t)inputs, name, given)
    {
        size_t n = 0;
        int index = method_input_find(hand->method, bytes_of(name), &n);
        ASSERT(index >= 0);
        const struct method_input *input = &hand->method->inputs[index];
        bool series = (input->flags & INPUT_SERIES) != 0;
        struct quantity *place = series ? &hand->series[index][n] : &hand->inputs[index];
        if (read_input(hand, input, given, place, e)) {
            return error_wrap(e, "input '%s'", name);
        }
    }
    fill_defaults(hand);
    return ERR_OK;
}
