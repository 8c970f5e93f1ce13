/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sparkplug: Sparkplug B 3.0, the host's side (proto/sparkplug_b.proto).
 *
 *     topic                                    what is done
 *     spBv1.0/<group>/NBIRTH/<node>            node online; its metrics are remembered
 *     spBv1.0/<group>/DBIRTH/<node>/<device>   the same for a device
 *     .../NDATA/... .../DDATA/...              readings, by name or by the birth's alias
 *     .../NDEATH/<node>                        if its bdSeq is the birth's: node and all
 *                                              its devices stale, at the receive time
 *     .../DDEATH/<node>/<device>               the device stale, at the payload's time
 *     .../NCMD/... .../DCMD/... .../STATE/...  of others; nothing
 *
 * A message that only a birth explains (data before it, an unknown alias, a hole in seq
 * that does not close in time) asks for one: an action `rebirth`, a NCMD message with
 * Node Control/Rebirth = true.  Readings do not wait for a hole to close: they carry
 * their time, and what comes late finds its place.
 *
 * A payload with uuid SPBV1.0_COMPRESSED is unpacked first, within a limit.
 */
#include "config/node/settings.h"
#include "core/clock.h"
#include "core/mem.h"
#include "core/utf8.h"
#include "decode/inflate.h"
#include "sparkplug_readings.h"

#include <stdio.h>

#define UNPACKED_MAX (2U << 20)
#define COMMAND_MAX 128
#define TOPIC_PARTS_MAX 5

struct sparkplug_state {
    int rebirth; /* index into on_off */
    int64_t rebirth_interval_ns;
    int64_t reorder_timeout_ns;
    struct sparkplug_nodes nodes;
};

static const char *const on_off[] = {"off", "on", NULL};

static const struct setting settings_table[] = {
    {.key = "rebirth",
     .type = SETTING_WORD,
     AT(struct sparkplug_state, rebirth),
     .initial = "on",
     .words = on_off,
     .help = "Whether a node is asked for its birth when it was missed."},
    {.key = "rebirth_interval",
     .type = SETTING_DURATION,
     AT(struct sparkplug_state, rebirth_interval_ns),
     .initial = "60s",
     .min = 1.0 * NS_PER_S,
     .max = 24.0 * NS_PER_HOUR,
     .help = "The least time between two such requests to a node."},
    {.key = "reorder_timeout",
     .type = SETTING_DURATION,
     AT(struct sparkplug_state, reorder_timeout_ns),
     .initial = "5s",
     .max = 1.0 * NS_PER_HOUR,
     .help = "How long a missing sequence number may take to come."},
    {0},
};

/* ---- topics ---- */

enum kind {
    KIND_IGNORED, /* STATE and commands */
    KIND_NBIRTH,
    KIND_NDATA,
    KIND_NDEATH,
    KIND_DBIRTH,
    KIND_DDATA,
    KIND_DDEATH,
    KIND_COUNT
};

static const char *const kind_names[KIND_COUNT] = {
    [KIND_NBIRTH] = "NBIRTH", [KIND_NDATA] = "NDATA", [KIND_NDEATH] = "NDEATH",
    [KIND_DBIRTH] = "DBIRTH", [KIND_DDATA] = "DDATA", [KIND_DDEATH] = "DDEATH",
};

struct address {
    enum kind kind;
    struct bytes group;
    struct bytes node;
    struct bytes device; /* empty: the node itself */
};

/* Splits at '/'; gives the number of parts, or more than the maximum. */
static size_t split(struct bytes topic, struct bytes parts[TOPIC_PARTS_MAX])
{
    size_t count = 0;
    size_t start = 0;
    for (size_t i = 0; i <= topic.len; i++) {
        if (i < topic.len && topic.data[i] != '/') {
            continue;
        }
        if (count < TOPIC_PARTS_MAX) {
            parts[count] = bytes_slice(topic, start, i - start);
        }
        count++;
        start = i + 1;
    }
    return count;
}

