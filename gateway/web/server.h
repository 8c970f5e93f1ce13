/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The gateway's HTTP server: a table of routes on a loopback address and on a socket
 * file in the state directory that the command line uses.  The address speaks TLS where
 * there is a certificate, and asks for a client's where there is an authority for them.
 *
 * A POST to the address carries JSON and comes from the page's own origin; anything else
 * is refused, so that no page of another site can ask for it.
 * A route with a feed is a stream of server-sent events (web/feed.h).
 *
 * Handlers run on the server's threads (one for the address, one for the file).
 */
#ifndef WEB_SERVER_H
#define WEB_SERVER_H

#include "core/buf.h"
#include "core/error.h"
#include "tls/identity.h"

#define WEB_ANSWER_MAX (64U << 20)
#define WEB_BODY_MAX (2U << 20)
#define WEB_COOKIE_MAX 128

struct web_question {
    const char *rest;    /* of the path, behind a route that ends in "/" */
    struct bytes body;   /* of a POST */
    const char *session; /* the cookie WEB_SESSION_COOKIE, or NULL */
    /* A query parameter, or NULL. */
    const char *(*parameter)(void *ctx, const char *name);
    void *ctx;
};

#define WEB_SESSION_COOKIE "emgate_session"

struct web_answer {
    int status;                  /* 200 unless set */
    const char *type;            /* a literal; application/json unless set */
    struct bytes file;           /* instead of `body`: outlives the server */
    const char *etag;            /* of the file, with its quotes; outlives the server */
    char cookie[WEB_COOKIE_MAX]; /* Set-Cookie, unless empty */
    struct buf body;
};

typedef void web_handler_fn(void *ctx, const struct web_question *question,
                            struct web_answer *answer);

struct web_feed;

struct web_route {
    const char *path; /* whole, or a prefix that ends in "/" (but "/" is whole) */
    web_handler_fn *get;
    web_handler_fn *post; /* NULL: GET only */
    bool stream;          /* a GET follows the feed instead */
    bool by_file;         /* a POST is taken from the socket file alone, without a body */
};

struct web;

struct web_settings {
    const char *listen;             /* "127.0.0.1:8321", or NULL */
    struct identity_files tls;      /* of the address; cert_file NULL: no TLS */
    const char *socket_path;        /* a file that is replaced, or NULL */
    const struct web_route *routes; /* ends in {0}; outlives the server */
    struct web_feed *feed;          /* of the routes that stream; outlives the server */
    void *ctx;
};

/* ERR_SYSTEM: an address can't be had; the text says which.  ERR_CONFIG: a certificate.
 */
enum err web_open(const struct web_settings *settings, struct web **ret_web,
                  struct error *e) MUST_CHECK;
void web_close(struct web **web);

/* Reads the certificate anew; who is being served keeps the old one.  On an error the old
 * one stays.  ERR_CONFIG: the files; ERR_RETRY: too many old ones are still in use. */
enum err web_renew(struct web *web, struct error *e) MUST_CHECK;

/* Makes the answer a problem (RFC 9457); `title` is JSON-safe words of ours. */
void web_refuse(struct web_answer *answer, int status, const char *title);

#endif
