/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Sparkplug state as bytes.
 *
 *     state   = version, count, node...
 *     node    = key, flags, bd_seq, seq, missing[32], gap_since, asked,
 *               device (its own), count, { id, device }...
 *     device  = flags, count, tag...
 *     tag     = name, flags, alias, datatype, unit, last_ns, kind, value
 *
 * Numbers are varints, times and values 8 bytes little-endian, texts with their length.
 * Aliases are indexed again when loaded.
 */
#include "core/mem.h"
#include "sparkplug_state.h"

#include <math.h>

#define STATE_VERSION 1

enum node_flag { NODE_ONLINE = 1, NODE_BD_SEQ = 2, NODE_SEQ = 4, NODE_ASKED = 8 };
enum device_flag { DEVICE_BORN = 1, DEVICE_FRESH = 2 };
enum tag_flag { TAG_ALIAS = 1, TAG_SEEN = 2 };

static uint8_t flag(bool set, int bit)
{
    return set ? (uint8_t)bit : 0;
}

/* ---- saving ---- */

static void save_value(const struct value *value, struct buf *out)
{
    buf_add_byte(out, (uint8_t)value->kind);
    switch (value->kind) {
    case VALUE_NONE:
        break;
    case VALUE_DOUBLE:
        buf_add_f64(out, value->number);
        break;
    case VALUE_INT:
        buf_add_u64(out, (uint64_t)value->integer);
        break;
    case VALUE_UINT:
        buf_add_u64(out, value->natural);
        break;
    case VALUE_BOOL:
        buf_add_byte(out, value->truth ? 1 : 0);
        break;
    case VALUE_TEXT:
        buf_add_string(out, value->text);
        break;
    }
}

static void save_device(const struct sparkplug_device *device, struct buf *out)
{
    buf_add_byte(out,
                 flag(device->born, DEVICE_BORN) | flag(device->fresh, DEVICE_FRESH));
    buf_add_varint(out, device->tags.count);
    for (size_t i = 0; i < device->tags.count; i++) {
        const struct sparkplug_tag *tag = device->tags.entries[i].value;
        buf_add_string(out, tag->name);
        buf_add_byte(out, flag(tag->has_alias, TAG_ALIAS) | flag(tag->seen, TAG_SEEN));
        buf_add_varint(out, tag->alias);
        buf_add_varint(out, tag->datatype);
        buf_add_string(out, bytes_of(tag->unit));
        buf_add_u64(out, (uint64_t)tag->last_ns);
        save_value(&tag->last, out);
    }
}

static void save_node(const struct sparkplug_node *node, struct buf *out)
{
    buf_add_byte(out, flag(node->online, NODE_ONLINE) |
                          flag(node->has_bd_seq, NODE_BD_SEQ) |
                          flag(node->has_seq, NODE_SEQ) | flag(node->asked, NODE_ASKED));
    buf_add_varint(out, node->bd_seq);
    buf_add_byte(out, node->seq);
    buf_add(out, (struct bytes){.data = node->missing, .len = sizeof node->missing});
    buf_add_u64(out, (uint64_t)node->gap_since_ns);
    buf_add_u64(out, (uint64_t)node->asked_ns);
    save_device(&node->own, out);
    buf_add_varint(out, node->devices.count);
    for (size_t i = 0; i < node->devices.count; i++) {
        buf_add_string(out, node->devices.entries[i].key);
        save_device(node->devices.entries[i].value, out);
    }
}

void sparkplug_nodes_save(const struct sparkplug_nodes *nodes, struct buf *out)
{
    buf_add_byte(out, STATE_VERSION);
    buf_add_varint(out, nodes->table.count);
    for (size_t i = 0; i < nodes->table.count; i++) {
        buf_add_string(out, nodes->table.entries[i].key);
        save_node(nodes->table.entries[i].value, out);
    }
}

/* ---- loading ---- */

static struct value load_value(struct cursor *in)
{
    uint8_t kind = cursor_byte(in);
    switch (kind) {
    case VALUE_NONE:
        return (struct value){.kind = VALUE_NONE};
    case VALUE_DOUBLE: {
        struct value value = {.kind = VALUE_DOUBLE, .number = cursor_f64(in)};
        in->failed = in->failed || !isfinite(value.number);
        return value;
    }
    case VALUE_INT:
        return (struct value){.kind = VALUE_INT, .integer = (int64_t)cursor_u64(in)};
    case VALUE_UINT:
        return (struct value){.kind = VALUE_UINT, .natural = cursor_u64(in)};
    case VALUE_BOOL:
        return (struct value){.kind = VALUE_BOOL, .truth = cursor_byte(in) == 1};
    case VALUE_TEXT: {
        struct value value = {.kind = VALUE_TEXT, .text = cursor_string(in)};
        in->failed = in->failed || value.text.len > SPARKPLUG_KEPT_TEXT_MAX;
        return value;
    }
    default:
        in->failed = true;
        return (struct value){.kind = VALUE_NONE};
    }
}

