/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calculations by hand as one line of text:
 *
 *     gives("electricity", "electricity=2 GWh; ef=0.377 t CO2/MWh", "em_el=754 t CO2e");
 *     fails("electricity", "ef=0.377 t CO2/MWh", "'electricity' is missing");
 *
 * A value in quotes is a word.  "name=none" among the outputs: it must not be there.
 */
#ifndef TESTS_BY_HAND_H
#define TESTS_BY_HAND_H

#include "compute/compute.h"
#include "core/number.h"
#include "units/units.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>

static struct units *by_hand_units;

static inline void by_hand_open(void)
{
    struct error e;
    cr_assert_eq(units_open(&by_hand_units, &e), ERR_OK);
}

static inline void by_hand_close(void)
{
    units_close(&by_hand_units);
}

static inline double by_hand_number(const char *text)
{
    double value = 0;
    cr_assert(number_parse(bytes_of(text), &value), "'%s' is no number", text);
    return value;
}

/* One "name=value unit"; moves `rest` behind the next ';'. */
static inline bool by_hand_next(char **rest, char **ret_name, char **ret_value,
                                char **ret_unit)
{
    char *at = *rest + strspn(*rest, "; \n");
    if (!*at) {
        return false;
    }
    char *end = at + strcspn(at, ";");
    *rest = *end ? end + 1 : end;
    *end = 0;
    char *equals = strchr(at, '=');
    cr_assert_not_null(equals, "no '=' in '%s'", at);
    *equals = 0;
    char *space = strchr(equals + 1, ' ');
    *ret_name = at;
    *ret_value = equals + 1;
    *ret_unit = NULL;
    if (space) {
        *space = 0;
        *ret_unit = space + 1;
    }
    return true;
}

static inline json_t *by_hand_inputs(const char *text)
{
    char copy[8192];
    snprintf(copy, sizeof copy, "%s", text);
    json_t *inputs = json_object();
    char *rest = copy;
    char *name;
    char *value;
    char *unit;
    while (by_hand_next(&rest, &name, &value, &unit)) {
        json_t *given = json_object();
        bool word = value[0] == '\'';
        size_t len = strlen(value);
        json_object_set_new(given, "value",
                            word ? json_stringn(value + 1, len - 2)
                                 : json_real(by_hand_number(value)));
        json_object_set_new(given, "unit", json_string(unit ? unit : "1"));
        json_object_set_new(inputs, name, given);
    }
    return inputs;
}

/* The answer; the caller drops it. */
static inline json_t *by_hand(const char *function, const char *inputs)
{
    json_t *request = json_object();
    json_object_set_new(request, "function", json_string(function));
    json_object_set_new(request, "inputs", by_hand_inputs(inputs));
    struct buf out;
    struct error e = {0};
    buf_init(&out, 1 << 20);
    enum err err = compute_case(by_hand_units, request, &out, &e);
    json_error_t error;
    json_t *answer = json_loadb((const char *)out.data, out.len, 0, &error);
    cr_assert_not_null(answer, "%s", error.text);
    cr_assert_eq(err != ERR_OK, json_object_get(answer, "error") != NULL);
    buf_deinit(&out);
    json_decref(request);
    return answer;
}

static inline void by_hand_check(const json_t *output, const char *name, double wanted,
                                 const char *unit)
{
    struct unit from;
    struct unit to;
    double scale = 0;
    double offset = 0;
    struct error e = {0};
    const char *got = json_string_value(json_object_get(output, "unit"));
    cr_assert_eq(units_parse(by_hand_units, bytes_of(got), &from, &e), ERR_OK, "%s",
                 e.text);
    cr_assert_eq(units_parse(by_hand_units, bytes_of(unit ? unit : "1"), &to, &e), ERR_OK,
                 "%s", e.text);
    cr_assert_eq(unit_convert(&from, &to, &scale, &offset, &e), ERR_OK, "%s: %s", name,
                 e.text);
    double value = json_number_value(json_object_get(output, "value")) * scale + offset;
    cr_assert(fabs(value - wanted) <= 1e-10 * fabs(wanted) + 1e-12,
              "'%s' is %.17g, wanted %.17g", name, value, wanted);
}

static inline void gives(const char *function, const char *inputs, const char *outputs)
{
    json_t *answer = by_hand(function, inputs);
    const json_t *results = json_object_get(answer, "outputs");
    cr_assert_not_null(results, "%s of %s: %s", function, inputs,
                       json_string_value(json_object_get(answer, "error")));
    char copy[8192];
    snprintf(copy, sizeof copy, "%s", outputs);
    char *rest = copy;
    char *name;
    char *value;
    char *unit;
    while (by_hand_next(&rest, &name, &value, &unit)) {
        const json_t *output = json_object_get(results, name);
        if (strcmp(value, "none") == 0) {
            cr_assert_null(output, "'%s' is there", name);
            continue;
        }
        cr_assert_not_null(output, "'%s' is missing", name);
        by_hand_check(output, name, by_hand_number(value), unit);
    }
    json_decref(answer);
}

static inline void fails(const char *function, const char *inputs, const char *part)
{
    json_t *answer = by_hand(function, inputs);
    const char *text = json_string_value(json_object_get(answer, "error"));
    cr_assert_not_null(text, "%s took %s", function, inputs);
    cr_assert(strstr(text, part), "%s of %s says: %s", function, inputs, text);
    json_decref(answer);
}

#endif
