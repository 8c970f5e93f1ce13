/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ack gate: a PUBACK leaves only when what it acknowledges is durable.
 *
 * Paho C acknowledges a QoS 1 message as soon as the arrival callback is back and
 * has no other way.  The linker's --wrap puts our function in the place of Paho's own
 * MQTTPacket_send_puback; it parks the acknowledgement, and ack_gate_release() sends
 * it, through Paho's function, when the commit that covers the message is done.
 *
 * Rules:
 *  - acknowledgements leave in the order of arrival, each message id once;
 *  - when a connection ends, what is parked for it is dropped: message ids are used
 *    again, and the broker delivers the messages again;
 *  - nothing is parked without bound: a message id is parked at most once, so never
 *    more than 65,535; `receive maximum` should keep it far lower, but mosquitto 2.0.11
 *    exceeds it when acknowledgements come in groups;
 *  - nothing is acknowledged on a connection after ack_gate_refuse().
 *
 * What it assumes of Paho (1.3.12), checked when the build is configured (symbols),
 * by ack_gate_note_version() and by ack_gate_proved():
 *  - MQTTProtocolClient.c calls MQTTPacket_send_puback(int version, int message_id,
 *    networkHandles *, const char *client_id), in an object file of its own, once for
 *    each QoS 1 message, after the callback or, with writes pending, later; for these
 *    and for these only;
 *  - it does so, and calls our callbacks, holding mqttasync_mutex, a plain
 *    pthread mutex, and closes sockets holding it, calling connectionLost or the
 *    disconnect's callback before it lets go;
 *  - the client id handed over is the one the client was made with;
 *  - MQTTPacket_send_puback returns -1 and writes nothing when the socket has writes
 *    pending;
 *  - it writes through writev() or SSL_write(), see ack_write.h.
 *
 * Threads: all of it under mqttasync_mutex.  Functions called from Paho's callbacks
 * have it already; join, leave, drop and release take it; the rest take nothing and may
 * be called from any thread.
 */
#ifndef SOURCE_ACK_GATE_H
#define SOURCE_ACK_GATE_H

#include "core/clock.h"
#include "core/error.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#define ACK_GATE_CLIENTS_MAX 16
#define ACK_GATE_TRIES 3 /* messages without a call of the wrap: it does not work */

enum ack_gate_proof {
    ACK_GATE_UNPROVED, /* no QoS 1 message yet */
    ACK_GATE_WORKS,    /* Paho called the wrap */
    ACK_GATE_FAILED,   /* Paho acknowledges past the wrap */
};

struct ack_gate_client;

/* A client of this id exists from now on; ids are unique in the process.  Before the
 * client is made.  `released`, up to where messages are durable, is read whenever an
 * acknowledgement may go.  ERR_CONFIG: the id is in use or there are too many. */
enum err ack_gate_join(const char *client_id, const struct clock *clock,
                       const _Atomic uint64_t *released,
                       struct ack_gate_client **ret_client, struct error *e) MUST_CHECK;

/* After the client is destroyed. */
void ack_gate_leave(struct ack_gate_client **client);

/* From callbacks: a connection begins or has ended.  Parked acknowledgements are
 * dropped. */
void ack_gate_restart(struct ack_gate_client *client);

/* From the arrival callback: the message is stored under `seq`; 0: it needs no commit,
 * acknowledge it in its turn. */
void ack_gate_stored(struct ack_gate_client *client, int message_id, uint64_t seq);

/* From the arrival callback: the message was not stored; nothing more is acknowledged
 * on this connection but what is already parked. */
void ack_gate_refuse(struct ack_gate_client *client);
bool ack_gate_refuses(const struct ack_gate_client *client);

/* From a callback: sends what is durable. */
void ack_gate_release_held(struct ack_gate_client *client);

/* The same from outside.  Waits for Paho's mutex up to `wait_ms`; false: it was not
 * to be had, call again. */
bool ack_gate_release(struct ack_gate_client *client, int64_t wait_ms);

/* Drops what is parked, from outside; for a client about to be destroyed. */
void ack_gate_drop(struct ack_gate_client *client);

/* What the messages of this process have shown so far. */
enum ack_gate_proof ack_gate_proved(void);

/* How many acknowledgements are parked. */
size_t ack_gate_parked(const struct ack_gate_client *client);

/* Since when (boot clock) the oldest parked acknowledgement waits without progress;
 * 0: none waits. */
int64_t ack_gate_waiting_since_ns(const struct ack_gate_client *client);

/* The library's version, and whether it is one this gate was tested with. */
const char *ack_gate_note_version(bool *ret_tested);

#endif
