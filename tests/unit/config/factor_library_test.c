/* SPDX-License-Identifier: Apache-2.0 */
#include "config/factor_library.h"

#include "config/plan.h"

#include <criterion/criterion.h>

static struct units *units;
static struct factor_library library;
static struct problems problems;

static void open_library(void)
{
    struct error e;
    cr_assert_eq(units_open(&units, &e), ERR_OK);
    factor_library_init(&library, units);
    problems_init(&problems);
}

static void close_library(void)
{
    factor_library_deinit(&library);
    problems_deinit(&problems);
    units_close(&units);
}

TestSuite(factor_library, .init = open_library, .fini = close_library);

#define HEAD "name: own\nversion: \"1\"\nfactors:\n"

static void read_text(const char *text)
{
    factor_library_read(&library, "own.yaml", bytes_of(text), &problems);
}

static const char *problem_text(void)
{
    return problems.text.data ? (const char *)problems.text.data : "";
}

Test(factor_library, a_factor_has_value_unit_source_and_set)
{
    read_text(HEAD "  - {id: coal.ncv, value: 25.8 GJ/t, source: laboratory 7}\n");

    const struct factor *factor =
        factor_library_find(&library, BYTES("coal.ncv"), BYTES("2026-01-01"));

    cr_assert_eq(problems.count, 0, "%s", problem_text());
    cr_assert_not_null(factor);
    cr_assert_eq(factor->value, 25.8);
    cr_assert(bytes_are(factor->source, "laboratory 7"));
    cr_assert_str_eq(factor->set, "own@1");
}

Test(factor_library, a_factor_without_a_source_does_not_load)
{
    read_text(HEAD "  - {id: coal.ncv, value: 25.8 GJ/t}\n");

    cr_assert(strstr(problem_text(), "own.yaml:4:5: factor 'coal.ncv' lacks a 'source'"),
              "%s", problem_text());
    cr_assert_eq(library.count, 0);
}

Test(factor_library, the_source_of_the_file_stands_for_its_factors)
{
    read_text("source: act\n" HEAD "  - {id: coal.ncv, value: 25.8 GJ/t}\n");

    cr_assert_eq(problems.count, 0, "%s", problem_text());
    cr_assert(bytes_are(library.first->source, "act"));
}

Test(factor_library, a_unit_that_is_not_known_is_a_problem_with_its_place)
{
    read_text(HEAD "  - {id: coal.ncv, value: 25.8 GJ/tt, source: x}\n");

    cr_assert(
        strstr(problem_text(), "own.yaml:4:27: factor 'coal.ncv': unit 'GJ/tt': 'tt'"),
        "%s", problem_text());
    cr_assert_eq(library.count, 0);
}

Test(factor_library, the_value_of_the_day_is_found)
{
    read_text(HEAD
              "  - {id: meal.ef, value: 0.33 t CO2/t, source: a, from: 2026-01-01}\n"
              "  - {id: meal.ef, value: 0.34 t CO2/t, source: b, from: 2026-07-01}\n");

    cr_assert_eq(problems.count, 0, "%s", problem_text());
    struct bytes id = BYTES("meal.ef");
    cr_assert_null(factor_library_find(&library, id, BYTES("2025-12-31")));
    cr_assert_eq(factor_library_find(&library, id, BYTES("2026-06-30"))->value, 0.33);
    cr_assert_eq(factor_library_find(&library, id, BYTES("2026-07-01"))->value, 0.34);
}

Test(factor_library, two_values_at_the_same_time_are_a_problem)
{
    read_text(HEAD "  - {id: meal.ef, value: 0.33 t CO2/t, source: a}\n"
                   "  - {id: meal.ef, value: 0.34 t CO2/t, source: b}\n");

    cr_assert(strstr(problem_text(), "own.yaml:5:5: factor 'meal.ef' has two values"),
              "%s", problem_text());
}

Test(factor_library, an_unknown_key_is_a_problem_with_the_nearest_name)
{
    read_text(HEAD "  - {id: a, value: 1 t, sorce: x, source: y}\n");

    cr_assert(strstr(problem_text(), "unknown key 'sorce'; did you mean 'source'?"), "%s",
              problem_text());
}

Test(factor_library, a_file_without_name_or_version_is_a_problem)
{
    read_text("factors: []\n");

    cr_assert(strstr(problem_text(), "'name' is missing"), "%s", problem_text());
    cr_assert(strstr(problem_text(), "'version' is missing"), "%s", problem_text());
}

Test(factor_library, every_file_that_comes_with_the_program_loads)
{
    struct bundle bundle;
    bundle_read_factors(&bundle, &problems);
    for (size_t i = 0; i < bundle.count; i++) {
        factor_library_read(&library, bundle.files[i].name, bundle.files[i].text,
                            &problems);
    }

    cr_assert_eq(problems.count, 0, "%s", problem_text());
    cr_assert_geq(bundle.count, 12);
    cr_assert_gt(library.count, 250);
    struct bytes day = BYTES("2027-06-01");
    cr_assert_eq(factor_library_find(&library, BYTES("fuel.natural_gas.ef"), day)->value,
                 56.1);
    cr_assert_eq(factor_library_find(&library, BYTES("default.markup"), day)->value, 20);
    cr_assert_eq(factor_library_find(&library, BYTES("grid.pk"), day)->value, 0.377);
    bundle_deinit(&bundle);
}
