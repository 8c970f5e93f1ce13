/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The gateway as a Sparkplug host application: on spBv1.0/STATE/<id> it says, retained
 * and at QoS 1, whether it is online (Sparkplug 3.0, chapters 4 and 5).
 *
 *     CONNECT   with the will {"online":false,"timestamp":T}, T the time of connecting
 *     subscribed to its own STATE topic: {"online":true,"timestamp":T}
 *     somebody says online false in its name (a will that came late): the same again
 *     before an intended DISCONNECT: {"online":false,"timestamp": now}
 *
 * Without a host id nothing of this happens.
 */
#ifndef SOURCE_HOST_STATE_H
#define SOURCE_HOST_STATE_H

#include "source/source_private.h"

/* Makes the topic; once.  False: there is no host id. */
bool host_state_init(struct connection *connection);

/* The will of a new connection, which begins its time.  The keeper's thread; `will`
 * borrows from the connection.  False: there is none. */
bool host_state_will(struct connection *connection, MQTTAsync_willOptions *will);

/* Says online, or offline and the time, on the connection that is up.  The keeper's
 * thread. */
void host_state_say(struct connection *connection, bool online);

/* A message on its own topic that says offline while we are online.  Paho's thread. */
bool host_state_denied(const struct connection *connection, struct bytes topic,
                       struct bytes payload);

#endif
