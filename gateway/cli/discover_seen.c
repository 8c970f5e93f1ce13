/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Groups topics: those of one format with as many levels and the same first one share a
 * filter, with '+' where they differ, as long as the filter takes no topic of another
 * format.
 */
#include "cli/discover_private.h"

#include "core/clock.h"
#include "core/json_writer.h"
#include "core/mem.h"
#include "core/topic.h"
#include "model/reading_json.h"

#include <stdio.h>

#define TRIES 5 /* of a topic's messages to tell its format */
#define LEVELS_MAX 64

struct seen_topic {
    struct group *group;
    size_t messages;
};

void seen_init(struct seen *seen)
{
    *seen = (struct seen){0};
    formats_init(&seen->formats);
    table_init(&seen->topics);
    table_init(&seen->points);
}

void seen_deinit(struct seen *seen)
{
    for (size_t i = 0; i < seen->group_count; i++) {
        mem_free(&seen->groups[i].filter);
        mem_free(&seen->groups[i].example);
    }
    for (size_t i = 0; i < seen->topics.count; i++) {
        mem_free(&seen->topics.entries[i].value);
    }
    for (size_t i = 0; i < seen->points.count; i++) {
        struct seen_point *point = seen->points.entries[i].value;
        mem_free(&point->device);
        mem_free(&point->metric);
        mem_free(&point->unit);
        mem_free(&point);
    }
    table_deinit(&seen->topics);
    table_deinit(&seen->points);
    formats_deinit(&seen->formats);
}

/* ---- filters ---- */

/* The filter of both with '+' where they differ; false when they can't share one. */
static bool join(struct bytes filter, struct bytes topic, struct buf *joined)
{
    struct bytes a;
    struct bytes b;
    int i = 0;
    for (; i < LEVELS_MAX && topic_level(filter, i, false, &a); i++) {
        if (!topic_level(topic, i, false, &b)) {
            return false;
        }
        bool same = bytes_equal(a, b);
        if (i == 0 && !same) {
            return false;
        }
        buf_add_text(joined, i ? "/" : "");
        buf_add(joined, same ? a : BYTES("+"));
    }
    return i < LEVELS_MAX && i > 1 && !topic_level(topic, i, false, &b);
}

/* Whether a filter would take a topic that another group has. */
static bool takes_others(const struct seen *seen, struct bytes filter,
                         const struct group *own)
{
    for (size_t i = 0; i < seen->topics.count; i++) {
        const struct seen_topic *topic = seen->topics.entries[i].value;
        if (topic->group != own && topic_matches(filter, seen->topics.entries[i].key)) {
            return true;
        }
    }
    return false;
}

/* True when the group takes the topic in, by a wider filter if need be. */
static bool widen(struct seen *seen, struct group *group, struct bytes topic)
{
    if (topic_matches(bytes_of(group->filter), topic)) {
        return true;
    }
    struct buf joined;
    buf_init(&joined, TOPIC_LEN_MAX);
    bool good = !group->fixed && join(bytes_of(group->filter), topic, &joined) &&
                !takes_others(seen, buf_bytes(&joined), group);
    if (good) {
        mem_free(&group->filter);
        group->filter = mem_text(buf_bytes(&joined));
    }
    buf_deinit(&joined);
    return good;
}

/* ---- groups ---- */

static struct group *new_group(struct seen *seen, struct format *format,
                               const struct message *message, const char *filter)
{
    if (seen->group_count == DISCOVER_GROUPS_MAX) {
        return NULL;
    }
    struct group *group = &seen->groups[seen->group_count++];
    struct bytes head = bytes_slice(message->payload, 0, DISCOVER_HEAD);
    *group =
        (struct group){.format = format,
                       .fixed = filter != NULL,
                       .filter = mem_text(filter ? bytes_of(filter) : message->topic),
                       .example = mem_text(message->topic),
                       .head_len = head.len,
                       .payload_len = message->payload.len};
    if (head.len) {
        memcpy(group->head, head.data, head.len);
    }
    return group;
}

static struct group *find_group(struct seen *seen, struct format *format,
                                const struct message *message, const char *filter)
{
    for (size_t i = 0; i < seen->group_count; i++) {
        struct group *group = &seen->groups[i];
        bool may = group->format == format && group->fixed == (filter != NULL);
        if (may && widen(seen, group, message->topic)) {
            return group;
        }
    }
    return new_group(seen, format, message, filter);
}

