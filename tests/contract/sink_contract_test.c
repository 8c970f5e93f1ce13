/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What every sink keeps to, whatever its protocol.  A sink that is registered and has no
 * line in `benches` fails, so that none goes without.
 */
#include "far_side.h"
#include "sink_rig.h"
#include "upstream.h"

#ifdef EMGATE_HAVE_KAFKA
#include "kafka_cluster.h"
#endif

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* A place that a sink can deliver to. */
struct bench {
    char settings[512];
    struct far_side *far;
    struct upstream *up;
#ifdef EMGATE_HAVE_KAFKA
    struct kafka_cluster cluster;
#endif
    char folder[64];
};

static void bench_http(struct bench *bench)
{
    char url[FAR_URL_MAX];
    bench->far = far_side_open(NULL, 0);
    far_side_url(bench->far, url);
    snprintf(bench->settings, sizeof bench->settings, "url: %s", url);
}

static void bench_file(struct bench *bench)
{
    snprintf(bench->folder, sizeof bench->folder, "/tmp/emgate-contract-XXXXXX");
    cr_assert_not_null(mkdtemp(bench->folder));
    snprintf(bench->settings, sizeof bench->settings, "path: %s/out.jsonl",
             bench->folder);
}

static void bench_mqtt(struct bench *bench)
{
    bench->up = upstream_open(5, NULL, 0);
    snprintf(bench->settings, sizeof bench->settings, "uri: %s", upstream_uri(bench->up));
}

#ifdef EMGATE_HAVE_KAFKA
static void bench_kafka(struct bench *bench)
{
    kafka_cluster_init(&bench->cluster);
    snprintf(bench->settings, sizeof bench->settings, "brokers: '%s'",
             kafka_cluster_brokers(&bench->cluster));
}
#endif

#ifdef EMGATE_HAVE_POSTGRES
/* Without a server (tests/lib/with_postgres.py gives one) there is nothing to try. */
static void bench_postgres(struct bench *bench)
{
    const char *uri = getenv("EMGATE_TEST_POSTGRES");
    if (uri) {
        snprintf(bench->settings, sizeof bench->settings, "uri: '%s'\ntable: contract",
                 uri);
    }
}
#endif

static const struct {
    const char *kind;
    void (*set_up)(struct bench *bench);
} benches[] = {
    {"http", bench_http},         {"file", bench_file}, {"mqtt", bench_mqtt},
#ifdef EMGATE_HAVE_KAFKA
    {"kafka", bench_kafka},
#endif
#ifdef EMGATE_HAVE_POSTGRES
    {"postgres", bench_postgres},
#endif
};

/* False: what it needs is not installed here. */
static bool bench_open(struct bench *bench, const struct sink *sink)
{
    memset(bench, 0, sizeof *bench);
    for (size_t i = 0; i < sizeof benches / sizeof *benches; i++) {
        if (strcmp(benches[i].kind, sink->name) == 0) {
            benches[i].set_up(bench);
            return *bench->settings != 0;
        }
    }
    cr_assert_fail("sink '%s' has no bench in this test", sink->name);
    return false;
}

/* Long enough for a busy machine. */
static void rig_open(struct sink_rig *rig, const struct sink *sink,
                     const struct bench *bench)
{
    sink_rig_init(rig, sink->name, bench->settings);
    rig->plan.timeout_ns = INT64_C(20) * NS_PER_S;
}

static void bench_close(struct bench *bench)
{
    far_side_close(&bench->far);
    upstream_close(&bench->up);
#ifdef EMGATE_HAVE_KAFKA
    kafka_cluster_deinit(&bench->cluster);
#endif
    if (*bench->folder) {
        char path[128];
        snprintf(path, sizeof path, "%s/out.jsonl", bench->folder);
        unlink(path);
        rmdir(bench->folder);
    }
}

