/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A form of a topic: text with places in braces that a message fills in.
 *
 *     {gateway} {process} {device}   names, where the user of the form has them
 *     {topic}                        the topic the message came on
 *     {topic.N}                      its level N: 0 is the first, -1 the last
 *     {topic.N+}                     that level and all behind it
 *
 * What would make the result a filter, or add a level to a name, is replaced by '_'.
 */
#ifndef MQTT_TOPIC_FORM_H
#define MQTT_TOPIC_FORM_H

#include "core/buf.h"

struct topic_facts {
    struct bytes gateway, process, device, topic; /* empty: there is none */
};

/* What is wrong with a form whose facts are those that are not empty in `given`, in
 * words, or NULL. */
const char *topic_form_problem(const char *form, const struct topic_facts *given);

/* Adds the topic to `out`.  False: the message lacks a level the form wants, or the
 * topic is empty or too long. */
bool topic_form_fill(const char *form, const struct topic_facts *facts, struct buf *out);

/* The text before the first place in braces. */
struct bytes topic_form_start(const char *form);

/* A filter that every topic of this form matches; for asking whether forms and filters
 * overlap.  Levels with a place in them become '+'; `{topic}` and `{topic.N+}` end it
 * with '#'. */
void topic_form_filter(const char *form, struct buf *out);

/* Whether some topic matches both filters. */
bool topic_filters_overlap(struct bytes a, struct bytes b);

/* Whether every topic that matches `inner` matches `outer` too. */
bool topic_filter_covers(struct bytes outer, struct bytes inner);

#endif
