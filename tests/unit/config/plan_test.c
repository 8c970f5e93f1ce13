/* SPDX-License-Identifier: Apache-2.0 */
#include "config/plan.h"

#include "config_text.h"
#include "core/clock.h"
#include "methods/method.h"

#include <math.h>
#include <stdio.h>

/* The plant with a change gives exactly these words. */
static void expect_words(const char *find, const char *replace, const char *words)
{
    struct buf text = plant_with(find, replace);
    struct problems problems;
    struct plan *plan = plan_of((const char *)text.data, NULL, NULL, &problems);
    cr_expect_null(plan);
    cr_expect_str_eq((const char *)problems.text.data, words, "got: %s",
                     (const char *)problems.text.data);
    plan_free(&plan);
    problems_deinit(&problems);
    buf_deinit(&text);
}

static struct plan *expect_plan(const char *find, const char *replace)
{
    struct buf text = plant_with(find, replace);
    struct problems problems;
    struct plan *plan = plan_of((const char *)text.data, NULL, NULL, &problems);
    cr_assert(plan, "%s", (const char *)problems.text.data);
    problems_deinit(&problems);
    buf_deinit(&text);
    return plan;
}

static const struct plan_input *input_named(const struct plan_stream *stream,
                                            const char *name)
{
    for (size_t i = 0; i < stream->input_count; i++) {
        size_t index = stream->inputs[i].method_input;
        if (strcmp(stream->method->inputs[index].name, name) == 0) {
            return &stream->inputs[i];
        }
    }
    return NULL;
}

Test(plan, the_example_plant_loads)
{
    struct problems problems;
    struct bundle bundle;
    problems_init(&problems);
    bundle_read(TEST_DATA "/../config/examples/cement.yaml", &bundle, &problems);

    struct plan *plan = plan_new(&bundle, &problems);

    cr_assert(plan, "%s", (const char *)problems.text.data);
    cr_assert_eq(plan->point_count, 9);
    cr_assert_eq(plan->process_count, 2);
    cr_assert_eq(plan->processes[0].stream_count, 4);
    cr_assert_eq(plan->windows.length_ns, NS_PER_HOUR);
    cr_assert_str_eq(plan->sinks[0].id, "registry");
    cr_assert_str_eq(plan->journal.directory, "/var/lib/emgate/journal");
    plan_free(&plan);
    bundle_deinit(&bundle);
    problems_deinit(&problems);
}

Test(plan, five_mistakes_give_five_places_in_one_run)
{
    struct problems problems;
    struct plan *plan = plan_of("gateway: {id: test-01, stat: /tmp}\n"
                                "brokers:\n"
                                "  - {name: plant, uri: 'http://127.0.0.1'}\n"
                                "inputs:\n"
                                "  - {topic: a/#/b, adapter: native}\n"
                                "installation:\n"
                                "  {id: I, name: W, sector: cement, country: XX}\n"
                                "points: []\n"
                                "processes: []\n"
                                "windows: {length: 7h}\n",
                                NULL, NULL, &problems);
    const char *text = (const char *)problems.text.data;

    cr_assert_null(plan);
    cr_assert_eq(problems.count, 5, "%s", text);
    cr_assert(strstr(text, "plant.yaml:1:24: unknown key 'stat'; did you mean 'state'?"));
    cr_assert(strstr(text, "plant.yaml:3:24: uri: 'http://127.0.0.1' is not mqtt://"));
    cr_assert(strstr(text, "plant.yaml:5:13: topic: "));
    cr_assert(strstr(text, "plant.yaml:7:45: country: 'XX' is not an ISO 3166-1 code"));
    cr_assert(strstr(text, "plant.yaml:10:19: length: a day is not a whole number"));
    problems_deinit(&problems);
}

