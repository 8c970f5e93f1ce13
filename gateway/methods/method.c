/* SPDX-License-Identifier: Apache-2.0 */
/* The list of methods, and what is the same for all: names, defaults, limits, units. */
#include "methods/method.h"

#include "core/number.h"
#include "units/units.h"

#include <math.h>

const struct method *const methods[] = {
#define METHOD(name) &method_##name,
#include "methods/list.h"
#undef METHOD
    NULL,
};

const char *const attribution_term_names[TERM_COUNT] = {
    [TERM_DIRECT] = "direct",
    [TERM_INDIRECT] = "indirect",
    [TERM_HEAT_IMPORT] = "heat_import",
    [TERM_HEAT_EXPORT] = "heat_export",
    [TERM_WASTE_GAS_IMPORT] = "waste_gas_import",
    [TERM_WASTE_GAS_EXPORT] = "waste_gas_export",
    [TERM_EL_PRODUCED] = "electricity_produced",
    [TERM_PRECURSOR] = "precursor",
};

const struct method *method_find(struct bytes name)
{
    for (size_t i = 0; methods[i]; i++) {
        if (bytes_are(name, methods[i]->name)) {
            return methods[i];
        }
    }
    return NULL;
}

/* "prec_mass3": whether the name is that of the series with a number behind it. */
static bool is_item(struct bytes name, const char *series, size_t *ret_item)
{
    struct bytes stem = bytes_of(series);
    uint64_t number = 0;
    if (!bytes_start_with(name, stem)) {
        return false;
    }
    struct bytes digits = bytes_slice(name, stem.len, SIZE_MAX);
    bool plain = digits.len > 0 && digits.data[0] >= '1' && digits.data[0] <= '9';
    if (!plain || !number_parse_u64(digits, &number) || number > METHOD_SERIES_MAX) {
        return false;
    }
    *ret_item = (size_t)number - 1;
    return true;
}

int method_input_find(const struct method *method, struct bytes name, size_t *ret_item)
{
    for (int i = 0; method->inputs[i].name; i++) {
        const struct method_input *input = &method->inputs[i];
        *ret_item = 0;
        if (input->flags & INPUT_SERIES ? is_item(name, input->name, ret_item)
                                        : bytes_are(name, input->name)) {
            return i;
        }
    }
    return -1;
}

void method_fill(const struct method_input *input, bool stream, struct quantity *quantity)
{
    const char *initial =
        stream && input->stream_initial ? input->stream_initial : input->initial;
    if (quantity->has || !initial) {
        return;
    }
    *quantity = (struct quantity){.has = true, .text = bytes_of(initial)};
    bool number =
        (input->flags & INPUT_TEXT) || number_parse(bytes_of(initial), &quantity->value);
    ASSERT(number);
}

/* ---- limits ---- */

static const char *percent_hint(const struct method_input *input, double value)
{
    bool share = input->max == 1 && value > 1 && value <= 100;
    return share ? "; a percentage is written with the unit '%'" : "";
}

enum err method_input_check(const struct method_input *input,
                            const struct quantity *quantity, struct error *e)
{
    if (input->flags & INPUT_TEXT) {
        return ERR_OK;
    }
    char value[NUMBER_TEXT_MAX];
    number_print(quantity->value, value);
    if (!isfinite(quantity->value)) {
        return error_set(e, ERR_REJECT, "'%s' is not a finite number", input->name);
    }
    if ((input->flags & INPUT_POSITIVE) && !(quantity->value > 0)) {
        return error_set(e, ERR_REJECT, "'%s' is %s: it must be above 0", input->name,
                         value);
    }
    bool limited = (input->flags & INPUT_LIMITED) != 0;
    if (limited && (quantity->value < input->min || quantity->value > input->max)) {
        char min[NUMBER_TEXT_MAX];
        char max[NUMBER_TEXT_MAX];
        number_print(input->min, min);
        number_print(input->max, max);
        if (isinf(input->max)) {
            return error_set(e, ERR_REJECT, "'%s' is %s: it must be at least %s",
                             input->name, value, min);
        }
        return error_set(e, ERR_REJECT, "'%s' is %s: it must lie between %s and %s%s",
                         input->name, value, min, max,
                         percent_hint(input, quantity->value));
    }
    return ERR_OK;
}

