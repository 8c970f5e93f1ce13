/* SPDX-License-Identifier: Apache-2.0 */
#include "config/plan.h"

#include "config_text.h"
#include "decode/adapter.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

/* A directory of its own for each test, left to the system's cleaning of /tmp. */
static char directory[64];

static void make_directory(void)
{
    snprintf(directory, sizeof directory, "/tmp/emgate-bundle-XXXXXX");
    cr_assert_not_null(mkdtemp(directory));
}

static void put(const char *name, const char *text)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    FILE *out = fopen(path, "w");
    cr_assert_not_null(out);
    fputs(text, out);
    fclose(out);
}

static void put_directory(const char *name)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    cr_assert_eq(mkdir(path, 0700), 0);
}

static struct bundle read_plant(struct problems *problems)
{
    char path[256];
    struct bundle bundle;
    snprintf(path, sizeof path, "%s/plant.yaml", directory);
    problems_init(problems);
    bundle_read(path, &bundle, problems);
    return bundle;
}

Test(bundle, conf_d_is_read_in_order_of_name_and_merged, .init = make_directory)
{
    struct problems problems;
    put("plant.yaml", plant_text);
    put_directory("conf.d");
    put("conf.d/20.yaml", "log: {format: json}\n");
    put("conf.d/10.yaml", "points:\n  - {id: extra, device: e, metric: m, kind: amount, "
                          "unit: kg}\nlog: {level: debug}\n");
    put("conf.d/ignored.txt", "nonsense: [\n");

    struct bundle bundle = read_plant(&problems);
    struct plan *plan = plan_new(&bundle, &problems);

    cr_assert(plan, "%s", (const char *)problems.text.data);
    cr_assert_eq(bundle.count, 3);
    cr_assert_eq(plan->point_count, 5);
    cr_assert_str_eq(plan->points[4].id, "extra");
    cr_assert_str_eq(plan->log_level, "debug");
    cr_assert_str_eq(plan->log_format, "json");
    plan_free(&plan);
    bundle_deinit(&bundle);
    problems_deinit(&problems);
}

Test(bundle, a_key_given_twice_names_both_places, .init = make_directory)
{
    struct problems problems;
    char words[512];
    put("plant.yaml", plant_text);
    put_directory("conf.d");
    put("conf.d/a.yaml", "gateway:\n  state: /tmp/other\n");
    snprintf(words, sizeof words,
             "%s/conf.d/a.yaml:2:3: 'state' is given twice; first at "
             "%s/plant.yaml:1:24\n",
             directory, directory);

    struct bundle bundle = read_plant(&problems);
    struct plan *plan = plan_new(&bundle, &problems);

    cr_assert_null(plan);
    cr_assert_str_eq((const char *)problems.text.data, words);
    bundle_deinit(&bundle);
    problems_deinit(&problems);
}

Test(bundle, the_stored_form_gives_the_same_bundle_back, .init = make_directory)
{
    struct problems problems;
    struct buf stored;
    struct error e = {0};
    struct bundle again;
    put("plant.yaml", plant_text);
    struct bundle bundle = read_plant(&problems);
    buf_init(&stored, BUNDLE_SIZE_MAX);

    bundle_put(&bundle, &stored);

    cr_assert_eq(bundle_get(buf_bytes(&stored), &again, &e), ERR_OK);
    cr_assert_eq(again.count, 1);
    cr_assert_arr_eq(again.hash, bundle.hash, 32);
    cr_assert(bytes_equal(again.files[0].text, bundle.files[0].text));
    bundle_deinit(&again);
    cr_assert_eq(
        bundle_get(bytes_slice(buf_bytes(&stored), 0, stored.len - 1), &again, &e),
        ERR_CORRUPT);
    buf_deinit(&stored);
    bundle_deinit(&bundle);
    problems_deinit(&problems);
}

