/* SPDX-License-Identifier: Apache-2.0 */
/* The http sink under its forwarder, against a far side that misbehaves by script. */
#include "sinks/sink.h"

#include "evidence/key.h"
#include "far_side.h"
#include "sink_rig.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <unistd.h>

struct stage {
    struct sink_rig rig;
    struct far_side *far;
};

static void stage_init(struct stage *stage, const struct far_step *steps, size_t count,
                       const char *more)
{
    char url[FAR_URL_MAX];
    char settings[1024];
    stage->far = far_side_open(steps, count);
    far_side_url(stage->far, url);
    snprintf(settings, sizeof settings, "url: %s\n%s", url, more);
    sink_rig_init(&stage->rig, "http", settings);
}

static void stage_deinit(struct stage *stage)
{
    sink_rig_deinit(&stage->rig);
    far_side_close(&stage->far);
}

static const char *last_error(struct stage *stage, struct forward_status *status)
{
    forward_get_status(stage->rig.forward, status);
    return status->last_error;
}

/* What the far side does before it behaves, and what that is called. */
static const struct {
    struct far_step step;
    unsigned repeated; /* stores of what was stored: 5 where the first answer was lost */
    const char *words;
} mishaps[] = {
    {{.act = FAR_HANG}, 0, "imed out"},
    {{.act = FAR_CUT_BEFORE}, 0, "Empty reply"},
    {{.act = FAR_CUT_AFTER}, 5, "Empty reply"},
    {{.act = FAR_CUT_WITHIN}, 5, "transfer closed"},
    {{.act = FAR_WRONG_KEY}, 5, "no receipt"},
    {{.act = FAR_NO_RECEIPTS}, 5, "no receipt"},
    {{.act = FAR_GARBAGE}, 0, "no list of receipts"},
    {{.act = FAR_ENDLESS}, 0, "too long"},
    {{.act = FAR_STATUS, .status = 500}, 0, "answers 500"},
    {{.act = FAR_STATUS, .status = 502}, 0, "answers 502"},
    {{.act = FAR_STATUS, .status = 503}, 0, "answers 503"},
    {{.act = FAR_STATUS, .status = 429}, 0, "answers 429"},
    {{.act = FAR_STATUS, .status = 408}, 0, "answers 408"},
    {{.act = FAR_STATUS, .status = 401}, 0, "check the token"},
    {{.act = FAR_STATUS, .status = 403}, 0, "enrolled"},
    {{.act = FAR_STATUS, .status = 404}, 0, "check 'url'"},
    {{.act = FAR_STATUS, .status = 301}, 0, "redirect"},
    {{.act = FAR_STATUS, .status = 204}, 0, "no receipt"},
    {{.act = FAR_VERDICT, .status = 3}, 0, "later: because"},
};

Test(http, whatever_goes_wrong_everything_arrives_and_is_marked_done)
{
    static const char *const encodings[] = {"encoding: protobuf", "encoding: json"};
    size_t count = sizeof mishaps / sizeof *mishaps;
    for (size_t n = 0; n < 2 * count; n++) {
        size_t i = n % count;
        struct stage stage;
        struct forward_status status;
        stage_init(&stage, &mishaps[i].step, 1, encodings[n / count]);
        sink_rig_put(&stage.rig, 5);

        sink_rig_run(&stage.rig, 10);

        const char *words = last_error(&stage, &status);
        cr_expect_not_null(strstr(words, mishaps[i].words), "%zu: %s", i, words);
        cr_expect_eq(sink_rig_count(&stage.rig, FAKE_DONE), 5, "mishap %zu", i);
        cr_expect_eq(far_side_stored(stage.far), 5, "mishap %zu", i);
        cr_expect_eq(far_side_repeated(stage.far), mishaps[i].repeated, "mishap %zu", i);
        cr_expect_eq(status.sent, 5);
        stage_deinit(&stage);
    }
}

Test(http, receipts_count_by_key_and_not_by_place)
{
    static const struct far_step steps[] = {{.act = FAR_REVERSED}, {.act = FAR_TWICE}};
    struct stage stage;
    stage_init(&stage, steps, 2, "batch: 3");
    sink_rig_put(&stage.rig, 6);

    cr_assert_eq(sink_rig_run(&stage.rig, 10), 1);

    cr_assert_eq(sink_rig_count(&stage.rig, FAKE_DONE), 6);
    cr_assert_eq(far_side_requests(stage.far), 2);
    cr_assert_gt(stage.rig.outbox.rows[5].receipt_len, 32);
    stage_deinit(&stage);
}

