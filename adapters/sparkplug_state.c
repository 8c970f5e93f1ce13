/* SPDX-License-Identifier: Apache-2.0 */
/* Nodes, devices and tags of the last births, within their limits. */
#include "sparkplug_state.h"

#include "core/check.h"
#include "core/mem.h"

#include <stdlib.h>

/* What an entry is saved in, without its texts; generous. */
#define NODE_BYTES 128
#define DEVICE_BYTES 32
#define TAG_BYTES 48

static bool has_room(const struct sparkplug_nodes *nodes, size_t bytes)
{
    return nodes->bytes + bytes <= SPARKPLUG_BYTES_MAX;
}

static size_t tag_bytes(const struct sparkplug_tag *tag)
{
    return TAG_BYTES + tag->name.len + bytes_of(tag->unit).len +
           (tag->text ? SPARKPLUG_KEPT_TEXT_MAX : 0);
}

/* ---- taking apart ---- */

static void free_tags(struct sparkplug_device *device)
{
    for (size_t i = 0; i < device->tags.count; i++) {
        struct sparkplug_tag *tag = device->tags.entries[i].value;
        mem_free(&tag->unit);
        mem_free(&tag->text);
        mem_free(&tag);
    }
    table_deinit(&device->tags);
    mem_free(&device->by_alias);
    device->alias_count = 0;
}

static void free_node(struct sparkplug_node **node)
{
    free_tags(&(*node)->own);
    for (size_t i = 0; i < (*node)->devices.count; i++) {
        struct sparkplug_device *device = (*node)->devices.entries[i].value;
        free_tags(device);
        mem_free(&device);
    }
    table_deinit(&(*node)->devices);
    mem_free(node);
}

void sparkplug_nodes_deinit(struct sparkplug_nodes *nodes)
{
    for (size_t i = 0; i < nodes->table.count; i++) {
        struct sparkplug_node *node = nodes->table.entries[i].value;
        free_node(&node);
    }
    table_deinit(&nodes->table);
    nodes->tag_count = 0;
    nodes->bytes = 0;
}

/* ---- finding and making ---- */

struct sparkplug_node *sparkplug_node_find(const struct sparkplug_nodes *nodes,
                                           struct bytes key)
{
    return table_find(&nodes->table, key);
}

struct sparkplug_device *sparkplug_device_find(struct sparkplug_node *node,
                                               struct bytes id)
{
    return id.len == 0 ? &node->own : table_find(&node->devices, id);
}

struct sparkplug_node *sparkplug_node_add(struct sparkplug_nodes *nodes, struct bytes key)
{
    struct sparkplug_node *node = table_find(&nodes->table, key);
    size_t bytes = NODE_BYTES + key.len;
    if (!node && nodes->table.count < SPARKPLUG_NODES_MAX && has_room(nodes, bytes)) {
        nodes->bytes += bytes;
        node = mem_new(struct sparkplug_node);
        table_put(&nodes->table, key, node);
    }
    return node;
}

struct sparkplug_device *sparkplug_device_add(struct sparkplug_nodes *nodes,
                                              struct sparkplug_node *node,
                                              struct bytes id)
{
    ASSERT(node);
    struct sparkplug_device *device = sparkplug_device_find(node, id);
    size_t bytes = DEVICE_BYTES + id.len;
    if (!device && node->devices.count < SPARKPLUG_DEVICES_MAX &&
        has_room(nodes, bytes)) {
        nodes->bytes += bytes;
        device = mem_new(struct sparkplug_device);
        table_put(&node->devices, id, device);
    }
    return device;
}

bool sparkplug_birth_fits(const struct sparkplug_nodes *nodes,
                          const struct sparkplug_node *node,
                          const struct sparkplug_device *device, size_t count)
{
    size_t own = device ? device->tags.count : 0;
    size_t of_node = node ? node->tag_count : 0;
    return of_node - own + count <= SPARKPLUG_TAGS_MAX &&
           nodes->tag_count - own + count <= SPARKPLUG_TAGS_ALL_MAX;
}

void sparkplug_device_clear(struct sparkplug_nodes *nodes, struct sparkplug_node *node,
                            struct sparkplug_device *device)
{
    nodes->tag_count -= device->tags.count;
    node->tag_count -= device->tags.count;
    for (size_t i = 0; i < device->tags.count; i++) {
        nodes->bytes -= tag_bytes(device->tags.entries[i].value);
    }
    free_tags(device);
}

struct sparkplug_tag *sparkplug_tag_add(struct sparkplug_nodes *nodes,
                                        struct sparkplug_node *node,
                                        struct sparkplug_device *device,
                                        struct bytes name)
{
    struct sparkplug_tag *tag = table_find(&device->tags, name);
    if (tag) {
        return tag;
    }
    if (node->tag_count >= SPARKPLUG_TAGS_MAX ||
        nodes->tag_count >= SPARKPLUG_TAGS_ALL_MAX ||
        !has_room(nodes, TAG_BYTES + name.len)) {
        return NULL;
    }
    tag = mem_new(struct sparkplug_tag);
    table_put(&device->tags, name, tag);
    tag->name = device->tags.entries[device->tags.count - 1].key;
    node->tag_count++;
    nodes->tag_count++;
    nodes->bytes += tag_bytes(tag);
    return tag;
}

/* ---- aliases ---- */

