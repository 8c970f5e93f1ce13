/* SPDX-License-Identifier: Apache-2.0 */
/*
 * native: emgate's own telemetry, proto/telemetry.proto.
 *
 *     topic                              payload    becomes
 *     emgate/v1/<device>/telemetry       Batch      one reading each of its readings
 *     emgate/v1/<device>/announce        Announce   names and units of aliases, kept
 *
 *     Batch field   wire      must
 *     1 device      text      equal the topic's
 *     2 boot        8 bytes   not 0
 *     3 sequence    varint    from 1
 *     4 base_time   8 bytes   ms since 1970; outside 2000..2100: receive time, partial
 *     5 readings    message   at most 10,000
 *
 * A reading whose alias is not announced, or that has no metric, is left out and makes
 * the message partial.  An announcement replaces the device's last one; an empty retained
 * payload takes it back.  The state is what was announced: bounded, saved whole.
 */
#include "decode/adapter.h"

#include "core/clock.h"
#include "core/mem.h"
#include "core/pool.h"
#include "core/table.h"
#include "model/telemetry.h"

#include <math.h>
#include <stdlib.h>

#define DEVICES_MAX 10000
#define STATE_BYTES_MAX (16U << 20) /* of all devices together, as saved */
#define ALIAS_BYTES 16              /* an alias without its texts */
#define STATE_VERSION 1

/* What one device announced; metrics are in order of alias. */
struct announcement {
    struct pool pool; /* holds the texts and the metrics */
    struct telemetry_metric *metrics;
    size_t count;
    struct table by_name;
    size_t bytes; /* as saved, roughly */
};

struct native_state {
    struct table devices; /* id -> struct announcement */
    size_t bytes;
};

/* ---- announcements ---- */

static void announcement_clear(struct announcement *announcement)
{
    table_deinit(&announcement->by_name);
    pool_deinit(&announcement->pool);
    *announcement = (struct announcement){0};
}

static int compare_alias(const void *a, const void *b)
{
    const struct telemetry_metric *left = a;
    const struct telemetry_metric *right = b;
    return (left->alias > right->alias) - (left->alias < right->alias);
}

/* Sorts them; every alias set, once, and with a name. */
static enum err check_metrics(struct telemetry_metric *metrics, size_t count,
                              struct error *e)
{
    if (count > 1) {
        qsort(metrics, count, sizeof *metrics, compare_alias);
    }
    for (size_t i = 0; i < count; i++) {
        if (metrics[i].alias == 0 || metrics[i].name.len == 0) {
            return error_reason(e, ERR_REJECT, "missing_field",
                                "a metric has no alias or no name");
        }
        if (i > 0 && metrics[i].alias == metrics[i - 1].alias) {
            return error_reason(e, ERR_REJECT, "duplicate_alias",
                                "alias %u is announced twice", metrics[i].alias);
        }
    }
    return ERR_OK;
}

static size_t bytes_needed(struct bytes id, const struct telemetry_metric *metrics,
                           size_t count)
{
    size_t bytes = id.len + ALIAS_BYTES;
    for (size_t i = 0; i < count; i++) {
        bytes += metrics[i].name.len + metrics[i].unit.len + ALIAS_BYTES;
    }
    return bytes;
}

static struct announcement *device_of(struct native_state *state, struct bytes id)
{
    struct announcement *found = table_find(&state->devices, id);
    if (!found) {
        found = mem_new(struct announcement);
        table_put(&state->devices, id, found);
    }
    return found;
}

/* Replaces what the device announced by `count` metrics, sorted by alias. */
static void remember(struct native_state *state, struct bytes id,
                     const struct telemetry_metric *metrics, size_t count)
{
    struct announcement *to = device_of(state, id);
    state->bytes -= to->bytes;
    announcement_clear(to);
    to->bytes = bytes_needed(id, metrics, count);
    state->bytes += to->bytes;
    to->metrics = pool_take(&to->pool, count ? count : 1, sizeof *metrics);
    to->count = count;
    for (size_t i = 0; i < count; i++) {
        struct telemetry_metric *metric = &to->metrics[i];
        metric->alias = metrics[i].alias;
        metric->name = pool_copy(&to->pool, metrics[i].name);
        metric->unit = pool_copy(&to->pool, metrics[i].unit);
        table_put(&to->by_name, metric->name, metric);
    }
}

