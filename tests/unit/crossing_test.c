/* SPDX-License-Identifier: Apache-2.0 */
/* What comes of it at a real broker: tests/system/identity/identity_test.py. */
#include "crossing.h"

#include <criterion/criterion.h>

Test(crossing, tries_the_first_input_with_a_level_for_devices)
{
    static const struct {
        const char *filter, *topic;
    } cases[] = {{"emgate/v1/+/telemetry", "emgate/v1/emgate-self-test/telemetry"},
                 {"site/+/+/x", "site/emgate-self-test/x/x"},
                 {"all/#", "all/emgate-self-test"},
                 {"one/fixed/topic", NULL}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct plan_route route = {.topic = cases[i].filter, .broker = 1};
        struct plan plan = {.routes = &route, .route_count = 1};
        char topic[CROSSING_TOPIC_MAX] = "";
        bool found = crossing_topic(&plan, 1, topic);
        cr_assert_eq(found, cases[i].topic != NULL, "%zu", i);
        cr_assert(!found || strcmp(topic, cases[i].topic) == 0, "%s", topic);
        cr_assert(!crossing_topic(&plan, 0, topic));
    }
}

Test(crossing, a_broker_that_is_told_nothing_is_not_tried)
{
    struct plan_broker broker = {
        .name = "b", .uri = "mqtt://127.0.0.1:1", .protocol = "auto", .self_test = true};
    struct plan_route route = {.topic = "a/+/b", .broker = 0};
    struct plan plan = {
        .routes = &route, .route_count = 1, .brokers = &broker, .broker_count = 1};
    struct crossing *crossing = NULL;
    struct error e = {0};
    cr_assert_eq(crossing_open(&plan, &crossing, &e), ERR_OK);
    cr_assert_eq(crossing_result(crossing, 0), CROSSING_UNTRIED);
    crossing_close(&crossing);
    cr_assert_null(crossing);
}

Test(crossing, without_an_answer_it_stays_open_and_ends_when_told)
{
    struct plan_broker broker = {.name = "b",
                                 .uri = "mqtt://127.0.0.1:1",
                                 .user = "g1",
                                 .protocol = "auto",
                                 .keepalive_ns = INT64_C(30000000000),
                                 .self_test = true};
    struct plan_route route = {.topic = "a/+/b", .broker = 0};
    struct plan plan = {
        .routes = &route, .route_count = 1, .brokers = &broker, .broker_count = 1};
    struct crossing *crossing = NULL;
    struct error e = {0};
    cr_assert_eq(crossing_open(&plan, &crossing, &e), ERR_OK);
    cr_assert_eq(crossing_result(crossing, 0), CROSSING_OPEN);
    crossing_close(&crossing);
}