Test(bundle, a_file_that_cannot_be_read_is_told_once, .init = make_directory)
{
    struct problems problems;
    struct buf text = plant_with("adapter: native", "mapping: none.yaml");
    put("plant.yaml", (const char *)text.data);

    struct bundle bundle = read_plant(&problems);
    struct plan *plan = plan_new(&bundle, &problems);

    const char *words = (const char *)problems.text.data;
    cr_assert_null(plan);
    cr_assert_not_null(strstr(words, "plant.yaml:5:45: can't read '"), "%s", words);
    cr_assert_not_null(strstr(words, "none.yaml': No such file"), "%s", words);
    cr_assert_null(strstr(words, "stored configuration"), "%s", words);
    bundle_deinit(&bundle);
    problems_deinit(&problems);
    buf_deinit(&text);
}

Test(bundle, variables_are_kept_with_it_and_missing_ones_are_told, .init = make_directory)
{
    struct problems problems;
    setenv("EMGATE_TEST_ID", "north \"1\"", 1);
    struct buf text = plant_with("name: Works", "name: 'a ${EMGATE_TEST_ID}'");
    put("plant.yaml", (const char *)text.data);

    struct bundle bundle = read_plant(&problems);
    setenv("EMGATE_TEST_ID", "changed", 1);
    struct plan *plan = plan_new(&bundle, &problems);

    cr_assert(plan, "%s", (const char *)problems.text.data);
    cr_assert_str_eq(plan->installation.name, "a north \"1\"");
    cr_assert_not_null(bundle_find(&bundle, BUNDLE_ENVIRONMENT));
    plan_free(&plan);
    bundle_deinit(&bundle);
    problems_deinit(&problems);
    buf_deinit(&text);
}

Test(bundle, a_secret_is_in_no_byte_of_it, .init = make_directory)
{
    struct problems problems;
    struct buf stored;
    setenv("EMGATE_TEST_TOKEN", "hunter2", 1);
    put("password", "hunter2\n");
    struct buf text = plant_with("1883'}", "1883', user: u, password: {file: password}}");
    buf_add_text(&text, "sinks: [{id: r, sink: http, url: 'http://r/', "
                        "token: {environment: EMGATE_TEST_TOKEN}}]\n");
    put("plant.yaml", (const char *)text.data);
    buf_init(&stored, BUNDLE_SIZE_MAX);

    struct bundle bundle = read_plant(&problems);
    bundle_put(&bundle, &stored);

    cr_assert_null(memmem(stored.data, stored.len, "hunter2", 7));
    bundle_deinit(&bundle);
    problems_deinit(&problems);
    buf_deinit(&stored);
    buf_deinit(&text);
}

Test(bundle, a_mapping_file_is_part_of_it_and_its_mistakes_are_at_their_place,
     .init = make_directory)
{
    struct problems problems;
    struct buf text = plant_with("adapter: native", "mapping: plc.yaml");
    put("plant.yaml", (const char *)text.data);
    put("plc.yaml", "rules:\n  - {topic: plc/#, ignore: true}\n");

    struct bundle bundle = read_plant(&problems);
    struct plan *plan = plan_new(&bundle, &problems);

    cr_assert(plan, "%s", (const char *)problems.text.data);
    cr_assert_eq(bundle.count, 2);
    cr_assert_str_eq(plan->routes[0].adapter->name, "map");
    plan_free(&plan);
    bundle_deinit(&bundle);
    problems_deinit(&problems);

    put("plc.yaml", "rules:\n  - {topic: plc/#, ignoer: true}\n");
    bundle = read_plant(&problems);
    plan = plan_new(&bundle, &problems);

    cr_assert_null(plan);
    cr_assert_not_null(strstr((const char *)problems.text.data, "plc.yaml:2:"), "%s",
                       (const char *)problems.text.data);
    bundle_deinit(&bundle);
    problems_deinit(&problems);
    buf_deinit(&text);
}