static bool is_id(struct bytes id)
{
    return id.len && id.len <= SPARKPLUG_ID_MAX && utf8_printable(id);
}

static bool is_command(struct bytes type)
{
    return bytes_are(type, "NCMD") || bytes_are(type, "DCMD");
}

static bool parse_kind(struct bytes type, size_t parts, enum kind *ret_kind)
{
    for (enum kind kind = KIND_NBIRTH; kind < KIND_COUNT; kind++) {
        size_t wanted = kind >= KIND_DBIRTH ? 5 : 4;
        if (bytes_are(type, kind_names[kind]) && parts == wanted) {
            *ret_kind = kind;
            return true;
        }
    }
    return false;
}

static enum err parse_topic(struct bytes topic, struct address *ret_address,
                            struct error *e)
{
    struct bytes parts[TOPIC_PARTS_MAX] = {{0}};
    size_t count = split(topic, parts);
    struct address address = {.group = parts[1], .node = parts[3], .device = parts[4]};
    bool state = bytes_are(parts[0], "STATE") ||
                 (bytes_are(parts[0], "spBv1.0") && bytes_are(parts[1], "STATE"));
    bool command = bytes_are(parts[0], "spBv1.0") && is_command(parts[2]);
    if (state || command) {
        *ret_address = address;
        return ERR_OK;
    }
    bool named = is_id(address.group) && is_id(address.node) &&
                 (count < TOPIC_PARTS_MAX || is_id(address.device));
    if (!bytes_are(parts[0], "spBv1.0") || !named ||
        !parse_kind(parts[2], count, &address.kind)) {
        return error_reason(e, ERR_REJECT, "bad_topic",
                            "'%.*s' is not a Sparkplug B topic", BYTES_ARG(topic));
    }
    *ret_address = address;
    return ERR_OK;
}

/* ---- asking for a birth ---- */

static struct bytes rebirth_payload(struct arena *arena, int64_t now_ns)
{
    uint64_t now_ms = (uint64_t)(now_ns / NS_PER_MS);
    struct buf metric;
    struct buf payload;
    buf_init(&metric, COMMAND_MAX);
    buf_init(&payload, COMMAND_MAX);
    buf_add_byte(&metric, 1 << 3 | WIRE_BYTES);
    buf_add_string(&metric, BYTES("Node Control/Rebirth"));
    buf_add_byte(&metric, 3 << 3 | WIRE_VARINT);
    buf_add_varint(&metric, now_ms);
    buf_add_byte(&metric, 4 << 3 | WIRE_VARINT);
    buf_add_varint(&metric, SPARKPLUG_BOOLEAN);
    buf_add_byte(&metric, 14 << 3 | WIRE_VARINT);
    buf_add_byte(&metric, 1);
    buf_add_byte(&payload, 1 << 3 | WIRE_VARINT);
    buf_add_varint(&payload, now_ms);
    buf_add_byte(&payload, 2 << 3 | WIRE_BYTES);
    buf_add_string(&payload, buf_bytes(&metric));
    struct bytes copy = arena_copy(arena, buf_bytes(&payload));
    buf_deinit(&metric);
    buf_deinit(&payload);
    return copy;
}

static bool may_ask(const struct sparkplug_state *state,
                    const struct sparkplug_node *node, int64_t now_ns)
{
    return state->rebirth &&
           (!node->asked || now_ns - node->asked_ns >= state->rebirth_interval_ns);
}

/* `key` is "group/node". */
static void ask_rebirth(const struct sparkplug_state *state, struct sparkplug_node *node,
                        struct bytes key, int64_t now_ns, struct decoding *out)
{
    if (!may_ask(state, node, now_ns)) {
        return;
    }
    size_t slash = 0;
    while (slash < key.len && key.data[slash] != '/') {
        slash++;
    }
    struct bytes group = bytes_slice(key, 0, slash);
    struct bytes id = bytes_slice(key, slash + 1, key.len);
    struct action action = {.kind = BYTES("rebirth"),
                            .topic = arena_print(out->arena, "spBv1.0/%.*s/NCMD/%.*s",
                                                 BYTES_ARG(group), BYTES_ARG(id)),
                            .payload = rebirth_payload(out->arena, now_ns)};
    decoding_act(out, action);
    node->asked = true;
    node->asked_ns = now_ns;
}

