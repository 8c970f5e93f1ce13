/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One request and its answer.  A POST changes something or costs work, so it must be
 * JSON (which a foreign page can't send without asking first) and, where the browser
 * says where it comes from, come from this very page.
 */
#include "web/exchange.h"

#include "core/mem.h"
#include "web/feed.h"

#include <stdio.h>

/* Nothing but the page's own files is ever loaded, and nobody frames it. */
#define CONTENT_POLICY                                                                   \
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "          \
    "connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; "  \
    "require-trusted-types-for 'script'; trusted-types 'none'"

/* A request whose body is still coming. */
struct exchange {
    struct buf body;
};

void exchange_add_headers(struct MHD_Response *response, const char *type)
{
    static const char *const headers[][2] = {
        {"Content-Security-Policy", CONTENT_POLICY},
        {"X-Content-Type-Options", "nosniff"},
        {"X-Frame-Options", "DENY"},
        {"Referrer-Policy", "no-referrer"},
        {"Cross-Origin-Opener-Policy", "same-origin"},
        {"Cross-Origin-Resource-Policy", "same-origin"},
    };
    MHD_add_response_header(response, "Content-Type", type);
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
        MHD_add_response_header(response, headers[i][0], headers[i][1]);
    }
}

void web_refuse(struct web_answer *answer, int status, const char *title)
{
    answer->status = status;
    answer->type = "application/problem+json";
    answer->file = (struct bytes){0};
    buf_clear(&answer->body);
    buf_print(&answer->body, "{\"status\":%d,\"title\":\"%s\"}\n", status, title);
}

static const struct web_route *find_route(const struct web_route *routes,
                                          const char *path, const char **ret_rest)
{
    for (const struct web_route *route = routes; route->path; route++) {
        size_t len = strlen(route->path);
        bool prefix = len > 1 && route->path[len - 1] == '/';
        if (prefix ? strncmp(path, route->path, len) == 0
                   : strcmp(path, route->path) == 0) {
            *ret_rest = path + len;
            return route;
        }
    }
    return NULL;
}

static const char *parameter(void *ctx, const char *name)
{
    return MHD_lookup_connection_value(ctx, MHD_GET_ARGUMENT_KIND, name);
}

static const char *header(struct MHD_Connection *connection, const char *name)
{
    return MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
}

/* "http://host:port" of the page against the host that was asked. */
static bool own_origin(struct MHD_Connection *connection)
{
    const char *origin = header(connection, "Origin");
    const char *host = header(connection, "Host");
    if (!origin) {
        return true; /* no browser, or an old one: then JSON alone keeps others out */
    }
    const char *slashes = strstr(origin, "://");
    return host && slashes && strcmp(slashes + 3, host) == 0;
}

static bool is_json(struct MHD_Connection *connection)
{
    const char *type = header(connection, "Content-Type");
    size_t len = strlen("application/json");
    return type && strncmp(type, "application/json", len) == 0 &&
           (type[len] == 0 || type[len] == ';');
}

static enum MHD_Result queue(struct MHD_Connection *connection, struct web_answer *answer,
                             bool secure)
{
    bool fixed = answer->file.data != NULL;
    const char *known = header(connection, "If-None-Match");
    bool same = fixed && answer->etag && known && strcmp(known, answer->etag) == 0;
    struct bytes body = fixed ? answer->file : buf_bytes(&answer->body);
    body = same ? (struct bytes){0} : body;
    /* The library does not write into it. */
    void *data = (void *)(uintptr_t)body.data;
    struct MHD_Response *response = MHD_create_response_from_buffer(
        body.len, data, fixed ? MHD_RESPMEM_PERSISTENT : MHD_RESPMEM_MUST_COPY);
    if (!response) {
        return MHD_NO;
    }
    exchange_add_headers(response, answer->type);
    MHD_add_response_header(response, "Cache-Control", fixed ? "no-cache" : "no-store");
    if (answer->etag) {
        MHD_add_response_header(response, "ETag", answer->etag);
    }
    if (answer->cookie[0]) {
        char cookie[WEB_COOKIE_MAX + 16];
        snprintf(cookie, sizeof cookie, "%s%s", answer->cookie, secure ? "; Secure" : "");
        MHD_add_response_header(response, "Set-Cookie", cookie);
    }
    enum MHD_Result result =
        MHD_queue_response(connection, same ? 304 : (unsigned)answer->status, response);
    MHD_destroy_response(response);
    return result;
}

