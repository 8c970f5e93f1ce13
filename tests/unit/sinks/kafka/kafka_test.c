/* SPDX-License-Identifier: Apache-2.0 */
/* The kafka sink under its forwarder, on librdkafka's mock cluster. */
#include "sinks/sink.h"

#include "kafka_cluster.h"
#include "sink_rig.h"

#include <criterion/criterion.h>
#include <stdio.h>

struct stage {
    struct kafka_cluster cluster;
    struct sink_rig rig;
};

static void stage_init(struct stage *stage)
{
    char settings[512];
    kafka_cluster_init(&stage->cluster);
    snprintf(settings, sizeof settings, "brokers: '%s'",
             kafka_cluster_brokers(&stage->cluster));
    sink_rig_init(&stage->rig, "kafka", settings);
    stage->rig.plan.timeout_ns = INT64_C(10) * NS_PER_S;
}

static void stage_deinit(struct stage *stage)
{
    sink_rig_deinit(&stage->rig);
    kafka_cluster_deinit(&stage->cluster);
}

static void expect_stored(struct stage *stage, unsigned messages, unsigned distinct)
{
    unsigned found = 0;
    unsigned different = 0;
    kafka_cluster_read(&stage->cluster, &found, &different);
    cr_expect_eq(different, distinct, "%u", different);
    cr_expect_eq(found, messages, "%u", found);
}

Test(kafka, summaries_are_stored_and_done_on_their_reports)
{
    struct stage stage;
    stage_init(&stage);
    sink_rig_put(&stage.rig, 130);

    sink_rig_run(&stage.rig, 10);

    cr_expect_eq(sink_rig_count(&stage.rig, FAKE_DONE), 130);
    expect_stored(&stage, 130, 130);
    stage_deinit(&stage);
}

Test(kafka, errors_that_pass_are_retried_inside_without_repetition)
{
    struct stage stage;
    stage_init(&stage);
    rd_kafka_mock_push_request_errors(
        stage.cluster.mock, 0 /* Produce */, 3, RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS,
        RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT, RD_KAFKA_RESP_ERR__TRANSPORT);
    sink_rig_put(&stage.rig, 20);

    sink_rig_run(&stage.rig, 10);

    cr_expect_eq(sink_rig_count(&stage.rig, FAKE_DONE), 20);
    expect_stored(&stage, 20, 20);
    stage_deinit(&stage);
}

Test(kafka, brokers_that_are_down_are_left_in_time_and_found_again)
{
    struct stage stage;
    struct forward_status status;
    stage_init(&stage);
    stage.rig.plan.timeout_ns = 300 * NS_PER_MS;
    sink_rig_put(&stage.rig, 5);
    for (int i = 1; i <= 3; i++) {
        rd_kafka_mock_broker_set_down(stage.cluster.mock, i);
    }

    cr_expect_eq(sink_rig_run(&stage.rig, 2), 2);
    forward_get_status(stage.rig.forward, &status);
    cr_expect_eq(sink_rig_count(&stage.rig, FAKE_NEW), 5);
    cr_expect_eq(status.retried, 10);
    for (int i = 1; i <= 3; i++) {
        rd_kafka_mock_broker_set_up(stage.cluster.mock, i);
    }
    stage.rig.plan.timeout_ns = INT64_C(10) * NS_PER_S;
    sink_rig_run(&stage.rig, 10);

    cr_expect_eq(sink_rig_count(&stage.rig, FAKE_DONE), 5);
    expect_stored(&stage, 5, 5);
    stage_deinit(&stage);
}

Test(kafka, a_cluster_that_answers_late_makes_it_uncertain_and_nothing_is_lost)
{
    struct stage stage;
    struct forward_status status;
    unsigned found = 0;
    unsigned distinct = 0;
    stage_init(&stage);
    sink_rig_put(&stage.rig, 1);
    sink_rig_run(&stage.rig, 5);
    stage.rig.plan.timeout_ns = 500 * NS_PER_MS;
    for (int i = 1; i <= 3; i++) {
        rd_kafka_mock_broker_set_rtt(stage.cluster.mock, i, 1500);
    }
    sink_rig_put(&stage.rig, 4);

    sink_rig_run(&stage.rig, 1);
    forward_get_status(stage.rig.forward, &status);
    cr_expect_eq(status.uncertain, 4, "%s", status.last_error);
    for (int i = 1; i <= 3; i++) {
        rd_kafka_mock_broker_set_rtt(stage.cluster.mock, i, 0);
    }
    stage.rig.plan.timeout_ns = INT64_C(10) * NS_PER_S;
    sink_rig_run(&stage.rig, 10);

    cr_expect_eq(sink_rig_count(&stage.rig, FAKE_DONE), 5);
    kafka_cluster_read(&stage.cluster, &found, &distinct);
    cr_expect_eq(distinct, 5);
    cr_expect_leq(found, 9); /* twice at most: consumers tell by the key */
    stage_deinit(&stage);
}

Test(kafka, what_the_cluster_will_never_take_is_set_aside)
{
    struct stage stage;
    stage_init(&stage);
    rd_kafka_mock_push_request_errors(stage.cluster.mock, 0 /* Produce */, 1,
                                      RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE);
    sink_rig_put(&stage.rig, 1);

    sink_rig_run(&stage.rig, 10);

    cr_expect_eq(sink_rig_count(&stage.rig, FAKE_SET_ASIDE), 1);
    stage_deinit(&stage);
}

static void expect_problem(const char *settings, const char *words)
{
    struct problems problems;
    sink_problems(sink_find(BYTES("kafka")), settings, &problems);
    cr_expect_eq(problems.count, 1, "%s", settings);
    cr_expect_not_null(strstr((const char *)problems.text.data, words), "%s",
                       (const char *)problems.text.data);
    problems_deinit(&problems);
}

Test(kafka, wrong_settings_are_told)
{
    expect_problem("{}", "brokers");
    expect_problem("brokers: x\ncert_file: a", "go together");
    expect_problem("brokers: x\nsecurity: sasl_ssl", "needs 'user'");
}
