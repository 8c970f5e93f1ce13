/* SPDX-License-Identifier: Apache-2.0 */
/*
 * MQTT topics and filters (MQTT 5, section 4.7): `+` stands for one level, `#` at the
 * end for the level before it and everything below.  A filter that begins with a
 * wildcard does not match a topic that begins with `$`.
 */
#ifndef CORE_TOPIC_H
#define CORE_TOPIC_H

#include "core/bytes.h"

#define TOPIC_LEN_MAX 65535

/* What is wrong with a filter, in words, or NULL when nothing is. */
const char *topic_filter_problem(struct bytes filter);

/* Whether the topic is one of the filter's.  The filter is valid. */
bool topic_matches(struct bytes filter, struct bytes topic);

/* The level at a position: 0 is the first, -1 the last; with `rest` that level and all
 * behind it, slashes included.  False when the topic has no such level. */
bool topic_level(struct bytes topic, int position, bool rest, struct bytes *ret_text);

#endif
