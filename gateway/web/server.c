/* SPDX-License-Identifier: Apache-2.0 */
/* libmicrohttpd behind a route table. */
#include "web/server.h"

#include "core/mem.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define CONNECTIONS_MAX 64U
#define TIMEOUT_S 15U
#define CONNECTION_MEMORY 32768U

/* Nothing but the page's own files is ever loaded, and nobody frames it. */
#define CONTENT_POLICY                                                                   \
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "    \
    "connect-src 'self'; font-src 'self'; frame-ancestors 'none'; base-uri 'none'; "     \
    "form-action 'self'"

struct web {
    const struct web_route *routes;
    void *ctx;
    struct MHD_Daemon *tcp;
    struct MHD_Daemon *local;
    char *socket_path;
};

static bool is_get(const char *method)
{
    return strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0;
}

static bool route_matches(const char *wanted, const char *path)
{
    size_t len = strlen(wanted);
    bool prefix = len > 1 && wanted[len - 1] == '/';
    return prefix ? strncmp(path, wanted, len) == 0 : strcmp(path, wanted) == 0;
}

static const struct web_route *find_route(const struct web *web, const char *method,
                                          const char *path, const char **ret_rest)
{
    const char *mark = is_get(method) ? "" : "POST ";
    size_t len = strlen(mark);
    for (const struct web_route *route = web->routes; route->path; route++) {
        if (strncmp(route->path, mark, len) == 0 &&
            route_matches(route->path + len, path)) {
            *ret_rest = path + strlen(route->path + len);
            return route;
        }
    }
    return NULL;
}

static const char *parameter(void *ctx, const char *name)
{
    return MHD_lookup_connection_value(ctx, MHD_GET_ARGUMENT_KIND, name);
}

static enum MHD_Result queue(struct MHD_Connection *connection, struct web_answer *answer)
{
    struct MHD_Response *response = MHD_create_response_from_buffer(
        answer->body.len, answer->body.data, MHD_RESPMEM_MUST_COPY);
    if (!response) {
        return MHD_NO;
    }
    MHD_add_response_header(response, "Content-Type", answer->type);
    MHD_add_response_header(response, "Content-Security-Policy", CONTENT_POLICY);
    MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
    MHD_add_response_header(response, "Referrer-Policy", "no-referrer");
    MHD_add_response_header(response, "Cache-Control", "no-store");
    enum MHD_Result result =
        MHD_queue_response(connection, (unsigned)answer->status, response);
    MHD_destroy_response(response);
    return result;
}

static void refuse(struct web_answer *answer, int status, const char *title)
{
    answer->status = status;
    answer->type = "application/problem+json";
    buf_print(&answer->body, "{\"status\":%d,\"title\":\"%s\"}\n", status, title);
}

static bool on_socket_file(const struct web *web, struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_DAEMON);
    return info && web->local && info->daemon == web->local;
}

/* The status that refuses the request, or 0. */
static int refusal(const struct web *web, struct MHD_Connection *connection,
                   const char *method, const struct web_route *route)
{
    bool post = strcmp(method, "POST") == 0;
    if (!post && !is_get(method)) {
        return 405;
    }
    if (post && !on_socket_file(web, connection)) {
        return 403;
    }
    return route ? 0 : 404;
}

static const char *refusal_title(int status)
{
    if (status == 405) {
        return "only GET, or POST where it is asked for";
    }
    return status == 403 ? "only by the socket in the state directory" : "no such page";
}

static enum MHD_Result answer_request(struct web *web, struct MHD_Connection *connection,
                                      const char *url, const char *method)
{
    struct web_answer answer = {.status = 200, .type = "application/json"};
    struct web_question question = {.parameter = parameter, .ctx = connection};
    buf_init(&answer.body, WEB_ANSWER_MAX);
    const struct web_route *route = find_route(web, method, url, &question.rest);
    int refused = refusal(web, connection, method, route);
    if (refused) {
        refuse(&answer, refused, refusal_title(refused));
    } else {
        route->handle(web->ctx, &question, &answer);
    }
    if (answer.body.overflow) {
        buf_clear(&answer.body);
        refuse(&answer, 500, "the answer is too large; ask for less");
    }
    enum MHD_Result result = queue(connection, &answer);
    buf_deinit(&answer.body);
    return result;
}