/* Data of what has no birth: set aside, and asked for. */
static enum err reject_unborn(struct sparkplug_state *state, struct sparkplug_work *work,
                              struct bytes node_key)
{
    struct sparkplug_node *node = sparkplug_node_add(&state->nodes, node_key);
    if (node) {
        ask_rebirth(state, node, node_key, work->message->received_ns, work->out);
    }
    return decoding_reject(work->out, "no_birth", "'%.*s' has no birth",
                           BYTES_ARG(work->key));
}

/* ---- births ---- */

static enum err state_full(struct error *e)
{
    return error_reason(e, ERR_REJECT, "state_full",
                        "more nodes, devices or metrics than can be remembered");
}

/* bdSeq, by whichever whole number it came in. */
static bool find_bd_seq(const struct sparkplug_payload *payload, uint64_t *ret_bd_seq)
{
    struct wire wire = wire_of(payload->raw);
    struct sparkplug_metric metric;
    while (sparkplug_metric_next(&wire, &metric)) {
        bool whole =
            metric.value.member == MEMBER_INT || metric.value.member == MEMBER_LONG;
        if (whole && bytes_are(metric.name, "bdSeq")) {
            *ret_bd_seq = metric.value.number;
            return true;
        }
    }
    return false;
}

/* The device's metrics are replaced by those of the payload. */
static void take_birth(struct sparkplug_work *work)
{
    sparkplug_device_clear(work->nodes, work->node, work->device);
    work->birth = true;
    work->device->born = true;
    work->device->fresh = true;
    sparkplug_add_metrics(work);
    size_t dropped = sparkplug_device_index(work->device);
    if (dropped) {
        decoding_part_bad(work->out, "duplicate_alias",
                          "%zu metrics share an alias with another", dropped);
    }
}

static enum err take_nbirth(struct sparkplug_work *work, struct error *e)
{
    struct sparkplug_node *node = work->node;
    if (!sparkplug_birth_fits(work->nodes, node, node ? &node->own : NULL,
                              work->payload->reading_count)) {
        return state_full(e);
    }
    node = sparkplug_node_add(work->nodes, work->key);
    if (!node) {
        return state_full(e);
    }
    node->online = true;
    node->bd_seq = 0;
    node->has_bd_seq = find_bd_seq(work->payload, &node->bd_seq);
    sparkplug_seq_start(node, work->payload->has_seq, work->payload->seq);
    for (size_t i = 0; i < node->devices.count; i++) {
        struct sparkplug_device *device = node->devices.entries[i].value;
        device->born = false;
    }
    work->node = node;
    work->device = &node->own;
    take_birth(work);
    return ERR_OK;
}

static enum err take_dbirth(struct sparkplug_work *work, struct bytes id, struct error *e)
{
    struct sparkplug_device *device = sparkplug_device_find(work->node, id);
    if (!sparkplug_birth_fits(work->nodes, work->node, device,
                              work->payload->reading_count)) {
        return state_full(e);
    }
    device = sparkplug_device_add(work->nodes, work->node, id);
    if (!device) {
        return state_full(e);
    }
    work->device = device;
    take_birth(work);
    return ERR_OK;
}

/* ---- deaths ---- */

static enum err no_room(struct error *e)
{
    return error_reason(e, ERR_REJECT, "too_large",
                        "the readings do not fit into the arena");
}

