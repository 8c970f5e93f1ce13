/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The registry's HTTP server, on libmicrohttpd: routes, methods, limits.  A pool of
 * threads serves; TLS is a proxy's business.
 */
#ifndef REGISTRY_SERVER_H
#define REGISTRY_SERVER_H

#include "registry/answer.h"

struct server;

#define SERVER_ADDRESS_MAX 80

/* Reads "127.0.0.1:8311" or "[::1]:8311" without effect.  ERR_CONFIG: it is neither. */
enum err server_check_address(const char *text, bool *ret_loopback,
                              struct error *e) MUST_CHECK;

/* Listens.  `service` outlives it.  ERR_CONFIG: the address; ERR_RETRY: it is taken. */
enum err server_open(const struct service *service, struct server **ret_server,
                     struct error *e) MUST_CHECK;

/* Finishes what is being served and stops. */
void server_close(struct server **server);

/* "http://127.0.0.1:8311", with the port that a port of 0 became. */
void server_get_url(const struct server *server, char ret_url[SERVER_ADDRESS_MAX]);

#endif
