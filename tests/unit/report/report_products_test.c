/* SPDX-License-Identifier: Apache-2.0 */
#include "report/report_private.h"

#include <criterion/criterion.h>
#include <math.h>

/* A window of a mill that made `mass` t of good "a" of this content. */
static void add(struct report *report, double mass, double content, const char *word)
{
    json_t *summary = json_pack(
        "{s:s, s:s, s:s, s:{s:b}, s:{s:f, s:s},"
        " s:[{s:s, s:s, s:{s:f, s:s}, s:{s:s, s:{s:f, s:s}}, s:{s:f, s:s}}],"
        " s:[{s:s, s:s, s:s, s:[{s:s, s:{s:f, s:s}, s:s, s:s}, {s:s, s:{}, s:s}]}],"
        " s:[{s:s, s:s, s:s, s:{s:f}}]}",
        "process", "mill", "cn", "2523", "window_start", "1970-01-01T05:00:00Z",
        "quality", "complete", 1, "activity_level", "value", mass * content, "unit",
        "t clinker", "activity_parts", "point", "belt", "good", "a", "quantity", "value",
        mass, "unit", "t", "content", "name", "content", "quantity", "value", content,
        "unit", "1", "level", "value", mass * content, "unit", "t clinker", "goods", "id",
        "a", "name", "Cement", "cn", "2523 29 00", "parameters", "name", "clinker_ratio",
        "quantity", "value", content, "unit", "1", "origin", "constant", "source", "lab",
        "name", "reducing_agent", "quantity", "text", word, "streams", "id", "fuel",
        "method", "process", "term", "direct", "co2e", "value", 12.0);
    cr_assert_not_null(summary);
    cr_assert(report_add(report, summary));
    json_decref(summary);
}

static const struct report_outline outline = {.window_ns = 3600000000000};

static struct report *two_windows(void)
{
    struct report *report = report_new(&outline, 0, 7200000000000);
    add(report, 10, 0.8, "biogas");
    add(report, 30, 0.9, "hydrogen");
    return report;
}

static double exact(const json_t *object, const char *key)
{
    return json_number_value(json_object_get(json_object_get(object, key), "exact"));
}

Test(report_products, content_and_parameters_are_means_by_amount)
{
    struct report *report = two_windows();
    const struct process_total *process = &report->processes[0];
    cr_assert_eq(process->product_count, 1);
    const struct product_total *product = &process->products[0];
    cr_assert_eq(figure_value(&product->quantity), 40);
    cr_assert_float_eq(report_content(product), 35 / 40.0, 1e-15);
    const struct parameter_total *ratio = report_parameter(product, "clinker_ratio");
    cr_assert_float_eq(report_factor_value(&ratio->number), 35 / 40.0, 1e-15);
    cr_assert_eq(ratio->number.factor_count, 2);
    cr_assert_str_eq(report_parameter(product, "reducing_agent")->word, "hydrogen");
    cr_assert_null(report_parameter(product, "carbon"));
    report_free(&report);
}

Test(report_products, a_tonne_of_the_good_has_the_content_s_part)
{
    struct report *report = two_windows();
    struct buf out;
    json_error_t e;
    buf_init(&out, 1 << 20);
    struct json_writer writer = json_writer_of(&out);
    report_put_json(report, REPORT_SUMMARY, &writer);
    json_t *json = json_loadb((const char *)out.data, out.len, 0, &e);
    cr_assert(json, "%s", e.text);
    const json_t *process =
        json_array_get(json_object_get(json, "production_processes"), 0);
    const json_t *good = json_array_get(json_object_get(process, "goods"), 0);
    cr_assert_str_eq(json_string_value(json_object_get(good, "cn_code")), "2523 29 00");
    cr_assert_eq(exact(good, "quantity"), 40);
    cr_assert_float_eq(exact(process, "specific_embedded_emissions_direct"), 24 / 35.0,
                       1e-15);
    cr_assert_float_eq(exact(good, "specific_embedded_emissions_direct"), 24 / 40.0,
                       1e-15);
    cr_assert_eq(json_array_size(json_object_get(good, "sector_parameters")), 2);
    json_decref(json);
    buf_deinit(&out);
    report_free(&report);
}

Test(report_products, stand_in_the_csv_as_lines_of_their_own)
{
    struct report *report = two_windows();
    struct buf out;
    buf_init(&out, 1 << 16);
    report_put_csv(report, REPORT_SUMMARY, &out);
    const char *text = (const char *)out.data;
    cr_assert(strstr(text, "\r\ngood,mill,a,2523 29 00,40,t,,,0.6,0,,\r\n"), "%s", text);
    cr_assert(strstr(text, "\r\nparameter,mill,a,clinker_ratio,0.875,1,,,,,,\r\n"));
    cr_assert(strstr(text, "\r\nparameter,mill,a,reducing_agent,,hydrogen,,,,,,\r\n"));
    buf_deinit(&out);
    report_free(&report);
}
