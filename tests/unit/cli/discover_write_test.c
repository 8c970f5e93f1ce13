/* SPDX-License-Identifier: Apache-2.0 */
/* The proposed configuration is one that loads, whatever strangers published. */
#include "cli/discover_private.h"

#include "config_text.h"
#include "core/mem.h"
#include "units/units.h"

#include <criterion/criterion.h>

struct bench {
    struct seen *seen;
    struct buf out;
};

static struct bench open_bench(void)
{
    struct bench bench = {.seen = mem_new(struct seen)};
    seen_init(bench.seen);
    buf_init(&bench.out, 8U << 20);
    return bench;
}

static void close_bench(struct bench *bench)
{
    seen_deinit(bench->seen);
    mem_free(&bench->seen);
    buf_deinit(&bench->out);
}

static void take(struct bench *bench, struct bytes topic, struct bytes payload)
{
    struct message message = {.topic = topic, .payload = payload, .received_ns = 1};
    seen_take(bench->seen, &message);
}

/* Writes it and loads what was written; gives the plan. */
static struct plan *write_and_load(struct bench *bench)
{
    struct discover_source source = {.uri = "mqtt://127.0.0.1:1883",
                                     .user = "it's \"me\"",
                                     .password_file = "/etc/secret",
                                     .filter = "#",
                                     .seconds = 30};
    struct units *units = NULL;
    struct problems problems;
    struct error e;
    cr_assert_eq(units_open(&units, &e), ERR_OK);
    discover_write(bench->seen, units, &source, &bench->out);
    units_close(&units);
    struct plan *plan = plan_of((const char *)bench->out.data, NULL, NULL, &problems);
    cr_assert(plan, "%s\n%s", (const char *)problems.text.data,
              (const char *)bench->out.data);
    problems_deinit(&problems);
    return plan;
}

Test(discover_write, nothing_seen_still_loads)
{
    struct bench bench = open_bench();
    struct plan *plan = write_and_load(&bench);
    cr_assert_eq(plan->point_count, 0);
    cr_assert_str_eq(plan->brokers[0].user, "it's \"me\"");
    cr_assert_str_eq(plan->brokers[0].password_file, "/etc/secret");
    plan_free(&plan);
    close_bench(&bench);
}

Test(discover_write, inputs_and_points_are_what_was_seen)
{
    struct bench bench = open_bench();
    take(&bench, BYTES("l/x"), BYTES("m,host=d energy_kwh=1 1784109600000000000"));
    take(&bench, BYTES("l/x"), BYTES("m,host=d energy_kwh=2 1784109610000000000"));
    take(&bench, BYTES("a/b/state"),
         BYTES("{\"temp\":1,\"time\":\"2026-07-15T10:00:00\"}"));
    take(&bench, BYTES("raw/x"), BYTES("\x00\x01 bytes"));
    struct plan *plan = write_and_load(&bench);
    cr_assert_eq(plan->route_count, 2);
    cr_assert_eq(plan->point_count, 2);
    const struct plan_point *energy = plan_find_point(plan, BYTES("d_m_energy_kwh"));
    cr_assert(energy);
    cr_assert_eq(energy->kind, POINT_COUNTER);
    cr_assert_str_eq(energy->unit, "kWh");
    cr_assert_eq(energy->interval_ns, INT64_C(10000000000));
    cr_assert(strstr((const char *)bench.out.data, "#     00 01 20 62 79"));
    plan_free(&plan);
    close_bench(&bench);
}

Test(discover_write, texts_of_strangers_do_no_harm)
{
    struct bench bench = open_bench();
    take(&bench, BYTES("x/${HOME}/state"), BYTES("{\"a: b\\n- c\":1,\"${HOME}\":2}"));
    take(&bench, BYTES("x/it's \"q\"\n# no\ninputs:/state"), BYTES("{\"\\u0001\":1}"));
    take(&bench, BYTES("l/x"),
         BYTES("a_measurement_with_a_name_that_goes_on_and_on_and_on,"
               "host=a_host_with_a_name_that_goes_on_and_on_and_on_and_on "
               "a_field_with_a_name_that_goes_on_and_on_and_on=1,"
               "a_field_with_a_name_that_goes_on_and_on_and_on_too=1"));
    take(&bench, BYTES("y/\xff\xfe"), BYTES("12"));
    take(&bench, BYTES("x/\xe2\x80\xa8 - \xc2\x85/state"),
         BYTES("{\"\xe2\x80\xa9\":1,\"\xef\xbb\xbf\":2}"));
    take(&bench, BYTES("z/\xc3\xa4"), BYTES("{\"t\xc3\xa4st\":1}"));
    struct plan *plan = write_and_load(&bench);
    cr_assert_geq(plan->point_count, 4);
    bool kept = false;
    for (size_t i = 0; i < plan->point_count; i++) {
        kept = kept || strcmp(plan->points[i].metric, "${HOME}") == 0;
    }
    cr_assert(kept, "%s", (const char *)bench.out.data);
    cr_assert(strstr((const char *)bench.out.data, "metric: \"\\u2029\""));
    plan_free(&plan);
    close_bench(&bench);
}
