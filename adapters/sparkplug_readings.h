/* SPDX-License-Identifier: Apache-2.0 */
/* From Sparkplug metrics to readings, with what is remembered of their births. */
#ifndef SPARKPLUG_READINGS_H
#define SPARKPLUG_READINGS_H

#include "decode/adapter.h"
#include "sparkplug_payload.h"
#include "sparkplug_state.h"

/* One message of one device (or of a node itself). */
struct sparkplug_work {
    const struct message *message;
    const struct sparkplug_payload *payload;
    struct sparkplug_nodes *nodes;
    struct sparkplug_node *node;
    struct sparkplug_device *device;
    struct bytes key; /* "group/node" or "group/node/device", in the arena */
    bool birth;
    bool unknown; /* set: a metric is of no birth, a rebirth would tell */
    struct decoding *out;
};

/* Adds the readings of all metrics of the payload.  What cannot be read is a bad
 * reading, or makes the outcome partial when it has no name.  The readings' room must
 * have been reserved. */
void sparkplug_add_metrics(struct sparkplug_work *work);

/* Adds the device's last values once more, bad and stale, at the time the payload says
 * or, for a node's death, at the receive time. */
void sparkplug_add_stale(struct sparkplug_work *work, bool receive_time);

/* Names that are the protocol's, not the plant's. */
bool sparkplug_is_control(struct bytes name);

#endif
