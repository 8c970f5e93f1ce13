/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libmicrohttpd calls on_request() first when the headers are there, then with parts of
 * the body, then once more with none.  A request that must fail is answered at the
 * first call, before its body is read.
 */
#include "registry/server.h"

#include "core/log.h"
#include "core/mem.h"
#include "core/number.h"
#include "registry/access.h"
#include "registry/api.h"
#include "registry/coding.h"
#include "registry/web.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <stdio.h>

#define HEADERS_MEMORY ((size_t)32 * 1024)
#define STACK_SIZE ((size_t)512 * 1024)

struct server {
    const struct service *service;
    struct MHD_Daemon *daemon;
    char url[SERVER_ADDRESS_MAX];
};

/* ---- routes ---- */

static handle_fn page_index;
static handle_fn page_file;
static handle_fn page_description;

struct route {
    const char *path;
    handle_fn *get;
    handle_fn *post;
    const char *post_type; /* NULL: application/x-protobuf */
    enum access access;    /* of reading */
    bool prefix;           /* what follows is the handler's */
};

static const struct route routes[] = {
    {.path = "/", .get = page_index},
    {.path = "/page/", .prefix = true, .get = page_file},
    {.path = "/healthz", .get = api_health},
    {.path = "/readyz", .get = api_ready},
    {.path = "/metrics", .get = api_metrics, .access = ACCESS_KEEPER},
    {.path = "/v1/openapi.yaml", .get = page_description},
    {.path = "/v1/installations", .get = api_installations, .access = ACCESS_LISTS},
    {.path = "/v1/processes", .get = api_processes, .access = ACCESS_LISTS},
    {.path = "/v1/summaries",
     .get = api_summaries,
     .post = api_submit,
     .access = ACCESS_LISTS},
    {.path = "/v1/summaries/",
     .prefix = true,
     .get = api_summary,
     .access = ACCESS_LISTS},
    {.path = "/v1/totals", .get = api_totals, .access = ACCESS_LISTS},
    {.path = "/v1/rollups", .get = api_rollups, .access = ACCESS_LISTS},
    {.path = "/v1/export", .get = api_export, .access = ACCESS_LISTS},
    {.path = "/v1/gateways", .get = api_gateways, .access = ACCESS_LISTS},
    {.path = "/v1/gateways/", .prefix = true, .post = api_key_change},
    {.path = "/v1/checkpoints",
     .get = api_checkpoints,
     .post = api_checkpoint,
     .post_type = "text/plain",
     .access = ACCESS_RECORDS},
    {.path = "/v1/refusals", .get = api_refusals, .access = ACCESS_RECORDS},
    {.path = "/v1/refusals/",
     .prefix = true,
     .get = api_refusal,
     .access = ACCESS_RECORDS},
    {.path = "/v1/registry", .get = api_registry},
};

static void page(const char *name, const char *type, struct answer *answer)
{
    for (const struct web_file *file = web_files; file->name; file++) {
        if (strcmp(file->name, name) == 0) {
            answer->status = 200;
            answer->type = type;
            answer->fixed = file->content;
            return;
        }
    }
    answer_problem(answer, 404, "no such file");
}

static void page_index(const struct service *service, const struct question *question,
                       struct answer *answer)
{
    (void)service;
    (void)question;
    page("index.html", "text/html; charset=utf-8", answer);
}

static const char *type_of(const char *name)
{
    static const char *const types[][2] = {{".css", "text/css; charset=utf-8"},
                                           {".js", "text/javascript; charset=utf-8"},
                                           {".svg", "image/svg+xml"},
                                           {".yaml", "application/yaml"}};
    const char *dot = strrchr(name, '.');
    for (size_t i = 0; dot && i < sizeof types / sizeof *types; i++) {
        if (strcmp(dot, types[i][0]) == 0) {
            return types[i][1];
        }
    }
    return "text/html; charset=utf-8";
}

static void page_file(const struct service *service, const struct question *question,
                      struct answer *answer)
{
    (void)service;
    page(question->rest, type_of(question->rest), answer);
}

static void page_description(const struct service *service,
                             const struct question *question, struct answer *answer)
{
    (void)service;
    (void)question;
    page("openapi.yaml", "application/yaml", answer);
}

static const struct route *find_route(const char *path)
{
    for (size_t i = 0; i < sizeof routes / sizeof *routes; i++) {
        size_t len = strlen(routes[i].path);
        bool matches = routes[i].prefix ? strncmp(path, routes[i].path, len) == 0
                                        : strcmp(path, routes[i].path) == 0;
        if (matches) {
            return &routes[i];
        }
    }
    return NULL;
}