/* Aliases are mostly 1, 2, 3...: the place is tried before it is searched for. */
static const struct telemetry_metric *find_alias(const struct announcement *in,
                                                 uint32_t alias)
{
    if (!in || in->count == 0) {
        return NULL;
    }
    if (alias <= in->count && in->metrics[alias - 1].alias == alias) {
        return &in->metrics[alias - 1];
    }
    struct telemetry_metric key = {.alias = alias};
    return bsearch(&key, in->metrics, in->count, sizeof key, compare_alias);
}

static bool has_room(const struct native_state *state, struct bytes id, size_t bytes)
{
    const struct announcement *old = table_find(&state->devices, id);
    size_t others = state->bytes - (old ? old->bytes : 0);
    return (old || state->devices.count < DEVICES_MAX) &&
           others + bytes <= STATE_BYTES_MAX;
}

/* ---- messages ---- */

/* The last two parts of the topic. */
static bool split_topic(struct bytes topic, struct bytes *ret_device,
                        struct bytes *ret_leaf)
{
    size_t leaf = topic.len;
    while (leaf > 0 && topic.data[leaf - 1] != '/') {
        leaf--;
    }
    size_t device = leaf ? leaf - 1 : 0;
    while (device > 0 && topic.data[device - 1] != '/') {
        device--;
    }
    if (leaf < 2) {
        return false;
    }
    *ret_device = bytes_slice(topic, device, leaf - 1 - device);
    *ret_leaf = bytes_slice(topic, leaf, topic.len);
    return true;
}

static enum err check_device(struct bytes payload, struct bytes topic, struct error *e)
{
    if (!bytes_equal(payload, topic)) {
        return error_reason(e, ERR_REJECT, "device_mismatch",
                            "the payload is of '%.*s', the topic of '%.*s'",
                            BYTES_ARG(payload), BYTES_ARG(topic));
    }
    return ERR_OK;
}

static enum err take_announce(struct native_state *state, const struct message *message,
                              struct bytes device, struct decoding *out, struct error *e)
{
    if (message->payload.len == 0) {
        if (table_find(&state->devices, device)) {
            remember(state, device, NULL, 0);
        }
        return ERR_OK;
    }
    struct telemetry_announce announce;
    enum err result = telemetry_read_announce(out->arena, message->payload, &announce, e);
    if (result == ERR_OK) {
        result = check_device(announce.device, device, e);
    }
    if (result == ERR_OK) {
        result = check_metrics(announce.metrics, announce.count, e);
    }
    if (result != ERR_OK) {
        return result;
    }
    size_t bytes = bytes_needed(device, announce.metrics, announce.count);
    if (!has_room(state, device, bytes)) {
        return error_reason(e, ERR_REJECT, "state_full",
                            "more than %d devices or %u bytes are announced", DEVICES_MAX,
                            STATE_BYTES_MAX);
    }
    remember(state, device, announce.metrics, announce.count);
    return ERR_OK;
}

/* Which saying of the device this is; splitmix64's mixing. Never 0. */
static uint64_t identity_of(const struct telemetry_head *head, size_t index)
{
    uint64_t parts[] = {head->boot, head->sequence, index};
    uint64_t hash = UINT64_C(0x9e3779b97f4a7c15);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        hash += parts[i] * UINT64_C(0x9e3779b97f4a7c15);
        hash = (hash ^ hash >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
        hash = (hash ^ hash >> 27) * UINT64_C(0x94d049bb133111eb);
        hash ^= hash >> 31;
    }
    return hash ? hash : 1;
}

static void spoil(struct reading *reading, const char *why)
{
    reading->value = (struct value){.kind = VALUE_NONE};
    reading->quality = QUALITY_BAD;
    reading->detail = bytes_of(why);
}

