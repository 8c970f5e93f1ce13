/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A link: one connection to a broker that we publish to, for the mqtt sink and the
 * bridge.  Publications go out at QoS 1 and are counted 1, 2, 3 ... on each connection;
 * link_acked() says up to which of them the broker has acknowledged every one.  A link
 * that is broken stays broken: close it and open another, and send again what was not
 * acknowledged.  It keeps no session: nothing is left behind that a new one needs.
 *
 * A link is one thread's; Paho's thread only counts and hands over what arrives.  It
 * shares Paho's lock with the source, so keep few publications under way.  Its
 * acknowledgements of what it receives don't pass the ack gate, which knows the
 * source's clients by their ids: a link's id must be another.
 */
#ifndef MQTT_LINK_H
#define MQTT_LINK_H

#include "config/node/settings.h"
#include "core/bytes.h"
#include "core/clock.h"
#include "core/error.h"

#include <stdatomic.h>

/* Most publications that may be under way. */
#define LINK_WINDOW_MAX 256

#define LINK_TOPIC_MAX 1023

enum link_protocol { LINK_AUTO, LINK_MQTT_5, LINK_MQTT_311 };
extern const char *const link_protocol_words[];

struct link_settings {
    const char *uri;       /* mqtt://host:port or mqtts://host:port */
    const char *client_id; /* NULL: a random one for each connection */
    const char *user;      /* NULL: none */
    struct secret password;
    const char *ca_file, *cert_file, *key_file; /* read at each connect */
    int protocol;                               /* enum link_protocol */
    int64_t keepalive_ns;
};

/* The lines of a table of settings for a `struct link_settings` that stands `base` bytes
 * into the struct that is read. */
#define LINK_AT(base, field) .offset = (base) + offsetof(struct link_settings, field)
#define LINK_SETTINGS(base)                                                              \
    {.key = "uri",                                                                       \
     .type = SETTING_TEXT,                                                               \
     LINK_AT(base, uri),                                                                 \
     .help = "The broker: mqtt://host:port, or mqtts:// for TLS.",                       \
     .example = "mqtts://broker.example:8883"},                                          \
        {.key = "client_id",                                                             \
         .type = SETTING_TEXT,                                                           \
         LINK_AT(base, client_id),                                                       \
         .initial = SETTING_UNSET,                                                       \
         .help = "Our name at that broker, ours alone there and in this file."},         \
        {.key = "user",                                                                  \
         .type = SETTING_TEXT,                                                           \
         LINK_AT(base, user),                                                            \
         .initial = SETTING_UNSET,                                                       \
         .help = "User name."},                                                          \
        {.key = "password",                                                              \
         .type = SETTING_SECRET,                                                         \
         LINK_AT(base, password),                                                        \
         .initial = SETTING_UNSET,                                                       \
         .help = "Its password; read at each connect."},                                 \
        {.key = "ca_file",                                                               \
         .type = SETTING_PATH,                                                           \
         LINK_AT(base, ca_file),                                                         \
         .initial = SETTING_UNSET,                                                       \
         .help = "Certificates that the broker's is checked against; default: the "      \
                 "system's."},                                                           \
        {.key = "cert_file",                                                             \
         .type = SETTING_PATH,                                                           \
         LINK_AT(base, cert_file),                                                       \
         .initial = SETTING_UNSET,                                                       \
         .help = "Our client certificate, PEM."},                                        \
        {.key = "key_file",                                                              \
         .type = SETTING_PATH,                                                           \
         LINK_AT(base, key_file),                                                        \
         .initial = SETTING_UNSET,                                                       \
         .help = "Its private key, PEM."},                                               \
        {.key = "protocol",                                                              \
         .type = SETTING_WORD,                                                           \
         LINK_AT(base, protocol),                                                        \
         .initial = "auto",                                                              \
         .words = link_protocol_words,                                                   \
         .help = "MQTT version; `auto` tries 5, then 3.1.1."},                           \
    {                                                                                    \
        .key = "keepalive", .type = SETTING_DURATION, LINK_AT(base, keepalive_ns),       \
        .initial = "30s", .min = 5e9, .max = 3600e9,                                     \
        .help = "A connection that is silent for longer is given up."                    \
    }

/* Checks what the table can't: problems at the keys of `map`. */
void link_check(const struct link_settings *settings, const struct node *map,
                struct problems *problems);

/* Until when a call may wait, on the system's boot clock, and who may break it off. */
struct link_wait {
    int64_t until_ns;
    const atomic_bool *stop; /* NULL: nobody */
};

/* Something to publish.  Borrowed for the call.  The properties are of MQTT 5 and left
 * out with 3.1.1. */
struct link_message {
    const char *topic;
    struct bytes payload;
    bool retained;
    const char *response_topic; /* NULL: none */
    struct bytes correlation;
    const char *content_type;     /* NULL: none */
    const char *mark_name, *mark; /* a user property; NULL: none */
};

/* What arrives on subscribed topics; on Paho's thread, views for the call. */
typedef void link_arrived_fn(void *ctx, struct bytes topic, struct bytes payload);

struct link;

/* Connects and waits for the broker's answer.  `settings` is borrowed until close;
 * `arrived` may be NULL.  ERR_RETRY: no connection, the text says why. */
enum err link_open(const struct link_settings *settings, const struct link_wait *wait,
                   link_arrived_fn *arrived, void *arrived_ctx, struct link **ret_link,
                   struct error *e) MUST_CHECK;

/* Disconnects without waiting for anything. */
void link_close(struct link **link);

/* False once it is broken. */
bool link_is_up(struct link *link);

/* True when it is up and nothing is under way. */
bool link_is_settled(struct link *link);

/* 5 or 4, which is 3.1.1. */
int link_version(const struct link *link);

/* Subscribes at QoS 1 and waits for the grant.  ERR_RETRY. */
enum err link_subscribe(struct link *link, const char *topic,
                        const struct link_wait *wait, struct error *e) MUST_CHECK;

/* Hands a publication over; its number is one more than that of the one before.
 * ERR_FULL: LINK_WINDOW_MAX are under way, wait first.  ERR_RETRY: the link is broken.
 * ERR_REJECT: the library will never take this one; no number is used. */
enum err link_publish(struct link *link, const struct link_message *message,
                      struct error *e) MUST_CHECK;

/* All publications up to this number are acknowledged. */
uint64_t link_acked(struct link *link);

/* Waits until everything published is acknowledged, link_wake() is called, or the time
 * is over.  ERR_RETRY: the time is over or the link is broken.  ERR_REJECT: the broker
 * refuses publication link_acked() + 1 itself, whoever sends it: its topic, size or
 * format. */
enum err link_wait_acked(struct link *link, const struct link_wait *wait,
                         struct error *e) MUST_CHECK;

/* Waits until link_wake() was called since the last such wait, or the time is over.
 * ERR_RETRY: as above. */
enum err link_wait_woken(struct link *link, const struct link_wait *wait,
                         struct error *e) MUST_CHECK;

/* From `arrived`: what a waiting thread waits for has come. */
void link_wake(struct link *link);

#endif