Test(http, only_receipts_of_the_pinned_key_count)
{
    static const struct far_step steps[] = {
        {.act = FAR_STORE}, {.act = FAR_VERDICT, .status = 2}, {.act = FAR_SIGNED}};
    struct stage stage;
    struct forward_status status;
    char key[KEY_HEX_MAX];
    char more[128];
    static const uint8_t seed[KEY_PUBLIC_LEN] = {FAR_SEED};
    struct key_pair *pair = key_of_seed(seed);
    key_print(key_get_public(pair), key);
    key_close(&pair);
    snprintf(more, sizeof more, "registry_key: '%s'\nencoding: json", key);
    stage_init(&stage, steps, 3, more);
    sink_rig_put(&stage.rig, 2);

    sink_rig_run(&stage.rig, 10);

    cr_assert_not_null(strstr(last_error(&stage, &status), "not signed by the registry"));
    cr_assert_eq(far_side_requests(stage.far), 3, "neither forged receipt is believed");
    cr_assert_eq(sink_rig_count(&stage.rig, FAKE_DONE), 2);
    stage_deinit(&stage);
}

Test(http, a_far_side_that_takes_nothing_packed_gets_it_plain)
{
    static const struct far_step steps[] = {{.act = FAR_STATUS, .status = 415}};
    struct stage stage;
    char headers[4096];
    stage_init(&stage, steps, 1, "compression: gzip");
    far_side_set_raw(stage.far, 1);
    sink_rig_put(&stage.rig, 20);

    sink_rig_run(&stage.rig, 10);

    cr_assert_eq(sink_rig_count(&stage.rig, FAKE_DONE), 20);
    far_side_headers(stage.far, headers, sizeof headers);
    cr_assert_null(strstr(headers, "Content-Encoding"));
    stage_deinit(&stage);
}

/* Two changes of key, as the outbox has them. */
static struct bytes two_changes(void *ctx, struct arena *arena)
{
    (void)ctx;
    (void)arena;
    return BYTES("\x05"
                 "first"
                 "\x06"
                 "second");
}

Test(http, changes_of_key_go_first_and_once)
{
    struct stage stage;
    stage_init(&stage, NULL, 0, "");
    stage.rig.world.key_changes = two_changes;
    sink_rig_put(&stage.rig, 5);
    sink_rig_run(&stage.rig, 10);
    sink_rig_put(&stage.rig, 5);
    sink_rig_run(&stage.rig, 10);
    cr_assert_eq(far_side_key_changes(stage.far), 2);
    cr_assert_eq(sink_rig_count(&stage.rig, FAKE_DONE), 10);
    stage_deinit(&stage);
}

Test(http, nothing_is_sent_until_a_change_of_key_is_settled)
{
    struct stage stage;
    struct forward_status status;
    stage_init(&stage, NULL, 0, "");
    stage.rig.world.key_changes = two_changes;
    far_side_answer_keys(stage.far, 503);
    sink_rig_put(&stage.rig, 5);
    sink_rig_run(&stage.rig, 3);
    cr_assert_eq(far_side_stored(stage.far), 0);
    cr_assert_not_null(strstr(last_error(&stage, &status), "the change of our key"));
    far_side_answer_keys(stage.far, 200);
    sink_rig_run(&stage.rig, 10);
    cr_assert_eq(sink_rig_count(&stage.rig, FAKE_DONE), 5);
    stage_deinit(&stage);
}

Test(http, a_dispute_about_the_key_sets_nothing_aside)
{
    static const struct far_step steps[] = {
        {.act = FAR_VERDICT, .status = 2, .times = 3}};
    struct stage stage;
    stage_init(&stage, steps, 1, "");
    stage.rig.world.key_changes = two_changes;
    far_side_answer_keys(stage.far, 409);
    sink_rig_put(&stage.rig, 5);
    sink_rig_run(&stage.rig, 10);
    cr_assert_eq(sink_rig_count(&stage.rig, FAKE_SET_ASIDE), 0);
    cr_assert_eq(sink_rig_count(&stage.rig, FAKE_DONE), 5);
    stage_deinit(&stage);
}

