/* SPDX-License-Identifier: Apache-2.0 */
/*
 * MQTT packets over a plain socket, for tests and benchmarks that must see or make
 * every packet themselves: both sides of a connection, 3.1.1 and 5.
 */
#ifndef LIB_MQTT_RAW_H
#define LIB_MQTT_RAW_H

#include "core/buf.h"

#define MQTT_RAW_BUFFER (1024 * 1024)

enum {
    RAW_CONNECT = 1,
    RAW_CONNACK,
    RAW_PUBLISH,
    RAW_PUBACK,
    RAW_SUBSCRIBE = 8,
    RAW_SUBACK,
    RAW_PINGREQ = 12,
    RAW_PINGRESP,
    RAW_DISCONNECT
};

struct mqtt_raw {
    int fd;
    size_t start, len; /* of what is read and not yet taken */
    uint8_t in[MQTT_RAW_BUFFER];
};

struct mqtt_raw_packet {
    int type;
    uint8_t flags;
    struct bytes body; /* until the next read */
};

/* A listening socket on a free port of loopback. */
int mqtt_raw_listen(int *ret_port);
/* A port nobody listens on at this moment. */
int mqtt_raw_free_port(void);
struct mqtt_raw *mqtt_raw_accept(int listener);
/* NULL: nobody answers. */
struct mqtt_raw *mqtt_raw_dial(int port);
void mqtt_raw_close(struct mqtt_raw **raw);

/* Next packet; false after `timeout_ms` or at the end of the connection. */
bool mqtt_raw_read(struct mqtt_raw *raw, int timeout_ms,
                   struct mqtt_raw_packet *ret_packet);
/* A packet that is there already in the buffer, without reading. */
bool mqtt_raw_next(struct mqtt_raw *raw, struct mqtt_raw_packet *ret_packet);
bool mqtt_raw_write(struct mqtt_raw *raw, struct bytes bytes);

/* Packets added to `out`. `version` 4 or 5. */
void mqtt_raw_add_connect(struct buf *out, int version, const char *client_id, bool clean,
                          int receive_maximum);
void mqtt_raw_add_connack(struct buf *out, int version, bool session_present, int code);
void mqtt_raw_add_subscribe(struct buf *out, int version, int id, const char *topic,
                            int qos);
void mqtt_raw_add_suback(struct buf *out, int version, int id, int code);
void mqtt_raw_add_publish(struct buf *out, int version, int qos, int id,
                          const char *topic, struct bytes payload);
void mqtt_raw_add_puback(struct buf *out, int id);

/* Dials, connects and waits for success. */
struct mqtt_raw *mqtt_raw_connect(int port, int version, const char *client_id,
                                  bool clean, int receive_maximum);

/* Leaves a session with this subscription at QoS 1 at the broker; MQTT 5. */
void mqtt_raw_subscribe_session(int port, const char *client_id, const char *topic);

#endif
