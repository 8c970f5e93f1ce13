/* SPDX-License-Identifier: Apache-2.0 */
/* The mqtt sink under its forwarder, against a broker and registry that misbehave. */
#include "sinks/sink.h"

#include "sink_rig.h"
#include "upstream.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <time.h>

struct stage {
    struct sink_rig rig;
    struct upstream *up;
};

static void stage_init(struct stage *stage, int version, const struct far_step *steps,
                       size_t count, const char *more)
{
    char settings[1024];
    stage->up = upstream_open(version, steps, count);
    snprintf(settings, sizeof settings, "uri: %s\n%s", upstream_uri(stage->up), more);
    sink_rig_init(&stage->rig, "mqtt", settings);
}

static void stage_deinit(struct stage *stage)
{
    sink_rig_deinit(&stage->rig);
    upstream_close(&stage->up);
}

static const char *last_error(struct stage *stage, struct forward_status *status)
{
    forward_get_status(stage->rig.forward, status);
    return status->last_error;
}

static const struct {
    struct far_step step;
    unsigned repeated;
    const char *words;
} mishaps[] = {
    {{.act = FAR_HANG}, 0, "no answer in time"},
    {{.act = FAR_CUT_BEFORE}, 0, "connection lost"},
    {{.act = FAR_CUT_AFTER}, 5, "connection lost"},
    {{.act = FAR_WRONG_KEY}, 5, "no answer in time"},
    {{.act = FAR_NO_RECEIPTS}, 5, "no answer in time"},
    {{.act = FAR_GARBAGE}, 0, "no answer in time"},
    {{.act = FAR_STATUS, .status = 0x87}, 0, "ot authorized"},
    {{.act = FAR_STATUS, .status = 0x88}, 0, "erver unavailable"},
    {{.act = FAR_ONLY, .status = 0x97}, 0, "uota exceeded"},
    {{.act = FAR_ONLY, .status = 0x87}, 0, "ot authorized"},
    {{.act = FAR_VERDICT, .status = 3}, 0, "later: because"},
};

Test(mqtt, whatever_goes_wrong_everything_arrives_and_is_marked_done)
{
    for (size_t i = 0; i < sizeof mishaps / sizeof *mishaps; i++) {
        struct stage stage;
        struct forward_status status;
        stage_init(&stage, 5, &mishaps[i].step, 1, "");
        sink_rig_put(&stage.rig, 5);

        sink_rig_run(&stage.rig, 10);

        const char *words = last_error(&stage, &status);
        cr_expect_not_null(strstr(words, mishaps[i].words), "%zu: %s", i, words);
        cr_expect_eq(sink_rig_count(&stage.rig, FAKE_DONE), 5, "mishap %zu", i);
        cr_expect_eq(upstream_stored(stage.up), 5, "mishap %zu", i);
        cr_expect_eq(upstream_repeated(stage.up), mishaps[i].repeated, "mishap %zu", i);
        stage_deinit(&stage);
    }
}

Test(mqtt, a_summary_says_its_process_key_and_where_the_receipt_goes)
{
    struct stage stage;
    char topic[256];
    char reply[256];
    bool correlated = false;
    stage_init(&stage, 5, NULL, 0, "reply_topic: 'back/{gateway}'");
    sink_rig_put(&stage.rig, 1);

    sink_rig_run(&stage.rig, 5);

    upstream_last(stage.up, topic, reply, &correlated);
    cr_assert_str_eq(topic, "emgate/v1/summaries/cement-01/clinker");
    cr_assert_str_eq(reply, "back/cement-01");
    cr_assert(correlated);
    cr_assert_gt(stage.rig.outbox.rows[0].receipt_len, 32);
    stage_deinit(&stage);
}

Test(mqtt, an_old_broker_is_spoken_to_in_its_version)
{
    struct stage stage;
    stage_init(&stage, 4, NULL, 0, "");
    sink_rig_put(&stage.rig, 3);

    sink_rig_run(&stage.rig, 5);

    cr_assert_eq(sink_rig_count(&stage.rig, FAKE_DONE), 3);
    cr_assert_geq(upstream_connections(stage.up), 2); /* one to be refused */
    stage_deinit(&stage);
}

