/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Publishes to a broker at QoS 1 with a bounded number of messages under way, and keeps
 * at it: connects again by itself and sends again what was not confirmed.  One thread
 * calls it; the MQTT library has threads of its own.
 */
#ifndef SIMULATE_PUBLISHER_H
#define SIMULATE_PUBLISHER_H

#include "core/bytes.h"
#include "core/error.h"

struct publisher;

struct publisher_counts {
    uint64_t sent, confirmed, again;
    size_t under_way;
};

/* `uri` is mqtt://host:port or mqtts://host:port.  Waits up to `timeout_ms` for the
 * broker.  ERR_CONFIG: the library refuses the URI.  ERR_RETRY: no connection. */
enum err publisher_open(const char *uri, const char *client_id, int64_t timeout_ms,
                        struct publisher **ret_publisher, struct error *e) MUST_CHECK;

/* Takes a copy.  ERR_RETRY: as many as may be are under way, and none came back within
 * a fifth of a second. */
enum err publisher_send(struct publisher *publisher, struct bytes topic,
                        struct bytes payload, struct error *e) MUST_CHECK;

/* Waits a fifth of a second at most for everything to be confirmed; ERR_RETRY: not yet.
 */
enum err publisher_drain(struct publisher *publisher, struct error *e) MUST_CHECK;

/* A copy of what stands now. */
void publisher_get_counts(struct publisher *publisher,
                          struct publisher_counts *ret_counts);

/* Disconnects; what is under way is given up. */
void publisher_close(struct publisher **publisher);

#endif