/* All of the node's last values once more; devices whose death was told are left out. */
static enum err take_ndeath(struct sparkplug_work *work, struct error *e)
{
    struct sparkplug_node *node = work->node;
    uint64_t bd_seq = 0;
    bool has_bd_seq = find_bd_seq(work->payload, &bd_seq);
    if (!node || !node->online) {
        return ERR_OK;
    }
    if (node->has_bd_seq && (!has_bd_seq || bd_seq != node->bd_seq)) {
        snprintf(work->out->detail, sizeof work->out->detail,
                 "ignored: its bdSeq is not the birth's");
        return ERR_OK;
    }
    if (!decoding_reserve(work->out, node->tag_count)) {
        return no_room(e);
    }
    node->online = false;
    struct bytes node_key = work->key;
    for (size_t i = 0; i <= node->devices.count; i++) {
        const struct table_entry *entry = i ? &node->devices.entries[i - 1] : NULL;
        work->device = entry ? entry->value : &node->own;
        work->device->born = false;
        if (!work->device->fresh) {
            continue;
        }
        work->key = entry ? arena_print(work->out->arena, "%.*s/%.*s",
                                        BYTES_ARG(node_key), BYTES_ARG(entry->key))
                          : node_key;
        sparkplug_add_stale(work, true);
    }
    return ERR_OK;
}

static enum err take_ddeath(struct sparkplug_work *work, struct error *e)
{
    if (!work->device || !work->device->fresh) {
        return ERR_OK;
    }
    if (!decoding_reserve(work->out, work->device->tags.count)) {
        return no_room(e);
    }
    work->device->born = false;
    sparkplug_add_stale(work, false);
    return ERR_OK;
}

/* ---- messages ---- */

/* The payload itself, or the one that is packed in it. */
static enum err read_payload(struct bytes raw, struct arena *arena,
                             struct sparkplug_payload *ret_payload, struct error *e)
{
    struct sparkplug_payload outer;
    enum err result = sparkplug_payload_read(raw, &outer, e);
    if (result != ERR_OK) {
        return result;
    }
    if (!bytes_are(outer.uuid, "SPBV1.0_COMPRESSED")) {
        *ret_payload = outer;
        return ERR_OK;
    }
    struct bytes plain;
    struct sparkplug_payload inner;
    result = inflate_bytes(arena, outer.body, UNPACKED_MAX, &plain, e);
    if (result == ERR_OK) {
        result = sparkplug_payload_read(plain, &inner, e);
    }
    if (result != ERR_OK) {
        return error_wrap(e, "compressed payload");
    }
    if (bytes_are(inner.uuid, "SPBV1.0_COMPRESSED")) {
        return error_reason(e, ERR_REJECT, "bad_compression",
                            "a compressed payload in a compressed payload");
    }
    if (!inner.has_seq) {
        inner.has_seq = outer.has_seq;
        inner.seq = outer.seq;
    }
    if (!inner.has_timestamp) {
        inner.has_timestamp = outer.has_timestamp;
        inner.timestamp_ms = outer.timestamp_ms;
    }
    *ret_payload = inner;
    return ERR_OK;
}

static void step_seq(struct sparkplug_work *work)
{
    if (work->payload->has_seq) {
        sparkplug_seq_step(work->node, work->payload->seq, work->message->received_ns);
    }
}

/* What the message's kind asks for; the node is online where it must be. */
static enum err take_message(struct sparkplug_state *state, struct sparkplug_work *work,
                             const struct address *address, struct bytes node_key,
                             struct error *e)
{
    bool online = work->node && work->node->online;
    switch (address->kind) {
    case KIND_NBIRTH:
        return take_nbirth(work, e);
    case KIND_NDEATH:
        return take_ndeath(work, e);
    case KIND_DBIRTH:
        if (!online) {
            return reject_unborn(state, work, node_key);
        }
        step_seq(work);
        return take_dbirth(work, address->device, e);
    case KIND_DDEATH:
        if (!online) {
            return ERR_OK;
        }
        step_seq(work);
        return take_ddeath(work, e);
    case KIND_NDATA:
    case KIND_DDATA:
        if (!online) {
            return reject_unborn(state, work, node_key);
        }
        step_seq(work);
        if (!work->device || !work->device->born) {
            return reject_unborn(state, work, node_key);
        }
        sparkplug_add_metrics(work);
        return ERR_OK;
    case KIND_IGNORED:
    case KIND_COUNT:
        return ERR_OK;
    }
    return ERR_OK;
}

