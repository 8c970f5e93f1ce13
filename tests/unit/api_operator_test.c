/* SPDX-License-Identifier: Apache-2.0 */
#include "api_private.h"

#include "core/mem.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

static const struct plan_point points[] = {
    {.id = "coal", .device = "operator", .metric = "coal", .unit = "t"},
    {.id = "flow", .device = "weigher", .metric = "flow", .unit = "t/h"}};

struct bench {
    char directory[64];
    struct plan plan;
    struct api api;
    char token[OPERATOR_TOKEN_MAX];
    char session[WEB_COOKIE_MAX];
};

static struct bench *opened(void)
{
    struct bench *bench = mem_new(struct bench);
    struct error e;
    snprintf(bench->directory, sizeof bench->directory, "/tmp/emgate-entries-XXXXXX");
    cr_assert(mkdtemp(bench->directory));
    bench->plan = (struct plan){.state_directory = bench->directory,
                                .windows = {.amend_until_ns = NS_PER_HOUR},
                                .points = points,
                                .point_count = 2};
    bench->api.view.plan = &bench->plan;
    pthread_mutex_init(&bench->api.now_lock, NULL);
    struct journal_settings settings = {.directory = bench->directory,
                                        .gateway_id = "test",
                                        .software = "test",
                                        .sync = JOURNAL_SYNC_ALWAYS};
    cr_assert_eq(journal_open(&settings, &disk_system, &clock_system,
                              &bench->api.view.journal, &e),
                 ERR_OK, "%s", e.text);
    cr_assert_eq(operators_add(bench->directory, "meena", bench->token, &e), ERR_OK);
    return bench;
}

static void clear(struct bench *bench)
{
    char command[128];
    journal_close(&bench->api.view.journal);
    snprintf(command, sizeof command, "rm -rf '%s'", bench->directory);
    (void)!system(command);
    mem_free(&bench);
}

static void expect(struct bench *bench, web_handler_fn *handle, const char *body,
                   int status, const char *words)
{
    struct web_answer answer = {.status = 200};
    struct web_question question = {.body = bytes_of(body),
                                    .session = bench->session[0] ? bench->session : NULL};
    buf_init(&answer.body, 1 << 16);
    handle(&bench->api, &question, &answer);
    cr_expect_eq(answer.status, status, "%s: %d", body, answer.status);
    cr_expect(strstr((const char *)answer.body.data, words), "%s: %s", body,
              (const char *)answer.body.data);
    if (answer.cookie[0]) {
        cr_expect(strstr(answer.cookie, "HttpOnly; SameSite=Strict"));
        (void)sscanf(answer.cookie, WEB_SESSION_COOKIE "=%64[0-9a-f]", bench->session);
    }
    buf_deinit(&answer.body);
}

static void sign_in(struct bench *bench)
{
    char body[256];
    snprintf(body, sizeof body, "{\"token\":\"%s\"}", bench->token);
    expect(bench, operator_sign_in, body, 200, "meena");
    cr_assert_eq(strlen(bench->session), SESSION_KEY_LEN);
}

Test(api_operator, without_a_session_nothing_is_entered)
{
    struct bench *bench = opened();
    expect(bench, operator_enter, "{\"words\":\"seen\"}", 401, "sign in");
    expect(bench, operator_sign_in, "{\"token\":\"no\"}", 403, "nobody's");
    expect(bench, operator_sign_in, "rubbish", 403, "nobody's");
    expect(bench, operator_get, "", 200, "{}");
    snprintf(bench->session, sizeof bench->session, "%064d", 0);
    expect(bench, operator_enter, "{\"words\":\"seen\"}", 401, "sign in");
    clear(bench);
}

Test(api_operator, what_is_wrong_names_its_field)
{
    struct bench *bench = opened();
    sign_in(bench);
    expect(bench, operator_enter, "{}", 422, "want a point");
    expect(bench, operator_enter, "{\"point\":\"flow\",\"value\":1}", 422, "point:");
    expect(bench, operator_enter, "{\"point\":\"none\",\"value\":1}", 422, "point:");
    expect(bench, operator_enter, "{\"point\":\"coal\",\"value\":\"1\"}", 422, "value:");
    expect(bench, operator_enter, "{\"point\":\"coal\",\"value\":1,\"at\":\"now\"}", 422,
           "at:");
    expect(bench, operator_enter,
           "{\"point\":\"coal\",\"value\":1,\"at\":\"2999-01-01T00:00:00Z\"}", 422,
           "future");
    expect(bench, operator_enter,
           "{\"point\":\"coal\",\"value\":1,\"at\":\"2001-01-01T00:00:00Z\"}", 422,
           "no longer");
    clear(bench);
}

Test(api_operator, an_entry_is_a_record_of_the_journal_with_the_name)
{
    struct bench *bench = opened();
    struct journal_status status;
    sign_in(bench);
    expect(bench, operator_get, "", 200, "meena");
    expect(bench, operator_enter, "{\"point\":\"coal\",\"value\":12.5}", 200,
           "\"record\":");
    expect(bench, operator_enter, "{\"words\":\"acknowledged: x\"}", 200, "\"record\":");
    journal_get_status(bench->api.view.journal, &status);
    cr_expect_geq(status.durable_seq, 2);
    clear(bench);
}