Test(plan, a_rate_in_kg_per_s_becomes_tonnes_of_a_window)
{
    struct plan *plan = expect_plan(NULL, "");
    const struct plan_stream *fuel = &plan->processes[0].streams[0];

    const struct plan_input *quantity = input_named(fuel, "fuel_quantity");
    const struct plan_input *ncv = input_named(fuel, "ncv");

    cr_assert_str_eq(plan->points[0].window_unit, "(kg/s)*h");
    cr_assert_eq(quantity->point, &plan->points[0]);
    cr_assert_float_eq(quantity->scale, 3.6, 1e-12);       /* 1 kg/s over 1 h is 3.6 t */
    cr_assert_float_eq(ncv->factors[0].value, 25.8, 1e-9); /* TJ/t */
    cr_assert_str_eq(ncv->factors[0].source, "table");
    cr_assert_str_eq(plan->processes[0].functional_unit, "t");
    cr_assert_eq(plan->processes[0].activities[0].scale, 1);
    cr_assert_eq(plan->processes[0].operating, &plan->points[2]);
    plan_free(&plan);
}

Test(plan, what_is_left_out_has_its_default)
{
    struct plan *plan = expect_plan(NULL, "");

    cr_assert_str_eq(plan->brokers[0].client_id, "test-01");
    cr_assert_str_eq(plan->outbox.file, "/tmp/emgate-test/outbox.db");
    cr_assert_eq(plan->points[0].max_gap_ns, 30 * NS_PER_S);
    cr_assert_float_eq(plan->points[0].valid_share, 0.8, 1e-15);
    cr_assert(isinf(plan->points[0].range_max));
    cr_assert_str_eq(plan->points[0].substitute, "none");
    cr_assert_str_eq(plan->web_listen, "127.0.0.1:8321");
    cr_assert_str_eq(plan->processes[0].sector, "cement");
    cr_assert_eq(plan->processes[0].streams[0].term, TERM_DIRECT);
    cr_assert_eq(plan->processes[0].streams[0].share, 1);
    plan_free(&plan);
}

Test(plan, a_value_by_date_is_looked_up_by_event_time_in_the_plants_zone)
{
    struct plan *plan =
        expect_plan("          ncv: {value: 25.8 GJ/t, source: table}\n",
                    "          ncv:\n"
                    "            - {value: 25 GJ/t, source: lab}\n"
                    "            - {from: 2026-07-01, value: 26 GJ/t, source: lab}\n");
    const struct plan_input *ncv = input_named(&plan->processes[0].streams[0], "ncv");
    const int64_t midnight = INT64_C(1782846000) * NS_PER_S; /* 2026-06-30T19:00:00Z */

    cr_assert_float_eq(plan_factor_at(ncv, midnight - 1)->value, 25, 1e-9);
    cr_assert_float_eq(plan_factor_at(ncv, midnight)->value, 26, 1e-9);
    plan_free(&plan);
}

Test(plan, a_gap_between_dated_values_is_told)
{
    expect_words("          ncv: {value: 25.8 GJ/t, source: table}\n",
                 "          ncv:\n"
                 "            - {to: 2026-03-01T00:00:00Z, value: 25 GJ/t, source: lab}\n"
                 "            - {from: 2026-07-01T00:00:00Z, value: 26 GJ/t, source: "
                 "lab}\n",
                 "plant.yaml:25:15: ncv: no value from 2026-03-01 to 2026-07-01\n");
}

Test(plan, a_constant_needs_its_source)
{
    expect_words("ncv: {value: 25.8 GJ/t, source: table}", "ncv: 25.8 GJ/t",
                 "plant.yaml:23:16: ncv: a constant needs its source: {value: 25.8 GJ/t, "
                 "source: \"act, table or laboratory\"}\n");
}

Test(plan, a_missing_or_unknown_input_is_named)
{
    expect_words("          ncv:", "          ncw:",
                 "plant.yaml:23:11: the method 'combustion' has no input 'ncw'; did you "
                 "mean 'ncv'?\n");
    struct problems problems;
    struct buf text = plant_with("          fuel_quantity: {point: coal}\n", "");
    struct plan *plan = plan_of((const char *)text.data, NULL, NULL, &problems);
    cr_assert_null(plan);
    cr_assert(strstr((const char *)problems.text.data,
                     "plant.yaml:22:11: the input 'fuel_quantity' is missing: "),
              "%s", (const char *)problems.text.data);
    problems_deinit(&problems);
    buf_deinit(&text);
}