static enum err check_series(const struct method_input *input,
                             const struct quantity *items, size_t count, struct error *e)
{
    bool optional = (input->flags & INPUT_OPTIONAL) != 0;
    if (!optional && (!items || count == 0)) {
        return error_set(e, ERR_REJECT, "'%s1' is missing", input->name);
    }
    for (size_t n = 0; items && n < count; n++) {
        if (!items[n].has && !optional) {
            return error_set(e, ERR_REJECT, "'%s%zu' is missing", input->name, n + 1);
        }
        enum err err = items[n].has ? method_input_check(input, &items[n], e) : ERR_OK;
        if (err) {
            return error_wrap(e, "item %zu", n + 1);
        }
    }
    return ERR_OK;
}

static enum err check_inputs(const struct method *method, const struct method_args *args,
                             struct error *e)
{
    for (size_t i = 0; method->inputs[i].name; i++) {
        const struct method_input *input = &method->inputs[i];
        enum err err = ERR_OK;
        if (input->flags & INPUT_SERIES) {
            err = check_series(input, args->series[i], args->count, e);
        } else if (args->inputs[i].has) {
            err = method_input_check(input, &args->inputs[i], e);
        } else if (!(input->flags & INPUT_OPTIONAL)) {
            err = error_set(e, ERR_REJECT, "'%s' is missing", input->name);
        }
        if (err) {
            return err;
        }
    }
    return ERR_OK;
}

static enum err check_outputs(const struct method *method,
                              const struct method_results *results, size_t count,
                              struct error *e)
{
    for (size_t i = 0; method->outputs[i].name; i++) {
        const struct method_output *output = &method->outputs[i];
        const struct quantity *values =
            output->series ? results->series[i] : &results->outputs[i];
        for (size_t n = 0; n < (output->series ? count : 1); n++) {
            if (values[n].has && !isfinite(values[n].value)) {
                return error_set(e, ERR_REJECT, "'%s' is too large to be a number",
                                 output->name);
            }
        }
    }
    return ERR_OK;
}

enum err method_run(const struct method *method, const struct method_args *args,
                    const struct method_results *results, struct error *e)
{
    enum err err = check_inputs(method, args, e);
    if (!err) {
        err = method->compute(args, results, e);
    }
    return err ? err : check_outputs(method, results, args->count, e);
}

/* ---- units ---- */

/* Looks for the alternative of the same size, else the first of the same dimension. */
static enum err find_alternative(struct units *units, const char *canonical,
                                 const struct unit *from, struct unit *ret_to,
                                 uint8_t *ret_which, struct error *e)
{
    bool found = false;
    uint8_t which = 0;
    struct bytes rest = bytes_of(canonical);
    for (; rest.len > 0; which++) {
        struct bytes one = bytes_take_part(&rest, '|');
        struct unit to;
        enum err err = units_parse(units, one, &to, e);
        ASSERT(err == ERR_OK);
        bool same_size = unit_same_size(from, &to);
        if (same_size || (!found && unit_same_dimension(from, &to))) {
            *ret_to = to;
            *ret_which = which;
            found = true;
        }
        if (same_size) {
            return ERR_OK;
        }
    }
    return found ? ERR_OK : ERR_REJECT;
}

enum err method_convert(struct units *units, const struct method_input *input,
                        const struct unit *from, struct method_conversion *ret,
                        struct error *e)
{
    if (input->unit[0] == '?') {
        *ret = (struct method_conversion){.scale = 1};
        return ERR_OK;
    }
    struct unit to;
    struct method_conversion conversion = {0};
    if (find_alternative(units, input->unit, from, &to, &conversion.which, e)) {
        char has[UNIT_DIMENSION_MAX];
        unit_dimension(from, has);
        struct bytes rest = bytes_of(input->unit);
        struct bytes first = bytes_take_part(&rest, '|');
        enum err err = units_parse(units, first, &to, e);
        ASSERT(err == ERR_OK);
        if (rest.len > 0) {
            return error_set(e, ERR_REJECT,
                             "the dimension is %s where one of '%s' is wanted", has,
                             input->unit);
        }
    }
    if (unit_convert(from, &to, &conversion.scale, &conversion.offset, e)) {
        return error_wrap(e, "'%s' wants '%s'", input->name, input->unit);
    }
    *ret = conversion;
    return ERR_OK;
}