/* Why a POST is not taken, or 0. */
static int post_refusal(const struct exchange_place *place, const struct web_route *route,
                        struct MHD_Connection *connection, const char **ret_title)
{
    *ret_title = "only GET";
    if (!route->post) {
        return 405;
    }
    *ret_title = "only by the socket in the state directory";
    if (place->by_file || route->by_file) {
        return place->by_file ? 0 : 403;
    }
    *ret_title = "want application/json";
    if (!is_json(connection)) {
        return 415;
    }
    *ret_title = "from another origin";
    return own_origin(connection) ? 0 : 403;
}

static void post(const struct exchange_place *place, const struct web_route *route,
                 const struct web_question *question, struct web_answer *answer)
{
    const char *title = NULL;
    int refused = post_refusal(place, route, question->ctx, &title);
    if (refused) {
        web_refuse(answer, refused, title);
        return;
    }
    route->post(place->settings->ctx, question, answer);
}

/* Whether the client at the other end has to be known and is not. */
static bool is_stranger(const struct exchange_place *place,
                        struct MHD_Connection *connection, const char *url)
{
    char name[IDENTITY_NAME_MAX];
    struct error e = {0};
    if (!place->identity || !identity_client_authority(place->identity) ||
        strcmp(url, "/healthz") == 0 || strcmp(url, "/readyz") == 0) {
        return false;
    }
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_GNUTLS_SESSION);
    return !info ||
           identity_judge(place->identity, info->tls_session, name, &e) != GUEST_KNOWN;
}

static enum MHD_Result answer_to(const struct exchange_place *place,
                                 struct MHD_Connection *connection, const char *url,
                                 const char *method, struct exchange *exchange)
{
    const struct web_settings *settings = place->settings;
    bool get = strcmp(method, "GET") == 0;
    struct web_answer answer = {.status = 200, .type = "application/json"};
    struct web_question question = {
        .parameter = parameter,
        .ctx = connection,
        .session =
            MHD_lookup_connection_value(connection, MHD_COOKIE_KIND, WEB_SESSION_COOKIE),
        .body = exchange ? buf_bytes(&exchange->body) : BYTES("")};
    buf_init(&answer.body, WEB_ANSWER_MAX);
    const struct web_route *route = find_route(settings->routes, url, &question.rest);
    if (is_stranger(place, connection, url)) {
        web_refuse(&answer, 403, "a client certificate of our authority is asked for");
    } else if (!get && strcmp(method, "HEAD") != 0 && strcmp(method, "POST") != 0) {
        web_refuse(&answer, 405, "only GET, or POST where it is asked for");
    } else if (!route) {
        web_refuse(&answer, 404, "no such page");
    } else if (exchange && exchange->body.overflow) {
        web_refuse(&answer, 413, "the body is too large");
    } else if (exchange) {
        post(place, route, &question, &answer);
    } else if (get && route->stream && settings->feed) {
        buf_deinit(&answer.body);
        return feed_follow(settings->feed, connection);
    } else if (route->get) {
        route->get(settings->ctx, &question, &answer);
    } else {
        web_refuse(&answer, 405, "only POST");
    }
    if (answer.body.overflow) {
        web_refuse(&answer, 500, "the answer is too large; ask for less");
    }
    enum MHD_Result result = queue(connection, &answer, place->identity != NULL);
    buf_deinit(&answer.body);
    return result;
}

/* Called once when the headers are there, then for parts of a body, then at its end. */
/* NOLINTNEXTLINE(readability-function-size): the library says what it takes. */
enum MHD_Result exchange_handle(void *cls, struct MHD_Connection *connection,
                                const char *url, const char *method, const char *version,
                                const char *upload, size_t *upload_len, void **context)
{
    const struct exchange_place *place = cls;
    struct exchange *exchange = *context;
    (void)version;
    if (strcmp(method, "POST") != 0) {
        return answer_to(place, connection, url, method, NULL);
    }
    if (!exchange) {
        exchange = mem_new(struct exchange);
        buf_init(&exchange->body, WEB_BODY_MAX);
        *context = exchange;
        return MHD_YES;
    }
    if (*upload_len > 0) {
        buf_add(&exchange->body,
                (struct bytes){.data = (const uint8_t *)upload, .len = *upload_len});
        *upload_len = 0;
        return MHD_YES;
    }
    return answer_to(place, connection, url, method, exchange);
}

void exchange_done(void *cls, struct MHD_Connection *connection, void **context,
                   enum MHD_RequestTerminationCode code)
{
    struct exchange *exchange = *context;
    (void)cls;
    (void)connection;
    (void)code;
    if (exchange) {
        buf_deinit(&exchange->body);
        mem_free(&exchange);
        *context = NULL;
    }
}
