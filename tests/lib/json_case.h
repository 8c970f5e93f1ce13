/* SPDX-License-Identifier: Apache-2.0 */
/* A case of `emgate compute` as JSON text, and what its answer must hold. */
#ifndef TESTS_JSON_CASE_H
#define TESTS_JSON_CASE_H

#include "compute/compute.h"
#include "units/units.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>

static struct units *case_units;

static inline void case_open(void)
{
    struct error e;
    cr_assert_eq(units_open(&case_units, &e), ERR_OK);
}

static inline void case_close(void)
{
    units_close(&case_units);
}

/* The answer to a case, with ' for "; valid until the next call. */
static inline const char *case_answer(const char *request)
{
    static char text[65536];
    char copy[65536];
    snprintf(copy, sizeof copy, "%s", request);
    for (char *c = copy; *c; c++) {
        *c = *c == '\'' ? '"' : *c;
    }
    json_error_t error;
    json_t *one = json_loads(copy, JSON_REJECT_DUPLICATES, &error);
    cr_assert_not_null(one, "%s in %s", error.text, copy);
    struct buf out;
    struct error e = {0};
    buf_init(&out, sizeof text - 1);
    enum err err = compute_case(case_units, one, &out, &e);
    snprintf(text, sizeof text, "%.*s", (int)out.len, (const char *)out.data);
    cr_assert_eq(err != ERR_OK, strstr(text, "\"error\"") != NULL);
    buf_deinit(&out);
    json_decref(one);
    return text;
}

static inline void case_expect(const char *request, const char *part)
{
    const char *got = case_answer(request);
    cr_assert(strstr(got, part), "%s\ngives %swanted %s", request, got, part);
}

#define FUEL "'fuel_quantity': {'value': 1000, 'unit': 't'}"
#define NCV "'ncv': {'value': 25, 'unit': 'GJ/t'}"
#define EF "'emission_factor': {'value': 90, 'unit': 't CO2/TJ'}"
#define BURN(more) "{'id': 1, 'function': 'combustion', 'inputs': {" more "}}"

#endif