Test(http, a_conflict_is_set_aside_with_an_alarm)
{
    static const struct far_step steps[] = {{.act = FAR_VERDICT, .status = 1}};
    struct stage stage;
    stage_init(&stage, steps, 1, "");
    sink_rig_put(&stage.rig, 2);

    sink_rig_run(&stage.rig, 10);

    cr_assert_eq(sink_rig_count(&stage.rig, FAKE_SET_ASIDE), 2);
    cr_assert_not_null(strstr(stage.rig.outbox.rows[0].why, "ALARM"));
    stage_deinit(&stage);
}

Test(http, a_refusal_is_set_aside_with_its_reason)
{
    static const struct far_step steps[] = {{.act = FAR_VERDICT, .status = 2}};
    struct stage stage;
    stage_init(&stage, steps, 1, "");
    sink_rig_put(&stage.rig, 1);

    sink_rig_run(&stage.rig, 10);

    cr_assert_str_eq(stage.rig.outbox.rows[0].why, "the registry refuses it: because");
    stage_deinit(&stage);
}

Test(http, an_unknown_verdict_is_no_receipt)
{
    static const struct far_step steps[] = {{.act = FAR_VERDICT, .status = 77}};
    struct stage stage;
    stage_init(&stage, steps, 1, "");
    sink_rig_put(&stage.rig, 1);

    sink_rig_run(&stage.rig, 10);

    cr_assert_eq(stage.rig.outbox.rows[0].tried, 1);
    cr_assert_eq(sink_rig_count(&stage.rig, FAKE_DONE), 1);
    stage_deinit(&stage);
}

Test(http, a_batch_that_is_too_large_is_halved)
{
    static const struct far_step steps[] = {{.act = FAR_ONLY, .status = 3, .times = 99}};
    struct stage stage;
    stage_init(&stage, steps, 1, "");
    sink_rig_put(&stage.rig, 20);

    cr_assert_eq(sink_rig_run(&stage.rig, 10), 1);

    cr_assert_eq(sink_rig_count(&stage.rig, FAKE_DONE), 20);
    cr_assert_eq(far_side_repeated(stage.far), 0);
    stage_deinit(&stage);
}

Test(http, one_that_is_too_large_even_alone_is_set_aside)
{
    static const struct far_step steps[] = {{.act = FAR_STATUS, .status = 413},
                                            {.act = FAR_STATUS, .status = 413}};
    struct stage stage;
    stage_init(&stage, steps, 2, "");
    sink_rig_put(&stage.rig, 2);

    sink_rig_run(&stage.rig, 10);

    cr_assert_eq(stage.rig.outbox.rows[0].state, FAKE_SET_ASIDE);
    cr_assert_eq(stage.rig.outbox.rows[1].state, FAKE_DONE);
    stage_deinit(&stage);
}

Test(http, the_one_that_spoils_a_batch_is_found_and_set_aside)
{
    static const struct far_step steps[] = {{.act = FAR_POISON, .times = 99}};
    for (size_t poison = 0; poison < 9; poison++) {
        struct stage stage;
        stage_init(&stage, steps, 1, "");
        sink_rig_put(&stage.rig, 9);
        far_side_set_poison(stage.far, stage.rig.outbox.rows[poison].key);

        sink_rig_run(&stage.rig, 10);

        cr_assert_eq(stage.rig.outbox.rows[poison].state, FAKE_SET_ASIDE);
        cr_assert_eq(sink_rig_count(&stage.rig, FAKE_DONE), 8);
        cr_assert_eq(far_side_repeated(stage.far), 0);
        stage_deinit(&stage);
    }
}

Test(http, waits_as_long_as_it_is_asked_to)
{
    static const struct far_step steps[] = {
        {.act = FAR_STATUS, .status = 503, .retry_after_s = 120}};
    struct stage stage;
    stage_init(&stage, steps, 1, "");
    sink_rig_put(&stage.rig, 1);

    sink_rig_run(&stage.rig, 10);

    cr_assert_geq(stage.rig.waited_ns, 120 * NS_PER_S);
    cr_assert_leq(stage.rig.waited_ns, 121 * NS_PER_S);
    stage_deinit(&stage);
}

Test(http, a_month_without_the_registry_loses_nothing)
{
    static const struct far_step steps[] = {
        {.act = FAR_STATUS, .status = 503, .retry_after_s = 3600, .times = 720}};
    struct stage stage;
    stage_init(&stage, steps, 1, "");
    sink_rig_put(&stage.rig, 200);

    sink_rig_run(&stage.rig, 1000);

    cr_assert_geq(stage.rig.waited_ns, 30 * 24 * NS_PER_HOUR);
    cr_assert_eq(sink_rig_count(&stage.rig, FAKE_DONE), 200);
    cr_assert_eq(far_side_stored(stage.far), 200);
    stage_deinit(&stage);
}