static int compare_alias(const void *a, const void *b)
{
    const struct sparkplug_tag *left = *(struct sparkplug_tag *const *)a;
    const struct sparkplug_tag *right = *(struct sparkplug_tag *const *)b;
    return (left->alias > right->alias) - (left->alias < right->alias);
}

/* Drops every run of tags with one alias; gives how many tags that were. */
static size_t drop_equal(struct sparkplug_device *device)
{
    struct sparkplug_tag **tags = device->by_alias;
    size_t kept = 0;
    size_t dropped = 0;
    for (size_t i = 0; i < device->alias_count;) {
        size_t end = i + 1;
        while (end < device->alias_count && tags[end]->alias == tags[i]->alias) {
            end++;
        }
        for (size_t k = i; end - i > 1 && k < end; k++) {
            tags[k]->has_alias = false;
            dropped++;
        }
        if (end - i == 1) {
            tags[kept++] = tags[i];
        }
        i = end;
    }
    device->alias_count = kept;
    return dropped;
}

size_t sparkplug_device_index(struct sparkplug_device *device)
{
    mem_free(&device->by_alias);
    device->alias_count = 0;
    if (device->tags.count == 0) {
        return 0;
    }
    device->by_alias = mem_array(device->tags.count, sizeof(struct sparkplug_tag *));
    for (size_t i = 0; i < device->tags.count; i++) {
        struct sparkplug_tag *tag = device->tags.entries[i].value;
        if (tag->has_alias) {
            device->by_alias[device->alias_count++] = tag;
        }
    }
    qsort(device->by_alias, device->alias_count, sizeof(struct sparkplug_tag *),
          compare_alias);
    return drop_equal(device);
}

struct sparkplug_tag *sparkplug_tag_by_alias(const struct sparkplug_device *device,
                                             uint64_t alias)
{
    if (device->alias_count == 0) {
        return NULL;
    }
    struct sparkplug_tag wanted = {.alias = alias};
    struct sparkplug_tag *key = &wanted;
    struct sparkplug_tag **found = bsearch(&key, device->by_alias, device->alias_count,
                                           sizeof(struct sparkplug_tag *), compare_alias);
    return found ? *found : NULL;
}

/* ---- tags ---- */

void sparkplug_tag_set_unit(struct sparkplug_nodes *nodes, struct sparkplug_tag *tag,
                            struct bytes unit)
{
    if (bytes_equal(bytes_of(tag->unit), unit)) {
        return;
    }
    nodes->bytes -= tag_bytes(tag);
    mem_free(&tag->unit);
    if (unit.len && has_room(nodes, tag_bytes(tag) + unit.len)) {
        tag->unit = mem_text(unit);
    }
    nodes->bytes += tag_bytes(tag);
}

static void keep_text(struct sparkplug_nodes *nodes, struct sparkplug_tag *tag,
                      struct bytes text)
{
    if (text.len > SPARKPLUG_KEPT_TEXT_MAX ||
        (!tag->text && !has_room(nodes, SPARKPLUG_KEPT_TEXT_MAX))) {
        tag->last = (struct value){.kind = VALUE_NONE};
        return;
    }
    if (!tag->text) {
        tag->text = mem_array(SPARKPLUG_KEPT_TEXT_MAX + 1, 1);
        nodes->bytes += SPARKPLUG_KEPT_TEXT_MAX;
    }
    if (text.len) {
        memcpy(tag->text, text.data, text.len);
    }
    tag->last.text.data = (const uint8_t *)tag->text;
}

void sparkplug_tag_set_last(struct sparkplug_nodes *nodes, struct sparkplug_tag *tag,
                            const struct value *value, int64_t event_ns)
{
    tag->seen = true;
    tag->last_ns = event_ns;
    tag->last = *value;
    if (value->kind == VALUE_TEXT) {
        keep_text(nodes, tag, value->text);
    }
}

/* ---- sequence ---- */

static bool is_missing(const struct sparkplug_node *node, uint8_t seq)
{
    return node->missing[seq / 8] >> (seq % 8) & 1;
}

static void set_missing(struct sparkplug_node *node, uint8_t seq, bool missing)
{
    if (is_missing(node, seq) != missing) {
        node->missing[seq / 8] ^= (uint8_t)(1U << (seq % 8));
        node->missing_count = missing ? node->missing_count + 1 : node->missing_count - 1;
    }
}

void sparkplug_seq_start(struct sparkplug_node *node, bool has_seq, uint64_t seq)
{
    memset(node->missing, 0, sizeof node->missing);
    node->missing_count = 0;
    node->gap_since_ns = 0;
    node->has_seq = has_seq && seq < SPARKPLUG_SEQ_COUNT;
    node->seq = (uint8_t)seq;
}

void sparkplug_seq_step(struct sparkplug_node *node, uint64_t seq, int64_t now_ns)
{
    if (!node->has_seq || seq >= SPARKPLUG_SEQ_COUNT) {
        return;
    }
    uint8_t number = (uint8_t)seq;
    uint8_t ahead = (uint8_t)(number - node->seq);
    if (is_missing(node, number)) {
        set_missing(node, number, false);
    } else if (ahead != 0 && ahead <= SPARKPLUG_SEQ_COUNT / 2) {
        for (uint8_t i = (uint8_t)(node->seq + 1); i != number; i++) {
            node->gap_since_ns = node->missing_count ? node->gap_since_ns : now_ns;
            set_missing(node, i, true);
        }
        node->seq = number;
    }
    if (node->missing_count == 0) {
        node->gap_since_ns = 0;
    }
}