Test(mqtt, receipts_count_by_key_and_not_by_place_and_the_connection_is_kept)
{
    static const struct far_step steps[] = {{.act = FAR_REVERSED}, {.act = FAR_TWICE}};
    struct stage stage;
    stage_init(&stage, 5, steps, 2, "batch: 3");
    sink_rig_put(&stage.rig, 9);

    cr_assert_eq(sink_rig_run(&stage.rig, 10), 1);

    cr_assert_eq(sink_rig_count(&stage.rig, FAKE_DONE), 9);
    cr_assert_eq(upstream_connections(stage.up), 1);
    cr_assert_eq(upstream_repeated(stage.up), 0);
    stage_deinit(&stage);
}

Test(mqtt, a_conflict_and_a_refusal_are_set_aside)
{
    static const struct far_step steps[] = {{.act = FAR_VERDICT, .status = 1},
                                            {.act = FAR_VERDICT, .status = 2}};
    struct stage stage;
    stage_init(&stage, 5, steps, 2, "batch: 1");
    sink_rig_put(&stage.rig, 2);

    sink_rig_run(&stage.rig, 10);

    cr_assert_eq(sink_rig_count(&stage.rig, FAKE_SET_ASIDE), 2);
    cr_assert_not_null(strstr(stage.rig.outbox.rows[0].why, "ALARM"));
    cr_assert_not_null(strstr(stage.rig.outbox.rows[1].why, "refuses it: because"));
    stage_deinit(&stage);
}

Test(mqtt, what_the_broker_will_never_take_is_set_aside_and_holds_up_nobody)
{
    static const struct far_step steps[] = {{.act = FAR_POISON}};
    struct stage stage;
    stage_init(&stage, 5, steps, 1, "");
    sink_rig_put(&stage.rig, 5);
    upstream_set_poison(stage.up, stage.rig.outbox.rows[2].key);

    sink_rig_run(&stage.rig, 10);

    cr_assert_eq(sink_rig_count(&stage.rig, FAKE_DONE), 4);
    cr_assert_eq(stage.rig.outbox.rows[2].state, FAKE_SET_ASIDE);
    stage_deinit(&stage);
}

Test(mqtt, nobody_there_is_told_and_tried_again)
{
    struct sink_rig rig;
    struct forward_status status;
    sink_rig_init(&rig, "mqtt", "uri: mqtt://127.0.0.1:1");
    sink_rig_put(&rig, 1);

    cr_assert_eq(sink_rig_run(&rig, 3), 3);

    forward_get_status(rig.forward, &status);
    cr_assert_not_null(strstr(status.last_error, "mqtt://127.0.0.1:1"));
    cr_assert_eq(status.retried, 3);
    sink_rig_deinit(&rig);
}

Test(mqtt, with_a_pinned_key_a_receipt_without_its_signature_is_none)
{
    struct stage stage;
    stage_init(&stage, 5, NULL, 0,
               "registry_key: "
               "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
    sink_rig_put(&stage.rig, 1);

    sink_rig_run(&stage.rig, 2);

    cr_assert_eq(sink_rig_count(&stage.rig, FAKE_NEW), 1);
    cr_assert_eq(upstream_stored(stage.up), 1);
    stage_deinit(&stage);
}

static void expect_problem(const char *settings, const char *words)
{
    struct problems problems;
    sink_problems(sink_find(BYTES("mqtt")), settings, &problems);
    cr_expect_eq(problems.count, 1, "%s", settings);
    cr_expect_not_null(strstr((const char *)problems.text.data, words), "%s",
                       (const char *)problems.text.data);
    problems_deinit(&problems);
}

Test(mqtt, wrong_settings_are_told)
{
    expect_problem("uri: http://x", "mqtt://");
    expect_problem("uri: mqtt://x\ntopic: 'a/{nobody}'", "place");
    expect_problem("uri: mqtt://x\nreply_topic: 'a/{process}'", "place");
    expect_problem("uri: mqtt://x\nreply_topic: 'a/#'", "'#'");
    expect_problem("uri: mqtt://x\nregistry_key: 12", "64 hex digits");
    expect_problem("uri: mqtt://x\ncert_file: a", "go together");
    expect_problem("uri: mqtt://x\npassword: {file: a}", "needs a 'user'");
}
