/* SPDX-License-Identifier: Apache-2.0 */
/* Reads lines of columns. */
#include "cli/topic_list.h"

#include "core/buf.h"
#include "core/mem.h"
#include "core/timetext.h"

#define PATH_MAX_LEN 8192

/* "qos=1", "retain=0" or "received=TIME"; false for anything else. */
static bool take_flag(struct bytes column, struct message *message)
{
    struct bytes received = bytes_slice(column, strlen("received="), column.len);
    bool zoned = false;
    bool qos = column.len == 5 && bytes_start_with(column, BYTES("qos="));
    if (qos && column.data[4] >= '0' && column.data[4] <= '2') {
        message->qos = (uint8_t)(column.data[4] - '0');
        return true;
    }
    if (bytes_are(column, "retain=0") || bytes_are(column, "retain=1")) {
        message->retained = bytes_are(column, "retain=1");
        return true;
    }
    return bytes_start_with(column, BYTES("received=")) &&
           time_parse_iso(received, &message->received_ns, &zoned);
}

/* The path of `name` beside the list file. */
static char *beside(const char *list, struct bytes name)
{
    const char *slash = strrchr(list, '/');
    struct buf path;
    buf_init(&path, PATH_MAX_LEN);
    if (slash && name.len && name.data[0] != '/') {
        buf_add(&path, (struct bytes){(const uint8_t *)list, (size_t)(slash - list) + 1});
    }
    buf_add(&path, name);
    char *text = mem_text(buf_bytes(&path));
    buf_deinit(&path);
    return text;
}

/* Takes lines until one says something; an empty one at the end. */
static struct bytes next_line(struct topic_list *list)
{
    while (list->rest.len) {
        struct bytes line = bytes_take_part(&list->rest, '\n');
        list->line++;
        if (line.len && line.data[line.len - 1] == '\r') {
            line.len--;
        }
        if (line.len && line.data[0] != '#') {
            return line;
        }
    }
    return BYTES("");
}

bool topic_list_more(const struct topic_list *list)
{
    struct topic_list copy = *list;
    return next_line(&copy).len > 0;
}

enum topic_list_result topic_list_next(struct topic_list *list, struct message *message,
                                       char **ret_path)
{
    struct bytes line = next_line(list);
    struct message taken = *message;
    if (line.len == 0) {
        return TOPIC_LIST_END;
    }
    struct bytes name = bytes_take_part(&line, '\t');
    taken.topic = bytes_take_part(&line, '\t');
    bool good = name.len > 0 && taken.topic.len > 0;
    while (good && line.len) {
        good = take_flag(bytes_take_part(&line, '\t'), &taken);
    }
    if (!good) {
        return TOPIC_LIST_BAD;
    }
    *message = taken;
    *ret_path = beside(list->path, name);
    return TOPIC_LIST_ITEM;
}