Test(plan, inputs_the_method_refuses_whatever_their_values_are_told)
{
    struct problems problems;
    struct buf text =
        plant_with("          ncv: {value: 25.8 GJ/t, source: table}\n", "");
    struct plan *plan = plan_of((const char *)text.data, NULL, NULL, &problems);
    const char *words = (const char *)problems.text.data;

    cr_assert_null(plan);
    cr_assert_eq(problems.count, 1, "%s", words);
    cr_assert(strstr(words, "plant.yaml:19:9: the method 'combustion' refuses these "
                            "inputs: "),
              "%s", words);
    cr_assert(strstr(words, "ncv"), "%s", words);
    problems_deinit(&problems);
    buf_deinit(&text);
}

Test(plan, a_point_that_is_not_there_names_the_nearest)
{
    expect_words("{point: coal}", "{point: cole}",
                 "plant.yaml:22:34: there is no point 'cole'; did you mean 'coal'?\n");
}

Test(plan, a_point_with_a_mistake_is_told_once_not_at_its_streams_too)
{
    struct buf text = plant_with("kind: rate, unit: kg/s", "kind: rat, unit: kg/s");
    struct problems problems;
    struct plan *plan = plan_of((const char *)text.data, NULL, NULL, &problems);

    cr_assert_null(plan);
    cr_expect_eq(problems.count, 1, "%s", (const char *)problems.text.data);
    problems_deinit(&problems);
    buf_deinit(&text);
}

Test(plan, a_unit_of_another_dimension_is_refused_in_words)
{
    struct problems problems;
    struct buf text = plant_with("{point: coal}", "{point: hot}");
    struct plan *plan = plan_of((const char *)text.data, NULL, NULL, &problems);
    const char *words = (const char *)problems.text.data;

    cr_assert_null(plan);
    cr_assert_eq(problems.count, 1, "%s", words);
    cr_assert(strstr(words, "plant.yaml:22:34: point 'hot' (degC): "), "%s", words);
    cr_assert(strstr(words, "temperature"), "%s", words);
    problems_deinit(&problems);
    buf_deinit(&text);
}

Test(plan, a_gauge_that_should_be_a_rate_is_told_so)
{
    struct problems problems;
    struct buf text = plant_with("kind: rate", "kind: gauge");
    struct plan *plan = plan_of((const char *)text.data, NULL, NULL, &problems);

    cr_assert_null(plan);
    cr_assert(strstr((const char *)problems.text.data,
                     "as 'kind: rate' it would be integrated over time"),
              "%s", (const char *)problems.text.data);
    problems_deinit(&problems);
    buf_deinit(&text);
}

Test(plan, ids_and_measured_metrics_are_unique)
{
    expect_words("id: clinker,", "id: coal,",
                 "plant.yaml:10:5: the point 'coal' is there twice; first at "
                 "plant.yaml:9:5\n"
                 "plant.yaml:16:24: there is no point 'clinker'\n");
    expect_words("metric: out", "metric: coal",
                 "plant.yaml:10:5: the device 'd' metric 'coal' is there twice; first at "
                 "plant.yaml:9:5\n");
}

Test(plan, a_shared_subscription_is_refused)
{
    expect_words("topic: emgate/v1/+/telemetry", "topic: $share/g/emgate/v1/+/telemetry",
                 "plant.yaml:5:13: topic: a shared subscription gives a part of the "
                 "messages only; write the filter without $share/GROUP/\n");
}

Test(plan, windows_are_checked_against_each_other)
{
    expect_words(NULL, "windows: {skew: 20s}\n",
                 "plant.yaml:25:17: 'lateness' must be at least 'skew': a window would "
                 "close before its readings can be there\n");
    expect_words(NULL, "windows: {length: 2d}\n",
                 "plant.yaml:25:19: length: 2d is too large; it must be at most 1d\n");
}

Test(plan, a_password_in_place_is_refused_and_never_repeated)
{
    struct problems problems;
    struct buf text = plant_with("1883'}", "1883', user: u, password: hunter2}");
    struct plan *plan = plan_of((const char *)text.data, NULL, NULL, &problems);

    cr_assert_null(plan);
    cr_assert_eq(problems.count, 1);
    cr_assert_null(strstr((const char *)problems.text.data, "hunter2"));
    problems_deinit(&problems);
    buf_deinit(&text);
}

