/* SPDX-License-Identifier: Apache-2.0 */
/* Filters are walked level by level beside the topic; nothing is compiled. */
#include "core/topic.h"

#include "core/utf8.h"

/* The length of the level that begins at `start`. */
static size_t level_len(struct bytes text, size_t start)
{
    const uint8_t *slash = NULL;
    if (start < text.len) {
        slash = memchr(text.data + start, '/', text.len - start);
    }
    return slash ? (size_t)(slash - text.data) - start : text.len - start;
}

static const char *level_problem(struct bytes level, bool last)
{
    bool hash = memchr(level.data, '#', level.len) != NULL;
    bool plus = memchr(level.data, '+', level.len) != NULL;
    if (hash && (level.len != 1 || !last)) {
        return "'#' must stand alone at the end";
    }
    if (plus && level.len != 1) {
        return "'+' must stand alone between slashes";
    }
    return NULL;
}

const char *topic_filter_problem(struct bytes filter)
{
    if (filter.len == 0) {
        return "it is empty";
    }
    if (filter.len > TOPIC_LEN_MAX) {
        return "it is longer than 65535 bytes";
    }
    if (!utf8_valid(filter) || memchr(filter.data, 0, filter.len)) {
        return "it is not text";
    }
    for (size_t start = 0;;) {
        size_t len = level_len(filter, start);
        bool last = start + len == filter.len;
        const char *problem =
            len ? level_problem(bytes_slice(filter, start, len), last) : NULL;
        if (problem || last) {
            return problem;
        }
        start += len + 1;
    }
}

bool topic_matches(struct bytes filter, struct bytes topic)
{
    size_t f = 0;
    size_t t = 0;
    bool wild = filter.len && (filter.data[0] == '+' || filter.data[0] == '#');
    if (wild && topic.len && topic.data[0] == '$') {
        return false;
    }
    for (;;) {
        size_t f_len = level_len(filter, f);
        size_t t_len = level_len(topic, t);
        struct bytes level = bytes_slice(filter, f, f_len);
        if (bytes_are(level, "#")) {
            return true;
        }
        if (!bytes_are(level, "+") && !bytes_equal(level, bytes_slice(topic, t, t_len))) {
            return false;
        }
        f += f_len;
        t += t_len;
        if (t == topic.len) {
            struct bytes left = bytes_slice(filter, f, filter.len);
            return left.len == 0 || bytes_are(left, "/#");
        }
        if (f == filter.len) {
            return false;
        }
        f++;
        t++;
    }
}

static int count_levels(struct bytes topic)
{
    int count = 1;
    for (size_t i = 0; i < topic.len; i++) {
        count += topic.data[i] == '/' ? 1 : 0;
    }
    return count;
}

bool topic_level(struct bytes topic, int position, bool rest, struct bytes *ret_text)
{
    int wanted = position < 0 ? position + count_levels(topic) : position;
    size_t start = 0;
    if (wanted < 0) {
        return false;
    }
    for (; wanted > 0; wanted--) {
        start += level_len(topic, start);
        if (start == topic.len) {
            return false;
        }
        start++;
    }
    *ret_text = bytes_slice(topic, start, rest ? topic.len : level_len(topic, start));
    return true;
}