/* Called again and again while a request comes in; the last time without data. */
static enum MHD_Result handle(void *cls, struct MHD_Connection *connection,
                              const char *url, const char *method, const char *version,
                              const char *upload, size_t *upload_len, void **context)
{
    (void)version;
    (void)upload;
    if (!is_get(method) && *context == NULL) {
        *context = cls; /* the body comes next */
        return MHD_YES;
    }
    if (*upload_len > 0) {
        *upload_len = 0;
        return MHD_YES;
    }
    return answer_request(cls, connection, url, method);
}

static struct MHD_Daemon *start(struct web *web, int file)
{
    unsigned flags = MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_EPOLL;
    return MHD_start_daemon(flags, 0, NULL, NULL, handle, web, MHD_OPTION_LISTEN_SOCKET,
                            file, MHD_OPTION_CONNECTION_LIMIT, CONNECTIONS_MAX,
                            MHD_OPTION_CONNECTION_TIMEOUT, TIMEOUT_S,
                            MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY,
                            MHD_OPTION_END);
}

static enum err failed(struct error *e, const char *what)
{
    char text[128];
    return error_set(e, ERR_SYSTEM, "can't listen on '%s': %s", what,
                     strerror_r(errno, text, sizeof text));
}

/* Binds, listens and starts a daemon on the socket, which it owns from then on. */
static enum err listen_on(struct web *web, int file, const struct sockaddr *address,
                          socklen_t len, const char *name, struct MHD_Daemon **ret_daemon,
                          struct error *e)
{
    if (bind(file, address, len) != 0 || listen(file, 64) != 0) {
        enum err err = failed(e, name);
        close(file);
        return err;
    }
    *ret_daemon = start(web, file);
    if (!*ret_daemon) {
        close(file);
        return error_set(e, ERR_SYSTEM, "can't start the server on '%s'", name);
    }
    return ERR_OK;
}

static enum err open_tcp(struct web *web, const char *listen, struct error *e)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    char host[64];
    const char *colon = strrchr(listen, ':');
    size_t len = colon ? (size_t)(colon - listen) : 0;
    if (!colon || len >= sizeof host) {
        return error_set(e, ERR_SYSTEM, "can't listen on '%s': want address:port",
                         listen);
    }
    memcpy(host, listen, len);
    host[len] = 0;
    unsigned port = 0;
    if (sscanf(colon + 1, "%5u", &port) != 1 || port > 65535 || /* NOLINT: checked */
        inet_pton(AF_INET, host, &address.sin_addr) != 1) {
        return error_set(e, ERR_SYSTEM, "can't listen on '%s': want address:port",
                         listen);
    }
    address.sin_port = htons((uint16_t)port);
    int file = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    int on = 1;
    if (file < 0 || setsockopt(file, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0) {
        return failed(e, listen);
    }
    return listen_on(web, file, (struct sockaddr *)&address, sizeof address, listen,
                     &web->tcp, e);
}

static enum err open_local(struct web *web, const char *path, struct error *e)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path) {
        return error_set(e, ERR_SYSTEM, "socket path '%s' is longer than %zu bytes", path,
                         sizeof address.sun_path - 1);
    }
    memcpy(address.sun_path, path, strlen(path));
    unlink(path); /* the state directory's lock is ours, so nobody listens there */
    int file = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (file < 0) {
        return failed(e, path);
    }
    mode_t before = umask(0117);
    enum err err = listen_on(web, file, (struct sockaddr *)&address, sizeof address, path,
                             &web->local, e);
    umask(before);
    web->socket_path = mem_text(bytes_of(path));
    return err;
}

enum err web_open(const char *listen, const char *socket_path,
                  const struct web_route *routes, void *ctx, struct web **ret_web,
                  struct error *e)
{
    struct web *web = mem_new(struct web);
    web->routes = routes;
    web->ctx = ctx;
    enum err err = socket_path ? open_local(web, socket_path, e) : ERR_OK;
    if (err == ERR_OK && listen) {
        err = open_tcp(web, listen, e);
    }
    if (err != ERR_OK) {
        web_close(&web);
        return err;
    }
    *ret_web = web;
    return ERR_OK;
}

void web_close(struct web **web)
{
    if (!*web) {
        return;
    }
    if ((*web)->tcp) {
        MHD_stop_daemon((*web)->tcp);
    }
    if ((*web)->local) {
        MHD_stop_daemon((*web)->local);
    }
    if ((*web)->socket_path) {
        unlink((*web)->socket_path);
    }
    mem_free(&(*web)->socket_path);
    mem_free(web);
}
