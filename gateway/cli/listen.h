/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Listens on a broker for a while, for tools: a clean session that leaves nothing
 * behind, QoS 0.
 */
#ifndef CLI_LISTEN_H
#define CLI_LISTEN_H

#include "core/error.h"
#include "model/message.h"

struct listen_settings {
    const char *uri; /* mqtt://host:port or mqtts://host:port */
    const char *user, *password_file, *ca_file, *cert_file, *key_file; /* or NULL */
    const char *filter;
    /* A message; called on the MQTT library's thread, never twice at a time and not
     * after listen_close(). */
    void (*take)(void *ctx, const struct message *message);
    void *ctx;
};

struct listener;

/* Connects and subscribes; settings are borrowed until close.  ERR_CONFIG: the library
 * refuses them.  ERR_RETRY: no connection, or the filter was refused. */
enum err listen_open(const struct listen_settings *settings,
                     struct listener **ret_listener, struct error *e) MUST_CHECK;

/* Messages taken so far. */
size_t listen_count(struct listener *listener);

/* Whether the connection was lost since. */
bool listen_lost(struct listener *listener);

/* Disconnects and waits for a call of `take` under way. */
void listen_close(struct listener **ended);

#endif