Test(plan, variables_come_from_the_bundle)
{
    struct problems problems;
    struct buf text = plant_with("id: test-01", "id: '${NAME}-01'");
    struct plan *plan = plan_of((const char *)text.data, BUNDLE_ENVIRONMENT,
                                "NAME: \"kiln\"\n", &problems);

    cr_assert(plan, "%s", (const char *)problems.text.data);
    cr_assert_str_eq(plan->gateway_id, "kiln-01");
    plan_free(&plan);
    problems_deinit(&problems);
    buf_deinit(&text);
}

Test(plan, a_factor_comes_from_its_file_and_names_the_set)
{
    struct problems problems;
    struct buf text =
        plant_with("ncv: {value: 25.8 GJ/t, source: table}", "ncv: {factor: coal.ncv}");
    buf_add_text(&text, "factors: [my.yaml]\n");
    struct plan *plan =
        plan_of((const char *)text.data, "my.yaml",
                "{name: mine, version: '3', factors: [{id: coal.ncv, value: 24 GJ/t, "
                "source: lab}]}",
                &problems);

    cr_assert(plan, "%s", (const char *)problems.text.data);
    const struct plan_input *ncv = input_named(&plan->processes[0].streams[0], "ncv");
    cr_assert_str_eq(plan->factor_set, "mine@3");
    cr_assert_str_eq(ncv->factors[0].origin, "factor:coal.ncv@mine@3");
    cr_assert_float_eq(ncv->factors[0].value, 24, 1e-9);
    plan_free(&plan);
    problems_deinit(&problems);
    buf_deinit(&text);
}

Test(plan, a_factor_by_date_that_ends_too_early_is_told_at_its_place)
{
    struct problems problems;
    struct buf text = plant_with("ncv: {value: 25.8 GJ/t, source: table}",
                                 "ncv: {factor: coal.ncv, from: 2026-01-01}");
    buf_add_text(&text, "factors: [my.yaml]\n");
    struct plan *plan =
        plan_of((const char *)text.data, "my.yaml",
                "{name: mine, version: '3', factors: [{id: coal.ncv, value: 24 GJ/t, "
                "source: lab, to: 2025-01-01}]}",
                &problems);

    cr_assert_null(plan);
    cr_assert_str_eq((const char *)problems.text.data,
                     "plant.yaml:23:25: the factor 'coal.ncv' has no value at that "
                     "time\n");
    problems_deinit(&problems);
    buf_deinit(&text);
}

Test(plan, a_unit_of_another_substance_is_refused)
{
    struct problems problems;
    struct buf text = plant_with("94.6 t CO2/TJ", "94.6 t C/TJ");
    struct plan *plan = plan_of((const char *)text.data, NULL, NULL, &problems);

    cr_assert_null(plan);
    cr_assert(strstr((const char *)problems.text.data, "plant.yaml:24:36: "), "%s",
              (const char *)problems.text.data);
    problems_deinit(&problems);
    buf_deinit(&text);
}

Test(plan, keys_of_another_kind_are_mistakes)
{
    expect_words("unit: kg/s, interval: 10s", "unit: kg/s, interval: 10s, wrap: 100",
                 "plant.yaml:9:80: 'wrap' belongs to a counter, this is a rate\n");
    expect_words("unit: kg/s, interval: 10s", "unit: kg/s",
                 "plant.yaml:9:5: 'interval' is missing: coverage of a rate is counted "
                 "by it\n");
}

Test(plan, the_reference_has_every_section)
{
    struct buf out;
    buf_init(&out, 1 << 20);

    plan_print_reference(&out);

    static const char *const names[] = {"gateway", "brokers",   "inputs",  "installation",
                                        "points",  "processes", "windows", "journal",
                                        "outbox",  "sinks",     "web",     "log"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char title[64];
        snprintf(title, sizeof title, "\n## %s\n", names[i]);
        cr_assert(strstr((const char *)out.data, title), "%s", names[i]);
    }
    buf_deinit(&out);
}
