/* SPDX-License-Identifier: Apache-2.0 */
/* A message: bytes on a topic, exactly as received.  The journal's main content. */
#ifndef MODEL_MESSAGE_H
#define MODEL_MESSAGE_H

#include "core/bytes.h"

/* The user property in which bridges of gateways name themselves, and what stands before
 * its text in `publisher`. */
#define MESSAGE_BRIDGE_PROPERTY "emgate-bridge"
#define MESSAGE_BRIDGE_PREFIX "emgate-bridge:"

/* The same of the broker's plugin, which says whom it knows the publisher as. */
#define MESSAGE_PUBLISHER_PROPERTY "emgate-publisher"
#define MESSAGE_PUBLISHER_PREFIX "emgate-publisher:"

struct message {
    struct bytes topic;
    struct bytes payload;
    struct bytes publisher; /* a prefix of above and its text, or "" */
    uint64_t seq;           /* its journal sequence; 0 outside the journal */
    int64_t received_ns;    /* our wall clock at receipt, UTC since 1970 */
    uint8_t broker;         /* index of the broker in the configuration */
    uint8_t qos;
    bool retained;
    bool duplicate; /* MQTT's dup flag */
    bool cut;       /* longer than a record holds: `payload` is its beginning */
};

#endif
