/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses and daemons; a request is exchange.c's business. */
#include "web/server.h"

#include "core/mem.h"
#include "web/exchange.h"
#include "web/feed.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
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

#define LISTENERS_MAX 8

/* The address with one certificate; a renewed one is another, on the same socket. */
struct listener {
    struct exchange_place place; /* what its requests are told by */
    struct identity *identity;
    struct MHD_Daemon *daemon;
    int socket; /* of one that listens no more; else -1 */
};

struct web {
    struct web_settings settings;
    struct exchange_place file;
    struct listener *listeners[LISTENERS_MAX]; /* the last one listens */
    size_t listener_count;
    struct MHD_Daemon *local;
    char *socket_path;
};

static struct MHD_OptionItem text_option(enum MHD_OPTION option, const char *text)
{
    /* The library does not write into it. */
    return (struct MHD_OptionItem){option, 0, (void *)(uintptr_t)text};
}

static struct MHD_Daemon *start(struct exchange_place *place, int file)
{
    unsigned flags = MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_EPOLL |
                     MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ITC;
    struct MHD_OptionItem tls[5] = {{MHD_OPTION_END, 0, NULL}};
    if (place->identity) {
        const char *authority = identity_client_authority(place->identity);
        flags |= MHD_USE_TLS;
        tls[0] =
            text_option(MHD_OPTION_HTTPS_MEM_CERT, identity_certificate(place->identity));
        tls[1] = text_option(MHD_OPTION_HTTPS_MEM_KEY, identity_key(place->identity));
        tls[2] = text_option(MHD_OPTION_HTTPS_PRIORITIES, IDENTITY_PRIORITIES);
        tls[3] = authority ? text_option(MHD_OPTION_HTTPS_MEM_TRUST, authority) : tls[4];
    }
    return MHD_start_daemon(
        flags, 0, NULL, NULL, exchange_handle, place, MHD_OPTION_NOTIFY_COMPLETED,
        exchange_done, NULL, MHD_OPTION_LISTEN_SOCKET, file, MHD_OPTION_ARRAY, tls,
        MHD_OPTION_CONNECTION_LIMIT, CONNECTIONS_MAX, MHD_OPTION_CONNECTION_TIMEOUT,
        TIMEOUT_S, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY,
        MHD_OPTION_END);
}

static enum err failed(struct error *e, const char *what)
{
    char text[128];
    return error_set(e, ERR_SYSTEM, "can't listen on '%s': %s", what,
                     strerror_r(errno, text, sizeof text));
}

/* Binds, listens and starts a daemon on the socket, which it owns from then on. */
static enum err listen_on(struct exchange_place *place, int file,
                          const struct sockaddr *address, socklen_t len, const char *name,
                          struct MHD_Daemon **ret_daemon, struct error *e)
{
    if (bind(file, address, len) != 0 || listen(file, 64) != 0) {
        enum err err = failed(e, name);
        close(file);
        return err;
    }
    *ret_daemon = start(place, file);
    if (!*ret_daemon) {
        close(file);
        return error_set(e, ERR_SYSTEM, "can't start the server on '%s'", name);
    }
    return ERR_OK;
}

static void listener_free(struct listener **listener)
{
    struct listener *l = *listener;
    if (l->daemon) {
        MHD_stop_daemon(l->daemon);
    }
    if (l->socket >= 0) {
        close(l->socket);
    }
    identity_close(&l->identity);
    mem_free(listener);
}

static enum err listener_new(const struct web *web, struct listener **ret_listener,
                             struct error *e)
{
    const struct web_settings *settings = &web->settings;
    struct listener *l = mem_new(struct listener);
    l->socket = -1;
    enum err err =
        settings->tls.cert_file ? identity_open(&settings->tls, &l->identity, e) : ERR_OK;
    if (err != ERR_OK) {
        mem_free(&l);
        return err;
    }
    l->place = (struct exchange_place){.settings = settings, .identity = l->identity};
    *ret_listener = l;
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
    struct listener *l = NULL;
    enum err err = listener_new(web, &l, e);
    if (err != ERR_OK) {
        close(file);
        return err;
    }
    err = listen_on(&l->place, file, (struct sockaddr *)&address, sizeof address, listen,
                    &l->daemon, e);
    web->listeners[web->listener_count++] = l;
    return err;
}

/* Lets go of those that listen no more and have nobody left. */
static void drop_idle(struct web *web)
{
    size_t kept = 0;
    for (size_t i = 0; i < web->listener_count; i++) {
        struct listener *l = web->listeners[i];
        const union MHD_DaemonInfo *info =
            MHD_get_daemon_info(l->daemon, MHD_DAEMON_INFO_CURRENT_CONNECTIONS);
        if (l->socket >= 0 && info && info->num_connections == 0) {
            listener_free(&l);
        } else {
            web->listeners[kept++] = l;
        }
    }
    web->listener_count = kept;
}

enum err web_renew(struct web *web, struct error *e)
{
    struct listener *next = NULL;
    if (!web->settings.listen || !web->settings.tls.cert_file) {
        return ERR_OK;
    }
    drop_idle(web);
    if (web->listener_count == LISTENERS_MAX) {
        return error_set(e, ERR_RETRY, "too many old certificates are still in use");
    }
    enum err err = listener_new(web, &next, e);
    if (err != ERR_OK) {
        return err;
    }
    struct listener *old = web->listeners[web->listener_count - 1];
    const union MHD_DaemonInfo *info =
        MHD_get_daemon_info(old->daemon, MHD_DAEMON_INFO_LISTEN_FD);
    int file = info ? fcntl(info->listen_fd, F_DUPFD_CLOEXEC, 0) : -1;
    next->daemon = file >= 0 ? start(&next->place, file) : NULL;
    if (!next->daemon) {
        listener_free(&next);
        return error_set(e, ERR_RETRY, "the page can't be started with it");
    }
    old->socket = MHD_quiesce_daemon(old->daemon);
    web->listeners[web->listener_count++] = next;
    return ERR_OK;
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
    enum err err = listen_on(&web->file, file, (struct sockaddr *)&address,
                             sizeof address, path, &web->local, e);
    umask(before);
    web->socket_path = mem_text(bytes_of(path));
    return err;
}

enum err web_open(const struct web_settings *settings, struct web **ret_web,
                  struct error *e)
{
    struct web *web = mem_new(struct web);
    web->settings = *settings;
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
    for (size_t i = 0; i < (*web)->listener_count; i++) {
        listener_free(&(*web)->listeners[i]);
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