/* ---- one request ---- */

struct request {
    handle_fn *handle;
    enum access access;
    const char *rest;
    struct buf body;
    int64_t began_ns;
};

static const char *query_parameter(void *ctx, const char *name)
{
    return MHD_lookup_connection_value(ctx, MHD_GET_ARGUMENT_KIND, name);
}

static bool add_headers(struct MHD_Response *response, const struct answer *answer)
{
    char number[16];
    snprintf(number, sizeof number, "%d", answer->retry_after_s);
    const char *const headers[][2] = {
        {"Content-Type", answer->type},
        {"X-Content-Type-Options", "nosniff"},
        {"Referrer-Policy", "no-referrer"},
        {"Cache-Control", "no-store"},
        {"Content-Security-Policy",
         "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
         "img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
         "require-trusted-types-for 'script'; trusted-types 'none'"},
        {"X-Frame-Options", "DENY"},
        {"Allow", answer->allow},
        {"Retry-After", answer->retry_after_s > 0 ? number : NULL},
        {"WWW-Authenticate", answer->status == 401 ? "Bearer" : NULL},
    };
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
        if (headers[i][1] &&
            MHD_add_response_header(response, headers[i][0], headers[i][1]) != MHD_YES) {
            return false;
        }
    }
    return true;
}

static enum MHD_Result send_answer(struct MHD_Connection *connection,
                                   struct answer *answer)
{
    struct bytes body = answer->fixed.data ? answer->fixed : buf_bytes(&answer->body);
    enum MHD_ResponseMemoryMode mode =
        answer->fixed.data ? MHD_RESPMEM_PERSISTENT : MHD_RESPMEM_MUST_COPY;
    uint8_t *data = NULL;
    memcpy(&data, &body.data, sizeof data); /* microhttpd does not change it */
    struct MHD_Response *response = MHD_create_response_from_buffer(body.len, data, mode);
    enum MHD_Result result = MHD_NO;
    if (response && add_headers(response, answer)) {
        result = MHD_queue_response(connection, (unsigned)answer->status, response);
    }
    if (response) {
        MHD_destroy_response(response);
    }
    buf_deinit(&answer->body);
    return result;
}

static const char *header(struct MHD_Connection *connection, const char *name)
{
    return MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
}

static bool is_get(const char *method)
{
    return strcmp(method, MHD_HTTP_METHOD_GET) == 0 ||
           strcmp(method, MHD_HTTP_METHOD_HEAD) == 0;
}

static const char *body_type(const struct route *route)
{
    return route->post_type ? route->post_type : "application/x-protobuf";
}

/* Whether a body's type and coding are those the route takes. */
static bool is_taken(struct MHD_Connection *connection, const struct route *route)
{
    const char *type = header(connection, MHD_HTTP_HEADER_CONTENT_TYPE);
    const char *coding = header(connection, MHD_HTTP_HEADER_CONTENT_ENCODING);
    const char *wanted = body_type(route);
    return (!coding || coding_is_known(coding)) &&
           (!type || strncmp(type, wanted, strlen(wanted)) == 0);
}

/* What can be said from the headers alone; true when the request is refused. */
static bool refuse(const struct server *server, struct MHD_Connection *connection,
                   const char *method, const struct route *route, struct answer *answer)
{
    if (!route) {
        answer_problem(answer, 404, "nothing is here; see /v1/openapi.yaml");
        return true;
    }
    bool post = strcmp(method, MHD_HTTP_METHOD_POST) == 0;
    if (!(is_get(method) && route->get) && !(post && route->post)) {
        answer->allow = !route->post ? "GET, HEAD"
                        : route->get ? "GET, HEAD, POST"
                                     : "POST";
        answer_problem(answer, 405, "this takes %s", answer->allow);
        return true;
    }
    const char *length = header(connection, MHD_HTTP_HEADER_CONTENT_LENGTH);
    uint64_t len = 0;
    if (length && number_parse_u64(bytes_of(length), &len) &&
        len > (uint64_t)server->service->settings->body_max) {
        answer_problem(answer, 413, "a body of at most %lld bytes is taken",
                       (long long)server->service->settings->body_max);
        return true;
    }
    if (post && !is_taken(connection, route)) {
        answer_problem(answer, 415, "want %s, plain or in gzip or zstd",
                       body_type(route));
        return true;
    }
    return false;
}