/* The topic with its group; NULL when there is no room for another. */
static struct seen_topic *find_topic(struct seen *seen, const struct message *message)
{
    struct seen_topic *topic = table_find(&seen->topics, message->topic);
    bool full = seen->topics.count == DISCOVER_TOPICS_MAX;
    bool again = topic && !topic->group->format && topic->messages < TRIES;
    if ((topic && !again) || (!topic && full)) {
        return topic;
    }
    const char *filter = NULL;
    struct format *format = formats_find(&seen->formats, message, &filter);
    if (topic && !format) {
        return topic;
    }
    struct group *group = find_group(seen, format, message, filter);
    if (!group) {
        return topic;
    }
    if (topic) {
        topic->group->topics--;
    } else {
        topic = mem_new(struct seen_topic);
        table_put(&seen->topics, message->topic, topic);
    }
    topic->group = group;
    group->topics++;
    return topic;
}

/* ---- points ---- */

static struct seen_point *find_point(struct seen *seen, const struct reading *reading,
                                     const struct group *group)
{
    struct buf key;
    bool fits = reading->device.len <= DISCOVER_NAME_MAX &&
                reading->metric.len <= DISCOVER_NAME_MAX &&
                reading->unit.len <= DISCOVER_NAME_MAX;
    buf_init(&key, (size_t)4 * DISCOVER_NAME_MAX);
    buf_add(&key, reading->device);
    buf_add_byte(&key, 0);
    buf_add(&key, reading->metric);
    struct seen_point *point = fits ? table_find(&seen->points, buf_bytes(&key)) : NULL;
    if (!point && fits && seen->points.count < DISCOVER_POINTS_MAX) {
        point = mem_new(struct seen_point);
        point->device = mem_text(reading->device);
        point->metric = mem_text(reading->metric);
        point->unit = mem_text(reading->unit);
        point->group = group;
        table_put(&seen->points, buf_bytes(&key), point);
    }
    buf_deinit(&key);
    return point;
}

static void note_example(struct seen_point *point, const struct reading *reading)
{
    double number = 0;
    const struct value *value = &reading->value;
    if (value->kind == VALUE_TEXT) {
        snprintf(point->example, sizeof point->example, "%.*s",
                 (int)(value->text.len < 32 ? value->text.len : 32),
                 (const char *)value->text.data);
    } else if (value->kind == VALUE_BOOL) {
        snprintf(point->example, sizeof point->example, "%s",
                 value->truth ? "true" : "false");
    } else if (value_number(value, &number)) {
        snprintf(point->example, sizeof point->example, "%.12g", number);
    }
}

static void note_value(struct seen_point *point, const struct reading *reading)
{
    double number = 0;
    point->truth = point->truth || reading->value.kind == VALUE_BOOL;
    point->word = point->word || reading->value.kind == VALUE_TEXT;
    if (reading->value.kind != VALUE_BOOL && value_number(&reading->value, &number)) {
        point->falls = point->falls || (point->number && number < point->last);
        point->rises = point->rises || (point->number && number > point->last);
        point->number = true;
        point->last = number;
    }
    note_example(point, reading);
}

static void note_reading(struct seen *seen, const struct reading *reading,
                         struct group *group)
{
    struct seen_point *point = find_point(seen, reading, group);
    group->readings++;
    if (!point) {
        seen->skipped_points++;
        return;
    }
    note_value(point, reading);
    point->count++;
    if (!(reading->flags & READING_RETAINED)) {
        point->first_ns = point->timed ? point->first_ns : reading->event_ns;
        point->last_ns = reading->event_ns;
        point->timed++;
    }
}

/* ---- messages ---- */

void seen_take(struct seen *seen, const struct message *message)
{
    bool own = message->topic.len > 0 && message->topic.data[0] == '$';
    if (own || message->payload.len == 0) {
        return;
    }
    seen->messages++;
    seen->retained += message->retained ? 1 : 0;
    struct seen_topic *topic = find_topic(seen, message);
    if (!topic) {
        seen->skipped_topics++;
        return;
    }
    struct group *group = topic->group;
    topic->messages++;
    group->messages++;
    group->retained += message->retained ? 1 : 0;
    if (group->format) {
        struct decoding d;
        formats_decode(&seen->formats, group->format, message, &d);
        for (size_t i = 0; i < d.count; i++) {
            note_reading(seen, &d.readings[i], group);
        }
    }
}
