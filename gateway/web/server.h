/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The gateway's HTTP server: a table of routes, on a loopback address and on a socket
 * file in the state directory that the command line uses.  No TLS, no sign-in: it
 * answers whoever may open the address or the file.  The address takes GET only; what
 * changes something is a POST and is taken from the file alone, so that no page of
 * another site can ask for it.
 *
 * Handlers run on the server's thread, one at a time.
 */
#ifndef WEB_SERVER_H
#define WEB_SERVER_H

#include "core/buf.h"
#include "core/error.h"

#define WEB_ANSWER_MAX (64U << 20)

struct web_question {
    const char *rest; /* of the path, behind a route that ends in "/" */
    /* A query parameter, or NULL. */
    const char *(*parameter)(void *ctx, const char *name);
    void *ctx;
};

struct web_answer {
    int status;       /* 200 unless set */
    const char *type; /* a literal; application/json unless set */
    struct buf body;
};

typedef void web_handler_fn(void *ctx, const struct web_question *question,
                            struct web_answer *answer);

struct web_route {
    const char *path; /* whole, or a prefix that ends in "/" (but "/" is whole); "POST "
                         in front: takes a POST instead of a GET, without a body */
    web_handler_fn *handle;
};

struct web;

/* `listen` is "127.0.0.1:8321" or NULL, `socket_path` a file that is replaced, or NULL.
 * `routes` ends in {0} and outlives the server.  ERR_SYSTEM: an address can't be had;
 * the text says which. */
enum err web_open(const char *listen, const char *socket_path,
                  const struct web_route *routes, void *ctx, struct web **ret_web,
                  struct error *e) MUST_CHECK;
void web_close(struct web **web);

#endif