static enum MHD_Result begin(const struct server *server,
                             struct MHD_Connection *connection, const char *path,
                             const char *method, void **ret_request)
{
    struct answer answer = {0};
    buf_init(&answer.body, ANSWER_MAX);
    const struct route *route = find_route(path);
    if (refuse(server, connection, method, route, &answer)) {
        return send_answer(connection, &answer);
    }
    struct request *request = mem_new(struct request);
    request->handle = is_get(method) ? route->get : route->post;
    request->access = is_get(method) ? route->access : ACCESS_OPEN;
    request->rest = path + strlen(route->path);
    request->began_ns = clock_boot_ns(server->service->clock);
    buf_init(&request->body, (size_t)server->service->settings->body_max);
    *ret_request = request;
    return MHD_YES;
}

/* A packed body takes the place of the plain one; true when the request is refused. */
static bool refuse_packed(struct MHD_Connection *connection, struct request *request,
                          struct answer *answer)
{
    const char *coding = header(connection, MHD_HTTP_HEADER_CONTENT_ENCODING);
    struct error e = {0};
    struct buf plain;
    if (!coding || request->body.len == 0) {
        return false;
    }
    buf_init(&plain, request->body.max);
    enum err err = coding_unpack(coding, buf_bytes(&request->body), &plain, &e);
    buf_deinit(&request->body);
    request->body = plain;
    if (err != ERR_OK) {
        answer_problem(answer, err == ERR_FULL ? 413 : 400, "%s", e.text);
    }
    return err != ERR_OK;
}

static enum MHD_Result finish(const struct server *server,
                              struct MHD_Connection *connection, struct request *request)
{
    struct answer answer = {0};
    buf_init(&answer.body, ANSWER_MAX);
    if (request->body.overflow) {
        answer_problem(&answer, 413, "a body of at most %zu bytes is taken",
                       request->body.max);
        return send_answer(connection, &answer);
    }
    if (refuse_packed(connection, request, &answer)) {
        return send_answer(connection, &answer);
    }
    struct question question = {.rest = request->rest,
                                .authorization = header(connection, "Authorization"),
                                .body = buf_bytes(&request->body),
                                .parameter = query_parameter,
                                .ctx = connection};
    if (access_allow(server->service, request->access, &question, &answer)) {
        request->handle(server->service, &question, &answer);
    }
    return send_answer(connection, &answer);
}

/* NOLINTNEXTLINE(readability-function-size): libmicrohttpd has eight parameters. */
static enum MHD_Result on_request(void *cls, struct MHD_Connection *connection,
                                  const char *path, const char *method,
                                  const char *version, const char *upload, size_t *size,
                                  void **request_at)
{
    (void)version;
    const struct server *server = cls;
    struct request *request = *request_at;
    if (!request) {
        return begin(server, connection, path, method, request_at);
    }
    if (*size == 0) {
        return finish(server, connection, request);
    }
    int64_t took_ns = clock_boot_ns(server->service->clock) - request->began_ns;
    if (took_ns > server->service->settings->request_timeout_ns) {
        return MHD_NO; /* drips: the connection is closed */
    }
    buf_add(&request->body,
            (struct bytes){.data = (const uint8_t *)upload, .len = *size});
    *size = 0;
    return MHD_YES;
}

static void on_completed(void *cls, struct MHD_Connection *connection, void **request_at,
                         enum MHD_RequestTerminationCode code)
{
    (void)cls;
    (void)connection;
    (void)code;
    struct request *request = *request_at;
    if (request) {
        buf_deinit(&request->body);
        mem_free(&request);
        *request_at = NULL;
    }
}

PRINTF_LIKE(2, 0) static void on_log(void *cls, const char *format, va_list args)
{
    (void)cls;
    char text[512];
    vsnprintf(text, sizeof text, format, args);
    log_debug("registry.http", "%s", text);
}

/* ---- listening ---- */

union address {
    struct sockaddr any;
    struct sockaddr_in four;
    struct sockaddr_in6 six;
};

