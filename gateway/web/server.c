/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses and daemons; a request is exchange.c's business. */
#include "web/server.h"

#include "core/mem.h"
#include "web/exchange.h"
#include "web/feed.h"

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

struct web {
    struct web_settings settings;
    struct exchange_place address, file; /* what a daemon's requests are told by */
    struct MHD_Daemon *tcp;
    struct MHD_Daemon *local;
    char *socket_path;
};

static struct MHD_Daemon *start(struct exchange_place *place, int file)
{
    unsigned flags =
        MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME;
    return MHD_start_daemon(
        flags, 0, NULL, NULL, exchange_handle, place, MHD_OPTION_NOTIFY_COMPLETED,
        exchange_done, NULL, MHD_OPTION_LISTEN_SOCKET, file, MHD_OPTION_CONNECTION_LIMIT,
        CONNECTIONS_MAX, MHD_OPTION_CONNECTION_TIMEOUT, TIMEOUT_S,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY, MHD_OPTION_END);
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
    *ret_daemon = start(address->sa_family == AF_UNIX ? &web->file : &web->address, file);
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

enum err web_open(const struct web_settings *settings, struct web **ret_web,
                  struct error *e)
{
    struct web *web = mem_new(struct web);
    web->settings = *settings;
    web->address = (struct exchange_place){.settings = &web->settings};
    web->file = (struct exchange_place){.settings = &web->settings, .by_file = true};
    enum err err =
        settings->socket_path ? open_local(web, settings->socket_path, e) : ERR_OK;
    if (err == ERR_OK && settings->listen) {
        err = open_tcp(web, settings->listen, e);
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
    if ((*web)->settings.feed) {
        feed_end((*web)->settings.feed);
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
