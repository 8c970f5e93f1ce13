/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Arrivals through Kafka: a consumer of the topic that gateways' `kafka` sinks fill, in a
 * group, so that several registries share its partitions.
 *
 * A message's place is committed only after the summary is durable, so it comes again
 * after a crash; the key makes that harmless.  Only gateways that sign are heard: the
 * topic does not tell who wrote.  What can't be taken is kept with the refusals and
 * passed over; after the cause is mended the group's place can be set back, which is
 * harmless too.
 */
#ifndef REGISTRY_FEED_H
#define REGISTRY_FEED_H

#include "registry/answer.h"

struct feed;

/* Joins the group; no thread yet.  `service` outlives it.  ERR_CONFIG: the settings, or
 * built without Kafka. */
enum err feed_open(const struct service *service, struct feed **ret_feed,
                   struct error *e) MUST_CHECK;

/* Starts the thread.  ERR_SYSTEM: it can't be had. */
enum err feed_start(struct feed *feed, struct error *e) MUST_CHECK;

/* Leaves the group, after what is under way. */
void feed_close(struct feed **feed);

/* One turn: waits at most `wait_ms` for messages, stores them, commits their places.  How
 * many it was, of which `*ret_refused` were passed over; the thread does nothing else.
 * -1: they could not be stored now, and come again. */
int feed_turn(struct feed *feed, int wait_ms, int *ret_refused);

#endif
