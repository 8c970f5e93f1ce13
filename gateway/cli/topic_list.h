/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The list of captured messages, usually `topic.txt`: a line each,
 *
 *     file<TAB>topic[<TAB>qos=N][<TAB>retain=0|1][<TAB>received=TIME]
 *
 * in the order of publishing; the payload's file stands beside the list.  Empty lines
 * and lines that begin with '#' say nothing.
 */
#ifndef CLI_TOPIC_LIST_H
#define CLI_TOPIC_LIST_H

#include "core/check.h"
#include "model/message.h"

struct topic_list {
    const char *path; /* of the list, borrowed */
    struct bytes rest;
    int line; /* of the item given last, from 1 */
};

/* The list in `text`, which outlives it. */
static inline struct topic_list topic_list_of(const char *path, struct bytes text)
{
    return (struct topic_list){.path = path, .rest = text};
}

enum topic_list_result { TOPIC_LIST_ITEM, TOPIC_LIST_END, TOPIC_LIST_BAD };

/* The next message, without its payload, and the path of that, which the caller frees.
 * What the line doesn't say stays as it is in `message`.  BAD: the line is none; nothing
 * is written. */
enum topic_list_result topic_list_next(struct topic_list *list, struct message *message,
                                       char **ret_path);

/* Whether another item follows. */
bool topic_list_more(const struct topic_list *list);

/* How a line looks, for messages. */
#define TOPIC_LIST_FORM "file<TAB>topic<TAB>qos=N<TAB>retain=0"

#endif
