/* SPDX-License-Identifier: Apache-2.0 */
/* The gateway's server on a free loopback port, asked by curl; for tests of web/. */
#ifndef TESTS_WEB_BENCH_H
#define TESTS_WEB_BENCH_H

#include "core/mem.h"
#include "web/server.h"

#include <criterion/criterion.h>
#include <curl/curl.h>
#include <stdio.h>
#include <unistd.h>

struct web_bench {
    struct web *web;
    int port;
};

/* What is asked, and what comes back. */
struct web_call {
    const char *path;
    const char *body;       /* NULL: GET */
    const char *headers[4]; /* ends in NULL */
    long status;
    struct buf head, answer; /* terminated */
};

/* CALL(path, body or NULL, header... or NULL) */
#define CALL(asked, sent, ...)                                                           \
    ((struct web_call){.path = (asked), .body = (sent), .headers = {__VA_ARGS__}})

static inline struct web_bench bench_open(struct web_settings settings)
{
    struct web_bench bench = {.port = 20000 + (int)(getpid() % 10000)};
    char address[32];
    struct error e;
    do {
        bench.port++;
        snprintf(address, sizeof address, "127.0.0.1:%d", bench.port);
        settings.listen = address;
    } while (web_open(&settings, &bench.web, &e) != ERR_OK);
    return bench;
}

static inline size_t bench_take(const char *data, size_t size, size_t count, void *ctx)
{
    buf_add(ctx, (struct bytes){(const uint8_t *)data, size * count});
    return size * count;
}

static inline void bench_call(const struct web_bench *bench, struct web_call *call)
{
    char url[256];
    struct curl_slist *headers = NULL;
    snprintf(url, sizeof url, "http://127.0.0.1:%d%s", bench->port, call->path);
    buf_init(&call->head, 1 << 16);
    buf_init(&call->answer, 8 << 20);
    buf_add_text(&call->answer, "");
    CURL *curl = curl_easy_init();
    for (size_t i = 0; i < 4 && call->headers[i]; i++) {
        headers = curl_slist_append(headers, call->headers[i]);
    }
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    if (call->body) {
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, call->body);
    }
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, bench_take);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &call->answer);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, bench_take);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, &call->head);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, 20L);
    CURLcode code = curl_easy_perform(curl);
    cr_assert_eq(code, CURLE_OK, "%s: %s", call->path, curl_easy_strerror(code));
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &call->status);
    curl_slist_free_all(headers);
    curl_easy_cleanup(curl);
}

static inline void bench_clear(struct web_call *call)
{
    buf_deinit(&call->head);
    buf_deinit(&call->answer);
}

/* Asks, and compares the status and a part of the answer. */
static inline void bench_expect(const struct web_bench *bench, struct web_call call,
                                long status, const char *words)
{
    bench_call(bench, &call);
    cr_expect_eq(call.status, status, "%s: %ld", call.path, call.status);
    cr_expect(call.answer.data && strstr((const char *)call.answer.data, words),
              "%s: '%s' in %s", call.path, words, (const char *)call.answer.data);
    bench_clear(&call);
}

#endif