Test(sink_contract, its_table_says_what_it_is)
{
    for (size_t i = 0; sinks[i]; i++) {
        cr_expect(sinks[i]->name && sinks[i]->summary && sinks[i]->settings);
        cr_expect(sinks[i]->state_size > 0 && sinks[i]->batch_max > 0);
        cr_expect_eq(sink_find(bytes_of(sinks[i]->name)), sinks[i]);
    }
}

Test(sink_contract, unknown_keys_are_told_and_common_ones_are_not)
{
    for (size_t i = 0; sinks[i]; i++) {
        struct bench bench;
        struct problems problems;
        char settings[700];
        if (!bench_open(&bench, sinks[i])) {
            continue;
        }
        snprintf(settings, sizeof settings,
                 "%s\nid: x\nsink: y\ntimeout: 1s\nnonsense: 1", bench.settings);
        sink_problems(sinks[i], settings, &problems);
        cr_expect_eq(problems.count, 1, "%s", sinks[i]->name);
        cr_expect_not_null(strstr((const char *)problems.text.data, "nonsense"));
        problems_deinit(&problems);
        bench_close(&bench);
    }
}

Test(sink_contract, what_was_sent_may_be_sent_again)
{
    for (size_t i = 0; sinks[i]; i++) {
        struct bench bench;
        struct sink_rig rig;
        if (!bench_open(&bench, sinks[i])) {
            continue;
        }
        rig_open(&rig, sinks[i], &bench);
        sink_rig_put(&rig, 3);
        sink_rig_run(&rig, 10);
        cr_expect_eq(sink_rig_count(&rig, FAKE_DONE), 3, "%s", sinks[i]->name);
        for (int n = 0; n < 3; n++) {
            rig.outbox.rows[n].state = FAKE_NEW;
        }

        sink_rig_run(&rig, 10);

        cr_expect_eq(sink_rig_count(&rig, FAKE_DONE), 3, "%s", sinks[i]->name);
        sink_rig_deinit(&rig);
        bench_close(&bench);
    }
}

Test(sink_contract, an_outbox_that_forgets_a_mark_only_repeats)
{
    for (size_t i = 0; sinks[i]; i++) {
        struct bench bench;
        struct sink_rig rig;
        if (!bench_open(&bench, sinks[i])) {
            continue;
        }
        rig_open(&rig, sinks[i], &bench);
        sink_rig_put(&rig, 5);
        rig.outbox.fail_mark = 1;

        sink_rig_run(&rig, 10);

        cr_expect_eq(sink_rig_count(&rig, FAKE_DONE), 5, "%s", sinks[i]->name);
        sink_rig_deinit(&rig);
        bench_close(&bench);
    }
}

Test(sink_contract, a_backlog_drains_in_batches)
{
    for (size_t i = 0; sinks[i]; i++) {
        struct bench bench;
        struct sink_rig rig;
        if (!bench_open(&bench, sinks[i])) {
            continue;
        }
        rig_open(&rig, sinks[i], &bench);
        sink_rig_put(&rig, 250);

        unsigned turns = sink_rig_run(&rig, 260);

        cr_expect_eq(sink_rig_count(&rig, FAKE_DONE), 250, "%s", sinks[i]->name);
        cr_expect_leq(turns, 250 / sinks[i]->batch_max + 1, "%s", sinks[i]->name);
        sink_rig_deinit(&rig);
        bench_close(&bench);
    }
}

/* ---- a month away ---- */

/* How a bench goes away and comes back; a far side that does both by its script has
 * neither.  Where nothing is known to go away the test is left out, see docs/sinks. */
struct absence {
    const char *kind;
    bool (*leave)(struct bench *bench);
    void (*come)(struct bench *bench);
};

static const struct far_step away[] = {{.act = FAR_STATUS, .status = 503, .times = 20}};
static const struct far_step refused[] = {
    {.act = FAR_STATUS, .status = 0x88, .times = 20}};