static void set_value(struct reading *reading, const struct telemetry_reading *from)
{
    reading->value = from->value;
    reading->quality = from->quality;
    reading->detail = from->detail;
    if (from->value.kind == VALUE_DOUBLE && !isfinite(from->value.number)) {
        spoil(reading, isnan(from->value.number) ? "nan" : "inf");
    } else if (from->value.kind == VALUE_NONE) {
        spoil(reading, "null");
        reading->detail = from->detail.len ? from->detail : reading->detail;
    } else if (from->quality == QUALITY_GOOD) {
        reading->detail = BYTES("");
    } else if (from->detail.len == 0) {
        reading->detail = BYTES("device"); /* it says no more */
    }
}

static void set_time(struct reading *reading, const struct telemetry_head *head,
                     int32_t offset_ms, const struct message *message)
{
    if (head->base_time_ms > INT64_MAX / NS_PER_MS) {
        reading_set_receive_time(reading, message, "implausible_timestamp");
        return;
    }
    int64_t base_ns = (int64_t)head->base_time_ms * NS_PER_MS;
    if (!time_plausible(base_ns)) {
        reading_set_receive_time(reading, message, "implausible_timestamp");
        return;
    }
    reading_set_time(reading, base_ns + offset_ms * NS_PER_MS, message);
}

/* The reading's name and announced unit; false when it has none. */
static bool name_reading(const struct announcement *announced,
                         const struct telemetry_reading *from, struct reading *to,
                         struct decoding *out)
{
    const struct telemetry_metric *metric = NULL;
    if (from->name.len) {
        to->metric = from->name;
        metric = announced ? table_find(&announced->by_name, from->name) : NULL;
    } else if (from->alias) {
        metric = find_alias(announced, from->alias);
        if (!metric) {
            decoding_part_bad(out, "unknown_alias", "alias %u was not announced",
                              from->alias);
            return false;
        }
        to->metric = metric->name;
    } else {
        decoding_part_bad(out, "no_metric", "a reading has neither name nor alias");
        return false;
    }
    to->unit = from->unit.len || !metric ? from->unit : metric->unit;
    return true;
}

static void add_reading(const struct announcement *announced,
                        const struct telemetry_batch *batch, size_t index,
                        const struct message *message, struct decoding *out)
{
    struct telemetry_reading from = telemetry_reading_at(batch, index);
    struct reading reading = {.device = batch->head.device,
                              .identity = identity_of(&batch->head, index)};
    if (!name_reading(announced, &from, &reading, out)) {
        return;
    }
    set_value(&reading, &from);
    set_time(&reading, &batch->head, from.offset_ms, message);
    struct reading *to = decoding_add(out);
    if (to) {
        *to = reading;
    }
}

static enum err take_batch(const struct native_state *state,
                           const struct message *message, struct bytes device,
                           struct decoding *out, struct error *e)
{
    struct telemetry_batch batch;
    enum err result = telemetry_read_batch(out->arena, message->payload, &batch, e);
    if (result == ERR_OK) {
        result = check_device(batch.head.device, device, e);
    }
    if (result != ERR_OK) {
        return result;
    }
    if (!decoding_reserve(out, batch.count)) {
        return error_reason(e, ERR_REJECT, "too_large",
                            "%zu readings do not fit into the arena", batch.count);
    }
    const struct announcement *announced = table_find(&state->devices, device);
    out->device = batch.head.device;
    out->device_boot = batch.head.boot;
    out->device_sequence = batch.head.sequence;
    for (size_t i = 0; i < batch.count; i++) {
        add_reading(announced, &batch, i, message, out);
    }
    bool clock = batch.head.base_time_ms <= INT64_MAX / NS_PER_MS &&
                 time_plausible((int64_t)batch.head.base_time_ms * NS_PER_MS);
    if (!clock && batch.count) {
        decoding_part_bad(out, "implausible_timestamp", "base time %llu ms",
                          (unsigned long long)batch.head.base_time_ms);
    }
    if (batch.count && out->count == 0) {
        return error_reason(e, ERR_REJECT, out->reason, "%s", out->detail);
    }
    return ERR_OK;
}

