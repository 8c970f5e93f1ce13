/* SPDX-License-Identifier: Apache-2.0 */
/* One request and its answer: method, origin, body, headers. */
#ifndef WEB_EXCHANGE_H
#define WEB_EXCHANGE_H

#include "web/server.h"

#include <microhttpd.h>

/* Where requests come in. */
struct exchange_place {
    const struct web_settings *settings;
    bool by_file;                    /* the socket file; else the address */
    const struct identity *identity; /* NULL: no TLS */
};

/* libmicrohttpd's access handler and the end of a request; `cls` is the place. */
enum MHD_Result exchange_handle(void *cls, struct MHD_Connection *connection,
                                const char *url, const char *method, const char *version,
                                const char *upload, size_t *upload_len, void **context);
void exchange_done(void *cls, struct MHD_Connection *connection, void **context,
                   enum MHD_RequestTerminationCode code);

/* Adds the headers that every answer has. */
void exchange_add_headers(struct MHD_Response *response, const char *type);

#endif