static bool leave_http(struct bench *bench)
{
    char url[FAR_URL_MAX];
    far_side_close(&bench->far);
    bench->far = far_side_open(away, 1);
    far_side_url(bench->far, url);
    snprintf(bench->settings, sizeof bench->settings, "url: %s", url);
    return true;
}

static bool leave_mqtt(struct bench *bench)
{
    upstream_close(&bench->up);
    bench->up = upstream_open(5, refused, 1);
    snprintf(bench->settings, sizeof bench->settings, "uri: %s", upstream_uri(bench->up));
    return true;
}

static void come_file(struct bench *bench)
{
    cr_assert_eq(mkdir(bench->folder, 0700), 0);
}

static bool leave_file(struct bench *bench)
{
    cr_assert_eq(rmdir(bench->folder), 0);
    return true;
}

#ifdef EMGATE_HAVE_KAFKA
static bool leave_kafka(struct bench *bench)
{
    for (int i = 1; i <= 3; i++) {
        rd_kafka_mock_broker_set_down(bench->cluster.mock, i);
    }
    return true;
}

static void come_kafka(struct bench *bench)
{
    for (int i = 1; i <= 3; i++) {
        rd_kafka_mock_broker_set_up(bench->cluster.mock, i);
    }
}
#endif

static const struct absence absences[] = {{"http", leave_http, NULL},
                                          {"mqtt", leave_mqtt, NULL},
#ifdef EMGATE_HAVE_KAFKA
                                          {"kafka", leave_kafka, come_kafka},
#endif
                                          {"file", leave_file, come_file}};

/* Turns until a month has gone by, on a clock that jumps over the waits. */
static void stay_away(struct sink_rig *rig, bool by_script)
{
    int64_t end_ns = rig->now_ns + INT64_C(720) * NS_PER_HOUR;
    for (int turn = 0; rig->now_ns < end_ns && (!by_script || turn < 20); turn++) {
        sink_rig_run(rig, 1);
    }
}

Test(sink_contract, a_month_away_loses_nothing_and_sets_nothing_aside, .timeout = 60)
{
    for (size_t i = 0; i < sizeof absences / sizeof *absences; i++) {
        const struct absence *absence = &absences[i];
        const struct sink *sink = sink_find(bytes_of(absence->kind));
        struct bench bench;
        struct sink_rig rig;
        if (!bench_open(&bench, sink) || !absence->leave(&bench)) {
            continue;
        }
        sink_rig_init(&rig, sink->name, bench.settings);
        rig.plan.timeout_ns = 100 * NS_PER_MS;
        rig.plan.retry_max_ns = 48 * NS_PER_HOUR;
        sink_rig_put(&rig, 20);

        stay_away(&rig, absence->come == NULL);

        cr_expect_eq(sink_rig_count(&rig, FAKE_NEW), 20, "%s", sink->name);
        if (absence->come) {
            cr_expect_geq(rig.waited_ns, INT64_C(720) * NS_PER_HOUR, "%s", sink->name);
            absence->come(&bench);
        }
        rig.plan.timeout_ns = INT64_C(20) * NS_PER_S;
        sink_rig_run(&rig, 20);
        cr_expect_eq(sink_rig_count(&rig, FAKE_DONE), 20, "%s", sink->name);
        sink_rig_deinit(&rig);
        bench_close(&bench);
    }
}

Test(sink_contract, it_may_be_closed_whatever_became_of_it)
{
    for (size_t i = 0; sinks[i]; i++) {
        struct bench bench;
        struct problems problems;
        if (!bench_open(&bench, sinks[i])) {
            continue;
        }
        sink_problems(sinks[i], "{}", &problems); /* closes after a failed init */
        cr_expect_gt(problems.count, 0);
        problems_deinit(&problems);
        struct sink_rig rig;
        rig_open(&rig, sinks[i], &bench);
        sink_rig_deinit(&rig); /* never opened */
        bench_close(&bench);
    }
}
