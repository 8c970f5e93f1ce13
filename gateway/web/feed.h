/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Server-sent events: one text at a time for every viewer.  What is published is kept
 * once and shared; a viewer who is slower than the feed skips to the newest.
 *
 * feed_publish() and feed_viewers() may be called from any thread.
 */
#ifndef WEB_FEED_H
#define WEB_FEED_H

#include "core/bytes.h"

#include <microhttpd.h>

/* More connections than these are left for questions. */
#define FEED_VIEWERS_MAX 32U

struct web_feed;

/* A feed without viewers.  feed_free() when the servers that serve it are closed. */
struct web_feed *feed_new(void);
void feed_free(struct web_feed **feed);

/* Sends `event` (one line of JSON) to all who follow; copies it. */
void feed_publish(struct web_feed *feed, struct bytes event);
size_t feed_viewers(struct web_feed *feed);

/* Ends every stream; none begins any more.  Before the servers are stopped. */
void feed_end(struct web_feed *feed);

/* For the server: answers with the stream, or with 503 when too many follow. */
enum MHD_Result feed_follow(struct web_feed *feed, struct MHD_Connection *connection);

#endif