/* What is being loaded, and where it goes. */
struct loading {
    struct sparkplug_nodes *nodes;
    struct sparkplug_node *node;
    struct cursor in;
};

static void load_tag(struct loading *l, struct sparkplug_device *device)
{
    struct bytes name = cursor_string(&l->in);
    uint8_t flags = cursor_byte(&l->in);
    uint64_t alias = cursor_varint(&l->in);
    uint64_t datatype = cursor_varint(&l->in);
    struct bytes unit = cursor_string(&l->in);
    int64_t last_ns = (int64_t)cursor_u64(&l->in);
    struct value last = load_value(&l->in);
    struct sparkplug_tag *tag = NULL;
    if (!l->in.failed && !table_find(&device->tags, name)) {
        tag = sparkplug_tag_add(l->nodes, l->node, device, name);
    }
    if (!tag || datatype > UINT32_MAX) {
        l->in.failed = true;
        return;
    }
    tag->has_alias = flags & TAG_ALIAS;
    tag->alias = alias;
    tag->datatype = (uint32_t)datatype;
    sparkplug_tag_set_unit(l->nodes, tag, unit);
    if (flags & TAG_SEEN) {
        sparkplug_tag_set_last(l->nodes, tag, &last, last_ns);
    }
}

static void load_device(struct loading *l, struct sparkplug_device *device)
{
    uint8_t flags = cursor_byte(&l->in);
    uint64_t count = cursor_varint(&l->in);
    device->born = flags & DEVICE_BORN;
    device->fresh = flags & DEVICE_FRESH;
    for (uint64_t i = 0; i < count && !l->in.failed; i++) {
        load_tag(l, device);
    }
    sparkplug_device_index(device);
}

static void load_missing(struct sparkplug_node *node, struct cursor *in)
{
    struct bytes missing = cursor_take(in, sizeof node->missing);
    for (size_t i = 0; i < missing.len; i++) {
        node->missing[i] = missing.data[i];
        node->missing_count += (size_t)__builtin_popcount(missing.data[i]);
    }
}

static void load_node(struct loading *l)
{
    struct sparkplug_node *node = l->node;
    uint8_t flags = cursor_byte(&l->in);
    node->online = flags & NODE_ONLINE;
    node->has_bd_seq = flags & NODE_BD_SEQ;
    node->has_seq = flags & NODE_SEQ;
    node->asked = flags & NODE_ASKED;
    node->bd_seq = cursor_varint(&l->in);
    node->seq = cursor_byte(&l->in);
    load_missing(node, &l->in);
    node->gap_since_ns = (int64_t)cursor_u64(&l->in);
    node->asked_ns = (int64_t)cursor_u64(&l->in);
    load_device(l, &node->own);
    uint64_t count = cursor_varint(&l->in);
    for (uint64_t i = 0; i < count && !l->in.failed; i++) {
        struct bytes id = cursor_string(&l->in);
        bool known = sparkplug_device_find(node, id) != NULL;
        struct sparkplug_device *device =
            known ? NULL : sparkplug_device_add(l->nodes, node, id);
        if (!device) {
            l->in.failed = true;
            return;
        }
        load_device(l, device);
    }
}

enum err sparkplug_nodes_load(struct sparkplug_nodes *nodes, struct bytes saved,
                              struct error *e)
{
    struct loading l = {.nodes = nodes, .in = cursor_of(saved)};
    l.in.failed = cursor_byte(&l.in) != STATE_VERSION;
    uint64_t count = cursor_varint(&l.in);
    for (uint64_t i = 0; i < count && !l.in.failed; i++) {
        struct bytes key = cursor_string(&l.in);
        bool known = sparkplug_node_find(nodes, key) != NULL;
        l.node = known ? NULL : sparkplug_node_add(nodes, key);
        if (!l.node) {
            l.in.failed = true;
            break;
        }
        load_node(&l);
    }
    if (l.in.failed || l.in.rest.len) {
        sparkplug_nodes_deinit(nodes);
        return error_set(e, ERR_CORRUPT, "the sparkplug adapter's state does not read");
    }
    return ERR_OK;
}
