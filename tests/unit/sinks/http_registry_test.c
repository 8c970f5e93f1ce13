/* SPDX-License-Identifier: Apache-2.0 */
/* Manifests on their way to a far side; changes of key are http_test's. */
#include "sinks/sink.h"

#include "core/mem.h"
#include "far_side.h"

#include <criterion/criterion.h>
#include <stdio.h>

static enum err manifest(const char *url, struct bytes *ret_answer, struct error *e)
{
    char text[128];
    struct problems problems;
    problems_init(&problems);
    snprintf(text, sizeof text, "{id: r, sink: http, url: '%s'}", url);
    struct document *document = document_parse("t", bytes_of(text), &problems);
    void *state = mem_array(1, sink_http.state_size);
    sink_http.init(state, document_root(document), &problems);
    cr_assert_eq(problems.count, 0, "%s", problems.text.data);
    cr_assert_eq(sink_http.open(state, e), ERR_OK);
    struct sink_call call = {.gateway = "g1", .timeout_ms = 5000};
    enum err err = sink_http.manifest(state, BYTES("signed"), &call, ret_answer, e);
    cr_assert(err != ERR_OK || bytes_are(*ret_answer, "lacks"));
    sink_http.close(state);
    mem_free(&state);
    document_free(&document);
    problems_deinit(&problems);
    return err;
}

Test(http_registry, gives_the_answer_or_says_who_takes_none)
{
    struct bytes answer = {0};
    struct error e = {0};
    char url[FAR_URL_MAX];
    struct far_side *far = far_side_open(NULL, 0);
    far_side_url(far, url);
    far_side_answer_manifests(far, 200, "lacks");
    cr_expect_eq(manifest(url, &answer, &e), ERR_OK, "%s", e.text);
    far_side_answer_manifests(far, 404, "");
    cr_expect_eq(manifest(url, &answer, &e), ERR_REJECT);
    far_side_answer_manifests(far, 405, "");
    cr_expect_eq(manifest(url, &answer, &e), ERR_REJECT);
    far_side_answer_manifests(far, 503, "");
    cr_expect_eq(manifest(url, &answer, &e), ERR_RETRY);
    far_side_answer_manifests(far, 403, "");
    cr_expect_eq(manifest(url, &answer, &e), ERR_RETRY);
    far_side_close(&far);
    cr_expect_eq(manifest(url, &answer, &e), ERR_RETRY);
    cr_expect_eq(manifest("http://127.0.0.1:1/elsewhere", &answer, &e), ERR_REJECT);
}
