/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/lab.h"

#include "config/analyses.h"
#include "config/factor_library.h"

#include <criterion/criterion.h>

static struct units *units;
static struct problems problems;
static struct buf made;
static struct factor_library library;

static void open_all(void)
{
    struct error e;
    cr_assert_eq(units_open(&units, &e), ERR_OK);
    problems_init(&problems);
    buf_init(&made, 1 << 20);
    factor_library_init(&library, units);
}

static void close_all(void)
{
    factor_library_deinit(&library);
    buf_deinit(&made);
    problems_deinit(&problems);
    units_close(&units);
}

TestSuite(lab, .init = open_all, .fini = close_all);

#define HEAD                                                                             \
    "name: coal-lab\nlaboratory: Lab \"A\"\nresults:\n"                                  \
    "  - id: coal.ncv\n    unit: GJ/t\n    material: coal\n    analyses:\n"

static bool import(const char *text)
{
    made.len = 0;
    problems.count = 0;
    bool good = lab_import(units, "lab.yaml", bytes_of(text), &made, &problems);
    if (good) {
        factor_library_read(&library, "made.yaml", buf_bytes(&made), &problems);
    }
    return good;
}

static const char *problem_text(void)
{
    return problems.text.data ? (const char *)problems.text.data : "";
}

static const struct factor *at(const char *day)
{
    return factor_library_find(&library, BYTES("coal.ncv"), bytes_of(day));
}

Test(lab, every_analysis_of_a_period_is_in_the_mean_by_quantity)
{
    cr_assert(
        import(HEAD
               "      - {from: 2026-02-01, value: 25.4, quantity: 5000 t}\n"
               "      - {from: 2026-01-01, value: 25, quantity: 3000 t, report: R1}\n"
               "      - {from: 2026-01-01, value: 26, quantity: 1000000 kg}\n"),
        "%s", problem_text());

    cr_assert_eq(problems.count, 0, "%s", problem_text());
    cr_assert_float_eq(at("2026-01-15")->value, 25.25, 1e-12);
    cr_assert_float_eq(at("2026-02-01")->value, 25.4, 1e-12);
    cr_assert_null(at("2025-12-31"));
    cr_assert_eq(at("2026-01-15")->analyses, 2);
    cr_assert_eq(at("2026-01-15")->material, MATERIAL_COAL);
}

Test(lab, without_quantities_it_is_the_plain_mean)
{
    cr_assert(import(HEAD "      - {from: 2026-01-01, to: 2026-02-01, value: 25}\n"
                          "      - {from: 2026-01-01, to: 2026-02-01, value: 26}\n"
                          "      - {from: 2026-01-01, to: 2026-02-01, value: 28.5}\n"),
              "%s", problem_text());

    cr_assert_float_eq(at("2026-01-15")->value, 26.5, 1e-12);
    cr_assert_null(at("2026-02-01"));
    cr_assert_float_eq(at("2026-01-15")->scatter, 2 * 1.8027756377319946 / 26.5, 1e-12);
}

Test(lab, the_source_names_laboratory_reports_and_the_hash_of_the_results)
{
    cr_assert(import(HEAD "      - {from: 2026-01-01, value: 25, report: R-1}\n"));

    struct bytes source = at("2026-01-15")->source;
    cr_assert(
        bytes_start_with(source, BYTES("Lab \"A\"; report R-1; 1 analysis; sha256 ")),
        "%.*s", BYTES_ARG(source));
    cr_assert(bytes_start_with(bytes_of(at("2026-01-15")->set), BYTES("coal-lab@")));
}

Test(lab, an_analysis_without_a_source_is_refused)
{
    cr_assert_not(import("name: x\nresults:\n  - id: a\n    unit: GJ/t\n"
                         "    material: coal\n    analyses:\n"
                         "      - {from: 2026-01-01, value: 25}\n"));

    cr_assert(strstr(problem_text(), "lab.yaml:7:9: an analysis needs a source"), "%s",
              problem_text());
}

Test(lab, quantities_are_for_all_or_for_none)
{
    cr_assert_not(import(HEAD "      - {from: 2026-01-01, value: 25, quantity: 1 t}\n"
                              "      - {from: 2026-01-01, value: 26}\n"));

    cr_assert(strstr(problem_text(), "for all analyses of a result or for none"), "%s",
              problem_text());
}

Test(lab, a_wrong_unit_day_key_or_number_is_a_problem_at_its_place)
{
    cr_assert_not(import("name: x\nlaboratory: y\nresults:\n  - id: a\n"
                         "    unit: GJ/tt\n    material: coal\n    analyses:\n"
                         "      - {from: 2026-01-01, value: 25}\n"));
    cr_assert(strstr(problem_text(), "lab.yaml:5:11: "), "%s", problem_text());
    cr_assert_not(import(HEAD "      - {from: 2026-13-01, value: 25}\n"));
    cr_assert(strstr(problem_text(), "is no day such as"), "%s", problem_text());
    cr_assert_not(import(HEAD "      - {from: 2026-01-01, value: 25, invalid: yes}\n"));
    cr_assert_not(import(HEAD "      - {from: 2026-01-01, value: nan}\n"));
    cr_assert_not(import(HEAD "      - {from: 2026-01-01, value: 2, quantity: 0 t}\n"));
    cr_assert_not(import(HEAD "      - {from: 2026-01-01, value: 2, quantity: 3 t}\n"
                              "      - {from: 2026-01-01, value: 2, quantity: 3 m3}\n"));
    cr_assert_not(import(""));
}

Test(lab, periods_that_overlap_are_a_problem)
{
    cr_assert_not(import(HEAD "      - {from: 2026-01-01, to: 2026-03-01, value: 25}\n"
                              "      - {from: 2026-02-01, value: 26}\n"));

    cr_assert(strstr(problem_text(), "has two values at the same time"), "%s",
              problem_text());
}