/* A hole that has been open too long asks for a birth, and is closed then. */
static void check_gap(const struct sparkplug_state *state, struct sparkplug_node *node,
                      struct bytes key, int64_t now_ns, struct decoding *out)
{
    bool due = node->online && node->missing_count &&
               now_ns - node->gap_since_ns >= state->reorder_timeout_ns;
    if (due && (may_ask(state, node, now_ns) || !state->rebirth)) {
        ask_rebirth(state, node, key, now_ns, out);
        sparkplug_seq_start(node, node->has_seq, node->seq);
    }
}

static void ask_where_needed(struct sparkplug_state *state, struct sparkplug_work *work,
                             struct bytes node_key)
{
    if (work->node && work->unknown) {
        ask_rebirth(state, work->node, node_key, work->message->received_ns, work->out);
    }
    if (work->node) {
        check_gap(state, work->node, node_key, work->message->received_ns, work->out);
    }
}

static enum err decode(void *memory, const struct message *message, struct decoding *out,
                       struct error *e)
{
    struct sparkplug_state *state = memory;
    struct address address = {0};
    struct sparkplug_payload payload;
    enum err result = parse_topic(message->topic, &address, e);
    if (result != ERR_OK || address.kind == KIND_IGNORED) {
        return result;
    }
    if (message->payload.len == 0) {
        return error_reason(e, ERR_REJECT, "empty_payload", "the payload is empty");
    }
    result = read_payload(message->payload, out->arena, &payload, e);
    if (result != ERR_OK) {
        return result;
    }
    struct bytes node_key = arena_print(out->arena, "%.*s/%.*s", BYTES_ARG(address.group),
                                        BYTES_ARG(address.node));
    struct sparkplug_work work = {.message = message,
                                  .payload = &payload,
                                  .nodes = &state->nodes,
                                  .key = node_key,
                                  .out = out};
    if (address.device.len) {
        work.key = arena_print(out->arena, "%.*s/%.*s", BYTES_ARG(node_key),
                               BYTES_ARG(address.device));
    }
    if (!decoding_reserve(out, payload.reading_count) || out->arena->overflow) {
        return no_room(e);
    }
    work.node = sparkplug_node_find(&state->nodes, node_key);
    work.device = work.node ? sparkplug_device_find(work.node, address.device) : NULL;
    result = take_message(state, &work, &address, node_key, e);
    if (result == ERR_OK) {
        ask_where_needed(state, &work, node_key);
        decoding_settle(out);
    }
    return result;
}

static void tick(void *memory, int64_t now_ns, struct decoding *out)
{
    struct sparkplug_state *state = memory;
    for (size_t i = 0; i < state->nodes.table.count; i++) {
        const struct table_entry *entry = &state->nodes.table.entries[i];
        check_gap(state, entry->value, entry->key, now_ns, out);
    }
}

/* ---- the adapter ---- */

static void init(void *memory, const struct node *settings, struct problems *problems)
{
    (void)settings_read(settings_table, settings, memory, problems);
}

static void deinit(void *memory)
{
    struct sparkplug_state *state = memory;
    sparkplug_nodes_deinit(&state->nodes);
}

static void save(const void *memory, struct buf *out)
{
    const struct sparkplug_state *state = memory;
    sparkplug_nodes_save(&state->nodes, out);
}

static enum err load(void *memory, struct bytes saved, struct error *e)
{
    struct sparkplug_state *state = memory;
    return sparkplug_nodes_load(&state->nodes, saved, e);
}

const struct adapter adapter_sparkplug = {
    .name = "sparkplug",
    .summary = "Sparkplug B 3.0, host side: births, aliases, deaths, rebirth requests",
    .help = "Topics spBv1.0/#.",
    .settings = settings_table,
    .state_size = sizeof(struct sparkplug_state),
    .init = init,
    .deinit = deinit,
    .decode = decode,
    .ordered = true,
    .tick = tick,
    .save = save,
    .load = load,
};
