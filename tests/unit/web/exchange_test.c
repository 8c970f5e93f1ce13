/* SPDX-License-Identifier: Apache-2.0 */
#include "web/exchange.h"

#include "web_bench.h"

#define JSON "Content-Type: application/json"

static const char file_text[] = "body{}";

static void echo(void *ctx, const struct web_question *question,
                 struct web_answer *answer)
{
    (void)ctx;
    buf_print(&answer->body, "%zu bytes, session %s", question->body.len,
              question->session ? question->session : "none");
}

static void file(void *ctx, const struct web_question *question,
                 struct web_answer *answer)
{
    (void)ctx;
    (void)question;
    answer->type = "text/css";
    answer->file = bytes_of(file_text);
    answer->etag = "\"abc\"";
}

static const struct web_route routes[] = {{.path = "/echo", .get = echo, .post = echo},
                                          {.path = "/send", .post = echo},
                                          {.path = "/file", .get = file},
                                          {0}};

static struct web_bench opened(void)
{
    return bench_open((struct web_settings){.routes = routes});
}

Test(exchange, a_post_must_be_json_of_the_same_origin)
{
    struct web_bench bench = opened();
    char own[64];
    snprintf(own, sizeof own, "Origin: http://127.0.0.1:%d", bench.port);
    bench_expect(&bench, CALL("/echo", "{}", JSON), 200, "2 bytes");
    bench_expect(&bench, CALL("/echo", "{}", JSON, own), 200, "2 bytes");
    bench_expect(&bench, CALL("/echo", "a=b", NULL), 415, "application/json");
    bench_expect(&bench, CALL("/echo", "{}", JSON, "Origin: http://evil"), 403,
                 "another origin");
    bench_expect(&bench, CALL("/echo", "{}", JSON, "Origin: null"), 403,
                 "another origin");
    bench_expect(&bench, CALL("/file", "{}", JSON), 405, "only GET");
    bench_expect(&bench, CALL("/send", NULL, NULL), 405, "only POST");
    web_close(&bench.web);
}

Test(exchange, a_body_has_a_limit)
{
    struct web_bench bench = opened();
    char *body = mem_array(WEB_BODY_MAX + 2, 1);
    memset(body, 'x', WEB_BODY_MAX);
    bench_expect(&bench, CALL("/echo", body, JSON), 200, "2097152 bytes");
    body[WEB_BODY_MAX] = 'x';
    bench_expect(&bench, CALL("/echo", body, JSON), 413, "too large");
    mem_free(&body);
    web_close(&bench.web);
}

Test(exchange, a_file_is_sent_once)
{
    struct web_bench bench = opened();
    bench_expect(&bench, CALL("/file", NULL, NULL), 200, file_text);
    struct web_call again = CALL("/file", NULL, "If-None-Match: \"abc\"");
    bench_call(&bench, &again);
    cr_expect_eq(again.status, 304);
    cr_expect_eq(again.answer.len, 0);
    bench_clear(&again);
    web_close(&bench.web);
}

Test(exchange, every_answer_forbids_foreign_content)
{
    struct web_bench bench = opened();
    static const char *const paths[] = {"/echo", "/file", "/nowhere"};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        struct web_call call = CALL(paths[i], NULL, NULL);
        bench_call(&bench, &call);
        const char *head = (const char *)call.head.data;
        cr_expect(strstr(head, "Content-Security-Policy: default-src 'none';"));
        cr_expect(strstr(head, "require-trusted-types-for 'script'"));
        cr_expect(!strstr(head, "unsafe"));
        cr_expect(strstr(head, "X-Content-Type-Options: nosniff"));
        cr_expect(strstr(head, "X-Frame-Options: DENY"));
        bench_clear(&call);
    }
    web_close(&bench.web);
}

Test(exchange, the_session_is_the_cookie)
{
    struct web_bench bench = opened();
    bench_expect(&bench, CALL("/echo", NULL, "Cookie: emgate_session=s1"), 200,
                 "session s1");
    bench_expect(&bench, CALL("/echo", NULL, NULL), 200, "session none");
    web_close(&bench.web);
}
