/* SPDX-License-Identifier: Apache-2.0 */
#include "web/server.h"

#include "core/mem.h"

#include <criterion/criterion.h>
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct bench {
    char directory[64];
    char socket[128];
    struct web *web;
};

static void whole(void *ctx, const struct web_question *question,
                  struct web_answer *answer)
{
    const char *word = question->parameter(question->ctx, "word");
    buf_print(&answer->body, "%s:%s", (const char *)ctx, word ? word : "none");
}

static void rest(void *ctx, const struct web_question *question,
                 struct web_answer *answer)
{
    (void)ctx;
    answer->status = 503;
    answer->type = "text/plain";
    buf_add_text(&answer->body, question->rest);
}

static void large(void *ctx, const struct web_question *question,
                  struct web_answer *answer)
{
    (void)ctx;
    (void)question;
    static uint8_t block[1 << 20];
    for (int i = 0; i < 70; i++) {
        buf_add(&answer->body, (struct bytes){block, sizeof block});
    }
}

static void posted(void *ctx, const struct web_question *question,
                   struct web_answer *answer)
{
    const char *word = question->parameter(question->ctx, "word");
    buf_print(&answer->body, "posted %s:%s", (const char *)ctx, word ? word : "none");
}

static const struct web_route routes[] = {
    {.path = "/", .get = whole},
    {.path = "/whole", .get = whole, .post = posted, .by_file = true},
    {.path = "/below/", .get = rest},
    {.path = "/large", .get = large},
    {0}};

static enum err open_web(const char *listen, const char *socket_path, void *ctx,
                         struct web **ret_web, struct error *e)
{
    struct web_settings settings = {
        .listen = listen, .socket_path = socket_path, .routes = routes, .ctx = ctx};
    return web_open(&settings, ret_web, e);
}

static struct bench open_bench(void)
{
    struct bench bench = {.directory = "/tmp/emgate-web-XXXXXX"};
    struct error e;
    static char context[] = "ctx";
    cr_assert(mkdtemp(bench.directory));
    snprintf(bench.socket, sizeof bench.socket, "%s/control.sock", bench.directory);
    cr_assert_eq(open_web(NULL, bench.socket, context, &bench.web, &e), ERR_OK, "%s",
                 e.text);
    return bench;
}

static void clear(struct bench *bench)
{
    web_close(&bench->web);
    unlink(bench->socket);
    rmdir(bench->directory);
}

static size_t take(const char *data, size_t size, size_t count, void *ctx)
{
    buf_add(ctx, (struct bytes){(const uint8_t *)data, size * count});
    return size * count;
}

/* The status; the body, which is terminated, goes to `out`. */
static long ask(const struct bench *bench, const char *method, const char *path,
                struct buf *out)
{
    char url[256];
    long status = 0;
    snprintf(url, sizeof url, "http://localhost%s", path);
    CURL *curl = curl_easy_init();
    curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, bench->socket);
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, out);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, 20L);
    cr_assert_eq(curl_easy_perform(curl), CURLE_OK);
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_cleanup(curl);
    return status;
}

static void expect(const struct bench *bench, const char *method, const char *path,
                   long status, const char *body)
{
    struct buf out;
    buf_init(&out, 1 << 20);
    cr_expect_eq(ask(bench, method, path, &out), status, "%s %s", method, path);
    cr_expect(bytes_are(buf_bytes(&out), body), "%s: %.*s", path,
              BYTES_ARG(buf_bytes(&out)));
    buf_deinit(&out);
}

Test(server, routes_are_whole_paths_or_prefixes)
{
    struct bench bench = open_bench();
    expect(&bench, "GET", "/", 200, "ctx:none");
    expect(&bench, "GET", "/whole?word=a%20b", 200, "ctx:a b");
    expect(&bench, "GET", "/below/x/y", 503, "x/y");
    clear(&bench);
}

Test(server, unknown_paths_and_other_methods_are_refused)
{
    struct bench bench = open_bench();
    static const char none[] = "{\"status\":404,\"title\":\"no such page\"}\n";
    expect(&bench, "GET", "/wholesale", 404, none);
    expect(&bench, "GET", "/whole/", 404, none);
    expect(&bench, "GET", "/../etc/passwd", 404, none);
    expect(&bench, "DELETE", "/whole", 405,
           "{\"status\":405,\"title\":\"only GET, or POST where it is asked for\"}\n");
    clear(&bench);
}

Test(server, a_post_is_taken_where_a_route_asks_for_it)
{
    struct bench bench = open_bench();
    expect(&bench, "POST", "/whole?word=a", 200, "posted ctx:a");
    expect(&bench, "GET", "/whole?word=a", 200, "ctx:a");
    expect(&bench, "POST", "/large", 405, "{\"status\":405,\"title\":\"only GET\"}\n");
    clear(&bench);
}

/* A page of another site can make a browser post to a loopback address, not to a file. */
Test(server, a_post_to_the_address_is_refused)
{
    struct bench bench = open_bench();
    struct web *web = NULL;
    struct error e;
    int port = 20000 + (int)(getpid() % 10000);
    char address[32];
    char url[64];
    long status = 0;
    static char context[] = "ctx";
    do {
        snprintf(address, sizeof address, "127.0.0.1:%d", ++port);
    } while (open_web(address, NULL, context, &web, &e) != ERR_OK);
    snprintf(url, sizeof url, "http://%s/whole", address);
    CURL *curl = curl_easy_init();
    struct buf out;
    buf_init(&out, 4096);
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, "some body");
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &out);
    cr_assert_eq(curl_easy_perform(curl), CURLE_OK);
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    cr_expect_eq(status, 403);
    cr_expect(!strstr((const char *)out.data, "posted"));
    curl_easy_cleanup(curl);
    buf_deinit(&out);
    web_close(&web);
    clear(&bench);
}

Test(server, an_answer_that_is_too_large_is_said_to_be_so)
{
    struct bench bench = open_bench();
    struct buf out;
    buf_init(&out, 1 << 20);
    cr_assert_eq(ask(&bench, "GET", "/large", &out), 500);
    cr_assert_lt(out.len, 200);
    buf_deinit(&out);
    clear(&bench);
}

Test(server, an_address_that_cannot_be_had_is_told)
{
    struct bench bench = open_bench();
    struct web *other = NULL;
    struct error e;
    cr_assert_eq(open_web("127.0.0.1", NULL, NULL, &other, &e), ERR_SYSTEM);
    cr_assert(strstr(e.text, "127.0.0.1"));
    cr_assert_eq(open_web("1.2.3.4:99", NULL, NULL, &other, &e), ERR_SYSTEM);
    cr_assert_eq(open_web(NULL, "/nowhere/control.sock", NULL, &other, &e), ERR_SYSTEM);
    cr_assert_null(other);
    clear(&bench);
}

Test(server, a_socket_left_behind_is_replaced)
{
    struct bench bench = open_bench();
    struct error e;
    web_close(&bench.web);
    FILE *left = fopen(bench.socket, "we");
    cr_assert(left);
    fclose(left);
    cr_assert_eq(open_web(NULL, bench.socket, NULL, &bench.web, &e), ERR_OK, "%s",
                 e.text);
    struct stat stat_of;
    cr_assert_eq(stat(bench.socket, &stat_of), 0);
    cr_assert_eq(stat_of.st_mode & S_IRWXO, 0); /* nobody else's */
    clear(&bench);
}
