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
#include "registry/address.h"
#include "registry/coding.h"
#include "registry/routes.h"
#include "tls/identity.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <microhttpd.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

#define JSON_TYPE "application/json"
#define HEADERS_MEMORY ((size_t)32 * 1024)
#define STACK_SIZE ((size_t)512 * 1024)

/* More renewals than this within one request's time are refused. */
#define RETIRED_MAX 32

/* One certificate and whom it serves; a renewed certificate is another one, on the same
 * socket. */
struct generation {
    const struct server *server;
    struct identity *identity; /* NULL: no TLS */
    struct MHD_Daemon *daemon;
    _Atomic bool retired;
    int socket;         /* of a retired one: closed behind it */
    int64_t retired_ns; /* when, by the clock since boot */
};

struct server {
    const struct service *service;
    struct generation *current;
    struct generation *retired[RETIRED_MAX];
    size_t retired_count;
    char url[SERVER_ADDRESS_MAX];
};

/* ---- one request ---- */

struct request {
    char certificate[IDENTITY_NAME_MAX];
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

static enum MHD_Result send_answer(const struct generation *g,
                                   struct MHD_Connection *connection,
                                   struct answer *answer)
{
    struct bytes body = answer->fixed.data ? answer->fixed : buf_bytes(&answer->body);
    enum MHD_ResponseMemoryMode mode =
        answer->fixed.data ? MHD_RESPMEM_PERSISTENT : MHD_RESPMEM_MUST_COPY;
    uint8_t *data = NULL;
    memcpy(&data, &body.data, sizeof data); /* microhttpd does not change it */
    struct MHD_Response *response = MHD_create_response_from_buffer(body.len, data, mode);
    enum MHD_Result result = MHD_NO;
    bool whole = response && add_headers(response, answer);
    if (whole && atomic_load(&g->retired)) { /* comes again to the next one */
        whole = MHD_add_response_header(response, "Connection", "close") == MHD_YES;
    }
    if (whole) {
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

static bool is_json(const char *type)
{
    return type && strncmp(type, JSON_TYPE, sizeof JSON_TYPE - 1) == 0;
}

/* Whether a body's type and coding are those the route takes. */
static bool is_taken(struct MHD_Connection *connection, const struct route *route)
{
    const char *type = header(connection, MHD_HTTP_HEADER_CONTENT_TYPE);
    const char *coding = header(connection, MHD_HTTP_HEADER_CONTENT_ENCODING);
    const char *wanted = body_type(route);
    return (!coding || coding_is_known(coding)) &&
           (!type || strncmp(type, wanted, strlen(wanted)) == 0 ||
            (route->json && is_json(type)));
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

/* Whose certificate it is; true when the client is refused for what it shows. */
static bool refuse_guest(const struct generation *g, struct MHD_Connection *connection,
                         const char *path, char ret_name[IDENTITY_NAME_MAX],
                         struct answer *answer)
{
    struct error e = {0};
    ret_name[0] = 0;
    const union MHD_ConnectionInfo *info =
        g->identity
            ? MHD_get_connection_info(connection, MHD_CONNECTION_INFO_GNUTLS_SESSION)
            : NULL;
    if (!info) {
        return false;
    }
    enum guest guest = identity_judge(g->identity, info->tls_session, ret_name, &e);
    bool asked = g->server->service->settings->client_certificates != 0 &&
                 strcmp(path, "/healthz") != 0 && strcmp(path, "/readyz") != 0;
    if (guest == GUEST_REFUSED) {
        answer_problem(answer, 403, "the client certificate is refused: %s", e.text);
    } else if (guest == GUEST_NONE && asked) {
        answer_problem(answer, 403, "a client certificate is asked for");
    } else {
        return false;
    }
    return true;
}

static enum MHD_Result begin(const struct generation *g,
                             struct MHD_Connection *connection, const char *path,
                             const char *method, void **ret_request)
{
    const struct server *server = g->server;
    char certificate[IDENTITY_NAME_MAX];
    struct answer answer = {0};
    buf_init(&answer.body, ANSWER_MAX);
    const struct route *route = route_find(path);
    if (refuse_guest(g, connection, path, certificate, &answer) ||
        refuse(server, connection, method, route, &answer)) {
        return send_answer(g, connection, &answer);
    }
    struct request *request = mem_new(struct request);
    memcpy(request->certificate, certificate, sizeof certificate);
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

static enum MHD_Result finish(const struct generation *g,
                              struct MHD_Connection *connection, struct request *request)
{
    const struct service *service = g->server->service;
    struct answer answer = {0};
    buf_init(&answer.body, ANSWER_MAX);
    if (request->body.overflow) {
        answer_problem(&answer, 413, "a body of at most %zu bytes is taken",
                       request->body.max);
        return send_answer(g, connection, &answer);
    }
    if (refuse_packed(connection, request, &answer)) {
        return send_answer(g, connection, &answer);
    }
    struct question question = {.rest = request->rest,
                                .authorization = header(connection, "Authorization"),
                                .certificate =
                                    *request->certificate ? request->certificate : NULL,
                                .body = buf_bytes(&request->body),
                                .json = is_json(header(connection, "Content-Type")),
                                .parameter = query_parameter,
                                .ctx = connection};
    if (access_allow(service, request->access, &question, &answer)) {
        request->handle(service, &question, &answer);
    }
    return send_answer(g, connection, &answer);
}

/* NOLINTNEXTLINE(readability-function-size): libmicrohttpd has eight parameters. */
static enum MHD_Result on_request(void *cls, struct MHD_Connection *connection,
                                  const char *path, const char *method,
                                  const char *version, const char *upload, size_t *size,
                                  void **request_at)
{
    (void)version;
    const struct generation *g = cls;
    const struct service *service = g->server->service;
    struct request *request = *request_at;
    if (!request) {
        return begin(g, connection, path, method, request_at);
    }
    if (*size == 0) {
        return finish(g, connection, request);
    }
    int64_t took_ns = clock_boot_ns(service->clock) - request->began_ns;
    if (took_ns > service->settings->request_timeout_ns) {
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

static struct MHD_OptionItem text_option(enum MHD_OPTION option, const char *text)
{
    /* The library does not write into it. */
    return (struct MHD_OptionItem){option, 0, (void *)(uintptr_t)text};
}

/* On `socket`, or on the address when it is -1. */
static bool start(struct generation *g, union address *address, int socket)
{
    const struct registry_settings *s = g->server->service->settings;
    unsigned flags = MHD_USE_AUTO | MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_ERROR_LOG;
    flags |= address->any.sa_family == AF_INET6 ? MHD_USE_IPv6 : 0;
    flags |= g->identity ? MHD_USE_TLS | MHD_USE_ITC : 0;
    struct MHD_OptionItem tls[5] = {{MHD_OPTION_END, 0, NULL}};
    size_t count = 0;
    if (g->identity) {
        tls[count++] =
            text_option(MHD_OPTION_HTTPS_MEM_CERT, identity_certificate(g->identity));
        tls[count++] = text_option(MHD_OPTION_HTTPS_MEM_KEY, identity_key(g->identity));
        tls[count++] = text_option(MHD_OPTION_HTTPS_PRIORITIES, IDENTITY_PRIORITIES);
        const char *authority = identity_client_authority(g->identity);
        tls[count] =
            authority ? text_option(MHD_OPTION_HTTPS_MEM_TRUST, authority) : tls[count];
    }
    struct MHD_OptionItem where = {MHD_OPTION_SOCK_ADDR, 0, &address->any};
    if (socket >= 0) {
        where = (struct MHD_OptionItem){MHD_OPTION_LISTEN_SOCKET, socket, NULL};
    }
    const struct MHD_OptionItem wheres[] = {where, {MHD_OPTION_END, 0, NULL}};
    g->daemon = MHD_start_daemon(
        flags, 0, NULL, NULL, on_request, g, MHD_OPTION_EXTERNAL_LOGGER, on_log, NULL,
        MHD_OPTION_ARRAY, wheres, MHD_OPTION_ARRAY, tls, MHD_OPTION_NOTIFY_COMPLETED,
        on_completed, g, MHD_OPTION_THREAD_POOL_SIZE, (unsigned)s->threads,
        MHD_OPTION_CONNECTION_LIMIT, (unsigned)s->connections_max,
        MHD_OPTION_PER_IP_CONNECTION_LIMIT, (unsigned)s->connections_per_address_max,
        MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)(s->request_timeout_ns / NS_PER_S),
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, HEADERS_MEMORY, MHD_OPTION_THREAD_STACK_SIZE,
        STACK_SIZE, MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_LISTENING_ADDRESS_REUSE,
        1U, MHD_OPTION_END);
    return g->daemon != NULL;
}

/* The port that was got goes behind the host as it was written. */
static void note_url(struct server *server, const char *listen)
{
    const struct generation *g = server->current;
    const union MHD_DaemonInfo *info =
        MHD_get_daemon_info(g->daemon, MHD_DAEMON_INFO_BIND_PORT);
    const char *colon = strrchr(listen, ':');
    snprintf(server->url, sizeof server->url, "http%s://%.*s:%u", g->identity ? "s" : "",
             (int)(colon - listen), listen, info ? (unsigned)info->port : 0);
}

static enum err generation_new(const struct server *server,
                               struct generation **ret_generation, struct error *e)
{
    const struct registry_settings *s = server->service->settings;
    struct generation *g = mem_new(struct generation);
    g->server = server;
    g->socket = -1;
    enum err err = s->tls.cert_file ? identity_open(&s->tls, &g->identity, e) : ERR_OK;
    if (err != ERR_OK) {
        mem_free(&g);
        return err;
    }
    *ret_generation = g;
    return ERR_OK;
}

static void generation_free(struct generation **generation)
{
    struct generation *g = *generation;
    if (!g) {
        return;
    }
    if (g->daemon) {
        MHD_stop_daemon(g->daemon);
    }
    if (g->socket >= 0) {
        close(g->socket);
    }
    identity_close(&g->identity);
    mem_free(generation);
}

enum err server_open(const struct service *service, struct server **ret_server,
                     struct error *e)
{
    union address address;
    if (address_read(service->settings->listen, &address, e) != ERR_OK) {
        return ERR_CONFIG;
    }
    struct server *server = mem_new(struct server);
    server->service = service;
    enum err err = generation_new(server, &server->current, e);
    if (err == ERR_OK && !start(server->current, &address, -1)) {
        char words[128];
        err =
            error_set(e, ERR_RETRY, "can't listen on '%s': %s", service->settings->listen,
                      strerror_r(errno, words, sizeof words));
    }
    if (err != ERR_OK) {
        server_close(&server);
        return err;
    }
    note_url(server, service->settings->listen);
    *ret_server = server;
    return ERR_OK;
}

/* The new one listens before the old one stops to: nobody is turned away. */
static enum err succeed(struct server *server, struct generation *next, struct error *e)
{
    struct generation *old = server->current;
    union address address;
    const union MHD_DaemonInfo *info =
        MHD_get_daemon_info(old->daemon, MHD_DAEMON_INFO_LISTEN_FD);
    int socket = info ? fcntl(info->listen_fd, F_DUPFD_CLOEXEC, 0) : -1;
    /* A socket whose daemon did not start may be closed already: it is left alone. */
    if (address_read(server->service->settings->listen, &address, e) != ERR_OK ||
        socket < 0 || !start(next, &address, socket)) {
        return error_set(e, ERR_RETRY, "the server can't be started with it");
    }
    server->current = next;
    old->socket = MHD_quiesce_daemon(old->daemon);
    old->retired_ns = clock_boot_ns(server->service->clock);
    atomic_store(&old->retired, true);
    server->retired[server->retired_count++] = old;
    return ERR_OK;
}

enum err server_renew(struct server *server, struct error *e)
{
    struct generation *next = NULL;
    server_tend(server);
    if (server->retired_count == RETIRED_MAX) {
        return error_set(e, ERR_RETRY, "too many renewals at once");
    }
    enum err err = generation_new(server, &next, e);
    if (err == ERR_OK) {
        err = succeed(server, next, e);
    }
    if (err != ERR_OK) {
        generation_free(&next);
    }
    return err;
}

static bool is_idle(const struct generation *g)
{
    const union MHD_DaemonInfo *info =
        MHD_get_daemon_info(g->daemon, MHD_DAEMON_INFO_CURRENT_CONNECTIONS);
    int64_t age_ns = clock_boot_ns(g->server->service->clock) - g->retired_ns;
    return !info || info->num_connections == 0 ||
           age_ns > 2 * g->server->service->settings->request_timeout_ns;
}

void server_tend(struct server *server)
{
    size_t kept = 0;
    for (size_t i = 0; i < server->retired_count; i++) {
        if (is_idle(server->retired[i])) {
            generation_free(&server->retired[i]);
        } else {
            server->retired[kept++] = server->retired[i];
        }
    }
    server->retired_count = kept;
}

int server_days_left(const struct server *server)
{
    int64_t now_s = clock_wall_ns(server->service->clock) / NS_PER_S;
    return server->current->identity
               ? identity_days_left(server->current->identity, now_s)
               : INT_MAX;
}

void server_close(struct server **server)
{
    if (*server) {
        generation_free(&(*server)->current);
        for (size_t i = 0; i < (*server)->retired_count; i++) {
            generation_free(&(*server)->retired[i]);
        }
        mem_free(server);
    }
}

void server_get_url(const struct server *server, char ret_url[SERVER_ADDRESS_MAX])
{
    snprintf(ret_url, SERVER_ADDRESS_MAX, "%s", server->url);
}