Test(http, nobody_there_is_surely_not_stored)
{
    struct sink_rig rig;
    sink_rig_init(&rig, "http", "url: http://127.0.0.1:1/v1/summaries");
    sink_rig_put(&rig, 1);
    int64_t wait_ns = 0;

    cr_assert_eq(forward_step(rig.forward, &wait_ns), FORWARD_WAIT);

    struct forward_status status;
    forward_get_status(rig.forward, &status);
    cr_assert_eq(status.retried, 1);
    cr_assert_eq(status.uncertain, 0);
    sink_rig_deinit(&rig);
}

Test(http, shows_its_token_and_reads_it_anew)
{
    static const struct far_step steps[] = {{.act = FAR_STATUS, .status = 401}};
    char path[] = "/tmp/emgate-token-XXXXXX";
    char more[64];
    char headers[4096];
    int fd = mkstemp(path);
    cr_assert_eq(write(fd, "old\n", 4), 4);
    snprintf(more, sizeof more, "token: {file: %s}", path);
    struct stage stage;
    stage_init(&stage, steps, 1, more);
    sink_rig_put(&stage.rig, 1);
    int64_t wait_ns = 0;
    forward_step(stage.rig.forward, &wait_ns);
    far_side_headers(stage.far, headers, sizeof headers);
    cr_assert_not_null(strstr(headers, "Authorization: Bearer old\r\n"));
    cr_assert_eq(pwrite(fd, "new", 3, 0), 3);

    sink_rig_run(&stage.rig, 10);

    far_side_headers(stage.far, headers, sizeof headers);
    cr_assert_not_null(strstr(headers, "Authorization: Bearer new\r\n"));
    cr_assert_not_null(strstr(headers, "Content-Type: application/x-protobuf\r\n"));
    stage_deinit(&stage);
    close(fd);
    unlink(path);
}

Test(http, a_token_that_is_gone_is_told_and_waited_for)
{
    struct sink_rig rig;
    sink_rig_init(&rig, "http",
                  "url: http://127.0.0.1:1/\ntoken: {file: /nowhere/token}");
    sink_rig_put(&rig, 1);
    int64_t wait_ns = 0;

    cr_assert_eq(forward_step(rig.forward, &wait_ns), FORWARD_WAIT);

    struct forward_status status;
    forward_get_status(rig.forward, &status);
    cr_assert_not_null(strstr(status.last_error, "/nowhere/token"), "%s",
                       status.last_error);
    cr_assert_eq(rig.outbox.rows[0].state, FAKE_NEW);
    sink_rig_deinit(&rig);
}

Test(http, a_stop_breaks_off_a_send_that_hangs)
{
    static const struct far_step steps[] = {{.act = FAR_HANG}};
    struct stage stage;
    stage_init(&stage, steps, 1, "");
    sink_rig_put(&stage.rig, 1);
    stage.rig.plan.timeout_ns = 60 * NS_PER_S;
    struct error e = {0};
    cr_assert_eq(forward_start(stage.rig.forward, &e), ERR_OK);
    while (far_side_requests(stage.far) == 0) {
    }
    int64_t began_ns = clock_boot_ns(&clock_system);

    forward_close(&stage.rig.forward);

    cr_assert_lt(clock_boot_ns(&clock_system) - began_ns, 10 * NS_PER_S);
    stage_deinit(&stage);
}

Test(http, tells_every_mistake_in_its_settings)
{
    static const struct {
        const char *settings;
        const char *words;
    } cases[] = {
        {"{}", "'url'"},
        {"url: ftp://x/", "https:// or http://"},
        {"url: https://x/\ncert_file: a", "go together"},
        {"url: https://x/\nbatch: 0", "batch"},
        {"url: https://x/\nregistry_key: ab", "64 hex digits"},
        {"url: https://x/\nrul: y", "rul"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct problems problems;
        sink_problems(&sink_http, cases[i].settings, &problems);
        cr_assert_eq(problems.count, 1, "%s", cases[i].settings);
        cr_assert_not_null(strstr((const char *)problems.text.data, cases[i].words), "%s",
                           (const char *)problems.text.data);
        problems_deinit(&problems);
    }
}