/* Splits "host:port" and "[host]:port". */
static bool split_address(const char *text, char *host, size_t size, uint16_t *ret_port)
{
    const char *colon = strrchr(text, ':');
    uint64_t port = 0;
    if (!colon || !number_parse_u64(bytes_of(colon + 1), &port) || port > UINT16_MAX) {
        return false;
    }
    bool bracketed = text[0] == '[' && colon > text && colon[-1] == ']';
    const char *start = bracketed ? text + 1 : text;
    int len = (int)(colon - start) - (bracketed ? 1 : 0);
    if (len <= 0 || (size_t)len >= size) {
        return false;
    }
    snprintf(host, size, "%.*s", len, start);
    *ret_port = (uint16_t)port;
    return true;
}

static enum err read_address(const char *text, union address *ret_address,
                             struct error *e)
{
    char host[INET6_ADDRSTRLEN];
    uint16_t port = 0;
    memset(ret_address, 0, sizeof *ret_address);
    if (split_address(text, host, sizeof host, &port)) {
        if (inet_pton(AF_INET, host, &ret_address->four.sin_addr) == 1) {
            ret_address->four.sin_family = AF_INET;
            ret_address->four.sin_port = htons(port);
            return ERR_OK;
        }
        if (inet_pton(AF_INET6, host, &ret_address->six.sin6_addr) == 1) {
            ret_address->six.sin6_family = AF_INET6;
            ret_address->six.sin6_port = htons(port);
            return ERR_OK;
        }
    }
    return error_set(e, ERR_CONFIG,
                     "'listen' must be an address and a port, such as 127.0.0.1:8311 or "
                     "[::1]:8311, not '%s'",
                     text);
}

enum err server_check_address(const char *text, bool *ret_loopback, struct error *e)
{
    union address address;
    if (read_address(text, &address, e) != ERR_OK) {
        return ERR_CONFIG;
    }
    *ret_loopback = address.any.sa_family == AF_INET
                        ? ntohl(address.four.sin_addr.s_addr) >> 24 == 127
                        : IN6_IS_ADDR_LOOPBACK(&address.six.sin6_addr) != 0;
    return ERR_OK;
}

static struct MHD_Daemon *start(struct server *server, union address *address)
{
    const struct registry_settings *s = server->service->settings;
    unsigned flags = MHD_USE_AUTO | MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_ERROR_LOG;
    flags |= address->any.sa_family == AF_INET6 ? MHD_USE_IPv6 : 0;
    return MHD_start_daemon(
        flags, 0, NULL, NULL, on_request, server, MHD_OPTION_EXTERNAL_LOGGER, on_log,
        NULL, MHD_OPTION_SOCK_ADDR, &address->any, MHD_OPTION_NOTIFY_COMPLETED,
        on_completed, server, MHD_OPTION_THREAD_POOL_SIZE, (unsigned)s->threads,
        MHD_OPTION_CONNECTION_LIMIT, (unsigned)s->connections_max,
        MHD_OPTION_PER_IP_CONNECTION_LIMIT, (unsigned)s->connections_per_address_max,
        MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)(s->request_timeout_ns / NS_PER_S),
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, HEADERS_MEMORY, MHD_OPTION_THREAD_STACK_SIZE,
        STACK_SIZE, MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_LISTENING_ADDRESS_REUSE,
        1U, MHD_OPTION_END);
}

/* The port that was got goes behind the host as it was written. */
static void note_url(struct server *server, const char *listen)
{
    const union MHD_DaemonInfo *info =
        MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_BIND_PORT);
    const char *colon = strrchr(listen, ':');
    snprintf(server->url, sizeof server->url, "http://%.*s:%u", (int)(colon - listen),
             listen, info ? (unsigned)info->port : 0);
}

enum err server_open(const struct service *service, struct server **ret_server,
                     struct error *e)
{
    union address address;
    if (read_address(service->settings->listen, &address, e) != ERR_OK) {
        return ERR_CONFIG;
    }
    struct server *server = mem_new(struct server);
    server->service = service;
    server->daemon = start(server, &address);
    if (!server->daemon) {
        char words[128];
        error_set(e, ERR_RETRY, "can't listen on '%s': %s", service->settings->listen,
                  strerror_r(errno, words, sizeof words));
        mem_free(&server);
        return ERR_RETRY;
    }
    note_url(server, service->settings->listen);
    *ret_server = server;
    return ERR_OK;
}

void server_close(struct server **server)
{
    if (*server) {
        MHD_stop_daemon((*server)->daemon);
        mem_free(server);
    }
}

void server_get_url(const struct server *server, char ret_url[SERVER_ADDRESS_MAX])
{
    snprintf(ret_url, SERVER_ADDRESS_MAX, "%s", server->url);
}
