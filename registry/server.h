/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The registry's HTTP server, on libmicrohttpd: routes, methods, limits, TLS where the
 * configuration names a certificate.  A pool of threads serves.
 */
#ifndef REGISTRY_SERVER_H
#define REGISTRY_SERVER_H

#include "registry/answer.h"

struct server;

#define SERVER_ADDRESS_MAX 80

/* Listens.  `service` outlives it.  ERR_CONFIG: the address or a certificate; ERR_RETRY:
 * it is taken. */
enum err server_open(const struct service *service, struct server **ret_server,
                     struct error *e) MUST_CHECK;

/* Reads certificate, key and authority anew.  Connections that are there are served on by
 * the old ones and asked to come again.  On an error the old ones stay.  One thread at a
 * time, as with the next two. */
enum err server_renew(struct server *server, struct error *e) MUST_CHECK;

/* Lets go of renewed certificates that nobody is served by any more; each second. */
void server_tend(struct server *server);

/* Whole days until the certificate ends; INT_MAX without one. */
int server_days_left(const struct server *server);

/* Finishes what is being served and stops. */
void server_close(struct server **server);

/* "http://127.0.0.1:8311", with the port that a port of 0 became. */
void server_get_url(const struct server *server, char ret_url[SERVER_ADDRESS_MAX]);

#endif