/* ---- the adapter ---- */

static void init(void *state, const struct node *settings, struct problems *problems)
{
    struct native_state *native = state;
    table_init(&native->devices);
    static const char *const none[] = {NULL};
    node_check_keys(settings, none, problems);
}

static void deinit(void *state)
{
    struct native_state *native = state;
    for (size_t i = 0; i < native->devices.count; i++) {
        struct announcement *announcement = native->devices.entries[i].value;
        announcement_clear(announcement);
        mem_free(&announcement);
    }
    table_deinit(&native->devices);
    native->bytes = 0;
}

static enum err decode(void *state, const struct message *message, struct decoding *out,
                       struct error *e)
{
    struct bytes device;
    struct bytes leaf;
    if (!split_topic(message->topic, &device, &leaf) || device.len == 0) {
        return error_reason(e, ERR_REJECT, "bad_topic", "the topic names no device");
    }
    if (bytes_are(leaf, "telemetry")) {
        return take_batch(state, message, device, out, e);
    }
    if (bytes_are(leaf, "announce")) {
        return take_announce(state, message, device, out, e);
    }
    return error_reason(e, ERR_REJECT, "bad_topic",
                        "the topic ends in '%.*s', not in telemetry or announce",
                        BYTES_ARG(leaf));
}

static void save(const void *state, struct buf *out)
{
    const struct native_state *native = state;
    buf_add_byte(out, STATE_VERSION);
    buf_add_varint(out, native->devices.count);
    for (size_t i = 0; i < native->devices.count; i++) {
        const struct announcement *from = native->devices.entries[i].value;
        buf_add_string(out, native->devices.entries[i].key);
        buf_add_varint(out, from->count);
        for (size_t k = 0; k < from->count; k++) {
            buf_add_varint(out, from->metrics[k].alias);
            buf_add_string(out, from->metrics[k].name);
            buf_add_string(out, from->metrics[k].unit);
        }
    }
}

/* One device's metrics; false when the bytes are not what save() writes. */
static bool load_device(struct native_state *native, struct cursor *in)
{
    struct bytes id = cursor_string(in);
    uint64_t count = cursor_varint(in);
    if (in->failed || count > TELEMETRY_METRICS_MAX || table_find(&native->devices, id)) {
        return false;
    }
    struct telemetry_metric *metrics = mem_array(count ? count : 1, sizeof *metrics);
    for (size_t i = 0; i < count; i++) {
        uint64_t alias = cursor_varint(in);
        in->failed = in->failed || alias > UINT32_MAX;
        metrics[i].alias = (uint32_t)alias;
        metrics[i].name = cursor_string(in);
        metrics[i].unit = cursor_string(in);
    }
    bool good = !in->failed && check_metrics(metrics, count, NULL) == ERR_OK &&
                has_room(native, id, bytes_needed(id, metrics, count));
    if (good) {
        remember(native, id, metrics, count);
    }
    mem_free(&metrics);
    return good;
}

static enum err load(void *state, struct bytes saved, struct error *e)
{
    struct native_state *native = state;
    struct cursor in = cursor_of(saved);
    uint8_t version = cursor_byte(&in);
    uint64_t count = cursor_varint(&in);
    bool good = !in.failed && version == STATE_VERSION && count <= DEVICES_MAX;
    for (uint64_t i = 0; good && i < count; i++) {
        good = load_device(native, &in);
    }
    if (!good || in.rest.len) {
        deinit(state);
        return error_set(e, ERR_CORRUPT, "the native adapter's state does not read");
    }
    return ERR_OK;
}

const struct adapter adapter_native = {
    .name = "native",
    .summary = "emgate's own telemetry (proto/telemetry.proto)",
    .help = "Topics emgate/v1/<device>/telemetry and .../announce.",
    .state_size = sizeof(struct native_state),
    .init = init,
    .deinit = deinit,
    .decode = decode,
    .ordered = true,
    .save = save,
    .load = load,
};
